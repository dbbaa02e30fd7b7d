/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sp-config.h"
#include "sp-test.h"

#define NOBODY 65534

static SpConfig *
parse (const char *text)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  SpConfig *config
      = sp_config_parse (text, strlen (text), "/etc/pump.json", problems);

  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (const char *)problems->pdata[i]);
  g_assert_nonnull (config);
  return config;
}

static void
test_defaults (void)
{
  g_autoptr (SpConfig) config = parse ("{}");

  g_assert_cmpstrv (config->listen,
                    ((const char *[]){ "::", "0.0.0.0", NULL }));
  g_assert_cmpuint (config->port, ==, 8086);
  g_assert_false (config->ssl);
  g_assert_cmpuint (config->ssl_port, ==, 8089);
  g_assert_null (config->ssl_key);
  g_assert_null (config->ssl_cert);
  g_assert_false (config->use_http_proxy);
  g_assert_null (config->http_proxy_host);
  g_assert_cmpuint (config->http_proxy_port, ==, 8080);
  g_assert_false (config->use_proxy_for_local_addresses);
  g_assert_null (config->redirect_404_to);
  g_assert_null (config->user);
  g_assert_null (config->group);
  g_assert_cmpuint (config->workers, ==, 0);
  g_assert_cmpuint (config->limits.clients, ==, 0);
  g_assert_cmpstr (config->admin_listen, ==, "127.0.0.1");
  g_assert_true (config->is_admin_optional);
  g_assert_cmpuint (config->admin_port, ==, 8087);
  g_assert_null (config->admin_token);
  g_assert_cmpint (config->ua_check, ==, SP_UA_BROWSER);
  g_assert_cmpstr (config->server_token, ==, "Rex/12.0.7600.16385");
  g_assert_cmpuint (config->streams->len, ==, 0);
}

static void
test_admin_defaults (void)
{
  g_autoptr (SpConfig) config = parse ("{\"admin\":{}}");

  g_assert_cmpstr (config->admin_listen, ==, "127.0.0.1");
  g_assert_cmpuint (config->admin_port, ==, 8087);
  g_assert_null (config->admin_token);
}

static void
test_server (void)
{
  g_autoptr (SpConfig) config = parse (
      "{\"listen\":[\"localhost\",\"2001:db8::1\"],\"port\":80,\"ssl\":false,"
      "\"ssl_port\":443,\"ssl_key\":\"pump.key\",\"ssl_cert\":\"/a/b.crt\","
      "\"use_http_proxy\":true,\"http_proxy_host\":\"[2001:db8::2]\","
      "\"http_proxy_port\":\"3128\",\"use_proxy_for_local_addresses\":true,"
      "\"redirect_404_to\":\"https://example.org/\",\"user\":\"u\",\"group\":"
      "\"g\",\"workers\":\"3\",\"limits\":{\"clients\":1,"
      "\"clients_per_address\":2,\"bandwidth_kbps\":3,\"lateness_ms\":4,"
      "\"memory_mb\":\"5\"},\"admin\":{\"listen\":\"localhost\",\"port\":1},"
      "\"ua_check\":\"strict\",\"server_token\":"
      "\"Rex/9.0\"}");

  g_assert_cmpstrv (config->listen,
                    ((const char *[]){ "127.0.0.1", "2001:db8::1", NULL }));
  g_assert_cmpuint (config->port, ==, 80);
  g_assert_cmpuint (config->ssl_port, ==, 443);
  g_assert_cmpstr (config->ssl_key, ==, "/etc/pump.key");
  g_assert_cmpstr (config->ssl_cert, ==, "/a/b.crt");
  g_assert_true (config->use_http_proxy);
  g_assert_cmpstr (config->http_proxy_host, ==, "2001:db8::2");
  g_assert_cmpuint (config->http_proxy_port, ==, 3128);
  g_assert_true (config->use_proxy_for_local_addresses);
  g_assert_cmpstr (config->redirect_404_to, ==, "https://example.org/");
  g_assert_cmpstr (config->user, ==, "u");
  g_assert_cmpstr (config->group, ==, "g");
  g_assert_cmpuint (config->workers, ==, 3);
  g_assert_cmpuint (config->limits.clients, ==, 1);
  g_assert_cmpuint (config->limits.clients_per_address, ==, 2);
  g_assert_cmpuint (config->limits.bandwidth_kbps, ==, 3);
  g_assert_cmpuint (config->overload.lateness_ms, ==, 4);
  g_assert_cmpuint (config->overload.memory_mb, ==, 5);
  g_assert_cmpstr (config->admin_listen, ==, "127.0.0.1");
  g_assert_cmpuint (config->admin_port, ==, 1);
  g_assert_cmpint (config->ua_check, ==, SP_UA_STRICT);
  g_assert_cmpstr (config->server_token, ==, "Rex/9.0");
}

static void
test_stream_defaults (void)
{
  g_autoptr (SpConfig) config
      = parse ("{\"streams\":[{\"path\":\"a\",\"type\":\"mmsh_push\"}]}");
  SpStreamConfig *stream = sp_config_find_stream (config, "A");

  g_assert_nonnull (stream);
  g_assert_cmpstr (stream->name, ==, "a");
  g_assert_cmpstr (stream->path, ==, "a");
  g_assert_true (stream->enabled);
  g_assert_cmpuint (stream->sources->len, ==, 1);
  g_assert_false (stream->on_demand);
  g_assert_cmpuint (stream->burst_ms, ==, 2000);
  g_assert_cmpuint (stream->hold_ms, ==, 60000);
  g_assert_cmpuint (stream->flush_ms, ==, 100);
  g_assert_cmpuint (stream->push_takeover_ms, ==, 10000);
  g_assert_cmpuint (stream->linger_ms, ==, 30000);
  g_assert_cmpint (stream->slow_viewer, ==, SP_SLOW_SKIP);
  g_assert_cmpuint (stream->slow_viewer_ms, ==, 10000);
  g_assert_cmpuint (stream->limits.clients, ==, 0);
  g_assert_null (sp_config_find_stream (config, "b"));
}

static void
test_stream (void)
{
  g_autoptr (SpConfig) config = parse (
      "{\"stream_defaults\":{\"hold_ms\":1,\"limits\":{\"clients\":5,"
      "\"bandwidth_kbps\":6},\"slow_viewer\":\"hold\",\"on_demand\":true},"
      "\"streams\":[{\"path\":\"a\",\"name\":\"Chamber\",\"enabled\":false,"
      "\"type\":\"mmsh_pull\",\"source_options\":{\"host\":\"encoder\"},"
      "\"burst_ms\":2,\"flush_ms\":4,\"push_takeover_ms\":5,\"linger_ms\":6,"
      "\"slow_viewer\":\"cut\",\"slow_viewer_ms\":700,\"limits\":{\"clients\":"
      "0,\"clients_per_address\":9}},{\"path\":\"b\",\"type\":\"mmsh_push\","
      "\"hold_ms\":\"3\"}]}");
  const SpStreamConfig *a = sp_config_find_stream (config, "a");
  const SpStreamConfig *b = sp_config_find_stream (config, "b");

  g_assert_cmpstr (a->name, ==, "Chamber");
  g_assert_false (a->enabled);
  g_assert_true (a->on_demand);
  g_assert_cmpuint (a->burst_ms, ==, 2);
  g_assert_cmpuint (a->hold_ms, ==, 1);
  g_assert_cmpuint (a->flush_ms, ==, 4);
  g_assert_cmpuint (a->push_takeover_ms, ==, 5);
  g_assert_cmpuint (a->linger_ms, ==, 6);
  g_assert_cmpint (a->slow_viewer, ==, SP_SLOW_CUT);
  g_assert_cmpuint (a->slow_viewer_ms, ==, 700);
  g_assert_cmpuint (a->limits.clients, ==, 0);
  g_assert_cmpuint (a->limits.clients_per_address, ==, 9);
  g_assert_cmpuint (a->limits.bandwidth_kbps, ==, 6);
  g_assert_false (b->on_demand);
  g_assert_cmpuint (b->hold_ms, ==, 3);
  g_assert_cmpint (b->slow_viewer, ==, SP_SLOW_HOLD);
  g_assert_cmpuint (b->limits.clients, ==, 5);
}

static void
test_sources (void)
{
  g_autoptr (SpConfig) config = parse (
      "{\"streams\":[{\"path\":\"a\",\"type\":\"mmsh_pull\","
      "\"source_options\":{\"host\":\"encoder\"},\"fallback\":[{\"type\":"
      "\"mmsh_pull\",\"source_options\":{\"host\":\"b\\u00fccher.example\","
      "\"port\":\"8080\",\"path\":\"/live?x\",\"tls\":true,\"ca\":"
      "\"/proc/self/maps\",\"user\":\"u\",\"password\":\"p\",\"user_agent\":"
      "\"ua\",\"connect_ms\":101,\"stall_ms\":102,\"retry_ms\":103}},{"
      "\"type\":\"mmsh_pull\",\"source_options\":{\"host\":\"x\",\"tls\":true}}"
      ","
      "{\"type\":\"file\",\"source_options\":{\"path\":"
      "\"../proc/self/maps\"}}]}]}");
  const SpStreamConfig *stream = sp_config_find_stream (config, "a");
  const SpSourceConfig *plain = stream->sources->pdata[0];
  const SpSourceConfig *full = stream->sources->pdata[1];
  const SpSourceConfig *tls = stream->sources->pdata[2];
  const SpSourceConfig *file = stream->sources->pdata[3];

  g_assert_cmpint (plain->type, ==, SP_SOURCE_MMSH_PULL);
  g_assert_cmpstr (plain->host, ==, "encoder");
  g_assert_cmpuint (plain->port, ==, 80);
  g_assert_cmpstr (plain->path, ==, "/");
  g_assert_false (plain->tls);
  g_assert_null (plain->user_agent);
  g_assert_cmpuint (plain->connect_ms, ==, 10000);
  g_assert_cmpuint (plain->stall_ms, ==, 15000);
  g_assert_cmpuint (plain->retry_ms, ==, 10000);

  g_assert_cmpstr (full->host, ==, "xn--bcher-kva.example");
  g_assert_cmpuint (full->port, ==, 8080);
  g_assert_cmpstr (full->path, ==, "/live?x");
  g_assert_true (full->tls);
  g_assert_cmpstr (full->ca, ==, "/proc/self/maps");
  g_assert_cmpstr (full->user, ==, "u");
  g_assert_cmpstr (full->password, ==, "p");
  g_assert_cmpstr (full->user_agent, ==, "ua");
  g_assert_cmpuint (full->connect_ms, ==, 101);
  g_assert_cmpuint (full->stall_ms, ==, 102);
  g_assert_cmpuint (full->retry_ms, ==, 103);

  g_assert_cmpuint (tls->port, ==, 443);
  g_assert_cmpint (file->type, ==, SP_SOURCE_FILE);
  g_assert_cmpstr (file->file, ==, "/etc/../proc/self/maps");
  g_assert_cmpuint (file->retry_ms, ==, 10000);
}

static void
test_load (void)
{
  g_autofree char *folder = g_dir_make_tmp ("config-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "pump.json", NULL);
  g_autofree char *token = g_build_filename (folder, "a.token", NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config = NULL;

  g_assert_true (g_file_set_contents (
      file, "\xef\xbb\xbf{\"admin\":{\"token_file\":\"a.token\"}}", -1, NULL));
  g_assert_true (g_file_set_contents (token, " s3cret\r\n", -1, NULL));
  config = sp_config_load (file, problems);
  g_assert_nonnull (config);
  g_assert_cmpstr (config->admin_token, ==, "s3cret");
  g_assert_cmpstr (config->admin_token_file, ==, token);
  g_unlink (file);
  g_unlink (token);
  g_rmdir (folder);
}

static void
assert_not_loaded (const char *file, const char *says)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *wanted = g_strdup_printf ("%s: %s", file, says);

  g_assert_null (sp_config_load (file, problems));
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (problems->pdata[0], ==, wanted);
}

static void
test_not_loaded (void)
{
  g_autofree char *folder = g_dir_make_tmp ("config-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "pump.json", NULL);
  g_autofree char *large = g_strnfill ((4 << 20) + 1, ' ');
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config = NULL;

  assert_not_loaded (file, "No such file or directory");
  assert_not_loaded (folder, "Is a directory");
  g_assert_true (g_file_set_contents (file, large, -1, NULL));
  assert_not_loaded (file, "is larger than 4 MiB");
  large[0] = '{';
  large[1] = '}';
  g_assert_true (g_file_set_contents (file, large, 4 << 20, NULL));
  config = sp_config_load (file, problems);
  g_assert_nonnull (config);
  g_unlink (file);
  g_rmdir (folder);
}

/* Reads @file as somebody who has no right to what it names. */
static SpConfig *
reload_as_nobody (const char *file, SpConfig *running, GPtrArray *problems)
{
  gboolean is_root = geteuid () == 0;
  SpConfig *config;

  if (is_root)
    g_assert_cmpint (seteuid (NOBODY), ==, 0);
  config = running != NULL ? sp_config_reload (file, running, problems)
                           : sp_config_load (file, problems);
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (const char *)problems->pdata[i]);
  return config;
}

/* A daemon that has become somebody else may not read its own key any more. */
static void
test_reload (void)
{
  static const char text[]
      = "{\"ssl\":true,\"ssl_key\":\"k\",\"ssl_cert\":\"c\",\"admin\":{"
        "\"token_file\":\"t\"}}";
  static const char *const names[] = { "k", "c", "t" };
  g_autofree char *folder = g_dir_make_tmp ("config-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "pump.json", NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config = NULL;
  g_autoptr (SpConfig) again = NULL;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (g_file_set_contents (path, "x", -1, NULL));
    }
  config = sp_config_load (file, problems);
  g_assert_nonnull (config);
  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (file, 0644), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_chmod (path, 0), ==, 0);
    }
  again = reload_as_nobody (file, config, problems);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->admin_token, ==, "x");
  g_assert_null (reload_as_nobody (file, NULL, problems));
  g_assert_cmpuint (problems->len, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (
          g_str_has_suffix (problems->pdata[i], ": Permission denied"));
      g_unlink (path);
    }
  g_unlink (file);
  g_rmdir (folder);
}

/* What is installed is good as it is, wherever it lies. */
static void
test_installed (void)
{
  static const char *const names[]
      = { "stream-pump.json", "stream-pump.json.example" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file
          = g_test_build_filename (G_TEST_DIST, "..", "data", names[i], NULL);
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (SpConfig) config = sp_config_load (file, problems);

      for (guint j = 0; j < problems->len; j++)
        g_test_message ("%s", (const char *)problems->pdata[j]);
      g_assert_nonnull (config);
      g_assert_cmpstr (config->admin_listen, ==, "127.0.0.1");
      g_assert_cmpuint (config->streams->len, >=, 1);
    }
}

static void
test_references (void)
{
  SpConfig *config = parse ("{}");

  g_assert_true (sp_config_ref (config) == config);
  sp_config_unref (config);
  g_assert_cmpuint (config->port, ==, 8086);
  sp_config_unref (config);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/admin-defaults", test_admin_defaults);
  g_test_add_func ("/config/server", test_server);
  g_test_add_func ("/config/stream-defaults", test_stream_defaults);
  g_test_add_func ("/config/stream", test_stream);
  g_test_add_func ("/config/sources", test_sources);
  g_test_add_func ("/config/load", test_load);
  g_test_add_func ("/config/load/what-is-no-file", test_not_loaded);
  g_test_add_func ("/config/reload/needs-no-right-to-its-keys", test_reload);
  g_test_add_func ("/config/installed-files", test_installed);
  g_test_add_func ("/config/references", test_references);
  return g_test_run ();
}
