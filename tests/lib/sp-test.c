/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-test.h"

#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *private_folder;
static pid_t owner;

static int
remove_one (const char *path,
            const struct stat *status,
            int kind,
            struct FTW *place)
{
  return remove (path);
}

/* Not when a child that never got to exec() leaves. */
static void
remove_private_folder (void)
{
  if (getpid () == owner)
    (void)nftw (private_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  g_clear_pointer (&private_folder, g_free);
}

/* Before GLib has looked where temporary and user files go. Players that run as
 * another user must get through it. */
static void
make_private_folder (void)
{
  const char *tmp = getenv ("TMPDIR");

  private_folder = g_strdup_printf ("%s/stream-pump-test-XXXXXX",
                                    tmp != NULL ? tmp : "/tmp");
  if (mkdtemp (private_folder) == NULL || chmod (private_folder, 0711) != 0)
    abort ();
  owner = getpid ();
  g_setenv ("TMPDIR", private_folder, TRUE);
  g_setenv ("XDG_DATA_HOME", private_folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", private_folder, TRUE);
  g_setenv ("XDG_CACHE_HOME", private_folder, TRUE);
  atexit (remove_private_folder);
}

void
sp_test_init (int *argc, char ***argv)
{
  make_private_folder ();
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (argc, argv, NULL);
}

guint8 *
sp_test_exact (const void *data, gsize len)
{
  guint8 *copy = g_malloc (MAX (len, 1));

  if (len == 0)
    return g_realloc (copy, 1);
  memcpy (copy, data, len);
  return copy;
}

GBytes *
sp_test_data (const char *name)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize len;

  g_file_get_contents (path, &contents, &len, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, len);
}

GBytes *
sp_test_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (const char *at = hex; *at != '\0';)
    {
      if (g_ascii_isspace (*at))
        {
          at++;
          continue;
        }
      guint8 byte = (guint8)(g_ascii_xdigit_value (at[0]) << 4
                             | g_ascii_xdigit_value (at[1]));
      g_byte_array_append (bytes, &byte, 1);
      at += 2;
    }
  return g_byte_array_free_to_bytes (bytes);
}

void
sp_test_assert_hex (const guint8 *data, gsize len, const char *hex)
{
  g_autoptr (GBytes) expected = sp_test_hex (hex);
  gsize expected_len;
  gconstpointer bytes = g_bytes_get_data (expected, &expected_len);

  g_assert_cmpmem (data, len, bytes, expected_len);
}

static gboolean
on_deadline (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

void
sp_test_wait (GMainContext *context,
              gboolean (*is_done) (gpointer),
              gpointer user_data,
              guint deadline_s)
{
  gboolean is_late = FALSE;
  GSource *deadline = g_timeout_source_new_seconds (deadline_s);

  g_source_set_callback (deadline, on_deadline, &is_late, NULL);
  g_source_attach (deadline, context);
  while (!is_done (user_data) && !is_late)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (deadline);
  g_source_unref (deadline);
  g_assert_true (is_done (user_data));
}
