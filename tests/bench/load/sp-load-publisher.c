/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-publisher.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "sp-error.h"
#include "sp-load-asf.h"

#define ANSWER_MS 10000
#define MAX_ANSWER 16384
#define FRAMING_LEN 4
#define END_LEN 8
/* The body need not end; MS-WMHTTP wants a length, and encoders say 2 GB. */
#define BODY_BYTES G_MAXINT64
#define MAX_WAITING_BYTES (4 * 1024 * 1024)

struct _SpLoadPublisher
{
  SpLoadTarget *target;
  char *url;
  int fd;
  char *push_id;
  guint packet_bytes;
  guint32 n_packets;
  guint8 *packet;      /* framing and packet */
  GByteArray *waiting; /* for the kernel */
};

static gboolean
fail (const SpLoadPublisher *publisher, const char *what, GError **error)
{
  return sp_error_set (error, SP_ERROR_FAILED, "%s: %s", publisher->url, what);
}

/* Waits: used before the first packet only. */
static gboolean
send_text (SpLoadPublisher *publisher, const char *text, GError **error)
{
  gsize len = strlen (text);

  return send (publisher->fd, text, len, MSG_NOSIGNAL) == (gssize)len
         || fail (publisher, g_strerror (errno), error);
}

/* The value of the header @name in @answer (transfer full), or NULL. */
static char *
find_header (const char *answer, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (answer, "\r\n", -1);
  gsize len = strlen (name);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, len) == 0 && lines[i][len] == ':')
      return g_strstrip (g_strdup (lines[i] + len + 1));
  return NULL;
}

/* A head without a body (transfer full), or NULL. */
static char *
read_answer (SpLoadPublisher *publisher, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + ANSWER_MS * 1000;
  g_autoptr (GString) answer = g_string_new (NULL);
  char bytes[1024];

  while (strstr (answer->str, "\r\n\r\n") == NULL && answer->len < MAX_ANSWER)
    {
      struct pollfd fd = { .fd = publisher->fd, .events = POLLIN };
      int left_ms = (int)((until_us - g_get_monotonic_time ()) / 1000);
      gssize n;

      if (left_ms <= 0 || poll (&fd, 1, left_ms) == 0)
        {
          fail (publisher, _ ("no answer in 10 seconds"), error);
          return NULL;
        }
      n = recv (publisher->fd, bytes, sizeof bytes, MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        {
          fail (publisher,
                n == 0 ? _ ("the server closed the connection")
                       : g_strerror (errno),
                error);
          return NULL;
        }
      if (n > 0)
        g_string_append_len (answer, bytes, n);
    }
  return g_string_free (g_steal_pointer (&answer), FALSE);
}

static gboolean
set_up (SpLoadPublisher *publisher, GError **error)
{
  g_autofree char *request = g_strdup_printf (
      "POST %s HTTP/1.1\r\nContent-Type: application/x-wms-pushsetup\r\n"
      "User-Agent: WMEncoder/12.0.7600.16385\r\nHost: %s\r\n"
      "Content-Length: 16\r\nConnection: Keep-Alive\r\n"
      "Cache-Control: no-cache\r\nCookie: push-id=0\r\n\r\n"
      "AutoDestroy: 1\r\n",
      publisher->target->path,
      publisher->target->authority);
  g_autofree char *answer = NULL;
  g_autofree char *cookie = NULL;
  const char *id;

  if (!send_text (publisher, request, error))
    return FALSE;
  answer = read_answer (publisher, error);
  if (answer == NULL)
    return FALSE;
  if (!g_str_has_prefix (answer, "HTTP/1.") || strlen (answer) < 12
      || answer[9] != '2')
    {
      answer[strcspn (answer, "\r\n")] = '\0';
      return fail (publisher, answer, error);
    }
  cookie = find_header (answer, "Set-Cookie");
  id = cookie != NULL ? strstr (cookie, "push-id=") : NULL;
  publisher->push_id = id != NULL ? g_strndup (id + 8, strcspn (id + 8, "; "))
                                  : g_strdup ("0");
  return TRUE;
}

static void
set_framing (guint8 *at, char type, gsize len)
{
  at[0] = '$';
  at[1] = (guint8)type;
  at[2] = (guint8)len;
  at[3] = (guint8)(len >> 8);
}

static gboolean
begin (SpLoadPublisher *publisher, guint bitrate_kbps, GError **error)
{
  g_autoptr (GBytes) header
      = sp_load_asf_header (publisher->packet_bytes, bitrate_kbps);
  g_autofree char *request = g_strdup_printf (
      "POST %s HTTP/1.1\r\nContent-Type: application/x-wms-pushstart\r\n"
      "User-Agent: WMEncoder/12.0.7600.16385\r\nHost: %s\r\n"
      "Content-Length: %" G_GINT64_FORMAT "\r\nConnection: Keep-Alive\r\n"
      "Cache-Control: no-cache\r\nCookie: push-id=%s\r\n\r\n",
      publisher->target->path,
      publisher->target->authority,
      BODY_BYTES,
      publisher->push_id);
  guint8 framing[FRAMING_LEN];

  set_framing (framing, 'H', g_bytes_get_size (header));
  g_byte_array_append (
      publisher->waiting, (const guint8 *)request, (guint)strlen (request));
  g_byte_array_append (publisher->waiting, framing, sizeof framing);
  g_byte_array_append (publisher->waiting,
                       g_bytes_get_data (header, NULL),
                       (guint)g_bytes_get_size (header));
  return sp_load_publisher_flush (publisher, error);
}

static gboolean
open_connection (SpLoadPublisher *publisher, GError **error)
{
  const SpLoadTarget *target = publisher->target;
  const int on = 1;

  publisher->fd
      = socket (target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (publisher->fd < 0
      || connect (publisher->fd,
                  (const struct sockaddr *)&target->address,
                  target->address_len)
             != 0)
    return fail (publisher, g_strerror (errno), error);
  /* Each packet goes in its time, not with the next acknowledgement. */
  (void)setsockopt (publisher->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return TRUE;
}

SpLoadPublisher *
sp_load_publisher_new (const char *url,
                       guint packet_bytes,
                       guint bitrate_kbps,
                       GError **error)
{
  g_autoptr (SpLoadPublisher) publisher = g_new0 (SpLoadPublisher, 1);

  publisher->fd = -1;
  publisher->url = g_strdup (url);
  publisher->packet_bytes = packet_bytes;
  publisher->waiting = g_byte_array_new ();
  publisher->packet = g_malloc (FRAMING_LEN + packet_bytes);
  set_framing (publisher->packet, 'D', packet_bytes);
  sp_load_asf_packet (publisher->packet + FRAMING_LEN, packet_bytes);
  publisher->target = sp_load_target_new (url, error);
  if (publisher->target == NULL)
    return NULL;
  if (publisher->target->is_tls)
    {
      fail (publisher, _ ("--push is for http:// only"), error);
      return NULL;
    }
  if (!open_connection (publisher, error) || !set_up (publisher, error)
      || !begin (publisher, bitrate_kbps, error))
    return NULL;
  return g_steal_pointer (&publisher);
}

/** sp_load_publisher_free: an end is said when nothing waits before it. */
void
sp_load_publisher_free (SpLoadPublisher *publisher)
{
  guint8 end[END_LEN] = { 0 };

  set_framing (end, 'E', END_LEN - FRAMING_LEN);
  if (publisher->n_packets > 0 && publisher->waiting->len == 0)
    (void)send (publisher->fd, end, sizeof end, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (publisher->fd >= 0)
    close (publisher->fd);
  g_clear_pointer (&publisher->target, sp_load_target_free);
  g_byte_array_unref (publisher->waiting);
  g_free (publisher->packet);
  g_free (publisher->push_id);
  g_free (publisher->url);
  g_free (publisher);
}

gboolean
sp_load_publisher_flush (SpLoadPublisher *publisher, GError **error)
{
  GByteArray *waiting = publisher->waiting;
  gssize n;

  if (waiting->len == 0)
    return TRUE;
  n = send (
      publisher->fd, waiting->data, waiting->len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n > 0)
    g_byte_array_remove_range (waiting, 0, (guint)n);
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    return fail (publisher, g_strerror (errno), error);
  if (waiting->len > MAX_WAITING_BYTES)
    return fail (publisher, _ ("the server does not take what is sent"), error);
  return TRUE;
}

gboolean
sp_load_publisher_send (SpLoadPublisher *publisher,
                        guint32 send_time_ms,
                        gboolean is_key,
                        GError **error)
{
  const SpStamp stamp = { .sent_us = g_get_monotonic_time (),
                          .number = publisher->n_packets++,
                          .packet_bytes = publisher->packet_bytes };

  sp_load_asf_stamp (
      publisher->packet + FRAMING_LEN, &stamp, send_time_ms, is_key);
  g_byte_array_append (publisher->waiting,
                       publisher->packet,
                       FRAMING_LEN + publisher->packet_bytes);
  return sp_load_publisher_flush (publisher, error);
}

/** sp_load_publisher_listen: never waits. */
gboolean
sp_load_publisher_listen (SpLoadPublisher *publisher, GError **error)
{
  char bytes[256];
  gssize n = recv (publisher->fd, bytes, sizeof bytes - 1, MSG_DONTWAIT);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR
           || fail (publisher, g_strerror (errno), error);
  if (n == 0)
    return fail (publisher, _ ("the server closed the connection"), error);
  bytes[n] = '\0';
  bytes[strcspn (bytes, "\r\n")] = '\0';
  return fail (publisher, bytes, error);
}
