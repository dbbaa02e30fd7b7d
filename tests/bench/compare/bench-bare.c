/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "bare-loop.h"
#include "sp-load-asf.h"

#include <signal.h>
#include <stdlib.h>

/* The limit that a reflector is measured against: one thread, one epoll loop,
 * packets framed once, one send for a viewer and pass. It makes its packets
 * itself, so that it has no source to read. */

static int is_over; /* atomic */

static void
on_signal (int number)
{
  g_atomic_int_set (&is_over, TRUE);
}

static gboolean
is_sound (const BareRules *rules, int port, int n_streams)
{
  return rules->kbps > 0 && rules->packet_size >= SP_LOAD_ASF_MIN_PACKET
         && rules->packet_size <= SP_LOAD_ASF_MAX_PACKET && port >= 0
         && port <= G_MAXUINT16 && n_streams > 0;
}

int
main (int argc, char *argv[])
{
  BareRules rules = {
    .flush_ms = 100, .flush_bytes = 32768, .kbps = 1000, .packet_size = 1400
  };
  int port = 0;
  int n_streams = 1;
  g_autofree char *framing = NULL;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "TCP port, 0: a free one", "N" },
    { "flush-ms",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules.flush_ms,
      "a packet waits no longer",
      "MS" },
    { "flush-bytes",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules.flush_bytes,
      "nor when so much waits; 0: no limit",
      "N" },
    { "kbps",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules.kbps,
      "media of all streams together",
      "N" },
    { "packet-size",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules.packet_size,
      "bytes of media in a packet",
      "N" },
    { "streams",
      0,
      0,
      G_OPTION_ARG_INT,
      &n_streams,
      "number of streams: /x/0, /x/1, ...",
      "N" },
    { "sendfile",
      0,
      0,
      G_OPTION_ARG_NONE,
      &rules.is_file,
      "send out of a memory file, without a copy",
      NULL },
    { "framing",
      0,
      0,
      G_OPTION_ARG_STRING,
      &framing,
      "mmsh (default) or raw",
      "NAME" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (BareLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, "The limit: stamped packets from a bare epoll loop.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || !is_sound (&rules, port, n_streams))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "bad option");
      return 2;
    }
  rules.is_raw = g_strcmp0 (framing, "raw") == 0;
  rules.kbps = MAX (rules.kbps / (guint)n_streams, 1);
  loop = bare_loop_new (&rules, (guint)n_streams, (guint16)port, &error);
  if (loop == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  g_print ("%u\n", bare_loop_port (loop));
  bare_loop_run (loop, &is_over);
  return EXIT_SUCCESS;
}
