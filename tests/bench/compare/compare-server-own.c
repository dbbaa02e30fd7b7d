/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-server-private.h"

/* The servers that are built here. */

static guint
total_kbps (const CompareFeed *feed)
{
  return feed->kbps * feed->n_streams;
}

static gboolean
wait_port (const CompareProcess *process,
           const char *before,
           guint16 *port,
           GError **error)
{
  g_autofree char *text
      = compare_process_wait_log (process, before, COMPARE_READY_MS, error);

  if (text == NULL)
    return FALSE;
  *port = (guint16)g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

static gboolean
write_pump_config (CompareServer *server, gboolean is_tls, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text,
      "{ \"listen\": \"127.0.0.1\", \"port\": 0, \"canary_ms\": 0,\n"
      "  \"ua_check\": \"off\", \"access_log\": { \"to\": \"off\" },\n"
      "  \"admin\": { \"listen\": \"127.0.0.1\", \"port\": 0 },\n"
      "  \"limits\": { \"lateness_ms\": 0 },\n"
      "  \"stream_defaults\": { \"flush_ms\": %u },\n",
      server->feed.flush_ms);
  if (is_tls)
    g_string_append (text,
                     "  \"ssl\": true, \"ssl_port\": 0,\n"
                     "  \"ssl_key\": \"" COMPARE_TLS_KEY "\",\n"
                     "  \"ssl_cert\": \"" COMPARE_TLS_CERT "\",\n");
  g_string_append (text, "  \"streams\": [");
  for (guint i = 0; i < server->feed.n_streams; i++)
    g_string_append_printf (
        text,
        "%s\n    { \"path\": \"%u\", \"type\": \"mmsh_push\" }",
        i > 0 ? "," : "",
        i);
  g_string_append (text, "\n  ]\n}\n");
  return compare_server_write (server, "pump.json", text->str, error);
}

static gboolean
start_push (CompareServer *server, guint16 port, GError **error)
{
  const CompareFeed *feed = &server->feed;
  g_autofree char *kbps = g_strdup_printf ("%u", total_kbps (feed));
  g_autofree char *size = g_strdup_printf ("%u", feed->packet_size);
  g_autofree char *streams = g_strdup_printf ("%u", feed->n_streams);
  g_autofree char *url
      = g_strdup_printf ("http://127.0.0.1:%u/streams/%%u_push", port);
  const char *argv[]
      = { STREAM_PUMP_LOAD, "--push", url,         "--kbps", kbps,
          "--packet-size",  size,     "--streams", streams,  NULL };

  server->source = compare_process_start (argv, server->folder, FALSE, error);
  return server->source != NULL;
}

static gboolean
start_pump (CompareServer *server, gboolean is_tls, GError **error)
{
  const char *argv[] = { STREAM_PUMP, "--config", "pump.json", NULL };
  g_autofree char *ready = NULL;
  guint16 plain_port = 0;

  if (!write_pump_config (server, is_tls, error))
    return FALSE;
  server->server = compare_process_start (argv, server->folder, FALSE, error);
  if (server->server == NULL
      || (ready = compare_process_wait_log (
              server->server, "ready", COMPARE_READY_MS, error))
             == NULL
      || !wait_port (
          server->server, "media listening on 127.0.0.1:", &plain_port, error)
      || !wait_port (server->server,
                     "admin listening on 127.0.0.1:",
                     &server->admin_port,
                     error)
      || !start_push (server, plain_port, error))
    return FALSE;
  server->port = plain_port;
  if (is_tls
      && !wait_port (
          server->server, "tls listening on 127.0.0.1:", &server->port, error))
    return FALSE;
  for (guint i = 0; i < server->feed.n_streams; i++)
    {
      g_autofree char *path = g_strdup_printf ("/streams/%u", i);

      if (!compare_wait_media (plain_port, path, COMPARE_READY_MS, error))
        return FALSE;
      compare_server_add_url (server, is_tls ? "https" : "http", path);
    }
  return TRUE;
}

gboolean
compare_start_pump (CompareServer *server, GError **error)
{
  return start_pump (server, FALSE, error);
}

gboolean
compare_start_pump_tls (CompareServer *server, GError **error)
{
  return start_pump (server, TRUE, error);
}

CompareProcess *
compare_start_bare_process (CompareServer *server,
                            gboolean is_origin,
                            guint16 *port,
                            GError **error)
{
  const CompareFeed *feed = &server->feed;
  g_autofree char *kbps = g_strdup_printf ("%u", total_kbps (feed));
  g_autofree char *size = g_strdup_printf ("%u", feed->packet_size);
  g_autofree char *streams = g_strdup_printf ("%u", feed->n_streams);
  g_autofree char *flush
      = g_strdup_printf ("%u", is_origin ? 0 : feed->flush_ms);
  const char *argv[]
      = { BENCH_BARE,
          "--flush-ms",
          flush,
          "--kbps",
          kbps,
          "--packet-size",
          size,
          "--streams",
          streams,
          "--framing",
          is_origin ? "raw" : "mmsh",
          server->kind == COMPARE_BARE_FILE ? "--sendfile" : NULL,
          NULL };
  g_autoptr (CompareProcess) process
      = compare_process_start (argv, server->folder, FALSE, error);

  if (process == NULL || !wait_port (process, "", port, error))
    return NULL;
  return g_steal_pointer (&process);
}

gboolean
compare_start_bare (CompareServer *server, GError **error)
{
  server->server
      = compare_start_bare_process (server, FALSE, &server->port, error);
  if (server->server == NULL)
    return FALSE;
  for (guint i = 0; i < server->feed.n_streams; i++)
    {
      g_autofree char *path = g_strdup_printf ("/streams/%u", i);

      compare_server_add_url (server, "http", path);
    }
  return TRUE;
}

gboolean
compare_start_bare_tls (CompareServer *server, GError **error)
{
  g_autofree char *kbps = g_strdup_printf ("%u", total_kbps (&server->feed));
  g_autofree char *size = g_strdup_printf ("%u", server->feed.packet_size);
  g_autofree char *flush = g_strdup_printf ("%u", server->feed.flush_ms);
  const char *argv[] = {
    BENCH_BARE_TLS, "--port",        "0",          "--cert", COMPARE_TLS_CERT,
    "--key",        COMPARE_TLS_KEY, "--flush-ms", flush,    "--kbps",
    kbps,           "--packet-size", size,         NULL
  };

  server->server = compare_process_start (argv, server->folder, FALSE, error);
  if (server->server == NULL
      || !wait_port (server->server, "", &server->port, error))
    return FALSE;
  compare_server_add_url (server, "https", "/streams/0");
  return TRUE;
}
