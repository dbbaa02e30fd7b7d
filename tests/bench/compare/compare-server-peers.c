/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-server-private.h"

/* The servers of others. cubemap and icecast2 pull the stamped packets from an
 * origin as plain HTTP; VLC plays a file of the same bit rate. */

#define FILE_SECONDS 150 /* longer than a run */
#define FILE_DEADLINE_MS 60000
#define AUDIO_KBPS 64

/* The origin is the server's source. */
static gboolean
start_origin (CompareServer *server, guint16 *port, GError **error)
{
  server->source = compare_start_bare_process (server, TRUE, port, error);
  return server->source != NULL;
}

static gboolean
wait_live (CompareServer *server, GError **error)
{
  compare_server_add_url (server, "http", "/live");
  return compare_wait_media (server->port, "/live", COMPARE_READY_MS, error);
}

gboolean
compare_start_cubemap (CompareServer *server, GError **error)
{
  const char *argv[] = { "cubemap", "cubemap.config", NULL };
  g_autofree char *config = NULL;
  guint16 origin;

  if (!start_origin (server, &origin, error))
    return FALSE;
  server->port = compare_free_port ();
  config = g_strdup_printf ("num_servers 1\nlisten 127.0.0.1:%u\n"
                            "stats_file cubemap.stats\nstats_interval 60\n"
                            "error_log type=console\n"
                            "stream /live src=http://127.0.0.1:%u/0 "
                            "src_encoding=raw\n",
                            server->port,
                            origin);
  if (!compare_server_write (server, "cubemap.config", config, error))
    return FALSE;
  server->server = compare_process_start (argv, server->folder, TRUE, error);
  return server->server != NULL && wait_live (server, error);
}

gboolean
compare_start_icecast (CompareServer *server, GError **error)
{
  const char *argv[] = { "icecast2", "-c", "icecast.xml", NULL };
  g_autofree char *config = NULL;
  guint16 origin;

  if (!start_origin (server, &origin, error))
    return FALSE;
  server->port = compare_free_port ();
  config = g_strdup_printf (
      "<icecast>\n"
      "  <limits><clients>19990</clients><sources>2</sources>\n"
      "    <burst-on-connect>0</burst-on-connect>\n"
      "    <burst-size>0</burst-size></limits>\n"
      "  <authentication><source-password>bench</source-password>\n"
      "    <admin-user>bench</admin-user>\n"
      "    <admin-password>bench</admin-password></authentication>\n"
      "  <hostname>localhost</hostname>\n"
      "  <listen-socket><port>%u</port>\n"
      "    <bind-address>127.0.0.1</bind-address></listen-socket>\n"
      "  <relay><server>127.0.0.1</server><port>%u</port>\n"
      "    <mount>/0</mount><local-mount>/live</local-mount>\n"
      "    <on-demand>0</on-demand></relay>\n"
      "  <paths><logdir>%s</logdir><webroot>/usr/share/icecast2/web"
      "</webroot>\n"
      "    <adminroot>/usr/share/icecast2/admin</adminroot></paths>\n"
      "  <logging><accesslog>access.log</accesslog>\n"
      "    <errorlog>error.log</errorlog><loglevel>2</loglevel></logging>\n"
      "</icecast>\n",
      server->port,
      origin,
      server->folder);
  if (!compare_server_write (server, "icecast.xml", config, error))
    return FALSE;
  server->server = compare_process_start (argv, server->folder, TRUE, error);
  return server->server != NULL && wait_live (server, error);
}

/* A picture that cannot be compressed to less than the bit rate. */
static gboolean
make_film (CompareServer *server, GError **error)
{
  g_autofree char *rate
      = g_strdup_printf ("%uk", server->feed.kbps - AUDIO_KBPS);
  g_autofree char *audio = g_strdup_printf ("%uk", AUDIO_KBPS);
  g_autofree char *size = g_strdup_printf ("%u", server->feed.packet_size);
  g_autofree char *seconds = g_strdup_printf ("%u", FILE_SECONDS);
  const char *picture
      = "testsrc2=size=320x240:rate=25,noise=alls=30:allf=t,format=yuv420p";
  const char *argv[]
      = { "ffmpeg",   "-nostdin", "-loglevel", "error",        "-f",
          "lavfi",    "-i",       picture,     "-f",           "lavfi",
          "-i",       "sine",     "-t",        seconds,        "-c:v",
          "msmpeg4",  "-b:v",     rate,        "-minrate",     rate,
          "-maxrate", rate,       "-bufsize",  rate,           "-c:a",
          "wmav2",    "-b:a",     audio,       "-packet_size", size,
          "film.asf", NULL };
  CompareProcess *process
      = compare_process_start (argv, server->folder, FALSE, error);
  g_autofree char *log = NULL;
  g_autofree char *film = g_build_filename (server->folder, "film.asf", NULL);

  if (process == NULL)
    return FALSE;
  for (guint waited_ms = 0;
       compare_process_is_running (process) && waited_ms < FILE_DEADLINE_MS;
       waited_ms += 50)
    g_usleep (50 * 1000);
  log = compare_process_log (process);
  compare_process_stop (process);
  if (g_file_test (film, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_FAILED, "ffmpeg makes no film: %s", log);
  return FALSE;
}

gboolean
compare_start_vlc (CompareServer *server, GError **error)
{
  g_autofree char *out = NULL;
  g_autofree char *size = NULL;

  if (!make_film (server, error))
    return FALSE;
  server->port = compare_free_port ();
  out = g_strdup_printf ("#std{access=mmsh,mux=asfh,dst=127.0.0.1:%u/live}",
                         server->port);
  size = g_strdup_printf ("--sout-asf-packet-size=%u",
                          MAX (server->feed.packet_size, 1000));
  const char *argv[]
      = { "vlc", "-I",       "dummy", "--no-media-library", size, "--sout",
          out,   "film.asf", NULL };
  server->server = compare_process_start (argv, server->folder, TRUE, error);
  return server->server != NULL && wait_live (server, error);
}
