/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include <glib/gi18n.h>

#define PAGE_MAX 1000 /* the most that a pump gives at once */

static const SpCtlField columns[] = {
  { N_ ("ID"), "id", SP_CTL_COUNT },
  { N_ ("STREAM"), "stream", SP_CTL_TEXT, TRUE },
  { N_ ("ADDRESS"), "address", SP_CTL_TEXT },
  { N_ ("EXTERNAL ID"), "external_id", SP_CTL_TEXT, TRUE },
  { N_ ("STATE"), "state", SP_CTL_STATE },
  { N_ ("FOR"), "connected_s", SP_CTL_SECONDS },
  { N_ ("LAG"), "lag_ms", SP_CTL_MILLISECONDS },
  { N_ ("SKIPPED"), "packets_skipped", SP_CTL_COUNT },
  { N_ ("RATE"), "bitrate_bps", SP_CTL_RATE },
  { N_ ("SENT"), "bytes_sent", SP_CTL_BYTES },
  { N_ ("RTT"), "rtt_us", SP_CTL_MICROSECONDS },
  { N_ ("PLAYER"), "user_agent", SP_CTL_TEXT, TRUE },
  { NULL },
};

static const SpCtlField details[] = {
  { N_ ("Client"), "id", SP_CTL_COUNT },
  { N_ ("Stream"), "stream", SP_CTL_TEXT },
  { N_ ("Address"), "address", SP_CTL_TEXT },
  { N_ ("  port"), "port", SP_CTL_COUNT },
  { N_ ("  over TLS"), "tls", SP_CTL_YES_NO },
  { N_ ("External id"), "external_id", SP_CTL_TEXT },
  { N_ ("Player"), "user_agent", SP_CTL_TEXT },
  { N_ ("  framing"), "framing", SP_CTL_TEXT },
  { N_ ("State"), "state", SP_CTL_STATE },
  { N_ ("Since"), "connected_since", SP_CTL_TIME },
  { N_ ("  for"), "connected_s", SP_CTL_SECONDS },
  { N_ ("Began after"), "start_delay_ms", SP_CTL_MILLISECONDS },
  { N_ ("Lag"), "lag_ms", SP_CTL_MILLISECONDS },
  { N_ ("Queue"), "queue_bytes", SP_CTL_BYTES },
  { N_ ("Rate"), "bitrate_bps", SP_CTL_RATE },
  { N_ ("Sent"), "bytes_sent", SP_CTL_BYTES },
  { N_ ("  acknowledged"), "bytes_acked", SP_CTL_BYTES },
  { N_ ("  packets"), "packets_sent", SP_CTL_COUNT },
  { N_ ("  skipped"), "packets_skipped", SP_CTL_COUNT },
  { N_ ("Round trip"), "rtt_us", SP_CTL_MICROSECONDS },
  { N_ ("Retransmits"), "retransmits", SP_CTL_COUNT },
  { N_ ("Player said at"), "player.at", SP_CTL_TIME },
  { N_ ("  quality, %"), "player.quality_percent", SP_CTL_COUNT },
  { N_ ("  buffered, times"), "player.buffering_count", SP_CTL_COUNT },
  { N_ ("  buffered, in all"), "player.buffering_ms", SP_CTL_MILLISECONDS },
  { N_ ("  packets lost"), "player.packets_lost", SP_CTL_COUNT },
  { N_ ("  packets received"), "player.packets_received", SP_CTL_COUNT },
  { N_ ("  packets recovered"), "player.packets_recovered", SP_CTL_COUNT },
  { N_ ("  played for"), "player.played_s", SP_CTL_SECONDS },
  { N_ ("  bandwidth"), "player.bandwidth_bps", SP_CTL_RATE },
  { N_ ("  version"), "player.version", SP_CTL_TEXT },
  { N_ ("  system"), "player.os", SP_CTL_TEXT },
  { NULL },
};

/** What the command line says. */
typedef struct
{
  char *stream;
  char *address;
  char *external_id;
  gint64 limit; /* 0: as the pump likes */
  gint64 after;
  gboolean is_all;
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->stream);
  g_free (wish->address);
  g_free (wish->external_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static void
add_query (GString *path, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (
      path, "%c%s=", strchr (path->str, '?') != NULL ? '&' : '?', name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}

static void
add_number (GString *path, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  if (value > 0)
    add_query (path, name, text);
}

static char *
page_path (const Wish *wish, guint64 after)
{
  GString *path = g_string_new ("/admin/clients");

  add_query (path, "stream", wish->stream);
  add_query (path, "address", wish->address);
  add_query (path, "external_id", wish->external_id);
  add_number (path, "limit", (guint64)wish->limit);
  add_number (path, "after", after);
  return g_string_free (path, FALSE);
}

/* One page into @table (nullable: it was printed). The id to go on after, 0: it
 * was the last. */
static guint64
take_page (
    SpCtl *ctl, const Wish *wish, guint64 after, SpCtlTable *table, int *status)
{
  g_autofree char *path = page_path (wish, after);
  g_autoptr (SpCtlAnswer) answer = sp_ctl_ask (ctl, "GET", path, NULL, status);
  JsonObject *object;
  JsonArray *clients;
  guint64 next;

  if (answer == NULL)
    return 0;
  object = sp_ctl_answer_object (answer);
  clients = sp_ctl_view_array (object, "clients");
  for (guint i = 0; clients != NULL && i < json_array_get_length (clients); i++)
    {
      JsonNode *node = json_array_get_element (clients, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        sp_ctl_view_add_row (table, columns, json_node_get_object (node));
    }
  next = sp_ctl_view_number (object, "next");
  return next > after ? next : 0; /* never the same page again */
}

static int
list_clients (SpCtl *ctl, const Wish *wish)
{
  g_autoptr (SpCtlTable) table = sp_ctl_view_rows (columns, NULL);
  guint64 next = (guint64)wish->after;
  int status;

  do
    next = take_page (ctl, wish, next, table, &status);
  while (next > 0 && wish->is_all);
  if (status != SP_CTL_EXIT_OK)
    return status;
  if (!ctl->options.is_json)
    sp_ctl_print_table (ctl, table);
  if (next > 0)
    {
      g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, next);

      g_printerr (_ ("pumpctl: there are more: --all shows them all, "
                     "--after %s the next ones\n"),
                  id);
    }
  return status;
}

/** sp_ctl_run_clients: GET /admin/clients, page by page. */
int
sp_ctl_run_clients (SpCtl *ctl, int argc, char **argv)
{
  g_auto (Wish) wish = { 0 };
  const GOptionEntry entries[]
      = { { "stream",
            0,
            0,
            G_OPTION_ARG_STRING,
            &wish.stream,
            N_ ("Those of the stream PATH"),
            N_ ("PATH") },
          { "address",
            0,
            0,
            G_OPTION_ARG_STRING,
            &wish.address,
            N_ ("Those of the address or network CIDR"),
            N_ ("CIDR") },
          { "external-id",
            0,
            0,
            G_OPTION_ARG_STRING,
            &wish.external_id,
            N_ ("Those with the external id ID"),
            N_ ("ID") },
          { "limit",
            0,
            0,
            G_OPTION_ARG_INT64,
            &wish.limit,
            N_ ("N at once, 1 to 1000"),
            N_ ("N") },
          { "after",
            0,
            0,
            G_OPTION_ARG_INT64,
            &wish.after,
            N_ ("Those that follow client ID"),
            N_ ("ID") },
          { "all",
            0,
            0,
            G_OPTION_ARG_NONE,
            &wish.is_all,
            N_ ("Ask until there are no more"),
            NULL },
          { NULL } };
  int status;

  if (!sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  if (wish.limit < 0 || wish.limit > PAGE_MAX || wish.after < 0)
    return sp_ctl_bad_usage (
        argv[0],
        _ ("--limit is 1 to %u, --after the id of a client"),
        (guint)PAGE_MAX);
  if (wish.is_all && wish.limit == 0)
    wish.limit = PAGE_MAX;
  return list_clients (ctl, &wish);
}

/** sp_ctl_run_client: GET /admin/clients/ID. */
int
sp_ctl_run_client (SpCtl *ctl, int argc, char **argv)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autofree char *path = NULL;
  guint64 id;
  int status;

  if (!sp_ctl_parse (ctl, NULL, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 1, 1))
    return SP_CTL_EXIT_USAGE;
  if (!g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXINT64, &id, NULL))
    return sp_ctl_bad_usage (argv[0], _ ("'%s' is no id of a client"), argv[1]);
  path = g_strdup_printf ("/admin/clients/%" G_GUINT64_FORMAT, id);
  answer = sp_ctl_ask (ctl, "GET", path, NULL, &status);
  if (answer == NULL || ctl->options.is_json)
    return status;
  g_autoptr (SpCtlTable) pairs
      = sp_ctl_view_pairs (details, sp_ctl_answer_object (answer));
  sp_ctl_print_table (ctl, pairs);
  return status;
}
