/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

#include <string.h>

#define LIMIT_BYTES 65536
#define TOKEN "s3cret"
#define KICK_HEAD "POST /admin/kick HTTP/1.1\r\nHost: localhost\r\n"

static void
assert_alive (SpAdminStage *stage)
{
  static const SpAdminRow row
      = { "GET", "/admin/status", NULL, 200, "name", "stream-pump" };

  sp_admin_check_row (stage->port, &row, NULL);
}

/* {"client": 1} with so much space behind it that there are @len bytes. */
static char *
long_body (gsize len)
{
  static const char object[] = "{\"client\": 1}";
  char *body = g_malloc (len + 1);

  memset (body, ' ', len);
  memcpy (body, object, sizeof object - 1);
  body[len] = '\0';
  return body;
}

static void
test_body_limit (SpAdminStage *stage, gconstpointer data)
{
  static const gsize too_long[] = { LIMIT_BYTES + 1, 500000, 1000000 };
  g_autofree char *longest = long_body (LIMIT_BYTES);
  const SpAdminRow good
      = { "POST", "/admin/kick", longest, 200, "kicked", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (too_long); i++)
    {
      g_autofree char *body = long_body (too_long[i]);
      const SpAdminRow row
          = { "POST", "/admin/kick", body, 413, "detail", "65536" };

      sp_admin_check_row (stage->port, &row, NULL);
    }
  g_assert_cmpuint (stage->fake.n_kicks, ==, 0);
  sp_admin_check_row (stage->port, &good, NULL);
}

/* Without a length it shows only as it comes. */
static void
test_body_chunked (SpAdminStage *stage, gconstpointer data)
{
  static const struct
  {
    guint n_chunks; /* of 16 KiB less one byte, after a first of 13 bytes */
    guint status;
  } rows[] = { { 0, 200 }, { 3, 200 }, { 5, 413 }, { 60, 413 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) text = g_string_new ("POST /admin/kick HTTP/1.1\r\n"
                                               "Host: localhost\r\n"
                                               "Transfer-Encoding: chunked\r\n"
                                               "\r\n");
      g_autofree char *space = g_strnfill (16383, ' ');
      g_autoptr (SpAdminAsk) ask = NULL;

      g_string_append_printf (text, "d\r\n{\"client\": %u}\r\n", i + 1);
      for (guint j = 0; j < rows[i].n_chunks; j++)
        g_string_append_printf (text, "3fff\r\n%s\r\n", space);
      g_string_append (text, "0\r\n\r\n");
      ask = sp_admin_ask_begin (stage->port, text->str, text->len);
      sp_admin_ask_wait (ask);
      sp_admin_assert_usual (ask, rows[i].status);
    }
}

/* A body that never ends must not keep the thread. */
static void
test_body_endless (SpAdminStage *stage, gconstpointer data)
{
  static const char *const headers[]
      = { "Content-Length: 1000000000", "Transfer-Encoding: chunked" };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *space = g_strnfill (0x200000, ' ');
      g_autoptr (SpAdminAsk) ask = NULL;

      g_string_printf (text,
                       "POST /admin/kick HTTP/1.1\r\nHost: localhost\r\n"
                       "%s\r\n\r\n200000\r\n%s",
                       headers[i],
                       space);
      ask = sp_admin_ask_begin (stage->port, text->str, text->len);
      sp_admin_ask_wait (ask);
      g_assert_cmpuint (ask->status, ==, 0);
    }
  assert_alive (stage);
}

static void
test_body_expected (SpAdminStage *stage, gconstpointer data)
{
  static const char too_long[] = "POST /admin/kick HTTP/1.1\r\n"
                                 "Host: localhost\r\n"
                                 "Expect: 100-continue\r\n"
                                 "Content-Length: 5000000\r\n\r\n";
  static const SpAdminRow row
      = { "POST", "/admin/kick", "{\"client\": 1}", 200, "kicked", "1" };
  g_autoptr (SpAdminAsk) ask
      = sp_admin_ask_begin (stage->port, too_long, sizeof too_long - 1);

  sp_admin_ask_wait (ask);
  sp_admin_assert_usual (ask, 413);
  sp_admin_check_row (stage->port, &row, "Expect: 100-continue\r\n");
}

/* A stranger's body is not even kept. */
static void
test_token_body (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow row
      = { "POST", "/admin/kick", "{\"client\": 1}", 401 };
  g_autofree char *body = long_body (900000);
  const SpAdminRow large = { "POST", "/admin/kick", body, 401 };

  sp_admin_check_row (stage->port, &row, NULL);
  sp_admin_check_row (stage->port, &large, NULL);
  g_assert_cmpuint (stage->fake.n_kicks, ==, 0);
}

static void
test_garbage (SpAdminStage *stage, gconstpointer data)
{
  static const char *const texts[] = {
    "\r\n\r\n",
    "hello\r\n\r\n",
    "GET /admin/status\r\n\r\n",
    "GET  HTTP/1.1\r\n\r\n",
    "GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /admin/status HTTP/1.1\r\nHost: a/b\r\n\r\n",
    KICK_HEAD "Content-Length: -1\r\n\r\n",
    "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SpAdminAsk) ask
          = sp_admin_ask_begin (stage->port, texts[i], strlen (texts[i]));

      sp_admin_ask_settle ();
      g_assert_true (g_socket_shutdown (
          g_socket_connection_get_socket (ask->connection), FALSE, TRUE, NULL));
      sp_admin_ask_wait (ask);
      g_assert_cmpuint (ask->status, !=, 200);
    }
  assert_alive (stage);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin/requests/garbage-harms-nobody", NULL, test_garbage);
  SP_ADMIN_TEST ("/admin/body/longest", NULL, test_body_limit);
  SP_ADMIN_TEST ("/admin/body/chunked", NULL, test_body_chunked);
  SP_ADMIN_TEST ("/admin/body/endless-is-cut-off", NULL, test_body_endless);
  SP_ADMIN_TEST (
      "/admin/body/refused-before-it-comes", NULL, test_body_expected);
  SP_ADMIN_TEST ("/admin/token/before-the-body", TOKEN, test_token_body);
  return g_test_run ();
}
