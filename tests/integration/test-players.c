/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"

/* Real players, each in a process of its own, against a pushed, a pulled and a
 * file stream. The clips have 15 pictures a second. */
#define MIN_FRAMES 75 /* 5 s */
#define N_AT_ONCE 5
#define CLIP_SECONDS 240
#define NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups "

typedef struct
{
  const char *name;
  const char *needs;   /* programs, by blanks; SP_PLAY_ are of this build */
  const char *schemes; /* by blanks */
  const char *command; /* for a shell: $URL, $OUT a folder of its own */
  const char *frame;   /* in each line that tells of a decoded picture */
} Player;

static const Player players[] = {
  { "ffmpeg",
    "ffmpeg",
    "mmsh http",
    "ffmpeg -v error -nostdin -i $URL -map 0:v:0 -frames:v 80 "
    "-f framecrc -",
    "0, " },
  /* VLC refuses to run as root; its --run-time counts from the stream's time 0,
   * not from when it joined. */
  { "vlc",
    "cvlc",
    "mmsh http mms",
    "timeout 10 $NOBODY cvlc -q --no-interact --intf dummy --vout yuv "
    "--yuv-file $OUT/out.yuv --aout dummy $URL; "
    "grep -a -o FRAME $OUT/out.yuv",
    "FRAME" },
  { "mplayer",
    "mplayer",
    "mmsh http",
    "mplayer -noconfig all -nolirc -noconsolecontrols -nocache "
    "-really-quiet -vo md5sum:outfile=$OUT/md5 -ao null -frames 80 $URL; "
    "sed s/^/picture/ $OUT/md5",
    "picture" },
  { "mpv",
    "mpv",
    "mmsh http mms",
    "mpv --no-config --vo=null --ao=null --frames=80 --msg-level=all=v "
    "'--vf=lavfi=[showinfo]' $URL",
    "showinfo_0: n:" },
  { "libxine", "$SP_PLAY_XINE", "mmsh", "$SP_PLAY_XINE $URL 80", "picture" },
  { "libmms",
    "$SP_PLAY_MMS ffmpeg",
    "mmsh",
    "$SP_PLAY_MMS $URL 7 | "
    "ffmpeg -v error -f asf -i pipe: -map 0:v:0 -f framecrc -",
    "0, " },
  { "gstreamer",
    "gst-launch-1.0",
    "http",
    "gst-launch-1.0 -v souphttpsrc location=$URL is-live=true ! asfdemux ! "
    "decodebin ! video/x-raw ! fakesink sync=true silent=false "
    "num-buffers=80",
    "chain" },
};

typedef struct
{
  const Player *player;
  char *path; /* of the test */
  char *url;
  char *missing; /* why it is skipped */
  char *output;
  guint n_frames;
} Run;

static GPtrArray *runs;
static SpDaemon *origin;
static SpDaemon *relay;
static SpFeeder *feeder;

static char *
find_program (const char *name)
{
  const char *path = *name == '$' ? g_getenv (name + 1) : name;

  return path == NULL ? NULL : g_find_program_in_path (path);
}

static char *
find_missing (const Player *player)
{
  g_auto (GStrv) needs = g_strsplit (player->needs, " ", -1);

  for (guint i = 0; needs[i] != NULL; i++)
    {
      g_autofree char *path = find_program (needs[i]);

      if (path == NULL)
        return g_strdup_printf ("%s is missing",
                                *needs[i] == '$' ? player->name : needs[i]);
    }
  return NULL;
}

static void
run_in_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* (transfer full): what it wrote to both channels in at most @seconds. */
static char *
run_command (const char *command, const char *url, guint seconds)
{
  g_autofree char *folder = g_dir_make_tmp ("player-XXXXXX", NULL);
  g_autofree char *limit = g_strdup_printf ("%u", seconds);
  g_autofree char *script
      = g_strdup_printf ("exec 2>&1 </dev/null; %s", command);
  g_auto (GStrv) environment = g_get_environ ();
  const char *argv[]
      = { "timeout", "-k", "5", limit, "sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_chmod (folder, 0777);
  environment = g_environ_setenv (environment, "URL", url, TRUE);
  environment = g_environ_setenv (environment, "OUT", folder, TRUE);
  environment = g_environ_setenv (environment, "HOME", folder, TRUE);
  environment = g_environ_setenv (environment, "XDG_RUNTIME_DIR", folder, TRUE);
  environment = g_environ_setenv (
      environment, "NOBODY", geteuid () == 0 ? NOBODY : "", TRUE);
  g_spawn_sync (folder,
                (char **)argv,
                environment,
                G_SPAWN_SEARCH_PATH,
                run_in_child,
                NULL,
                &output,
                NULL,
                NULL,
                &error);
  g_assert_no_error (error);
  const char *clean[] = { "rm", "-rf", folder, NULL };
  g_spawn_sync (NULL,
                (char **)clean,
                NULL,
                G_SPAWN_SEARCH_PATH,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL);
  return output;
}

static guint
count_lines (const char *text, const char *part)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += strstr (lines[i], part) != NULL;
  return n;
}

static void
play (gpointer data, gpointer user_data)
{
  Run *run = data;

  run->output = run_command (run->player->command, run->url, 40);
  run->n_frames = count_lines (run->output, run->player->frame);
}

static void
test_run (gconstpointer user_data)
{
  static gsize is_done;
  const Run *run = user_data;

  if (g_once_init_enter (&is_done))
    {
      GThreadPool *pool = g_thread_pool_new (play, NULL, N_AT_ONCE, TRUE, NULL);

      for (guint i = 0; i < runs->len; i++)
        if (((Run *)runs->pdata[i])->missing == NULL)
          g_thread_pool_push (pool, runs->pdata[i], NULL);
      g_thread_pool_free (pool, FALSE, TRUE);
      g_once_init_leave (&is_done, 1);
    }
  if (run->missing != NULL)
    {
      g_test_skip (run->missing);
      return;
    }
  g_test_message ("%s: %u frames", run->url, run->n_frames);
  if (run->n_frames < MIN_FRAMES)
    g_test_message ("%s", run->output);
  g_assert_cmpuint (run->n_frames, >=, MIN_FRAMES);
}

static void
run_free (Run *run)
{
  g_free (run->path);
  g_free (run->url);
  g_free (run->missing);
  g_free (run->output);
  g_free (run);
}

static void
add_runs (const char *stream, guint16 port)
{
  for (guint i = 0; i < G_N_ELEMENTS (players); i++)
    {
      g_auto (GStrv) schemes = g_strsplit (players[i].schemes, " ", -1);

      for (guint j = 0; schemes[j] != NULL; j++)
        {
          Run *run = g_new0 (Run, 1);

          run->player = &players[i];
          run->path = g_strdup_printf (
              "/players/%s/%s/%s", stream, schemes[j], players[i].name);
          run->url = g_strdup_printf (
              "%s://127.0.0.1:%u/streams/%s", schemes[j], port, stream);
          run->missing = find_missing (&players[i]);
          g_ptr_array_add (runs, run);
          g_test_add_data_func (run->path, run, test_run);
        }
    }
}

static guint16
choose_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  g_socket_bind (socket, any, TRUE, NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
}

static gpointer
run_vlc (gpointer user_data)
{
  /* The checkout may be where only root may look. */
  return run_command ("cp $FILM $OUT/film.asf; "
                      "$NOBODY cvlc -q --no-interact --intf dummy --loop "
                      "$OUT/film.asf "
                      "--sout \"#std{access=mmsh,mux=asfh,dst=$URL}\"",
                      user_data,
                      25);
}

/* A server that nobody here wrote, pulled, then played by ffmpeg. */
static void
test_vlc_origin (void)
{
  g_autofree char *vlc = find_program ("cvlc");
  g_autofree char *ffmpeg = find_program ("ffmpeg");
  guint16 port = choose_port ();
  g_autofree char *target = g_strdup_printf ("127.0.0.1:%u/live", port);
  g_autofree char *stream
      = sp_daemon_pull_stream ("vlc", port, "/live", ", \"retry_ms\": 300", "");
  g_autoptr (SpDaemon) daemon = NULL;

  if (vlc == NULL || ffmpeg == NULL)
    {
      g_test_skip ("cvlc or ffmpeg is missing");
      return;
    }
  GThread *thread = g_thread_new ("vlc", run_vlc, target);
  daemon = sp_daemon_start ("", stream);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 20);
  g_autofree char *url = g_strdup_printf ("mmsh://127.0.0.1:%u/streams/vlc",
                                          sp_daemon_port (daemon));
  g_autofree char *output = run_command (players[0].command, url, 20);
  g_autofree char *vlc_output = g_thread_join (thread);
  g_test_message ("%s%s", output, vlc_output);
  g_assert_cmpuint (count_lines (output, players[0].frame), >=, MIN_FRAMES);
}

/* FALSE: ffmpeg, which makes what is pushed, is missing. */
static gboolean
start_streams (void)
{
  g_autofree char *film = sp_clip_demo_file ();
  g_autofree char *file = sp_daemon_file_stream ("file", film, "");
  g_autofree char *streams
      = g_strdup_printf ("%s, %s", SP_DAEMON_PUSH ("pushed", ""), file);
  g_autofree char *pulled = NULL;
  static SpClip *clip;

  g_setenv ("FILM", film, TRUE);
  clip = sp_clip_make (CLIP_SECONDS);
  origin = sp_daemon_start ("", streams);
  if (clip != NULL)
    feeder = sp_feeder_new_clip (
        sp_encoder_go (sp_daemon_port (origin), "pushed", clip->header), clip);
  pulled = sp_daemon_pull_stream ("pulled",
                                  sp_daemon_port (origin),
                                  "/streams/file",
                                  ", \"retry_ms\": 300",
                                  "");
  relay = sp_daemon_start ("", pulled);
  sp_daemon_wait_figure (
      origin, "/admin/status", "streams_live", clip != NULL ? 2 : 1, 20);
  sp_daemon_wait_figure (relay, "/admin/status", "streams_live", 1, 20);
  return clip != NULL;
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_set_nonfatal_assertions ();
  runs = g_ptr_array_new_with_free_func ((GDestroyNotify)run_free);
  if (start_streams ())
    add_runs ("pushed", sp_daemon_port (origin));
  add_runs ("file", sp_daemon_port (origin));
  add_runs ("pulled", sp_daemon_port (relay));
  g_test_add_func ("/players/vlc-origin", test_vlc_origin);
  int status = g_test_run ();
  g_clear_pointer (&feeder, sp_feeder_break);
  sp_daemon_free (relay);
  sp_daemon_free (origin);
  g_ptr_array_unref (runs);
  return status;
}
