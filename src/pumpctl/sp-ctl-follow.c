/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-events.h"
#include "sp-ctl-sse.h"
#include "sp-json-parse.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define PIECE (16 * 1024)
#define RETRY_MS 1000
#define SILENCE_S 60 /* a pump says something every 15 s */
#define MAX_DEPTH 32

/** One run of "events --follow": connections one after another. */
typedef struct
{
  SpCtl *ctl;
  GMainLoop *loop;
  const char *after;         /* NULL: from now on */
  const char *kinds;         /* NULL: all */
  char *last_id;             /* "": none has come */
  GCancellable *cancellable; /* of the connection */
  GInputStream *stream;      /* NULL: there is none */
  SpCtlSse *sse;
  guint silence_id;
  gboolean was_connected; /* once */
  gboolean is_lost;       /* and it was said */
  int status;
} Follow;

static void connect_again (Follow *follow);

static void
quit (Follow *follow, int status)
{
  follow->status = status;
  g_main_loop_quit (follow->loop);
}

/* Flushed: somebody waits for it. */
static void
print_event (Follow *follow, const SpCtlSseEvent *event, JsonObject *object)
{
  g_autofree char *line = NULL;

  if (follow->ctl->options.is_json)
    sp_ctl_print_json (event->data, strlen (event->data));
  else
    {
      line = sp_ctl_event_line (object, follow->ctl->style.is_color);
      g_print ("%s\n", line);
    }
  if (fflush (stdout) != 0)
    quit (follow, SP_CTL_EXIT_REFUSED);
}

static void
on_event (const SpCtlSseEvent *event, gpointer user_data)
{
  Follow *follow = user_data;
  SpJsonFault fault;
  g_autoptr (JsonNode) node
      = sp_json_parse (event->data, strlen (event->data), MAX_DEPTH, &fault);

  g_free (follow->last_id);
  follow->last_id = g_strdup (event->id);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  if (g_str_equal (event->name, "gap"))
    {
      g_autofree char *lost = sp_ctl_view_show (
          json_node_get_object (node), "lost", SP_CTL_COUNT);

      g_printerr (_ ("pumpctl: %s events were missed\n"), lost);
    }
  else
    print_event (follow, event, json_node_get_object (node));
}

static void
disconnect (Follow *follow)
{
  g_clear_handle_id (&follow->silence_id, g_source_remove);
  g_clear_object (&follow->cancellable);
  g_clear_object (&follow->stream);
  g_clear_pointer (&follow->sse, sp_ctl_sse_free);
}

static gboolean
on_retry (gpointer user_data)
{
  connect_again (user_data);
  return G_SOURCE_REMOVE;
}

static void
retry (Follow *follow)
{
  if (!follow->is_lost)
    g_printerr (_ ("pumpctl: the connection is lost, it is tried again\n"));
  follow->is_lost = TRUE;
  disconnect (follow);
  g_timeout_add (RETRY_MS, on_retry, follow);
}

static gboolean
on_silence (gpointer user_data)
{
  Follow *follow = user_data;

  follow->silence_id = 0;
  g_cancellable_cancel (follow->cancellable);
  return G_SOURCE_REMOVE;
}

static void
watch_silence (Follow *follow)
{
  g_clear_handle_id (&follow->silence_id, g_source_remove);
  follow->silence_id = g_timeout_add_seconds (SILENCE_S, on_silence, follow);
}

static void on_piece (GObject *source, GAsyncResult *result, gpointer data);

static void
read_on (Follow *follow)
{
  watch_silence (follow);
  g_input_stream_read_bytes_async (follow->stream,
                                   PIECE,
                                   G_PRIORITY_DEFAULT,
                                   follow->cancellable,
                                   on_piece,
                                   follow);
}

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Follow *follow = user_data;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (
      G_INPUT_STREAM (source), result, NULL);
  gsize len = 0;
  const char *bytes = piece != NULL ? g_bytes_get_data (piece, &len) : NULL;

  if (len > 0 && sp_ctl_sse_feed (follow->sse, bytes, len, NULL))
    read_on (follow);
  else
    retry (follow);
}

/* Before there was a connection a fault is the end; later only a refusal is. */
static void
on_open_failed (Follow *follow, const SpCtlAnswer *answer, const GError *error)
{
  g_autoptr (GError) none = NULL;

  if (follow->was_connected && (answer == NULL || answer->status >= 500))
    {
      retry (follow);
      return;
    }
  if (answer != NULL && answer->status < 400)
    {
      g_set_error (&none,
                   G_IO_ERROR,
                   G_IO_ERROR_FAILED,
                   _ ("what answers there sends no events"));
      answer = NULL;
      error = none;
    }
  quit (follow, sp_ctl_judge (follow->ctl, answer, error));
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Follow *follow = user_data;
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  follow->stream = sp_ctl_client_open_finish (result, &answer, &error);
  if (follow->stream == NULL)
    {
      on_open_failed (follow, answer, error);
      return;
    }
  if (follow->is_lost)
    g_printerr (_ ("pumpctl: connected again\n"));
  follow->is_lost = FALSE;
  follow->was_connected = TRUE;
  follow->sse = sp_ctl_sse_new (on_event, follow);
  read_on (follow);
}

static void
connect_again (Follow *follow)
{
  g_autofree char *path = sp_ctl_events_path (
      *follow->last_id == '\0' ? follow->after : NULL, 0, follow->kinds);

  follow->cancellable = g_cancellable_new ();
  sp_ctl_client_open_async (follow->ctl->client,
                            path,
                            follow->last_id,
                            follow->cancellable,
                            on_open,
                            follow);
}

int
sp_ctl_follow (SpCtl *ctl, const char *after, const char *kinds)
{
  Follow follow = { .ctl = ctl, .after = after, .kinds = kinds };

  if (!sp_ctl_open (ctl, &follow.status))
    return follow.status;
  follow.loop = g_main_loop_new (NULL, FALSE);
  follow.last_id = g_strdup ("");
  connect_again (&follow);
  g_main_loop_run (follow.loop);
  disconnect (&follow);
  g_main_loop_unref (follow.loop);
  g_free (follow.last_id);
  return follow.status;
}
