/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ask.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 10000
#define CLOSE_TIMEOUT_MS 500

/** sp_ask_connect: the socket blocks; the caller closes it. */
int
sp_ask_connect (const char *host, guint16 port)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (host, port);
  struct sockaddr_storage native;
  struct timeval patience = { .tv_sec = ANSWER_TIMEOUT_MS / 1000 };
  int one = 1;

  g_assert_nonnull (address);
  gssize size = g_socket_address_get_native_size (address);
  g_assert_true (
      g_socket_address_to_native (address, &native, sizeof native, NULL));
  int fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *)&native, (socklen_t)size) == 0)
    return fd;
  close (fd);
  return -1;
}

gboolean
sp_ask_send (int fd, const void *data, gsize len)
{
  const guint8 *at = data;

  while (len > 0)
    {
      ssize_t n = send (fd, at, len, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      len -= (gsize)n;
    }
  return TRUE;
}

gboolean
sp_ask_send_text (int fd, const char *text)
{
  return sp_ask_send (fd, text, strlen (text));
}

gboolean
sp_ask_readable (int fd, guint timeout_ms)
{
  struct pollfd slot = { .fd = fd, .events = POLLIN };

  return poll (&slot, 1, (int)timeout_ms) > 0;
}

void
sp_ask_reset (int fd)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (fd);
}

/* Up to @want bytes more into @bytes before @until_us; FALSE at the end. */
static gboolean
read_some (
    int fd, GByteArray *bytes, gsize want, gint64 until_us, SpAnswer *answer)
{
  guint8 buffer[16384];
  gint64 left_us = until_us - g_get_monotonic_time ();

  if (left_us < 0 || !sp_ask_readable (fd, (guint)(left_us / 1000 + 1)))
    {
      answer->is_late = TRUE;
      return FALSE;
    }
  ssize_t n = recv (fd, buffer, MIN (want, sizeof buffer), 0);
  if (n <= 0)
    {
      answer->is_closed = TRUE;
      return FALSE;
    }
  g_byte_array_append (bytes, buffer, (guint)n);
  return TRUE;
}

/* Byte by byte: what follows the head belongs to the next reader. */
static gboolean
read_head (int fd, gint64 until_us, SpAnswer *answer)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();

  while (head->len < 4 || memcmp (head->data + head->len - 4, "\r\n\r\n", 4))
    if (head->len > 65536 || !read_some (fd, head, 1, until_us, answer))
      break;
  g_byte_array_append (head, (const guint8 *)"", 1);
  answer->head = g_strdup ((const char *)head->data);
  if (!g_str_has_suffix (answer->head, "\r\n\r\n"))
    return FALSE;
  g_assert_true (g_str_has_prefix (answer->head, "HTTP/1."));
  answer->minor = (guint)(answer->head[7] - '0');
  g_assert_cmpuint (answer->minor, <=, 1);
  answer->status = (guint)g_ascii_strtoull (answer->head + 8, NULL, 10);
  return TRUE;
}

static void
read_body (int fd, gint64 until_us, SpAnswer *answer)
{
  g_autofree char *length = sp_answer_header (answer, "Content-Length");
  gsize want
      = length == NULL ? G_MAXUINT : (gsize)g_ascii_strtoull (length, NULL, 10);

  if (answer->status == 204)
    want = 0;
  while (answer->body->len < want)
    if (!read_some (
            fd, answer->body, want - answer->body->len, until_us, answer))
      return;
}

SpAnswer *
sp_ask_read (int fd, gboolean has_body, guint timeout_ms)
{
  SpAnswer *answer = g_new0 (SpAnswer, 1);
  gint64 started_us = g_get_monotonic_time ();
  gint64 until_us = started_us + (gint64)timeout_ms * 1000;

  answer->body = g_byte_array_new ();
  if (read_head (fd, until_us, answer) && has_body)
    read_body (fd, until_us, answer);
  answer->took_us = g_get_monotonic_time () - started_us;
  return answer;
}

gboolean
sp_ask_drain (int fd, guint timeout_ms)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)timeout_ms * 1000;
  char buffer[16384];

  for (;;)
    {
      gint64 left_us = until_us - g_get_monotonic_time ();

      if (left_us < 0 || !sp_ask_readable (fd, (guint)(left_us / 1000 + 1)))
        return FALSE;
      if (recv (fd, buffer, sizeof buffer, 0) <= 0)
        return TRUE;
    }
}

SpAnswer *
sp_ask (guint16 port, const char *request)
{
  int fd = sp_ask_connect ("127.0.0.1", port);

  g_assert_cmpint (fd, >=, 0);
  sp_ask_send_text (fd, request);
  SpAnswer *answer = sp_ask_read (fd, TRUE, ANSWER_TIMEOUT_MS);
  if (!answer->is_closed)
    answer->is_closed = sp_ask_drain (fd, CLOSE_TIMEOUT_MS);
  close (fd);
  return answer;
}

SpAnswer *
sp_ask_get (guint16 port, const char *path, const char *headers)
{
  g_autofree char *request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, port, headers);

  return sp_ask (port, request);
}

char *
sp_answer_header (const SpAnswer *answer, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (answer->head, "\r\n", -1);
  g_autoptr (GString) values = NULL;
  gsize name_len = strlen (name);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      if (g_ascii_strncasecmp (lines[i], name, name_len) != 0
          || lines[i][name_len] != ':')
        continue;
      if (values == NULL)
        values = g_string_new (NULL);
      else
        g_string_append (values, ", ");
      g_string_append (values, g_strstrip (lines[i] + name_len + 1));
    }
  return values == NULL ? NULL
                        : g_string_free (g_steal_pointer (&values), FALSE);
}

char *
sp_answer_text (const SpAnswer *answer)
{
  if (answer->body->len == 0)
    return g_strdup ("");
  return g_strndup ((const char *)answer->body->data, answer->body->len);
}

void
sp_answer_free (SpAnswer *answer)
{
  g_free (answer->head);
  g_byte_array_unref (answer->body);
  g_free (answer);
}
