/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-request.h"

#include "sp-test.h"

#include <string.h>

/* @start is the request line without the version's last digit and what follows:
 * "GET /a"; @headers are lines ended by CRLF. */
static void
read_request (SpMmshRequest *request,
              const char *start,
              guint minor,
              const char *headers)
{
  g_autofree char *text
      = g_strdup_printf ("%s HTTP/1.%u\r\n%s\r\n", start, minor, headers);
  SpHttpRequest http;
  gsize used;
  guint status;
  const char *why;

  g_assert_cmpint (
      sp_http_request_parse (
          &http, (const guint8 *)text, strlen (text), &used, &status, &why),
      ==,
      SP_HTTP_READY);
  sp_mmsh_request_read (request, &http);
  sp_http_request_clear (&http);
}

typedef struct
{
  const char *name;
  const char *start;
  guint minor;
  const char *headers;
  SpMmshKind kind;
} KindRow;

#define TYPE(type) "Content-Type: application/" type "\r\n"
#define PRAGMA(tokens) "Pragma: " tokens "\r\n"
#define ENTRY PRAGMA ("stream-switch-entry=ffff:1:0")
#define BODY "Content-Length: 1\r\n"
#define EMPTY "Content-Length: 0\r\n"

static const KindRow kind_rows[] = {
  { "get/bare", "GET /a", 1, "", SP_MMSH_DESCRIBE },
  { "get/no-cache", "GET /a", 1, PRAGMA ("no-cache"), SP_MMSH_DESCRIBE },
  { "get/play-off", "GET /a", 1, PRAGMA ("xPlayStrm=0"), SP_MMSH_DESCRIBE },
  { "get/play-off-entry",
    "GET /a",
    1,
    PRAGMA ("xPlayStrm=0") ENTRY,
    SP_MMSH_DESCRIBE },
  { "get/play", "GET /a", 1, PRAGMA ("xPlayStrm=1"), SP_MMSH_PLAY },
  { "get/play-one-zero", "GET /a", 0, PRAGMA ("xPlayStrm=1"), SP_MMSH_PLAY },
  { "get/play-in-a-list",
    "GET /a",
    1,
    PRAGMA ("no-cache,rate=1.0, xplaystrm=1 ,x=1"),
    SP_MMSH_PLAY },
  { "get/play-with-entry",
    "GET /a",
    1,
    PRAGMA ("xPlayStrm=1") ENTRY,
    SP_MMSH_PLAY },
  { "get/play-of-eleven",
    "GET /a",
    1,
    PRAGMA ("xPlayStrm=11"),
    SP_MMSH_DESCRIBE },
  { "get/play-in-quotes",
    "GET /a",
    1,
    PRAGMA ("a=\"b, xPlayStrm=1, c\""),
    SP_MMSH_DESCRIBE },
  { "get/play-after-quotes",
    "GET /a",
    1,
    PRAGMA ("a=\"b,\", xPlayStrm=1"),
    SP_MMSH_PLAY },
  { "get/play-in-an-open-quote",
    "GET /a",
    1,
    PRAGMA ("a=\"b, xPlayStrm=1"),
    SP_MMSH_DESCRIBE },
  { "get/play-as-part-of-a-name",
    "GET /a",
    1,
    PRAGMA ("yxPlayStrm=1"),
    SP_MMSH_DESCRIBE },
  { "get/play-in-another-header",
    "GET /a",
    1,
    "X-Pragma: xPlayStrm=1\r\n",
    SP_MMSH_DESCRIBE },
  { "get/play-after-log-line",
    "GET /a",
    1,
    PRAGMA ("log-line=a, xPlayStrm=1"),
    SP_MMSH_DESCRIBE },
  { "get/play-after-entry",
    "GET /a",
    1,
    PRAGMA ("stream-switch-entry=ffff:1:0, xPlayStrm=1"),
    SP_MMSH_SELECT_STREAM },
  { "get/pipeline",
    "GET /a",
    1,
    PRAGMA ("pipeline-request=1"),
    SP_MMSH_PIPELINE },
  { "get/pipeline-before-play",
    "GET /a",
    1,
    PRAGMA ("xPlayStrm=1, pipeline-request=1"),
    SP_MMSH_PIPELINE },
  { "get/pipeline-one-zero",
    "GET /a",
    0,
    PRAGMA ("pipeline-request=1"),
    SP_MMSH_DESCRIBE },
  { "get/next-entry",
    "GET /a",
    1,
    PRAGMA ("xPlayNextEntry=1"),
    SP_MMSH_PLAY_NEXT_ENTRY },
  { "get/next-entry-play-off",
    "GET /a",
    1,
    PRAGMA ("xPlayNextEntry=1, xPlayStrm=0"),
    SP_MMSH_PLAY_NEXT_ENTRY },
  { "get/next-entry-and-play",
    "GET /a",
    1,
    PRAGMA ("xPlayNextEntry=1, xPlayStrm=1"),
    SP_MMSH_PLAY },
  { "get/next-entry-one-zero",
    "GET /a",
    0,
    PRAGMA ("xPlayNextEntry=1"),
    SP_MMSH_DESCRIBE },
  { "get/select", "GET /a", 1, ENTRY, SP_MMSH_SELECT_STREAM },
  { "get/select-swapped",
    "GET /a",
    1,
    PRAGMA ("switch-stream-entry=ffff:1:0"),
    SP_MMSH_SELECT_STREAM },
  { "get/entry-and-no-next-entry",
    "GET /a",
    1,
    PRAGMA ("xPlayNextEntry=0") ENTRY,
    SP_MMSH_DESCRIBE },
  { "get/entry-and-stop",
    "GET /a",
    1,
    PRAGMA ("xStopStrm=1") ENTRY,
    SP_MMSH_DESCRIBE },
  { "get/entry-and-keep-alive",
    "GET /a",
    1,
    PRAGMA ("xKeepAliveInPause=1") ENTRY,
    SP_MMSH_DESCRIBE },
  { "get/stop-is-for-post",
    "GET /a",
    1,
    PRAGMA ("xStopStrm=1"),
    SP_MMSH_DESCRIBE },
  { "options/star", "OPTIONS *", 1, "", SP_MMSH_KEEP_ALIVE },
  { "options/one-zero", "OPTIONS *", 0, "", SP_MMSH_BAD },
  { "options/path", "OPTIONS /a", 1, "", SP_MMSH_BAD },
  { "post/bare", "POST /a", 1, "", SP_MMSH_BAD },
  { "post/form",
    "POST /a",
    1,
    TYPE ("x-www-form-urlencoded") BODY,
    SP_MMSH_BAD },
  { "post/push-setup",
    "POST /a",
    1,
    TYPE ("x-wms-pushsetup") BODY,
    SP_MMSH_PUSH_SETUP },
  { "post/push-setup-charset",
    "POST /a",
    1,
    TYPE ("X-WMS-PushSetup;charset=UTF-8") BODY,
    SP_MMSH_PUSH_SETUP },
  { "post/push-setup-one-zero",
    "POST /a",
    0,
    TYPE ("x-wms-pushsetup") EMPTY,
    SP_MMSH_PUSH_SETUP },
  { "post/push-start",
    "POST /a",
    1,
    TYPE ("x-wms-pushstart") BODY,
    SP_MMSH_PUSH_START },
  { "post/push-start-chunked",
    "POST /a",
    1,
    TYPE ("x-wms-pushstart") "Transfer-Encoding: chunked\r\n",
    SP_MMSH_PUSH_START },
  { "post/push-start-like",
    "POST /a",
    1,
    TYPE ("x-wms-pushstarts") BODY,
    SP_MMSH_BAD },
  { "post/content-info",
    "POST /a",
    1,
    TYPE ("x-wms-getcontentinfo") BODY,
    SP_MMSH_GET_CONTENT_INFO },
  { "post/content-info-empty",
    "POST /a",
    1,
    TYPE ("x-wms-getcontentinfo") EMPTY,
    SP_MMSH_GET_CONTENT_INFO },
  { "post/send-event",
    "POST /a",
    1,
    TYPE ("x-wms-sendevent") BODY,
    SP_MMSH_SEND_EVENT },
  { "post/log-stats",
    "POST /a",
    1,
    TYPE ("x-wms-LogStats; charset=UTF-8") BODY,
    SP_MMSH_LOG },
  { "post/log-line", "POST /a", 1, PRAGMA ("log-line=a b") EMPTY, SP_MMSH_LOG },
  { "post/log-line-text",
    "POST /a",
    0,
    "Content-Type: text/plain\r\n" PRAGMA ("log-line=") EMPTY,
    SP_MMSH_LOG },
  { "post/stop", "POST /a", 1, PRAGMA ("xStopStrm=1") EMPTY, SP_MMSH_STOP },
  { "post/stop-typed",
    "POST /a",
    1,
    PRAGMA ("xStopStrm=1") EMPTY TYPE ("x-anything"),
    SP_MMSH_STOP },
  { "post/stop-one-zero",
    "POST /a",
    0,
    PRAGMA ("xStopStrm=1") EMPTY,
    SP_MMSH_BAD },
  { "post/stop-with-body",
    "POST /a",
    1,
    PRAGMA ("xStopStrm=1") BODY,
    SP_MMSH_BAD },
  { "post/stop-with-chunks",
    "POST /a",
    1,
    PRAGMA ("xStopStrm=1") "Transfer-Encoding: chunked\r\n",
    SP_MMSH_BAD },
  { "post/select", "POST /a", 0, ENTRY EMPTY, SP_MMSH_SELECT_STREAM },
  { "post/select-typed",
    "POST /a",
    1,
    ENTRY TYPE ("x-anything"),
    SP_MMSH_SELECT_STREAM },
  { "post/select-with-body", "POST /a", 1, ENTRY BODY, SP_MMSH_BAD },
  { "post/keep-alive",
    "POST /a",
    0,
    PRAGMA ("xKeepAliveInPause=1"),
    SP_MMSH_KEEP_ALIVE },
  { "post/keep-alive-off",
    "POST /a",
    0,
    PRAGMA ("xKeepAliveInPause=0"),
    SP_MMSH_BAD },
  { "post/play", "POST /a", 1, PRAGMA ("xPlayStrm=1"), SP_MMSH_BAD },
  { "method/head", "HEAD /a", 1, "", SP_MMSH_BAD_METHOD },
  { "method/put", "PUT /a", 1, "", SP_MMSH_BAD_METHOD },
  { "method/lower-case", "Get /a", 1, "", SP_MMSH_BAD_METHOD },
};

static void
test_kind (gconstpointer user_data)
{
  const KindRow *row = user_data;
  SpMmshRequest request;

  read_request (&request, row->start, row->minor, row->headers);
  g_assert_cmpint (request.kind, ==, row->kind);
  sp_mmsh_request_clear (&request);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (kind_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/mmsh-request/kind/", kind_rows[i].name, NULL);

      g_test_add_data_func (path, &kind_rows[i], test_kind);
    }
  return g_test_run ();
}
