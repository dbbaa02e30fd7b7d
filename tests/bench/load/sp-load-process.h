/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>
#include <sys/types.h>

/** What the kernel says of other processes. */
typedef struct
{
  double cpu_s;       /* used so far, by all threads */
  guint64 memory_kib; /* Pss */
  guint descriptors;
} SpLoadProcess;

/* The sum over @pids; FALSE when one cannot be read. */
gboolean sp_load_process_read (SpLoadProcess *process,
                               const pid_t *pids,
                               guint n_pids,
                               GError **error);
/* What this process has used so far. */
double sp_load_process_own_cpu_s (void);
