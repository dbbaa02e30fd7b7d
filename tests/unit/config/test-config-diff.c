/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-config-diff.h"
#include "sp-test.h"

#define PUSH(path, members)                                                    \
  "{\"path\":\"" path "\",\"type\":\"mmsh_push\"" members "}"
#define PULL(path, host, members)                                              \
  "{\"path\":\"" path "\",\"type\":\"mmsh_pull\",\"source_options\":{"         \
  "\"host\":\"" host "\"}" members "}"
#define STREAMS(list) "{\"streams\":[" list "]}"

/* By SpConfigChangeKind. */
static const char *const kinds[]
    = { "removed", "redirect", "identity", "limits",  "token", "proxy",
        "access",  "watch",    "policy",   "sources", "added", "restart" };

typedef struct
{
  const char *name;
  const char *before;
  const char *after;
  const char *changes; /* "kind path, ..." in order */
} Row;

static const Row rows[] = {
  { "nothing", "{}", "{}", "" },
  { "defaults-written-out",
    "{}",
    "{\"port\":8086,\"listen\":[\"::\",\"0.0.0.0\"],\"ssl\":false}",
    "" },
  { "same-streams",
    STREAMS (PUSH ("a", "") "," PULL ("b", "x", "")),
    STREAMS (PUSH ("a", "") "," PULL ("b", "x", "")),
    "" },
  { "order-of-streams",
    STREAMS (PUSH ("a", "") "," PUSH ("b", "")),
    STREAMS (PUSH ("b", "") "," PUSH ("a", "")),
    "" },
  { "added",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", "") "," PUSH ("b", "") "," PUSH ("c", "")),
    "added b, added c" },
  { "removed",
    STREAMS (PUSH ("a", "") "," PUSH ("b", "") "," PUSH ("c", "")),
    STREAMS (PUSH ("b", "")),
    "removed a, removed c" },
  { "moved",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("b", "")),
    "removed a, added b" },
  { "spelt-otherwise",
    STREAMS (PUSH ("a", ",\"name\":\"x\"")),
    STREAMS (PUSH ("A", ",\"name\":\"x\"")),
    "removed a, added A" },
  { "named-otherwise",
    STREAMS (PUSH ("a", ",\"name\":\"x\"")),
    STREAMS (PUSH ("a", ",\"name\":\"y\"")),
    "policy a" },
  { "switched-off",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"enabled\":false")),
    "removed a, added a" },
  { "other-type",
    STREAMS (PUSH ("a", "")),
    STREAMS (PULL ("a", "x", "")),
    "removed a, added a" },
  { "burst",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"burst_ms\":1")),
    "policy a" },
  { "hold",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"hold_ms\":1")),
    "policy a" },
  { "flush",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"flush_ms\":1")),
    "policy a" },
  { "takeover",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"push_takeover_ms\":1")),
    "policy a" },
  { "linger",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"linger_ms\":1")),
    "policy a" },
  { "slow",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"slow_viewer\":\"cut\"")),
    "policy a" },
  { "slow-ms",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"slow_viewer_ms\":100")),
    "policy a" },
  { "stream-limits",
    STREAMS (PUSH ("a", "")),
    STREAMS (PUSH ("a", ",\"limits\":{\"clients_per_address\":1}")),
    "policy a" },
  { "defaults-of-streams",
    STREAMS (PUSH ("a", "") "," PUSH ("b", ",\"burst_ms\":2000")),
    "{\"stream_defaults\":{\"burst_ms\":1},\"streams\":[" PUSH (
        "a", "") "," PUSH ("b", ",\"burst_ms\":2000") "]}",
    "policy a" },
  { "host",
    STREAMS (PULL ("a", "x", "")),
    STREAMS (PULL ("a", "y", ",\"burst_ms\":1")),
    "sources a" },
  { "on-demand",
    STREAMS (PULL ("a", "x", "")),
    STREAMS (PULL ("a", "x", ",\"on_demand\":true")),
    "sources a" },
  { "fallback",
    STREAMS (PULL ("a", "x", "")),
    STREAMS (PULL ("a",
                   "x",
                   ",\"fallback\":[{\"type\":\"mmsh_pull\","
                   "\"source_options\":{\"host\":\"y\"}}]")),
    "sources a" },
  { "server",
    "{}",
    "{\"redirect_404_to\":\"http://a/\",\"ua_check\":\"off\",\"server_token\":"
    "\"Rex/9.0\",\"limits\":{\"bandwidth_kbps\":1},\"use_http_proxy\":true,"
    "\"http_proxy_host\":\"p\"}",
    "redirect redirect_404_to, identity ua_check, identity server_token, "
    "limits limits, proxy use_http_proxy" },
  { "lateness", "{}", "{\"limits\":{\"lateness_ms\":1}}", "limits limits" },
  { "memory", "{}", "{\"limits\":{\"memory_mb\":1}}", "limits limits" },
  { "proxy-port", "{}", "{\"http_proxy_port\":1}", "proxy use_http_proxy" },
  { "proxy-local",
    "{}",
    "{\"use_proxy_for_local_addresses\":true}",
    "proxy use_http_proxy" },
  { "restart",
    "{}",
    "{\"listen\":\"::1\",\"port\":1,\"ssl\":true,\"ssl_port\":2,\"ssl_key\":"
    "\"/proc/self/maps\",\"ssl_cert\":\"/proc/self/maps\",\"user\":\"u\","
    "\"group\":\"g\",\"workers\":1,\"admin\":{\"port\":3}}",
    "restart listen, restart port, restart ssl, restart ssl_port, restart "
    "user, restart group, restart workers, restart admin.port" },
  { "socket",
    "{\"admin\":{\"socket\":\"\"}}",
    "{\"admin\":{\"socket\":\"a.sock\"}}",
    "restart admin.socket" },
  { "snmp", "{}", "{\"snmp\":{}}", "restart snmp" },
  { "access-log",
    "{\"access_log\":{}}",
    "{\"access_log\":{\"format\":\"json\"}}",
    "access access_log" },
  { "watch",
    "{}",
    "{\"canary_ms\":1,\"certificate_warn_days\":1,\"drain\":{\"grace_ms\":1}}",
    "watch drain, watch canary_ms, watch certificate_warn_days" },
  { "order",
    STREAMS (PUSH ("a", "") "," PUSH ("b", "") "," PULL ("c", "x", "")),
    "{\"port\":1,\"limits\":{\"clients\":1},\"streams\":[" PUSH (
        "d", "") "," PULL ("c", "y", "") "," PUSH ("b", ",\"hold_ms\":1") "]}",
    "removed a, limits limits, policy b, sources c, added d, restart port" },
};

static SpConfig *
parse (const char *text)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  SpConfig *config
      = sp_config_parse (text, strlen (text), "/etc/x.json", problems);

  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (const char *)problems->pdata[i]);
  g_assert_nonnull (config);
  return config;
}

/* Whoever applies a change finds the streams that it is about. */
static void
check_streams (const SpConfigChange *change, SpConfig *before, SpConfig *after)
{
  gboolean has_old = change->kind == SP_CONFIG_STREAM_REMOVED
                     || change->kind == SP_CONFIG_STREAM_POLICY
                     || change->kind == SP_CONFIG_STREAM_SOURCES;
  gboolean has_new = change->kind == SP_CONFIG_STREAM_ADDED
                     || change->kind == SP_CONFIG_STREAM_POLICY
                     || change->kind == SP_CONFIG_STREAM_SOURCES;
  SpStreamConfig *old_stream
      = has_old ? sp_config_find_stream (before, change->path) : NULL;
  SpStreamConfig *new_stream
      = has_new ? sp_config_find_stream (after, change->path) : NULL;

  g_assert_true (change->old_stream == old_stream);
  g_assert_true (change->new_stream == new_stream);
  g_assert_cmpint (has_old, ==, old_stream != NULL);
  g_assert_cmpint (has_new, ==, new_stream != NULL);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpConfig) before = parse (row->before);
  g_autoptr (SpConfig) after = parse (row->after);
  g_autoptr (GPtrArray) changes = sp_config_diff (before, after);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < changes->len; i++)
    {
      const SpConfigChange *change = changes->pdata[i];

      check_streams (change, before, after);
      g_string_append_printf (text,
                              "%s%s %s",
                              i > 0 ? ", " : "",
                              kinds[change->kind],
                              change->path);
    }
  g_assert_cmpstr (text->str, ==, row->changes);
}

/* The same configuration read twice has no differences. */
static void
test_itself (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpConfig) one = parse (row->after);
  g_autoptr (SpConfig) other = parse (row->after);
  g_autoptr (GPtrArray) changes = sp_config_diff (one, other);

  g_assert_cmpuint (changes->len, ==, 0);
}

static void
test_token (void)
{
  g_autoptr (SpConfig) before = parse ("{\"admin\":{}}");
  g_autoptr (SpConfig) after = parse ("{\"admin\":{}}");
  g_autoptr (GPtrArray) changes = NULL;
  const SpConfigChange *change;

  after->admin_token = g_strdup ("s3cret");
  changes = sp_config_diff (before, after);
  g_assert_cmpuint (changes->len, ==, 1);
  change = changes->pdata[0];
  g_assert_cmpint (change->kind, ==, SP_CONFIG_ADMIN_TOKEN);
  g_assert_cmpstr (change->path, ==, "admin.token_file");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/config-diff/%s", rows[i].name);
      g_autofree char *itself
          = g_strdup_printf ("/config-diff/%s/to-itself", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
      g_test_add_data_func (itself, &rows[i], test_itself);
    }
  g_test_add_func ("/config-diff/token", test_token);
  return g_test_run ();
}
