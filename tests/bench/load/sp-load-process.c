/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-process.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sp-error.h"

/* /proc/@pid/@name (transfer full). */
static char *
read_file (pid_t pid, const char *name, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int)pid, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, error) ? text : NULL;
}

/* In nanoseconds, where stat counts in ticks of 10 ms: too coarse for a small
 * server. A thread that has ended in between is not in the sum. */
static gboolean
add_cpu (SpLoadProcess *process, pid_t pid, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", (int)pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *task;

  if (dir == NULL)
    return FALSE;
  while ((task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = g_strconcat ("task/", task, "/schedstat", NULL);
      g_autofree char *text = read_file (pid, name, NULL);

      if (text != NULL)
        process->cpu_s += (double)g_ascii_strtoull (text, NULL, 10) / 1e9;
    }
  return TRUE;
}

static gboolean
add_memory (SpLoadProcess *process, pid_t pid, GError **error)
{
  g_autofree char *text = read_file (pid, "smaps_rollup", error);
  const char *at = text != NULL ? strstr (text, "\nPss:") : NULL;

  if (text == NULL)
    return FALSE;
  if (at == NULL)
    return sp_error_set (
        error, SP_ERROR_FAILED, "/proc/%d/smaps_rollup has no Pss", (int)pid);
  process->memory_kib += g_ascii_strtoull (at + strlen ("\nPss:"), NULL, 10);
  return TRUE;
}

static gboolean
add_descriptors (SpLoadProcess *process, pid_t pid, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int)pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);

  if (dir == NULL)
    return FALSE;
  while (g_dir_read_name (dir) != NULL)
    process->descriptors++;
  return TRUE;
}

gboolean
sp_load_process_read (SpLoadProcess *process,
                      const pid_t *pids,
                      guint n_pids,
                      GError **error)
{
  *process = (SpLoadProcess){ 0 };
  for (guint i = 0; i < n_pids; i++)
    if (!add_cpu (process, pids[i], error)
        || !add_memory (process, pids[i], error)
        || !add_descriptors (process, pids[i], error))
      return FALSE;
  return TRUE;
}

double
sp_load_process_own_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
