/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-server-private.h"

#include <glib/gstdio.h>

typedef struct
{
  const char *name;
  const char *title;
  const char *package;
  const char *program;
  CompareStart start;
  const char *framing;
  gboolean is_stamped;
} Kind;

static const Kind kinds[COMPARE_N_KINDS] = {
  [COMPARE_PUMP] = { .name = "pump",
                     .title = "Stream Pump",
                     .program = STREAM_PUMP,
                     .framing = "mmsh",
                     .start = compare_start_pump,
                     .is_stamped = TRUE },
  [COMPARE_BARE] = { .name = "bare",
                     .title = "bare loop",
                     .program = BENCH_BARE,
                     .framing = "loose",
                     .start = compare_start_bare,
                     .is_stamped = TRUE },
  [COMPARE_BARE_FILE] = { .name = "bare-file",
                          .title = "bare loop, sendfile",
                          .program = BENCH_BARE,
                          .framing = "loose",
                          .start = compare_start_bare,
                          .is_stamped = TRUE },
  [COMPARE_PUMP_TLS] = { .name = "pump-tls",
                         .title = "Stream Pump, TLS",
                         .program = STREAM_PUMP,
                         .framing = "mmsh",
                         .start = compare_start_pump_tls,
                         .is_stamped = TRUE },
  [COMPARE_BARE_TLS] = { .name = "bare-tls",
                         .title = "bare GnuTLS loop",
                         .program = BENCH_BARE_TLS,
                         .framing = "loose",
                         .start = compare_start_bare_tls,
                         .is_stamped = TRUE },
  [COMPARE_CUBEMAP] = { .name = "cubemap",
                        .title = "cubemap (raw HTTP)",
                        .package = "cubemap",
                        .program = "cubemap",
                        .start = compare_start_cubemap,
                        .framing = "raw",
                        .is_stamped = TRUE },
  [COMPARE_ICECAST] = { .name = "icecast",
                        .title = "icecast2 (raw HTTP)",
                        .package = "icecast2",
                        .program = "icecast2",
                        .start = compare_start_icecast,
                        .framing = "raw",
                        .is_stamped = TRUE },
  [COMPARE_VLC] = { .name = "vlc",
                    .title = "VLC, mmsh output",
                    .package = "vlc-bin",
                    .program = "vlc",
                    .framing = "loose",
                    .start = compare_start_vlc },
};

const char *
compare_kind_name (CompareKind kind)
{
  return kinds[kind].name;
}

const char *
compare_kind_title (CompareKind kind)
{
  return kinds[kind].title;
}

const char *
compare_kind_package (CompareKind kind)
{
  return kinds[kind].package;
}

const char *
compare_kind_framing (CompareKind kind)
{
  return kinds[kind].framing;
}

gboolean
compare_kind_is_stamped (CompareKind kind)
{
  return kinds[kind].is_stamped;
}

const char *
compare_kind_missing (CompareKind kind)
{
  g_autofree char *found = g_find_program_in_path (kinds[kind].program);

  return found == NULL ? kinds[kind].program : NULL;
}

/** compare_server_start: returns when media comes. The folder is a new one
 * under the temporary folder, which stop removes. */
CompareServer *
compare_server_start (CompareKind kind, const CompareFeed *feed, GError **error)
{
  g_autoptr (CompareServer) server = g_new0 (CompareServer, 1);

  server->kind = kind;
  server->feed = *feed;
  server->urls = g_ptr_array_new_with_free_func (g_free);
  server->folder = g_dir_make_tmp ("compare-XXXXXX", error);
  if (server->folder == NULL)
    return NULL;
  g_chmod (server->folder, 0777); /* some servers run as nobody */
  if (!kinds[kind].start (server, error))
    return NULL;
  return g_steal_pointer (&server);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        remove_folder (file);
      else
        g_unlink (file);
    }
  g_rmdir (folder);
}

/** compare_server_stop: both processes, and all they have written. */
void
compare_server_stop (CompareServer *server)
{
  g_clear_pointer (&server->source, compare_process_stop);
  g_clear_pointer (&server->server, compare_process_stop);
  if (server->folder != NULL)
    remove_folder (server->folder);
  g_free (server->folder);
  g_ptr_array_unref (server->urls);
  g_free (server);
}

void
compare_server_add_url (CompareServer *server,
                        const char *scheme,
                        const char *path)
{
  g_ptr_array_add (
      server->urls,
      g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, server->port, path));
}

gboolean
compare_server_write (CompareServer *server,
                      const char *name,
                      const char *text,
                      GError **error)
{
  g_autofree char *file = g_build_filename (server->folder, name, NULL);

  return g_file_set_contents (file, text, -1, error);
}
