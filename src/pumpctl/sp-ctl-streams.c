/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include "sp-ctl-text.h"
#include "sp-json-parse.h"

#include <glib/gi18n.h>
#include <unistd.h>
#include <gio/gunixinputstream.h>

#define STREAMS "/admin/streams"
#define MAX_FILE (1024 * 1024)
#define MAX_DEPTH 32

static const SpCtlField columns[] = {
  { N_ ("PATH"), "path", SP_CTL_TEXT, TRUE },
  { N_ ("STATE"), "state", SP_CTL_STATE },
  { N_ ("DRAINS"), "draining", SP_CTL_YES_NO },
  { N_ ("HEALTH"), "health", SP_CTL_STATE },
  { N_ ("CLIENTS"), "clients", SP_CTL_COUNT },
  { N_ ("IN"), "bitrate_bps", SP_CTL_RATE },
  { N_ ("OUT"), "bitrate_out_bps", SP_CTL_RATE },
  { N_ ("LAG"), "quality.lag_worst_ms", SP_CTL_MILLISECONDS },
  { N_ ("SOURCE"), "source_label", SP_CTL_TEXT, TRUE },
  { NULL },
};

static const SpCtlField details[] = {
  { N_ ("Path"), "path", SP_CTL_TEXT },
  { N_ ("Name"), "name", SP_CTL_TEXT },
  { N_ ("State"), "state", SP_CTL_STATE },
  { N_ ("  takes no new clients"), "draining", SP_CTL_YES_NO },
  { N_ ("Health"), "health", SP_CTL_STATE },
  { N_ ("  because"), "health_reason", SP_CTL_TEXT },
  { N_ ("Source"), "source_label", SP_CTL_TEXT },
  { N_ ("  rank"), "source_rank", SP_CTL_COUNT },
  { N_ ("  error"), "source_error", SP_CTL_TEXT },
  { N_ ("Live since"), "live_since", SP_CTL_TIME },
  { N_ ("  for"), "live_s", SP_CTL_SECONDS },
  { N_ ("Last packet ago"), "idle_ms", SP_CTL_MILLISECONDS },
  { N_ ("Clients"), "clients", SP_CTL_COUNT },
  { N_ ("  at most so far"), "clients_peak", SP_CTL_COUNT },
  { N_ ("  limit"), "client_limit", SP_CTL_COUNT },
  { N_ ("  behind"), "quality.behind", SP_CTL_COUNT },
  { N_ ("  worst lag"), "quality.lag_worst_ms", SP_CTL_MILLISECONDS },
  { N_ ("  mean lag"), "quality.lag_mean_ms", SP_CTL_MILLISECONDS },
  { N_ ("  start after"), "start_delay_ms", SP_CTL_MILLISECONDS },
  { N_ ("Receives"), "bitrate_bps", SP_CTL_RATE },
  { N_ ("  header says"), "nominal_bps", SP_CTL_RATE },
  { N_ ("Sends"), "bitrate_out_bps", SP_CTL_RATE },
  { N_ ("Packet bytes"), "packet_size_bytes", SP_CTL_COUNT },
  { N_ ("Header bytes"), "header_bytes", SP_CTL_COUNT },
  { N_ ("Canary"), "canary.ok", SP_CTL_YES_NO },
  { N_ ("  at"), "canary.at", SP_CTL_TIME },
  { N_ ("  first packet after"),
    "canary.first_packet_ms",
    SP_CTL_MILLISECONDS },
  { N_ ("  stalls"), "canary.stalls", SP_CTL_COUNT },
  { N_ ("  error"), "canary.error", SP_CTL_TEXT },
  { NULL },
};

static const SpCtlField sources[] = {
  { N_ ("SOURCE"), "index", SP_CTL_COUNT },
  { N_ ("TYPE"), "type", SP_CTL_TEXT },
  { N_ ("STATE"), "state", SP_CTL_STATE },
  { N_ ("HEALTH"), "health", SP_CTL_STATE },
  { N_ ("CONNECTS"), "connects", SP_CTL_COUNT },
  { N_ ("FAILURES"), "failures", SP_CTL_COUNT },
  { N_ ("BYTES"), "bytes", SP_CTL_BYTES },
  { N_ ("NEXT TRY"), "retry_ms", SP_CTL_MILLISECONDS },
  { N_ ("URL"), "url", SP_CTL_TEXT, TRUE },
  { N_ ("LAST ERROR"), "last_error", SP_CTL_TEXT, TRUE },
  { NULL },
};

static const SpCtlField worst[] = {
  { N_ ("WORST CLIENT"), "client", SP_CTL_COUNT },
  { N_ ("LAG"), "lag_ms", SP_CTL_MILLISECONDS },
  { N_ ("QUEUE"), "queue_bytes", SP_CTL_BYTES },
  { N_ ("SKIPPED"), "packets_skipped", SP_CTL_COUNT },
  { NULL },
};

static void
print_stream (SpCtl *ctl, JsonObject *object)
{
  g_autoptr (SpCtlTable) pairs = sp_ctl_view_pairs (details, object);
  g_autoptr (SpCtlTable) source_rows
      = sp_ctl_view_rows (sources, sp_ctl_view_array (object, "sources"));
  g_autoptr (SpCtlTable) worst_rows
      = sp_ctl_view_rows (worst, sp_ctl_view_array (object, "quality.worst"));

  sp_ctl_print_table (ctl, pairs);
  sp_ctl_print_section (ctl, source_rows);
  sp_ctl_print_section (ctl, worst_rows);
}

static void
print_paths (JsonArray *streams)
{
  guint n_streams = streams != NULL ? json_array_get_length (streams) : 0;

  for (guint i = 0; i < n_streams; i++)
    {
      JsonNode *node = json_array_get_element (streams, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          g_autofree char *path = sp_ctl_view_show (
              json_node_get_object (node), "path", SP_CTL_TEXT);

          g_print ("%s\n", path);
        }
    }
}

static int
list_streams (SpCtl *ctl, gboolean is_paths)
{
  int status;
  g_autoptr (SpCtlAnswer) answer
      = sp_ctl_ask (ctl, "GET", STREAMS, NULL, &status);
  JsonArray *streams;

  if (answer == NULL || ctl->options.is_json)
    return status;
  streams = sp_ctl_view_array (sp_ctl_answer_object (answer), "streams");
  if (is_paths)
    {
      print_paths (streams);
      return status;
    }
  g_autoptr (SpCtlTable) table = sp_ctl_view_rows (columns, streams);
  sp_ctl_print_table (ctl, table);
  if (sp_ctl_table_n_rows (table) == 0)
    g_printerr (_ ("pumpctl: the pump has no streams\n"));
  return status;
}

/* (transfer full): the path of the REST */
static char *
path_of (const char *stream, const char *more)
{
  g_autofree char *quoted = sp_ctl_quote_path (stream);

  return g_strconcat (STREAMS "/", quoted, more, NULL);
}

static int
show_stream (SpCtl *ctl, const char *stream)
{
  g_autofree char *path = path_of (stream, "");
  int status;
  g_autoptr (SpCtlAnswer) answer = sp_ctl_ask (ctl, "GET", path, NULL, &status);

  if (answer != NULL && !ctl->options.is_json)
    print_stream (ctl, sp_ctl_answer_object (answer));
  return status;
}

/* (nullable): the text of @file, "-": of standard input. */
static char *
read_file (const char *file, gsize *len, GError **error)
{
  g_autoptr (GFile) place = g_file_new_for_path (file);
  g_autoptr (GInputStream) stream
      = g_str_equal (file, "-")
            ? g_unix_input_stream_new (STDIN_FILENO, FALSE)
            : G_INPUT_STREAM (g_file_read (place, NULL, error));
  g_autofree char *text = g_malloc0 (MAX_FILE + 2);

  if (stream == NULL
      || !g_input_stream_read_all (
          stream, text, MAX_FILE + 1, len, NULL, error))
    return NULL;
  if (*len <= MAX_FILE)
    return g_steal_pointer (&text);
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_FAILED,
               _ ("it is longer than %u bytes"),
               (guint)MAX_FILE);
  return NULL;
}

/* The stream as the answer shows it; nothing with --json. */
static void
print_state (SpCtl *ctl, const SpCtlAnswer *answer, const char *stream)
{
  JsonObject *object = sp_ctl_answer_object (answer);
  g_autofree char *state = sp_ctl_view_show (object, "state", SP_CTL_STATE);
  g_autofree char *harmless = sp_ctl_text_escape (stream, -1);

  if (ctl->options.is_json)
    return;
  if (sp_ctl_view_is_true (object, "draining"))
    g_print (_ ("%s: %s, takes no new clients\n"), harmless, state);
  else
    g_print ("%s: %s\n", harmless, state);
}

static int
add_stream (SpCtl *ctl, const char *file)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  SpJsonFault fault;
  gsize len;
  g_autofree char *text = read_file (file, &len, &error);
  int status;

  if (text == NULL)
    return sp_ctl_bad_usage ("streams", "%s: %s", file, error->message);
  node = sp_json_parse (text, len, MAX_DEPTH, &fault);
  if (node == NULL)
    return sp_ctl_bad_usage (
        "streams", "%s:%u:%u: %s", file, fault.line, fault.column, fault.why);
  answer = sp_ctl_ask (ctl, "POST", STREAMS, text, &status);
  if (answer != NULL)
    {
      const char *path
          = sp_ctl_view_word (sp_ctl_answer_object (answer), "path");

      print_state (ctl, answer, path != NULL ? path : file);
    }
  return status;
}

static int
remove_stream (SpCtl *ctl, const char *stream)
{
  g_autofree char *path = path_of (stream, "");
  int status;
  g_autoptr (SpCtlAnswer) answer
      = sp_ctl_ask (ctl, "DELETE", path, NULL, &status);

  if (answer != NULL && !ctl->options.is_json)
    {
      g_autofree char *harmless = sp_ctl_text_escape (stream, -1);

      g_print (_ ("%s: removed\n"), harmless);
    }
  return status;
}

/** sp_ctl_run_streams: /admin/streams and what is below it. */
int
sp_ctl_run_streams (SpCtl *ctl, int argc, char **argv)
{
  gboolean is_paths = FALSE;
  const GOptionEntry entries[] = { { "paths",
                                     0,
                                     0,
                                     G_OPTION_ARG_NONE,
                                     &is_paths,
                                     N_ ("Print the paths alone, one a line"),
                                     NULL },
                                   { NULL } };
  int status;

  if (!sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 2))
    return SP_CTL_EXIT_USAGE;
  if (argc == 1)
    return list_streams (ctl, is_paths);
  if (argc == 2)
    return show_stream (ctl, argv[1]);
  if (g_str_equal (argv[1], "add"))
    return add_stream (ctl, argv[2]);
  if (g_str_equal (argv[1], "remove"))
    return remove_stream (ctl, argv[2]);
  return sp_ctl_bad_usage (
      argv[0], _ ("'%s' is neither 'add' nor 'remove'"), argv[1]);
}

/** sp_ctl_run_stream: POST /admin/streams/PATH/state. */
int
sp_ctl_run_stream (SpCtl *ctl, int argc, char **argv)
{
  static const char *const orders[] = { "up", "down", "drain", NULL };
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autofree char *path = NULL;
  g_autofree char *body = NULL;
  int status;

  if (!sp_ctl_parse (ctl, NULL, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 2, 2))
    return SP_CTL_EXIT_USAGE;
  if (!g_strv_contains (orders, argv[1]))
    return sp_ctl_bad_usage (
        argv[0], _ ("'%s' is none of up, down and drain"), argv[1]);
  path = path_of (argv[2], "/state");
  body = g_strdup_printf ("{\"state\":\"%s\"}", argv[1]);
  answer = sp_ctl_ask (ctl, "POST", path, body, &status);
  if (answer != NULL)
    print_state (ctl, answer, argv[2]);
  return status;
}

/** sp_ctl_run_source: POST /admin/streams/PATH/sources/N. */
int
sp_ctl_run_source (SpCtl *ctl, int argc, char **argv)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autofree char *path = NULL;
  g_autofree char *more = NULL;
  guint64 number;
  gboolean is_on;
  int status;

  if (!sp_ctl_parse (ctl, NULL, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 3, 3))
    return SP_CTL_EXIT_USAGE;
  is_on = g_str_equal (argv[1], "on");
  if (!is_on && !g_str_equal (argv[1], "off"))
    return sp_ctl_bad_usage (
        argv[0], _ ("'%s' is neither 'on' nor 'off'"), argv[1]);
  if (!g_ascii_string_to_unsigned (argv[3], 10, 1, 1000, &number, NULL))
    return sp_ctl_bad_usage (
        argv[0],
        _ ("'%s' is no number of a source: 1 is the main one"),
        argv[3]);
  more = g_strdup_printf ("/sources/%u", (guint)number);
  path = path_of (argv[2], more);
  answer = sp_ctl_ask (ctl,
                       "POST",
                       path,
                       is_on ? "{\"enabled\":true}" : "{\"enabled\":false}",
                       &status);
  if (answer != NULL)
    print_state (ctl, answer, argv[2]);
  return status;
}
