/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "sp-load-target.h"

#define SP_LOAD_EXIT_OK 0
#define SP_LOAD_EXIT_BAD 1 /* somebody was not served as he should */
#define SP_LOAD_EXIT_USAGE 2

/** What the command line asks for. */
typedef struct
{
  gboolean is_push;
  gboolean is_version;
  guint n_viewers;
  guint n_stalled;
  double seconds; /* 0: none given */
  double warmup_s;
  guint ramp_per_s;
  double churn_percent;
  double slow_percent;
  guint slow_kbps;
  guint slow_buffer_bytes; /* 0: the kernel's */
  guint n_threads;
  gboolean is_raw;
  gboolean is_loose; /* MMSH whose numbers are not judged */
  gboolean is_chunked;
  gboolean is_insecure;
  char *user_agent;
  gboolean has_from;
  SpLoadFrom from;
  GArray *pids;    /* of pid_t */
  char *json_file; /* "-": standard output */
  char *plot_file;
  guint kbps; /* of all streams */
  guint packet_bytes;
  guint keyframe_ms;
  guint n_streams;
  GPtrArray *urls; /* of char *; those with %u are there for each stream */
} SpLoadOptions;

/* FALSE: the command line makes no sense. --help ends the process. */
gboolean sp_load_options_parse (SpLoadOptions *options,
                                int *argc,
                                char ***argv,
                                GError **error);
void sp_load_options_clear (SpLoadOptions *options);
