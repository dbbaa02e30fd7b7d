/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-clip.h"

#include <glib/gstdio.h>
#include <string.h>

#define OBJECT_HEAD_LEN 24
#define DATA_HEAD_LEN 50
#define HEADER_HEAD_LEN 30

static const guint8 file_properties[16]
    = { 0xa1, 0xdc, 0xab, 0x8c, 0x47, 0xa9, 0xcf, 0x11,
        0x8e, 0xe4, 0x00, 0xc0, 0x0c, 0x20, 0x53, 0x65 };

static guint64
read_le (const guint8 *data, guint n)
{
  guint64 value = 0;

  for (guint i = 0; i < n; i++)
    value |= (guint64)data[i] << (8 * i);
  return value;
}

static void
write_le (guint8 *data, guint n, guint64 value)
{
  for (guint i = 0; i < n; i++)
    data[i] = (guint8)(value >> (8 * i));
}

/* Position of the File Properties in the Header Object. */
static gsize
find_file_properties (const guint8 *data, gsize len)
{
  for (gsize at = HEADER_HEAD_LEN; at + OBJECT_HEAD_LEN < len;
       at += read_le (data + at + 16, 8))
    if (memcmp (data + at, file_properties, sizeof file_properties) == 0)
      return at;
  g_assert_not_reached ();
}

/* Send time of a packet: error correction, flags, three variable fields. */
static guint32
read_send_ms (const guint8 *packet)
{
  static const guint8 widths[] = { 0, 1, 2, 4 };
  const guint8 *at = packet;

  if (*at & 0x80)
    at += 1 + (*at & 0x0f);
  guint8 flags = *at;
  at += 2 + widths[flags >> 5 & 3] + widths[flags >> 1 & 3]
        + widths[flags >> 3 & 3];
  return (guint32)read_le (at, 4);
}

SpClip *
sp_clip_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize len;

  g_file_get_contents (path, &contents, &len, &error);
  g_assert_no_error (error);
  guint8 *data = (guint8 *)contents;
  gsize header_len = read_le (data + 16, 8);
  g_assert_cmpuint (len, >, header_len + DATA_HEAD_LEN);
  guint8 *properties = data + find_file_properties (data, header_len);
  SpClip *clip = g_new0 (SpClip, 1);
  clip->packet_size = (guint32)read_le (properties + 96, 4);
  g_assert_cmpuint (clip->packet_size, >, 0);
  write_le (properties + 56, 8, 0xffffffff);
  write_le (properties + 64, 8, 0);
  write_le (properties + 72, 8, 0);
  write_le (properties + 88, 4, 1);
  write_le (data + header_len + 16, 8, DATA_HEAD_LEN);
  write_le (data + header_len + 40, 8, 0);
  clip->header = g_bytes_new (data, header_len + DATA_HEAD_LEN);
  clip->packets
      = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  clip->send_ms = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize at = header_len + DATA_HEAD_LEN;
       at + clip->packet_size <= len && (data[at] & 0x80) != 0;
       at += clip->packet_size)
    {
      guint32 send_ms = read_send_ms (data + at);

      g_ptr_array_add (clip->packets,
                       g_bytes_new (data + at, clip->packet_size));
      g_array_append_val (clip->send_ms, send_ms);
    }
  g_assert_cmpuint (clip->packets->len, >, 0);
  return clip;
}

char *
sp_clip_make_file (const char *folder, guint seconds)
{
  g_autofree char *ffmpeg = g_find_program_in_path ("ffmpeg");
  g_autofree char *path = g_build_filename (folder, "clip.asf", NULL);
  g_autofree char *duration = g_strdup_printf ("%u", seconds);
  const char *argv[] = { ffmpeg,
                         "-v",
                         "error",
                         "-nostdin",
                         "-y",
                         "-f",
                         "lavfi",
                         "-i",
                         "testsrc2=size=320x180:rate=15",
                         "-f",
                         "lavfi",
                         "-i",
                         "sine=frequency=440:sample_rate=44100",
                         "-t",
                         duration,
                         "-c:v",
                         "wmv2",
                         "-b:v",
                         "200k",
                         "-g",
                         "25",
                         "-c:a",
                         "wmav2",
                         "-b:a",
                         "64k",
                         "-f",
                         "asf",
                         path,
                         NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (ffmpeg == NULL)
    return NULL;
  g_spawn_sync (NULL,
                (char **)argv,
                NULL,
                G_SPAWN_DEFAULT,
                NULL,
                NULL,
                NULL,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return g_steal_pointer (&path);
}

SpClip *
sp_clip_make (guint seconds)
{
  g_autofree char *folder = g_dir_make_tmp ("clip-XXXXXX", NULL);
  g_autofree char *path = sp_clip_make_file (folder, seconds);
  SpClip *clip = path == NULL ? NULL : sp_clip_load (path);

  if (path != NULL)
    g_unlink (path);
  g_rmdir (folder);
  return clip;
}

char *
sp_clip_demo_file (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "data", "demo.asf", NULL);
}

void
sp_clip_free (SpClip *clip)
{
  g_bytes_unref (clip->header);
  g_ptr_array_unref (clip->packets);
  g_array_unref (clip->send_ms);
  g_free (clip);
}
