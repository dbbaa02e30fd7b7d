/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-config-edit.h"
#include "sp-config-report.h"
#include "sp-json-parse.h"
#include "sp-test.h"

#define PUSH(path, members)                                                    \
  "{\"path\":\"" path "\",\"type\":\"mmsh_push\"" members "}"
#define STREAMS(list) "{\"streams\":[" list "]}"

/* By SpConfigEffect. */
static const char *const effects[] = { "now", "new", "restart" };

typedef struct
{
  const char *name;
  const char *before;
  const char *after;
  const char *report; /* "key effect, ..." */
} Row;

static const Row rows[] = {
  { "nothing", "{}", "{}", "" },
  { "spaces", "{\"port\": 1}", "{ \"port\" : 1 }", "" },
  { "port", "{}", "{\"port\":1}", "port restart" },
  { "port-gone", "{\"port\":1}", "{}", "port restart" },
  { "admin",
    "{\"admin\":{\"port\":1}}",
    "{\"admin\":{\"port\":2}}",
    "admin.port restart" },
  { "snmp", "{}", "{\"snmp\":{\"writes\":true}}", "snmp.writes restart" },
  { "limits", "{}", "{\"limits\":{\"clients\":5}}", "limits.clients new" },
  { "listen",
    "{\"listen\":[\"::\"]}",
    "{\"listen\":[\"::1\"]}",
    "listen restart" },
  { "canary", "{}", "{\"canary_ms\":5000}", "canary_ms now" },
  { "stream-added",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", "") "," PUSH ("b", "")),
    "streams[b] now" },
  { "stream-removed",
    STREAMS (PUSH ("a", "") "," PUSH ("b/c", "")),
    STREAMS (PUSH ("a", "")),
    "streams[b/c] now" },
  { "stream-keys",
    STREAMS (PUSH ("a", ",\"burst_ms\":1,\"hold_ms\":2")),
    STREAMS (PUSH ("a", ",\"hold_ms\":3,\"limits\":{\"clients\":7}")),
    "streams[a].burst_ms new, streams[a].hold_ms now, "
    "streams[a].limits.clients new" },
  { "order-of-streams",
    STREAMS (PUSH ("a", "") "," PUSH ("b", "")),
    STREAMS (PUSH ("b", "") "," PUSH ("a", "")),
    "" },
  { "several",
    "{\"workers\":1,\"canary_ms\":1}",
    "{\"ua_check\":\"off\",\"workers\":2}",
    "canary_ms now, ua_check new, workers restart" },
};

static SpConfig *
parse (const char *text)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  SpConfig *config
      = sp_config_parse (text, strlen (text), "/etc/x.json", problems);

  if (config == NULL)
    g_test_message ("%s", (const char *)problems->pdata[0]);
  g_assert_nonnull (config);
  return config;
}

static void
note (const char *key, SpConfigEffect effect, gpointer user_data)
{
  GString *text = user_data;

  g_string_append_printf (
      text, "%s%s %s", text->len > 0 ? ", " : "", key, effects[effect]);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpConfig) before = parse (row->before);
  g_autoptr (SpConfig) after = parse (row->after);
  g_autoptr (GString) text = g_string_new (NULL);

  sp_config_report (before, after, note, text);
  g_assert_cmpstr (text->str, ==, row->report);
}

static void
test_token (void)
{
  g_autoptr (SpConfig) before = parse ("{\"admin\":{}}");
  g_autoptr (SpConfig) after = parse ("{\"admin\":{}}");
  g_autoptr (GString) text = g_string_new (NULL);

  after->admin_token = g_strdup ("other");
  sp_config_report (before, after, note, text);
  g_assert_cmpstr (text->str, ==, "admin.token_file now");
}

static JsonNode *
json (const char *text)
{
  SpJsonFault fault;
  JsonNode *node = sp_json_parse (text, strlen (text), 16, &fault);

  g_assert_nonnull (node);
  return node;
}

static void
test_add (void)
{
  g_autoptr (SpConfig) config = parse ("{\"port\":1}");
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) body = json (PUSH ("a", ",\"burst_ms\":77"));
  g_autoptr (SpConfig) added
      = sp_config_add_stream (config, json_node_get_object (body), problems);

  g_assert_nonnull (added);
  g_assert_cmpuint (added->streams->len, ==, 1);
  g_assert_cmpuint (added->port, ==, 1);
  g_assert_cmpuint (sp_config_find_stream (added, "A")->burst_ms, ==, 77);
  g_assert_cmpuint (config->streams->len, ==, 0);
  g_assert_cmpstr (added->revision, !=, config->revision);
}

static void
test_add_bad (void)
{
  g_autoptr (SpConfig) config = parse (STREAMS (PUSH ("a", "")));
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) body = json (PUSH ("b", ",\"burst_mss\":1"));

  g_assert_null (
      sp_config_add_stream (config, json_node_get_object (body), problems));
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (
      problems->pdata[0],
      ==,
      "/etc/x.json: streams[1].burst_mss: unknown key; did you mean "
      "\"burst_ms\"?");
}

static void
test_change (void)
{
  g_autoptr (SpConfig) config = parse (STREAMS (PUSH ("a", "") "," PUSH (
      "B", ",\"hold_ms\":5,\"burst_ms\":6,\"limits\":{\"clients\":7}")));
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) body
      = json ("{\"hold_ms\":50,\"burst_ms\":null,\"limits\":"
              "{\"bandwidth_kbps\":8}}");
  g_autoptr (SpConfig) changed = sp_config_change_stream (
      config, "b", json_node_get_object (body), problems);
  const SpStreamConfig *stream;

  g_assert_nonnull (changed);
  stream = sp_config_find_stream (changed, "b");
  g_assert_cmpuint (stream->hold_ms, ==, 50);
  g_assert_cmpuint (stream->burst_ms, ==, 2000);
  g_assert_cmpuint (stream->limits.clients, ==, 7);
  g_assert_cmpuint (stream->limits.bandwidth_kbps, ==, 8);
}

/* RFC 7396: a null in an object that is new is nothing. */
static void
test_change_null_in_new (void)
{
  g_autoptr (SpConfig) config = parse (STREAMS (PUSH ("a", "")));
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) body
      = json ("{\"limits\":{\"clients\":null,\"bandwidth_kbps\":8}}");
  g_autoptr (SpConfig) changed = sp_config_change_stream (
      config, "a", json_node_get_object (body), problems);
  const SpStreamConfig *stream;

  g_assert_nonnull (changed);
  stream = sp_config_find_stream (changed, "a");
  g_assert_cmpuint (stream->limits.clients, ==, 0);
  g_assert_cmpuint (stream->limits.bandwidth_kbps, ==, 8);
}

static void
test_remove (void)
{
  g_autoptr (SpConfig) config
      = parse (STREAMS (PUSH ("a", "") "," PUSH ("b", "")));
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) removed
      = sp_config_remove_stream (config, "A", problems);

  g_assert_nonnull (removed);
  g_assert_cmpuint (removed->streams->len, ==, 1);
  g_assert_null (sp_config_find_stream (removed, "a"));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/config-report/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/config-report/token", test_token);
  g_test_add_func ("/config-edit/add", test_add);
  g_test_add_func ("/config-edit/add-bad", test_add_bad);
  g_test_add_func ("/config-edit/change", test_change);
  g_test_add_func ("/config-edit/change/null-in-new", test_change_null_in_new);
  g_test_add_func ("/config-edit/remove", test_remove);
  return g_test_run ();
}
