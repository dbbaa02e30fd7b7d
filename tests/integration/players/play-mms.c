/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <libmms/mmsx.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* play-mms URL SECONDS: what libmms hands to a player (an ASF header, then
 * packets), on the standard output. */
int
main (int argc, char **argv)
{
  char buffer[16384];

  if (argc != 3)
    return 2;
  time_t until = time (NULL) + strtol (argv[2], NULL, 10);
  mmsx_t *mms = mmsx_connect (NULL, NULL, argv[1], 1000000);
  if (mms == NULL)
    {
      fprintf (stderr, "libmms does not open %s\n", argv[1]);
      return 1;
    }
  while (time (NULL) < until)
    {
      int n = mmsx_read (NULL, mms, buffer, sizeof buffer);

      if (n <= 0 || fwrite (buffer, 1, (size_t)n, stdout) != (size_t)n)
        break;
    }
  mmsx_close (mms);
  return 0;
}
