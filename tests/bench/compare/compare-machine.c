/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-machine.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

/* The first value of a key in a file of "key : value". (nullable) */
static char *
value_in (const char *file, const char *key)
{
  g_autofree char *text = NULL;
  g_autofree char *pattern = g_strdup_printf ("(?m)^%s\\s*:\\s*(.*)$", key);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL)
      || !g_regex_match (regex, text, 0, &match))
    return NULL;
  return g_match_info_fetch (match, 1);
}

char *
compare_machine (void)
{
  g_autofree char *model = value_in ("/proc/cpuinfo", "model name");
  struct sysinfo info;

  sysinfo (&info);
  return g_strdup_printf ("%u x %s, %.0f GiB",
                          g_get_num_processors (),
                          model != NULL ? model : "an unknown processor",
                          (double)info.totalram * info.mem_unit
                              / (1024.0 * 1024 * 1024));
}

char *
compare_kernel (void)
{
  struct utsname name;

  uname (&name);
  return g_strdup_printf ("%s %s %s", name.sysname, name.release, name.machine);
}

char *
compare_output (const char *const *argv, const char *input)
{
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      argv,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE
          | (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0),
      NULL);
  g_autofree char *out = NULL;

  if (process == NULL
      || !g_subprocess_communicate_utf8 (process, input, NULL, &out, NULL, NULL)
      || !g_subprocess_get_successful (process))
    return NULL;
  return g_strdup (g_strchomp (out));
}

char *
compare_commit (void)
{
  const char *argv[] = { "git",      "-C",       COMPARE_SOURCE,
                         "describe", "--always", "--dirty",
                         NULL };
  char *commit = compare_output (argv, NULL);

  return commit != NULL ? commit : g_strdup ("unknown");
}

char *
compare_package_version (const char *package)
{
  const char *argv[]
      = { "dpkg-query", "-W", "-f", "${Version}", package, NULL };

  return compare_output (argv, NULL);
}
