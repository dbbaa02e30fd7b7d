/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-keys.h"
#include "sp-ctl-term.h"
#include "sp-ctl-text.h"
#include "sp-ctl-top-view.h"
#include "sp-ctl.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define DEFAULT_INTERVAL_S 2
#define MAX_INTERVAL_S 3600

/** One run of "top": the terminal, and the last figures that came. */
typedef struct
{
  SpCtl *ctl;
  GMainLoop *loop;
  SpCtlTerm *term; /* NULL: given back already */
  GCancellable *cancellable;
  SpCtlKeys keys;
  SpCtlTopView view;
  SpCtlAnswer *status; /* that @view shows */
  SpCtlAnswer *streams;
  char *problem;
  char *clock;
  gboolean is_asking;
} Top;

static void
draw (Top *top)
{
  SpCtlStyle style = top->ctl->style;
  g_autofree char *screen = NULL;
  guint height;

  if (top->term == NULL)
    return;
  sp_ctl_term_size (top->term, &style.width, &height);
  top->view.status = sp_ctl_answer_object (top->status);
  top->view.streams
      = sp_ctl_view_array (sp_ctl_answer_object (top->streams), "streams");
  top->view.problem = top->problem;
  top->view.clock = top->clock;
  screen = sp_ctl_top_render (&top->view, &style, height);
  if (!sp_ctl_term_show (top->term, screen))
    g_main_loop_quit (top->loop);
}

static void
note_time (Top *top)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  g_free (top->clock);
  top->clock = g_date_time_format (now, "%T");
}

/* The first line of what there is to complain about. TRUE: it is nothing. */
static gboolean
note_problem (Top *top, const SpCtlAnswer *answer, const GError *error)
{
  g_clear_pointer (&top->problem, g_free);
  top->problem = sp_ctl_complaint (top->ctl, answer, error);
  if (top->problem != NULL)
    top->problem[strcspn (top->problem, "\n")] = '\0';
  return top->problem == NULL;
}

/* In the place of the one before. TRUE: it is good. */
static gboolean
take_answer (Top *top, SpCtlAnswer **place, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SpCtlAnswer) answer = sp_ctl_client_ask_finish (result, &error);

  if (!note_problem (top, answer, error))
    {
      top->is_asking = FALSE;
      draw (top);
      return FALSE;
    }
  sp_ctl_answer_free (*place);
  *place = g_steal_pointer (&answer);
  return TRUE;
}

static void
on_streams (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Top *top = user_data;

  if (!take_answer (top, &top->streams, result))
    return;
  top->is_asking = FALSE;
  note_time (top);
  draw (top);
}

static void
on_status (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Top *top = user_data;

  if (take_answer (top, &top->status, result))
    sp_ctl_client_ask_async (top->ctl->client,
                             "GET",
                             "/admin/streams",
                             NULL,
                             top->cancellable,
                             on_streams,
                             top);
}

/* Not while the question before is open. */
static gboolean
on_interval (gpointer user_data)
{
  Top *top = user_data;

  if (top->is_asking)
    return G_SOURCE_CONTINUE;
  top->is_asking = TRUE;
  sp_ctl_client_ask_async (top->ctl->client,
                           "GET",
                           "/admin/status",
                           NULL,
                           top->cancellable,
                           on_status,
                           top);
  return G_SOURCE_CONTINUE;
}

static void
scroll (Top *top, SpCtlKey key)
{
  guint width;
  guint height;
  guint page;
  guint back;

  sp_ctl_term_size (top->term, &width, &height);
  page = sp_ctl_top_page (height);
  back = key == SP_CTL_KEY_UP ? 1 : page;
  if (key == SP_CTL_KEY_HOME)
    top->view.first = 0;
  else if (key == SP_CTL_KEY_END)
    top->view.first = G_MAXINT;
  else if (key == SP_CTL_KEY_UP || key == SP_CTL_KEY_PAGE_UP)
    top->view.first -= MIN (top->view.first, back);
  else
    top->view.first += key == SP_CTL_KEY_DOWN ? 1 : page;
}

static void
obey (Top *top, SpCtlKey key)
{
  switch (key)
    {
    case SP_CTL_KEY_NONE:
      return;
    case SP_CTL_KEY_QUIT:
      g_main_loop_quit (top->loop);
      return;
    case SP_CTL_KEY_SORT:
      top->view.sort = (top->view.sort + 1) % SP_CTL_N_SORTS;
      break;
    case SP_CTL_KEY_SUSPEND:
      sp_ctl_term_suspend (top->term);
      break;
    case SP_CTL_KEY_REDRAW:
      break;
    case SP_CTL_KEY_UP:
    case SP_CTL_KEY_DOWN:
    case SP_CTL_KEY_PAGE_UP:
    case SP_CTL_KEY_PAGE_DOWN:
    case SP_CTL_KEY_HOME:
    case SP_CTL_KEY_END:
      scroll (top, key);
      break;
    }
  draw (top);
}

/* A terminal that is gone reads as its end. */
static gboolean
on_keys (gint fd, GIOCondition condition, gpointer user_data)
{
  Top *top = user_data;
  guint8 bytes[64];
  gssize n = read (fd, bytes, sizeof bytes);

  if (n <= 0 && (condition & (G_IO_HUP | G_IO_ERR)) != 0)
    {
      g_main_loop_quit (top->loop);
      return G_SOURCE_REMOVE;
    }
  for (gssize i = 0; i < n; i++)
    obey (top, sp_ctl_keys_take (&top->keys, bytes[i]));
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gint fd, GIOCondition condition, gpointer user_data)
{
  Top *top = user_data;
  struct signalfd_siginfo info;

  while (read (fd, &info, sizeof info) == (gssize)sizeof info)
    if (info.ssi_signo == SIGWINCH)
      draw (top);
    else
      g_main_loop_quit (top->loop);
  return G_SOURCE_CONTINUE;
}

/* Behind the first figures: a pump that is not there is told on a screen that
 * stays. */
static void
run (Top *top, guint interval_s)
{
  guint ids[3];

  top->loop = g_main_loop_new (NULL, FALSE);
  top->cancellable = g_cancellable_new ();
  note_time (top);
  draw (top);
  ids[0] = g_timeout_add_seconds (interval_s, on_interval, top);
  ids[1] = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_keys, top);
  ids[2] = g_unix_fd_add (
      sp_ctl_term_signal_fd (top->term), G_IO_IN, on_signal, top);
  g_main_loop_run (top->loop);
  g_clear_pointer (&top->term, sp_ctl_term_free);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      GSource *source = g_main_context_find_source_by_id (NULL, ids[i]);

      if (source != NULL)
        g_source_destroy (source);
    }
  g_cancellable_cancel (top->cancellable);
  while (top->is_asking)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (top->cancellable);
  g_main_loop_unref (top->loop);
}

static int
show (SpCtl *ctl, guint interval_s, SpCtlSort sort)
{
  Top top = { .ctl = ctl, .view = { .sort = sort } };
  g_autoptr (GError) error = NULL;
  int status;

  top.status = sp_ctl_ask_silently (ctl, "/admin/status", &status);
  if (top.status != NULL)
    top.streams = sp_ctl_ask_silently (ctl, "/admin/streams", &status);
  if (top.streams != NULL)
    {
      top.term = sp_ctl_term_new (&error);
      if (top.term != NULL)
        run (&top, interval_s);
      else
        status = sp_ctl_bad_usage ("top", "%s", error->message);
    }
  g_clear_pointer (&top.status, sp_ctl_answer_free);
  g_clear_pointer (&top.streams, sp_ctl_answer_free);
  g_free (top.problem);
  g_free (top.clock);
  return status;
}

/** sp_ctl_run_top: GET /admin/status and /admin/streams, again and again. */
int
sp_ctl_run_top (SpCtl *ctl, int argc, char **argv)
{
  gint64 interval_s = DEFAULT_INTERVAL_S;
  g_autofree char *word = NULL;
  const GOptionEntry entries[] = { { "interval",
                                     0,
                                     0,
                                     G_OPTION_ARG_INT64,
                                     &interval_s,
                                     N_ ("New figures every SECONDS"),
                                     N_ ("SECONDS") },
                                   { "sort",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &word,
                                     N_ ("By bitrate, clients or lag"),
                                     N_ ("WORD") },
                                   { NULL } };
  SpCtlSort sort = SP_CTL_SORT_BITRATE;
  int status;

  if (!sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  if (word != NULL && !sp_ctl_sort_parse (word, &sort))
    return sp_ctl_bad_usage (
        argv[0], _ ("'%s' is none of bitrate, clients and lag"), word);
  if (interval_s < 1 || interval_s > MAX_INTERVAL_S)
    return sp_ctl_bad_usage (
        argv[0], _ ("--interval is 1 to %u seconds"), (guint)MAX_INTERVAL_S);
  if (ctl->options.is_json)
    return sp_ctl_bad_usage (
        argv[0], _ ("--json does not go with it; 'pumpctl streams' does"));
  return show (ctl, (guint)interval_s, sort);
}
