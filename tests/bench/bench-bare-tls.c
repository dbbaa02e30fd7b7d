/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "bare-tls-loop.h"

#include <signal.h>
#include <stdlib.h>

#define PACKET_MIN 24 /* the stamp */
#define PACKET_MAX 65527

/* What TLS viewers are measured against: one thread, one epoll loop over
 * GnuTLS, packets framed once. It makes its packets itself. */

static int is_over; /* atomic */

static void
on_signal (int number)
{
  g_atomic_int_set (&is_over, TRUE);
}

typedef struct
{
  BareRules rules;
  int port;
  char *certificate;
  char *key;
} Options;

static gboolean
is_sound (const Options *options)
{
  const BareRules *rules = &options->rules;

  return rules->kbps > 0 && rules->packet_size >= PACKET_MIN
         && rules->packet_size <= PACKET_MAX && options->port >= 0
         && options->port <= G_MAXUINT16 && options->certificate != NULL
         && options->key != NULL;
}

static gboolean
read_options (Options *options, int *argc, char ***argv)
{
  BareRules *rules = &options->rules;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "0: a free one", "N" },
    { "cert",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->certificate,
      "PEM file",
      "FILE" },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options->key, "PEM file", "FILE" },
    { "flush-ms",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules->flush_ms,
      "a packet waits no longer",
      "MS" },
    { "flush-bytes",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules->flush_bytes,
      "nor when so much waits; 0: no limit",
      "N" },
    { "kbps", 0, 0, G_OPTION_ARG_INT, &rules->kbps, "of media", "N" },
    { "packet-size",
      0,
      0,
      G_OPTION_ARG_INT,
      &rules->packet_size,
      "bytes of media in a packet",
      "N" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, "The limit for TLS: stamped packets from a bare GnuTLS loop.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error)
      && is_sound (options))
    return TRUE;
  g_printerr ("%s\n", error != NULL ? error->message : "bad options");
  return FALSE;
}

int
main (int argc, char *argv[])
{
  Options options = { .rules = { .flush_ms = 100,
                                 .flush_bytes = 32768,
                                 .kbps = 1000,
                                 .packet_size = 1400 } };
  g_autoptr (BareTlsLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  if (!read_options (&options, &argc, &argv))
    return 2;
  loop = bare_tls_loop_new (&options.rules,
                            (guint16)options.port,
                            options.certificate,
                            options.key,
                            &error);
  g_free (options.certificate);
  g_free (options.key);
  if (loop == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  g_print ("%u\n", bare_tls_loop_port (loop));
  bare_tls_loop_run (loop, &is_over);
  return EXIT_SUCCESS;
}
