/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_CUTS 512

static void
run (const guint8 *data, gsize len)
{
  g_autofree guint8 *exact = g_malloc (MAX (len, 1));

  if (len > 0)
    memcpy (exact, data, len);
  LLVMFuzzerTestOneInput (exact, len);
}

/* Replays a corpus folder where there is no fuzzer: each file whole, cut at
 * (up to MAX_CUTS) offsets, and with single bytes turned over. */
int
main (int argc, char **argv)
{
  guint n_files = 0;
  guint n_inputs = 0;
  const char *name;

  if (argc != 2)
    return 2;
  g_autoptr (GDir) dir = g_dir_open (argv[1], 0, NULL);
  if (dir == NULL)
    return 1;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *contents = NULL;
      gsize len;

      if (!g_file_get_contents (path, &contents, &len, NULL))
        return 1;
      run ((const guint8 *)contents, len);
      gsize step = MAX (len / MAX_CUTS, 1);
      for (gsize at = 0; at < len; at += step)
        {
          run ((const guint8 *)contents, at);
          contents[at] ^= (char)0xff;
          run ((const guint8 *)contents, len);
          contents[at] ^= (char)0xff;
          n_inputs += 2;
        }
      n_files++;
    }
  printf ("%u corpus files, %u inputs made of them\n", n_files, n_inputs);
  return n_files > 0 ? 0 : 1;
}
