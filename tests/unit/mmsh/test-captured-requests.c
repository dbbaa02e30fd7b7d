/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-request.h"

#include "sp-test.h"

#include <string.h>

/* What real players sent to a server that answered (tests/data/requests, byte
 * for byte): ffmpeg 5.1, ffprobe, GStreamer 1.22, libmms 0.6.4, MPlayer 1.5,
 * mpv, VLC 3.0.24, xine 1.2.13. "-mmsh" and "-mms" were given such a URL,
 * "-http" an http:// one. */
typedef struct
{
  const char *file;
  SpMmshKind kind;
  SpAgentKind agent;
  guint major;
  guint minor;
  guint http_minor;
  guint request_context;
  guint n_switches;
  gboolean is_kept; /* else: wants the connection closed */
} Row;

#define HTTP(file, minor, is_kept)                                             \
  {                                                                            \
    file, SP_MMSH_DESCRIBE, SP_AGENT_OTHER, 0, 0, minor, 0, 0, is_kept         \
  }
#define DESCRIBE(file, minor)                                                  \
  {                                                                            \
    file, SP_MMSH_DESCRIBE, SP_AGENT_WINDOWS_MEDIA, 4, 1, minor, 1, 0, FALSE   \
  }
#define PLAY(file, minor)                                                      \
  {                                                                            \
    file, SP_MMSH_PLAY, SP_AGENT_WINDOWS_MEDIA, 4, 1, minor, 2, 2, FALSE       \
  }

static const Row rows[] = {
  HTTP ("ffmpeg-http-1.txt", 1, FALSE),
  HTTP ("gst-http-1.txt", 1, TRUE),
  HTTP ("mplayer-http-1.txt", 0, FALSE),
  HTTP ("mpv-http-1.txt", 1, FALSE),
  HTTP ("vlc-http-1.txt", 1, TRUE),
  HTTP ("xine-http-1.txt", 0, FALSE),
  DESCRIBE ("ffmpeg-mmsh-1.txt", 1),
  DESCRIBE ("ffprobe-mmsh-1.txt", 1),
  DESCRIBE ("libmms-mms-1.txt", 0),
  DESCRIBE ("libmms-mmsh-1.txt", 0),
  DESCRIBE ("mplayer-mms-4.txt", 0),
  DESCRIBE ("mplayer-mmsh-1.txt", 0),
  DESCRIBE ("mpv-mms-1.txt", 1),
  DESCRIBE ("mpv-mmsh-1.txt", 1),
  DESCRIBE ("xine-mmsh-1.txt", 0),
  { "vlc-mmsh-1.txt", SP_MMSH_DESCRIBE, SP_AGENT_WINDOWS_MEDIA, 7, 10, 0, 1 },
  PLAY ("ffmpeg-mmsh-2.txt", 1),
  PLAY ("ffprobe-mmsh-2.txt", 1),
  PLAY ("libmms-mms-2.txt", 0),
  PLAY ("libmms-mmsh-2.txt", 0),
  PLAY ("mplayer-mms-5.txt", 0),
  PLAY ("mplayer-mmsh-2.txt", 0),
  PLAY ("mpv-mms-2.txt", 1),
  PLAY ("mpv-mmsh-2.txt", 1),
  PLAY ("xine-mmsh-3.txt", 0),
  { "vlc-mmsh-2.txt", SP_MMSH_PLAY, SP_AGENT_WINDOWS_MEDIA, 7, 10, 0, 2, 2 },
};

static GBytes *
load (const char *file)
{
  g_autofree char *name = g_build_filename ("requests", file, NULL);

  return sp_test_data (name);
}

static SpHttpVerdict
parse (SpHttpRequest *http, const guint8 *data, gsize len, gsize *used)
{
  g_autofree guint8 *exact = sp_test_exact (data, len);
  guint status;
  const char *why;

  return sp_http_request_parse (http, exact, len, used, &status, &why);
}

static void
check_switches (const SpMmshRequest *request, guint n)
{
  guint seen = 0;

  g_assert_cmpuint (request->n_switches, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (request->switches[i].from, ==, 0xffff);
      g_assert_cmpuint (request->switches[i].level, ==, 0);
      seen |= 1u << request->switches[i].to;
    }
  g_assert_cmpuint (seen, ==, n == 2 ? 1u << 1 | 1u << 2 : 0);
}

static void
check (const Row *row, const SpHttpRequest *http)
{
  gboolean is_mmsh = row->agent == SP_AGENT_WINDOWS_MEDIA;
  SpMmshRequest request;

  g_assert_cmpint (http->method, ==, SP_HTTP_METHOD_GET);
  g_assert_cmpuint (http->minor, ==, row->http_minor);
  g_assert_cmpstr (http->path, ==, "/live");
  g_assert_null (http->query);
  g_assert_true (g_str_has_prefix (http->host, "127.0.0.1:"));
  g_assert_false (http->has_length);
  g_assert_cmpint (http->wants_close, ==, !row->is_kept);

  sp_mmsh_request_read (&request, http);
  g_assert_cmpint (request.kind, ==, row->kind);
  g_assert_cmpint (request.agent, ==, row->agent);
  g_assert_cmpuint (request.agent_major, ==, row->major);
  g_assert_cmpuint (request.agent_minor, ==, row->minor);
  g_assert_cmpint (request.has_mmsh_pragma, ==, is_mmsh);
  g_assert_cmpuint (request.request_context, ==, row->request_context);
  g_assert_false (request.has_client_id);
  g_assert_false (request.version11_enabled);
  g_assert_false (request.has_supported);
  g_assert_null (request.log_line);
  g_assert_null (request.push_id);
  check_switches (&request, row->n_switches);
  sp_mmsh_request_clear (&request);
}

/* Whole and at every length: only the last byte makes it a request. */
static void
test_player (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autoptr (GBytes) bytes = load (row->file);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  SpHttpRequest http;
  gsize used;

  for (gsize n = 0; n < len; n++)
    g_assert_cmpint (parse (&http, data, n, &used), ==, SP_HTTP_MORE);
  g_assert_cmpint (parse (&http, data, len, &used), ==, SP_HTTP_READY);
  g_assert_cmpuint (used, ==, len);
  check (row, &http);
  sp_http_request_clear (&http);
}

/* MMST, spoken to our port: the first byte is enough to see it. */
static void
test_hello (gconstpointer file)
{
  g_autoptr (GBytes) bytes = load (file);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  SpHttpRequest http;
  gsize used;

  for (gsize n = 1; n <= len; n++)
    g_assert_cmpint (parse (&http, data, n, &used), ==, SP_HTTP_FOREIGN);
}

int
main (int argc, char **argv)
{
  static const char *const hellos[] = { "mplayer-mms-1.bin",
                                        "mplayer-mms-2.bin",
                                        "mplayer-mms-3.bin",
                                        "vlc-mms-1.bin",
                                        "xine-mms-1.bin" };

  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/captured/", rows[i].file, NULL);

      g_test_add_data_func (path, &rows[i], test_player);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (hellos); i++)
    {
      g_autofree char *path = g_strconcat ("/captured/", hellos[i], NULL);

      g_test_add_data_func (path, hellos[i], test_hello);
    }
  return g_test_run ();
}
