/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary-run.h"

#include "sp-canary-reader.h"
#include "sp-clock.h"
#include "sp-error.h"
#include "sp-gsource.h"

#include <gio/gio.h>

#define BUFFER_BYTES (64 * 1024)
#define TICK_MS 100 /* so often the time limits are looked at */
#define STALL_US G_USEC_PER_SEC
/* A stream that ends its watch in such a gap does not play. */
#define DEAD_US (5 * G_USEC_PER_SEC)

/** Counted: an operation of GIO that is still to report holds it as well, and
 * finds func NULL once the run is over or its owner has gone. */
struct _SpCanaryRun
{
  guint ref_count;
  char *path;
  guint limit_ms;
  guint watch_ms;
  SpCanaryRunFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  GSource *timer;
  GSocketConnection *connection;
  char *request;
  SpCanaryReader reader;
  SpCanaryInfo info;
  gint64 asked_us;
  gint64 first_us; /* packet; 0: none has come */
  gint64 last_us;
  guint8 buffer[BUFFER_BYTES];
};

typedef SpCanaryRun RunRef;

static RunRef *
run_ref (SpCanaryRun *run)
{
  run->ref_count++;
  return run;
}

static void
run_unref (RunRef *run)
{
  if (--run->ref_count > 0)
    return;
  g_clear_object (&run->connection);
  g_object_unref (run->cancellable);
  sp_canary_info_clear (&run->info);
  g_free (run->path);
  g_free (run->request);
  g_free (run);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RunRef, run_unref)

static void
stop (SpCanaryRun *run)
{
  run->func = NULL;
  if (run->timer == NULL)
    return;
  sp_gsource_clear (&run->timer);
  g_cancellable_cancel (run->cancellable);
}

/* The last word. @why NULL: it has played. */
static void
over (SpCanaryRun *run, const char *why)
{
  SpCanaryRunFunc func = run->func;

  if (func == NULL)
    return;
  stop (run);
  run->info.at_us = sp_clock_now_us ();
  run->info.is_ok = why == NULL;
  run->info.error = g_strdup (why);
  func (run, &run->info, run->user_data);
}

static guint
ms_since (gint64 then_us, gint64 now_us)
{
  return (guint)((now_us - then_us) / 1000);
}

/* The gap between the packet before and what comes at @now_us, or nothing. */
static void
note_gap (SpCanaryRun *run, gint64 now_us)
{
  gint64 gap_us = now_us - run->last_us;

  if (gap_us <= STALL_US)
    return;
  run->info.stalls++;
  run->info.stall_ms += (guint)(gap_us / 1000);
}

/* The time is up. */
static void
judge (SpCanaryRun *run, gint64 now_us)
{
  g_autofree char *why = NULL;

  note_gap (run, now_us);
  if (now_us - run->last_us > DEAD_US)
    why = g_strdup_printf ("no packet in the last %u ms of %u",
                           ms_since (run->last_us, now_us),
                           run->watch_ms);
  over (run, why);
}

static const char *
what_lacks (SpCanaryRun *run)
{
  if (run->info.first_byte_ms == 0)
    return "no answer";
  return run->reader.has_header ? "no packet" : "no header";
}

static gboolean
on_tick (gpointer user_data)
{
  SpCanaryRun *run = user_data;
  gint64 now_us = sp_clock_now_us ();
  g_autofree char *why = NULL;

  if (run->first_us != 0)
    {
      if (ms_since (run->first_us, now_us) < run->watch_ms)
        return G_SOURCE_CONTINUE;
      judge (run, now_us);
      return G_SOURCE_REMOVE;
    }
  if (ms_since (run->asked_us, now_us) < run->limit_ms)
    return G_SOURCE_CONTINUE;
  why = g_strdup_printf ("%s within %u ms", what_lacks (run), run->limit_ms);
  over (run, why);
  return G_SOURCE_REMOVE;
}

/* A figure that was measured is at least 1. */
static void
set_once (guint *ms, gint64 asked_us, gint64 now_us)
{
  if (*ms == 0)
    *ms = MAX (ms_since (asked_us, now_us), 1);
}

static void
note_packets (SpCanaryRun *run, gint64 now_us)
{
  set_once (&run->info.first_packet_ms, run->asked_us, now_us);
  if (run->first_us == 0)
    run->first_us = now_us;
  else
    note_gap (run, now_us);
  run->last_us = now_us;
}

static void
take (SpCanaryRun *run, gsize len)
{
  gint64 now_us = sp_clock_now_us ();
  guint before = run->reader.n_packets;
  g_autoptr (GError) error = NULL;

  set_once (&run->info.first_byte_ms, run->asked_us, now_us);
  if (!sp_canary_reader_feed (&run->reader, run->buffer, len, &error))
    {
      over (run, error->message);
      return;
    }
  if (run->reader.has_header)
    set_once (&run->info.header_ms, run->asked_us, now_us);
  if (run->reader.n_packets > before)
    note_packets (run, now_us);
  if (run->reader.has_ended)
    over (run, "the stream ended while it was played");
}

static void on_read (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_more (SpCanaryRun *run)
{
  g_input_stream_read_async (
      g_io_stream_get_input_stream (G_IO_STREAM (run->connection)),
      run->buffer,
      BUFFER_BYTES,
      G_PRIORITY_DEFAULT,
      run->cancellable,
      on_read,
      run_ref (run));
}

static void
fail (SpCanaryRun *run, const char *what, const GError *error)
{
  g_autofree char *why = g_strdup_printf ("%s: %s", what, error->message);

  over (run, why);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RunRef) run = user_data;
  g_autoptr (GError) error = NULL;
  gssize len
      = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (run->func == NULL)
    return;
  if (len < 0)
    {
      fail (run, "the connection broke", error);
      return;
    }
  if (len == 0)
    {
      over (run, "the connection was closed while it was played");
      return;
    }
  take (run, (gsize)len);
  if (run->func != NULL)
    read_more (run);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RunRef) run = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_out = g_output_stream_write_all_finish (
      G_OUTPUT_STREAM (source), result, NULL, &error);

  if (run->func == NULL)
    return;
  if (is_out)
    read_more (run);
  else
    fail (run, "the request cannot be sent", error);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RunRef) run = user_data;
  g_autoptr (GError) error = NULL;

  run->connection = g_socket_client_connect_to_host_finish (
      G_SOCKET_CLIENT (source), result, &error);
  if (run->func == NULL)
    return;
  if (run->connection == NULL)
    {
      fail (run, "no connection to the pump's own port", error);
      return;
    }
  g_output_stream_write_all_async (
      g_io_stream_get_output_stream (G_IO_STREAM (run->connection)),
      run->request,
      strlen (run->request),
      G_PRIORITY_DEFAULT,
      run->cancellable,
      on_written,
      run_ref (run));
}

/* HTTP/1.0 and no version11-enabled: no chunks. */
static char *
make_request (const SpCanaryPlan *plan, const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *secret
      = plan->secret != NULL
            ? g_strdup_printf ("X-Stream-Pump-Canary: %s\r\n", plan->secret)
            : g_strdup ("");

  return g_strdup_printf (
      "GET /streams/%s HTTP/1.0\r\n"
      "Host: localhost:%u\r\n"
      "Accept: */*\r\n"
      "User-Agent: NSPlayer/12.0.7601.17514 StreamPump/" PACKAGE_VERSION "\r\n"
      "Pragma: no-cache,rate=1.000,stream-time=0\r\n"
      "Pragma: xPlayStrm=1\r\n"
      "%s\r\n",
      escaped,
      plan->port,
      secret);
}

SpCanaryRun *
sp_canary_run_new (const SpCanaryPlan *plan,
                   const char *path,
                   SpCanaryRunFunc func,
                   gpointer user_data)
{
  SpCanaryRun *run = g_new0 (SpCanaryRun, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  run->ref_count = 1;
  run->path = g_strdup (path);
  run->limit_ms = plan->limit_ms;
  run->watch_ms = plan->watch_ms;
  run->func = func;
  run->user_data = user_data;
  run->cancellable = g_cancellable_new ();
  run->request = make_request (plan, path);
  run->asked_us = sp_clock_now_us ();
  run->timer = g_timeout_source_new (TICK_MS);
  g_source_set_callback (run->timer, on_tick, run, NULL);
  g_source_attach (run->timer, g_main_context_get_thread_default ());
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client,
                                         plan->address,
                                         plan->port,
                                         run->cancellable,
                                         on_connected,
                                         run_ref (run));
  return run;
}

const char *
sp_canary_run_path (SpCanaryRun *run)
{
  return run->path;
}

void
sp_canary_run_free (SpCanaryRun *run)
{
  stop (run);
  run_unref (run);
}
