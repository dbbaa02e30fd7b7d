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

#define PRAGMA(tokens) "Pragma: " tokens "\r\n"
#define ENTRY PRAGMA ("stream-switch-entry=ffff:1:0")

typedef struct
{
  const char *name;
  const char *headers;
  SpMmshRequest expected;
} FieldRow;

#define GUID "{c77e7400-738a-11d2-9add-0020af0a3278}"
#define LEVELS(...) .switches = { __VA_ARGS__ }

/* All in a GET; the kind is left out, and so is the agent, which none has. */
static const FieldRow field_rows[] = {
  { "nothing", "", { 0 } },
  { "only-no-cache", PRAGMA ("no-cache"), { 0 } },
  { "unknown-token", PRAGMA ("getIfoFileURI.dlna.org"), { 0 } },
  { "answers-token", PRAGMA ("features=\"broadcast\", timeout=1"), { 0 } },
  { "empty-tokens", PRAGMA (",, ,=,=1, ,"), { 0 } },
  { "only-mmsh-token", PRAGMA ("rate=1.000"), { .has_mmsh_pragma = TRUE } },
  { "token-without-value", PRAGMA ("xPlayStrm"), { .has_mmsh_pragma = TRUE } },
  { "client-id",
    PRAGMA ("client-id=4294967295"),
    { .has_mmsh_pragma = TRUE,
      .has_client_id = TRUE,
      .client_id = 4294967295u } },
  { "client-id-with-blanks",
    PRAGMA ("no-cache , client-id = 7 "),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE, .client_id = 7 } },
  { "client-id-with-a-tail",
    PRAGMA ("client-id=7Connection: close"),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE, .client_id = 7 } },
  { "client-id-of-the-last-line",
    PRAGMA ("client-id=7") PRAGMA ("client-id=8"),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE, .client_id = 8 } },
  { "client-id-of-33-bits",
    PRAGMA ("client-id=4294967297"),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE } },
  { "client-id-of-many-digits",
    PRAGMA ("client-id=99999999999999999999999999"),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE } },
  { "client-id-negative",
    PRAGMA ("client-id=-5"),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE } },
  { "client-id-empty",
    PRAGMA ("client-id="),
    { .has_mmsh_pragma = TRUE, .has_client_id = TRUE } },
  { "ffmpeg-forgets-a-line-end",
    PRAGMA ("no-cache,rate=1.000000,stream-time=0Connection: Close")
        PRAGMA ("request-context=2"),
    { .has_mmsh_pragma = TRUE, .request_context = 2 } },
  { "request-context-too-large",
    PRAGMA ("request-context=99999999999"),
    { .has_mmsh_pragma = TRUE, .request_context = G_MAXUINT } },
  { "version11",
    PRAGMA ("version11-enabled=1"),
    { .has_mmsh_pragma = TRUE, .version11_enabled = TRUE } },
  { "version11-of-an-example",
    PRAGMA ("version11-enabled=11"),
    { .has_mmsh_pragma = TRUE } },
  { "version11-off",
    PRAGMA ("version11-enabled=0"),
    { .has_mmsh_pragma = TRUE } },
  { "guid",
    PRAGMA ("xClientGUID=" GUID),
    { .has_mmsh_pragma = TRUE, .client_guid = GUID } },
  { "guid-in-a-list",
    PRAGMA ("xClientGUID=" GUID " , no-cache"),
    { .has_mmsh_pragma = TRUE, .client_guid = GUID } },
  { "guid-too-long",
    PRAGMA ("xClientGUID={0" GUID "}"),
    { .has_mmsh_pragma = TRUE } },
  { "guid-without-braces",
    PRAGMA ("xClientGUID=c77e7400"),
    { .has_mmsh_pragma = TRUE } },
  { "guid-empty", PRAGMA ("xClientGUID="), { .has_mmsh_pragma = TRUE } },
  { "supported",
    "Supported: com.microsoft.wm.sswitch\r\n",
    { .has_supported = TRUE } },
  { "supported-predstrm",
    "Supported: com.microsoft.wm.srvppair, com.microsoft.wm.predstrm\r\n",
    { .has_supported = TRUE, .supports_predstrm = TRUE } },
  { "supported-in-two-lines",
    "Supported: com.microsoft.wm.predstrm\r\nSupported: x\r\n",
    { .has_supported = TRUE, .supports_predstrm = TRUE } },
  { "entry",
    PRAGMA ("stream-switch-entry=ffff:1:0 FFFF:2:2 1:3:1 "),
    { .has_mmsh_pragma = TRUE,
      .n_switches = 3,
      LEVELS ({ 0xffff, 1, 0 }, { 0xffff, 2, 2 }, { 1, 3, 1 }) } },
  { "entry-is-hex",
    PRAGMA ("stream-switch-entry=ffff:10:0 ffff:a:0"),
    { .has_mmsh_pragma = TRUE,
      .n_switches = 2,
      LEVELS ({ 0xffff, 0x10, 0 }, { 0xffff, 10, 0 }) } },
  { "entry-in-two-lines",
    PRAGMA ("stream-switch-entry=ffff:1:0")
        PRAGMA ("stream-switch-entry=ffff:2:0"),
    { .has_mmsh_pragma = TRUE,
      .n_switches = 2,
      LEVELS ({ 0xffff, 1, 0 }, { 0xffff, 2, 0 }) } },
  { "entry-behind-a-token",
    PRAGMA ("no-cache, stream-switch-entry=1:2:0"),
    { .has_mmsh_pragma = TRUE, .n_switches = 1, LEVELS ({ 1, 2, 0 }) } },
  { "entry-count-wrong",
    PRAGMA ("stream-switch-count=9") PRAGMA ("stream-switch-entry=1:2:0"),
    { .has_mmsh_pragma = TRUE, .n_switches = 1, LEVELS ({ 1, 2, 0 }) } },
  { "entry-rubbish-skipped",
    PRAGMA ("stream-switch-entry=x 1:2 1:2:3 10000:1:0 1:10000:0 :: 1::0"
            " -1:1:0 ffffffffffffffffffff:1:0 1:2:0"),
    { .has_mmsh_pragma = TRUE, .n_switches = 1, LEVELS ({ 1, 2, 0 }) } },
  { "push-id", "Cookie: push-id=aB3\r\n", { .push_id = (char *)"aB3" } },
  { "push-id-new", "Cookie: push-id=0\r\n", { .push_id = (char *)"0" } },
  { "push-id-among-others",
    "Cookie: __utma=1.2; push-id=7; x=y\r\n",
    { .push_id = (char *)"7" } },
  { "push-id-without-blank",
    "Cookie: a=b;push-id=7;x=y\r\n",
    { .push_id = (char *)"7" } },
  { "push-id-last-wins",
    "Cookie: push-id=7; push-id=8\r\n",
    { .push_id = (char *)"8" } },
  { "push-id-last-header-wins",
    "Cookie: push-id=7\r\nCookie: push-id=8\r\n",
    { .push_id = (char *)"8" } },
  { "push-id-bad-one-ignored",
    "Cookie: push-id=7; push-id=\r\n",
    { .push_id = (char *)"7" } },
  { "push-id-of-no-ascii", "Cookie: push-id=\xc3\xa9\r\n", { 0 } },
  { "push-id-part-of-a-name", "Cookie: my-push-id=7; push-id2=8\r\n", { 0 } },
  { "cookie-empty", "Cookie:\r\n", { 0 } },
  { "log-line",
    PRAGMA ("log-line=a, b=\"c d"),
    { .has_mmsh_pragma = TRUE, .log_line = (char *)"a, b=\"c d" } },
  { "log-line-of-no-utf8",
    PRAGMA ("log-line=a\xff"),
    { .has_mmsh_pragma = TRUE, .log_line = (char *)"a\xef\xbf\xbd" } },
  { "log-line-twice",
    PRAGMA ("log-line=a") PRAGMA ("log-line=b"),
    { .has_mmsh_pragma = TRUE, .log_line = (char *)"b" } },
};

static void
check_fields (const SpMmshRequest *got, const SpMmshRequest *expected)
{
  g_assert_cmpint (got->agent, ==, SP_AGENT_NONE);
  g_assert_cmpint (got->has_mmsh_pragma, ==, expected->has_mmsh_pragma);
  g_assert_cmpint (got->has_client_id, ==, expected->has_client_id);
  g_assert_cmpuint (got->client_id, ==, expected->client_id);
  g_assert_cmpint (got->version11_enabled, ==, expected->version11_enabled);
  g_assert_cmpuint (got->request_context, ==, expected->request_context);
  g_assert_cmpstr (got->client_guid, ==, expected->client_guid);
  g_assert_cmpint (got->has_supported, ==, expected->has_supported);
  g_assert_cmpint (got->supports_predstrm, ==, expected->supports_predstrm);
  g_assert_cmpstr (got->log_line, ==, expected->log_line);
  g_assert_cmpstr (got->push_id, ==, expected->push_id);
  g_assert_cmpuint (got->n_switches, ==, expected->n_switches);
  for (guint i = 0; i < got->n_switches; i++)
    {
      g_assert_cmpuint (got->switches[i].from, ==, expected->switches[i].from);
      g_assert_cmpuint (got->switches[i].to, ==, expected->switches[i].to);
      g_assert_cmpuint (
          got->switches[i].level, ==, expected->switches[i].level);
    }
}

static void
test_field (gconstpointer user_data)
{
  const FieldRow *row = user_data;
  SpMmshRequest request;

  read_request (&request, "GET /a", 1, row->headers);
  check_fields (&request, &row->expected);
  sp_mmsh_request_clear (&request);
  sp_mmsh_request_clear (&request);
  g_assert_null (request.log_line);
}

typedef struct
{
  const char *agent; /* the test's name too */
  SpAgentKind kind;
  guint major;
  guint minor;
  gboolean is_server;
} AgentRow;

static const AgentRow agent_rows[] = {
  { "", SP_AGENT_NONE },
  { "NSPlayer", SP_AGENT_WINDOWS_MEDIA },
  { "NSPlayer/", SP_AGENT_WINDOWS_MEDIA },
  { "NSPlayer/x", SP_AGENT_WINDOWS_MEDIA },
  { "NSPlayer/9", SP_AGENT_WINDOWS_MEDIA, 9 },
  { "NSPlayer/12.00.7601.17514 WMFSDK/12.00", SP_AGENT_WINDOWS_MEDIA, 12, 0 },
  { "nsplayer/7.10.0.3059", SP_AGENT_WINDOWS_MEDIA, 7, 10 },
  { "NSPlayer/99999999999999999999.1", SP_AGENT_WINDOWS_MEDIA, 65535, 1 },
  { "NSServer/9.1.1.5001", SP_AGENT_WINDOWS_MEDIA, 9, 1, TRUE },
  { "WMCacheProxy/9.00.00.3372", SP_AGENT_WINDOWS_MEDIA, 9, 0 },
  { "WMEncoder/12.0.7600.16385", SP_AGENT_WINDOWS_MEDIA, 12, 0 },
  { "Foo/1.0 (NSPlayer/9.2; x)", SP_AGENT_WINDOWS_MEDIA, 9, 2 },
  { "Mozilla/4.0 (compatible) NSPlayer/11.0.5721",
    SP_AGENT_WINDOWS_MEDIA,
    11,
    0 },
  { "MyNSPlayer/9.0", SP_AGENT_OTHER },
  { "NSPlayers/9.0", SP_AGENT_OTHER },
  { "NSPlaye", SP_AGENT_OTHER },
  { "Mozilla/5.0 (X11; Linux x86_64) Firefox/115.0", SP_AGENT_BROWSER },
  { "Opera/9.80 (Windows NT 5.1)", SP_AGENT_BROWSER },
  { "Mozilla", SP_AGENT_OTHER },
  { "VLC/3.0.24 LibVLC/3.0.24", SP_AGENT_OTHER },
  { "Lavf/59.27.100", SP_AGENT_OTHER },
  { "curl/7.88.1", SP_AGENT_OTHER },
  { "\xff\xfe", SP_AGENT_OTHER },
};

static void
test_agent (gconstpointer user_data)
{
  const AgentRow *row = user_data;
  g_autofree char *header = g_strdup_printf ("User-Agent: %s\r\n", row->agent);
  SpMmshRequest request;

  read_request (&request, "GET /a", 1, header);
  g_assert_cmpint (request.agent, ==, row->kind);
  g_assert_cmpuint (request.agent_major, ==, row->major);
  g_assert_cmpuint (request.agent_minor, ==, row->minor);
  g_assert_cmpint (request.is_server_agent, ==, row->is_server);
  sp_mmsh_request_clear (&request);
}

/* A count of 0 switches the selection off, in whatever line it is. */
static void
test_count_of_none (void)
{
  SpMmshRequest request;

  read_request (&request,
                "GET /a",
                1,
                PRAGMA ("stream-switch-count=0") ENTRY PRAGMA ("xPlayStrm=1"));
  g_assert_cmpuint (request.n_switches, ==, 0);
  g_assert_cmpint (request.kind, ==, SP_MMSH_PLAY);
  sp_mmsh_request_clear (&request);
  read_request (&request, "POST /a", 1, ENTRY PRAGMA ("stream-switch-count=0"));
  g_assert_cmpuint (request.n_switches, ==, 0);
  g_assert_cmpint (request.kind, ==, SP_MMSH_SELECT_STREAM);
  sp_mmsh_request_clear (&request);
}

static void
test_many_switches (void)
{
  GString *headers = g_string_new ("Pragma: stream-switch-entry=");
  SpMmshRequest request;

  for (guint i = 0; i < SP_MMSH_MAX_SWITCHES + 10; i++)
    g_string_append_printf (headers, "ffff:%x:0 ", i);
  g_string_append (headers, "\r\n");
  read_request (&request, "GET /a", 1, headers->str);
  g_assert_cmpuint (request.n_switches, ==, SP_MMSH_MAX_SWITCHES);
  g_assert_cmpuint (request.switches[SP_MMSH_MAX_SWITCHES - 1].to, ==, 127);
  sp_mmsh_request_clear (&request);
  g_string_free (headers, TRUE);
}

static void
check_push_id (gsize len, gboolean is_taken)
{
  g_autofree char *id = g_strnfill (len, 'x');
  g_autofree char *header = g_strdup_printf ("Cookie: push-id=%s\r\n", id);
  SpMmshRequest request;

  read_request (&request, "POST /a", 1, header);
  g_assert_cmpstr (request.push_id, ==, is_taken ? id : NULL);
  sp_mmsh_request_clear (&request);
}

static void
test_push_id_length (void)
{
  check_push_id (1, TRUE);
  check_push_id (255, TRUE);
  check_push_id (256, FALSE);
}

static void
add (const char *folder, const char *name, gconstpointer row, GTestDataFunc run)
{
  g_autofree char *path = g_strconcat ("/mmsh-request/", folder, name, NULL);

  g_test_add_data_func (path, row, run);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (field_rows); i++)
    add ("field/", field_rows[i].name, &field_rows[i], test_field);
  for (gsize i = 0; i < G_N_ELEMENTS (agent_rows); i++)
    {
      g_autofree char *number = g_strdup_printf ("%02" G_GSIZE_FORMAT, i);

      add ("agent/", number, &agent_rows[i], test_agent);
    }
  g_test_add_func ("/mmsh-request/switches/count-of-none", test_count_of_none);
  g_test_add_func ("/mmsh-request/switches/too-many", test_many_switches);
  g_test_add_func ("/mmsh-request/push-id/length", test_push_id_length);
  return g_test_run ();
}
