/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sp-run.h"
#include "sp-script.h"
#include "sp-test.h"

/* What answers is not what it should be. */

#define JSON "application/json"
#define PROBLEM "application/problem+json"
#define EVENTS "text/event-stream"
#define DEADLINE_S 60

/* The program against @answers; @requests: (out) (optional) */
static SpRun *
run_against (const SpScriptAnswer *answers,
             const char *arguments,
             GStrv *requests)
{
  SpScript *script = sp_script_new (NULL, answers);
  g_autofree char *url = g_strdup_printf ("PUMPCTL_URL=http://127.0.0.1:%u",
                                          sp_script_port (script));
  const char *const environment[] = { url, NULL };
  SpRun *run
      = sp_run (g_getenv ("PUMPCTL"), arguments, environment, DEADLINE_S);
  g_auto (GStrv) seen = sp_script_end (script);

  if (requests != NULL)
    *requests = g_steal_pointer (&seen);
  return run;
}

static void
test_answers (void)
{
  static const struct
  {
    const char *answer;
    int status;
    const char *err; /* a part */
  } rows[] = {
    { SP_SCRIPT ("200 OK", "text/html", "<html>hello</html>"),
      3,
      "(status 200) is no pump" },
    { SP_SCRIPT ("200 OK", JSON, "{\"streams\":["), 3, "is no pump" },
    { SP_SCRIPT ("302 Found\r\nLocation: http://127.0.0.1:1/", JSON, "{}"),
      3,
      "(status 302) is no pump" },
    { SP_SCRIPT ("404 Not Found", "text/html", "<h1>"), 3, "is no pump" },
    { SP_SCRIPT ("401 Unauthorized", "text/html", "<h1>"), 1, "--token-file" },
    { SP_SCRIPT ("503 No", PROBLEM, "{\"detail\":\"worker 1 is silent\"}"),
      1,
      "worker 1 is silent" },
    { SP_SCRIPT ("422 No", PROBLEM, "{}"), 1, "answers with status 422" },
    { SP_SCRIPT ("422 No",
                 PROBLEM,
                 "{\"detail\":\"it has\",\"problems\":[\"a\\u001b[2J\",7]}"),
      1,
      "it has\n  a\\x1b[2J\n  -\n" },
    { "rubbish\r\n\r\n", 3, "cannot reach the pump" },
    { "", 3, "cannot reach the pump" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", 3, "pump" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SpScriptAnswer answers[]
          = { { rows[i].answer }, { rows[i].answer }, { NULL } };
      g_autoptr (SpRun) run = run_against (answers, "streams", NULL);

      g_assert_cmpint (run->status, ==, rows[i].status);
      g_assert_cmpstr (run->out, ==, "");
      g_assert_nonnull (strstr (run->err, rows[i].err));
      g_assert_null (strchr (run->err, '\033'));
    }
}

/* Members of another kind than they should be are a "-". */
static void
test_strange_members (void)
{
  static const SpScriptAnswer answers[] = {
    { SP_SCRIPT ("200 OK",
                 JSON,
                 "{\"streams\":[{\"path\":\"\\u001b[2Ja\\u0085\\u009bb\","
                 "\"state\":7,\"clients\":\"many\",\"quality\":[]},8,null]}") },
    { NULL }
  };
  g_autoptr (SpRun) run = run_against (answers, "streams", NULL);

  g_assert_cmpint (run->status, ==, 0);
  g_assert_nonnull (strstr (run->out, "\n\\x1b[2Ja\\x85\\x9bb  7      -"));
  g_assert_null (strchr (run->out, '\033'));
}

/* 65 MiB are not kept. */
static void
test_too_long (void)
{
  static const SpScriptAnswer answers[]
      = { { SP_SCRIPT ("200 OK", JSON, "\""), 65 * 1024 * 1024 }, { NULL } };
  g_autoptr (SpRun) run = run_against (answers, "status", NULL);

  g_assert_cmpint (run->status, ==, 3);
  g_assert_nonnull (strstr (run->err, "longer than 64 MiB"));
}

/* Nobody waits for ever: ten seconds. */
static void
test_silent (void)
{
  static const SpScriptAnswer answers[]
      = { { "HTTP/1.1 200 OK\r\n", 0, TRUE }, { NULL } };
  const gint64 began_us = g_get_monotonic_time ();
  g_autoptr (SpRun) run = run_against (answers, "status", NULL);
  const gint64 took_us = g_get_monotonic_time () - began_us;

  g_assert_cmpint (run->status, ==, 3);
  g_assert_nonnull (strstr (run->err, "timed out"));
  g_assert_cmpint (took_us, >=, 9 * G_USEC_PER_SEC);
  g_assert_cmpint (took_us, <, 40 * G_USEC_PER_SEC);
}

/* A page that leads to itself is not asked for again. */
static void
test_endless_pages (void)
{
  static const SpScriptAnswer answers[] = {
    { SP_SCRIPT ("200 OK", JSON, "{\"clients\":[{\"id\":7}],\"next\":7}") },
    { SP_SCRIPT ("200 OK", JSON, "{\"clients\":[{\"id\":7}],\"next\":7}") },
    { SP_SCRIPT ("500 No", PROBLEM, "{}") },
    { NULL }
  };
  g_auto (GStrv) requests = NULL;
  g_autoptr (SpRun) run = run_against (answers, "clients --all", &requests);

  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpuint (g_strv_length (requests), ==, 2);
  g_assert_true (g_str_has_prefix (
      requests[1], "GET /admin/clients?limit=1000&after=7 HTTP/1.1\r\n"));
}

/* What is sent, per command. */
static void
test_requests (void)
{
  static const struct
  {
    const char *arguments;
    const char *line;
    const char *body;
  } rows[] = {
    { "kick --address 10.0.0.0/8 --ban 60",
      "POST /admin/kick",
      "{\"address\":\"10.0.0.0/8\",\"ban_seconds\":60}" },
    { "kick --external-id 'a\"b'",
      "POST /admin/kick",
      "{\"external_id\":\"a\\\"b\"}" },
    { "drain", "POST /admin/drain", "{}" },
    { "drain --redirect http://b --deadline 0",
      "POST /admin/drain",
      "{\"redirect\":\"http://b\",\"deadline_s\":0}" },
    { "drain --off", "POST /admin/drain", "{\"off\":true}" },
    { "reload", "POST /admin/reload", "{}" },
    { "stream drain a/b",
      "POST /admin/streams/a/b/state",
      "{\"state\":\"drain\"}" },
    { "source off one 2",
      "POST /admin/streams/one/sources/2",
      "{\"enabled\":false}" },
    { "source on one 1",
      "POST /admin/streams/one/sources/1",
      "{\"enabled\":true}" },
    { "streams remove '../x y?z'", "DELETE /admin/streams/../x%20y%3Fz", "" },
    { "streams 'a#b'", "GET /admin/streams/a%23b", "" },
    { "clients --stream a/b --address ::/0",
      "GET /admin/clients?stream=a%2Fb&address=%3A%3A%2F0",
      "" },
    { "events --after 7 --kinds a,b",
      "GET /admin/events?format=json&limit=1000&after=7&kinds=a,b",
      "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      static const SpScriptAnswer answers[]
          = { { SP_SCRIPT ("200 OK", JSON, "{\"kicked\":1}") }, { NULL } };
      g_auto (GStrv) requests = NULL;
      g_autoptr (SpRun) run
          = run_against (answers, rows[i].arguments, &requests);
      g_autofree char *line = g_strconcat (rows[i].line, " HTTP/1.1\r\n", NULL);

      g_assert_cmpint (run->status, ==, 0);
      g_assert_cmpuint (g_strv_length (requests), ==, 1);
      if (strstr (line, "..") == NULL) /* dots are for URIs to resolve */
        g_assert_true (g_str_has_prefix (requests[0], line));
      g_assert_cmpstr (strstr (requests[0], "\r\n\r\n") + 4, ==, rows[i].body);
    }
}

static void
test_unix_socket (void)
{
  static const SpScriptAnswer answers[]
      = { { SP_SCRIPT ("200 OK", JSON, "{\"host\":\"pump1\"}") }, { NULL } };
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "sock", NULL);
  g_autofree char *token = g_build_filename (g_get_tmp_dir (), "token", NULL);
  g_autofree char *arguments
      = g_strdup_printf ("status --socket %s -t %s", path, token);
  SpScript *script = sp_script_new (path, answers);
  g_autoptr (SpRun) run = NULL;
  g_auto (GStrv) requests = NULL;

  g_assert_true (g_file_set_contents (token, "opensesame\n", -1, NULL));
  run = sp_run (g_getenv ("PUMPCTL"), arguments, NULL, DEADLINE_S);
  requests = sp_script_end (script);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->out, ==, "Host  pump1\n");
  g_assert_nonnull (
      strstr (requests[0], "\r\nAuthorization: Bearer opensesame\r\n"));
  g_assert_nonnull (strstr (requests[0], "\r\nHost: localhost\r\n"));
}

/* A lost connection is made anew, where the last event left it; a refusal is
 * the end. */
static void
test_follow (void)
{
  static const SpScriptAnswer answers[]
      = { { SP_SCRIPT ("200 OK",
                       EVENTS,
                       ": keep\n\nid: 7\nevent: started\ndata: "
                       "{\"number\":7,\"kind\":\"started\",\"text\":\"up\"}\n\n"
                       "id: 8\ndata: rubbish\n\nid: 9\ndata: {\"half\"") },
          { SP_SCRIPT ("503 No", PROBLEM, "{\"detail\":\"starting\"}") },
          { SP_SCRIPT ("200 OK",
                       EVENTS,
                       "event: gap\ndata: {\"lost\":5}\n\n"
                       "id: 9\ndata: {\"number\":9}\n\n") },
          { SP_SCRIPT ("403 No", PROBLEM, "{\"detail\":\"not any more\"}") },
          { NULL } };
  g_auto (GStrv) requests = NULL;
  g_autoptr (SpRun) run
      = run_against (answers, "events --follow --after 3", &requests);

  g_assert_cmpint (run->status, ==, 1);
  g_assert_cmpstr (run->out,
                   ==,
                   "    7  -  -        started           up\n"
                   "    9  -  -        -                 -\n");
  g_assert_cmpstr (run->err,
                   ==,
                   "pumpctl: the connection is lost, it is tried again\n"
                   "pumpctl: connected again\n"
                   "pumpctl: 5 events were missed\n"
                   "pumpctl: the connection is lost, it is tried again\n"
                   "pumpctl: not any more\n");
  g_assert_cmpuint (g_strv_length (requests), ==, 4);
  g_assert_true (
      g_str_has_prefix (requests[0], "GET /admin/events?after=3 HTTP/1.1\r\n"));
  g_assert_null (strstr (requests[0], "Last-Event-ID"));
  g_assert_true (
      g_str_has_prefix (requests[1], "GET /admin/events HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (requests[1], "\r\nLast-Event-ID: 8\r\n"));
  g_assert_nonnull (strstr (requests[3], "\r\nLast-Event-ID: 9\r\n"));
}

static void
test_no_events (void)
{
  static const SpScriptAnswer answers[]
      = { { SP_SCRIPT ("200 OK", JSON, "{}") }, { NULL } };
  g_autoptr (SpRun) run = run_against (answers, "events --follow", NULL);

  g_assert_cmpint (run->status, ==, 3);
  g_assert_nonnull (strstr (run->err, "sends no events"));
}

/* Followed by the program until the last client has gone, or somebody else
 * ends it. */
static void
test_drain_wait (void)
{
#define DRAIN(state, left)                                                     \
  "{\"state\":\"" state "\",\"viewers_remaining\":" left "}"
#define STATUS(state, left) "{\"drain\":" DRAIN (state, left) "}"
  static const SpScriptAnswer drained[]
      = { { SP_SCRIPT ("200 OK", JSON, DRAIN ("draining", "2")) },
          { SP_SCRIPT ("200 OK", JSON, STATUS ("draining", "2")) },
          { SP_SCRIPT ("200 OK", JSON, STATUS ("draining", "1")) },
          { SP_SCRIPT ("200 OK", JSON, STATUS ("drained", "0")) },
          { NULL } };
  static const SpScriptAnswer ended[]
      = { { SP_SCRIPT ("200 OK", JSON, DRAIN ("draining", "2")) },
          { SP_SCRIPT ("200 OK", JSON, STATUS ("serving", "2")) },
          { NULL } };
  g_autoptr (SpRun) good = run_against (drained, "drain --wait", NULL);
  g_autoptr (SpRun) json = run_against (drained, "drain --wait -j", NULL);
  g_autoptr (SpRun) bad = run_against (ended, "drain --wait", NULL);

  g_assert_cmpint (good->status, ==, 0);
  g_assert_cmpstr (good->out,
                   ==,
                   "draining, 2 clients left\ndraining, 1 client left\n"
                   "drained, 0 clients left\n");
  g_assert_cmpstr (json->out, ==, DRAIN ("draining", "2") "\n");
  g_assert_cmpint (bad->status, ==, 1);
  g_assert_nonnull (strstr (bad->err, "does not drain any more"));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_assert_nonnull (g_getenv ("PUMPCTL"));
  g_test_add_func ("/pumpctl-odd/answers", test_answers);
  g_test_add_func ("/pumpctl-odd/strange-members", test_strange_members);
  g_test_add_func ("/pumpctl-odd/too-long", test_too_long);
  g_test_add_func ("/pumpctl-odd/silent", test_silent);
  g_test_add_func ("/pumpctl-odd/endless-pages", test_endless_pages);
  g_test_add_func ("/pumpctl-odd/requests", test_requests);
  g_test_add_func ("/pumpctl-odd/unix-socket", test_unix_socket);
  g_test_add_func ("/pumpctl-odd/follow", test_follow);
  g_test_add_func ("/pumpctl-odd/no-events", test_no_events);
  g_test_add_func ("/pumpctl-odd/drain-wait", test_drain_wait);
  return g_test_run ();
}
