/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent.h"
#include "sp-clock.h"
#include "sp-fake-pump.h"
#include "sp-log.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BEAT_MS 1

/** The subagent over a pump that is not there. Obeys lines on its standard
 * input, and answers each with one line:
 *
 *   gap               worst pause of the main loop since the last time, in us
 *   burst N           N events at once, about N streams
 *   event KIND INDEX  one event about stream INDEX
 *   figures           "connected sent suppressed connects losses orders
 * pictures us", the last one the time of the slowest picture silent no pictures
 * from now on stop              ends the subagent; the time it took in us
 *
 * Ends with its standard input. */
typedef struct
{
  SpFakePump pump;
  SpAgent *agent;
  GMainLoop *loop;
  gint64 beat_us;
  gint64 worst_us;
} Host;

static char *agentx;
static char *root_oid;
static char *context;
static int n_streams = 3;
static int n_clients = 10;
static int n_descriptors;
static int ping_s = 1;
static int max_age_ms = 2000;
static int rate = 10;
static int table = SP_MIB_CLIENTS_FULL;
static gboolean has_writes;

static const GOptionEntry entries[]
    = { { "agentx", 0, 0, G_OPTION_ARG_STRING, &agentx, NULL, NULL },
        { "root-oid", 0, 0, G_OPTION_ARG_STRING, &root_oid, NULL, NULL },
        { "context", 0, 0, G_OPTION_ARG_STRING, &context, NULL, NULL },
        { "streams", 0, 0, G_OPTION_ARG_INT, &n_streams, NULL, NULL },
        { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, NULL, NULL },
        { "descriptors", 0, 0, G_OPTION_ARG_INT, &n_descriptors, NULL, NULL },
        { "ping", 0, 0, G_OPTION_ARG_INT, &ping_s, NULL, NULL },
        { "max-age", 0, 0, G_OPTION_ARG_INT, &max_age_ms, NULL, NULL },
        { "rate", 0, 0, G_OPTION_ARG_INT, &rate, NULL, NULL },
        { "table", 0, 0, G_OPTION_ARG_INT, &table, NULL, NULL },
        { "writes", 0, 0, G_OPTION_ARG_NONE, &has_writes, NULL, NULL },
        G_OPTION_ENTRY_NULL };

static gboolean
on_beat (gpointer user_data)
{
  Host *host = user_data;
  gint64 now_us = sp_clock_now_us ();

  host->worst_us
      = MAX (host->worst_us, now_us - host->beat_us - BEAT_MS * 1000);
  host->beat_us = now_us;
  return G_SOURCE_CONTINUE;
}

static void
post (Host *host, const char *kind, guint index)
{
  for (guint i = 0; i < SP_N_EVENTS; i++)
    if (strcmp (sp_event_infos[i].name, kind) == 0)
      {
        g_autofree char *path = g_strdup_printf ("s/%u", index);
        SpEvent *event
            = sp_event_new ((SpEventKind)i, path, "%s of %s", kind, path);

        event->stream_index = index;
        event->source_index = 1;
        event->cert_index = 1;
        sp_events_post (host->pump.events, event);
      }
}

static void
print_figures (Host *host)
{
  printf ("%d %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
          " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %u %" G_GINT64_FORMAT
          "\n",
          sp_agent_is_connected (host->agent),
          sp_stats_get (SP_PUMP_notifications_sent),
          sp_stats_get (SP_PUMP_notifications_suppressed),
          sp_stats_get (SP_PUMP_agentx_connects),
          sp_stats_get (SP_PUMP_agentx_losses),
          sp_stats_get (SP_PUMP_agentx_orders),
          host->pump.n_pictures,
          host->pump.worst_picture_us);
}

static void
stop_agent (Host *host)
{
  gint64 start_us = sp_clock_now_us ();

  g_clear_pointer (&host->agent, sp_agent_free);
  printf ("%" G_GINT64_FORMAT "\n", sp_clock_now_us () - start_us);
}

static void
print_gap (Host *host)
{
  printf ("%" G_GINT64_FORMAT "\n", host->worst_us);
  host->worst_us = 0;
}

static void
obey (Host *host, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  guint64 number = n > 1 ? g_ascii_strtoull (words[n - 1], NULL, 10) : 0;

  if (strcmp (words[0], "gap") == 0)
    print_gap (host);
  else if (strcmp (words[0], "figures") == 0)
    print_figures (host);
  else if (strcmp (words[0], "stop") == 0)
    stop_agent (host);
  else
    {
      host->pump.is_silent |= strcmp (words[0], "silent") == 0;
      for (guint i = 0; strcmp (words[0], "burst") == 0 && i < number; i++)
        post (host, "source_up", 2 * i + 1);
      if (strcmp (words[0], "event") == 0 && n == 3)
        post (host, words[1], (guint)number);
      printf ("done\n");
    }
  fflush (stdout);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDataInputStream *input = G_DATA_INPUT_STREAM (source);
  Host *host = user_data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish (input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (host->loop);
      return;
    }
  obey (host, line);
  g_data_input_stream_read_line_async (
      input, G_PRIORITY_DEFAULT, NULL, on_line, host);
}

static void
take_descriptors (void)
{
  for (int i = 0; i < n_descriptors; i++)
    if (open ("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
      {
        g_printerr ("only %d descriptors\n", i);
        return;
      }
}

static void
serve (Host *host)
{
  const SpAgentSettings settings = { .enabled = TRUE,
                                     .agentx = agentx,
                                     .root_oid = root_oid,
                                     .context = context,
                                     .ping_s = (guint)ping_s,
                                     .max_age_ms = (guint)max_age_ms,
                                     .client_table = (SpMibClients)table,
                                     .writes = has_writes,
                                     .notify = TRUE,
                                     .notify_rate = (guint)rate };
  g_autoptr (GInputStream) base = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (base);

  take_descriptors ();
  sp_fake_pump_init (&host->pump, (guint)n_streams, (guint)n_clients);
  host->agent = sp_agent_new (&host->pump.control, &settings);
  sp_events_post (host->pump.events,
                  sp_event_new (SP_EVENT_started, NULL, "started"));
  host->beat_us = sp_clock_now_us ();
  g_timeout_add_full (G_PRIORITY_HIGH, BEAT_MS, on_beat, host, NULL);
  g_data_input_stream_read_line_async (
      input, G_PRIORITY_DEFAULT, NULL, on_line, host);
  g_main_loop_run (host->loop);
  if (host->agent != NULL)
    sp_events_post (host->pump.events,
                    sp_event_new (SP_EVENT_stopping, NULL, "ends"));
  sp_agent_free (host->agent);
  sp_fake_pump_clear (&host->pump);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Host host = { 0 };

  setlocale (LC_ALL, "");
  sp_agent_prepare_environment ();
  (void)signal (SIGPIPE, SIG_IGN);
  sp_log_init ();
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || agentx == NULL)
    {
      g_printerr ("%s\n", error == NULL ? "--agentx" : error->message);
      return 2;
    }
  if (root_oid == NULL)
    root_oid = g_strdup (".1.3.6.1.4.1.8072.9999.9999.7867");
  host.loop = g_main_loop_new (NULL, FALSE);
  serve (&host);
  g_main_loop_unref (host.loop);
  return 0;
}
