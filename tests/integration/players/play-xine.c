/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xine.h>

static int frames_left;

/* On libxine's output thread, once for each picture that is shown. */
static void
on_picture (void *user_data,
            int format,
            int width,
            int height,
            double aspect,
            void *data0,
            void *data1,
            void *data2)
{
  printf ("picture %d x %d\n", width, height);
  fflush (stdout);
  if (--frames_left == 0)
    _exit (0);
}

static void
on_overlay (void *user_data, int count, raw_overlay_t *overlays)
{
}

/* play-xine URL FRAMES: plays with libxine at its own pace, writes a line for
 * each decoded picture, ends after FRAMES of them. */
int
main (int argc, char **argv)
{
  raw_visual_t visual
      = { .supported_formats = XINE_VORAW_YV12 | XINE_VORAW_YUY2,
          .raw_output_cb = on_picture,
          .raw_overlay_cb = on_overlay };

  if (argc != 3)
    return 2;
  frames_left = strtol (argv[2], NULL, 10);
  xine_t *xine = xine_new ();
  xine_init (xine);
  xine_video_port_t *video
      = xine_open_video_driver (xine, "raw", XINE_VISUAL_TYPE_RAW, &visual);
  xine_audio_port_t *audio = xine_open_audio_driver (xine, "none", NULL);
  if (video == NULL)
    return 1;
  xine_stream_t *stream = xine_stream_new (xine, audio, video);
  if (!xine_open (stream, argv[1]) || !xine_play (stream, 0, 0))
    {
      fprintf (stderr,
               "libxine does not open %s: error %d\n",
               argv[1],
               xine_get_error (stream));
      return 1;
    }
  while (xine_get_status (stream) == XINE_STATUS_PLAY)
    usleep (100000);
  return 1;
}
