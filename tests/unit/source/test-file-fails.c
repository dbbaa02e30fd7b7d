/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "file-fixture.h"

static gboolean
has_failed_twice (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return counted (fixture, SP_STREAM_source_errors) >= 2;
}

/** What is in the file, and what clients are told. */
typedef struct
{
  const char *path;
  const char *hex; /* NULL: there is no file */
  gsize clip_len;  /* bytes of the clip instead, if not 0 */
  const char *why;
} BadFile;

static const BadFile bad_files[] = {
  { "/file/fails/missing", NULL, 0, "its file is missing" },
  { "/file/fails/empty",
    "",
    0,
    "its file cannot be played: it is too short for an ASF header" },
  { "/file/fails/not-asf",
    "3c68746d6c3e 3c68746d6c3e 3c68746d6c3e 3c68746d6c3e",
    0,
    "its file cannot be played: not ASF: no Header Object at the start" },
  { "/file/fails/huge-header",
    "3026b275 8e66cf11 a6d900aa 0062ce6c 0000100000000000",
    0,
    "its file cannot be played: ASF header: a size of 1048576 bytes is not "
    "within 30 to "
    "1048576" },
  { "/file/fails/cut-header",
    NULL,
    400,
    "its file cannot be played: it is too short for an ASF header" },
  { "/file/fails/no-packets",
    NULL,
    CLIP_HEADER_LEN + SP_ASF_DATA_OBJECT_HEAD,
    "its file cannot be played: it holds no ASF packets" },
  { "/file/fails/part-of-a-packet",
    NULL,
    CLIP_HEADER_LEN + SP_ASF_DATA_OBJECT_HEAD + CLIP_PACKET_SIZE - 1,
    "its file cannot be played: it holds no ASF packets" },
};

/* It is told once, tried again, and played as soon as it is good. */
static void
test_bad_file (Fixture *fixture, gconstpointer user_data)
{
  const BadFile *bad = user_data;
  g_autoptr (GByteArray) clip = load ("clip.asf");
  g_autofree char *why = NULL;
  g_autoptr (SpPacket) header = NULL;

  if (bad->clip_len > 0)
    write_file (fixture, clip->data, bad->clip_len);
  else if (bad->hex != NULL)
    {
      g_autoptr (GBytes) bytes = sp_test_hex (bad->hex);

      write_file (
          fixture, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  start (fixture);
  sp_test_wait (NULL, has_failed_twice, fixture, DEADLINE_S);
  why = sp_stream_why_not (fixture->stream);
  g_assert_cmpstr (why, ==, bad->why);
  g_assert_cmpint (
      sp_stream_live_rank (fixture->stream, fixture->now_us), ==, -1);
  g_assert_cmpuint (n_warnings, ==, 1);
  write_array (fixture, clip);
  play (fixture, 1 + CLIP_PACKETS);
  header = sp_stream_live_header (fixture->stream);
  g_assert_nonnull (header);
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_cmpuint (n_infos, ==, 1);
}

static gboolean
is_lost (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return counted (fixture, SP_STREAM_source_losses) > 0;
}

/* What was read of it is still played; clients are held until it is back. */
static void
test_vanishes (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  guint n_before;
  SpAsfPacket before;
  SpAsfPacket packet;

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 10);
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  sp_test_wait (NULL, is_lost, fixture, DEADLINE_S);
  n_before = fixture->packets->len;
  g_assert_cmpuint ((n_before - 1) % CLIP_PACKETS, ==, 0);
  write_array (fixture, clip);
  play (fixture, n_before + CLIP_PACKETS);
  parse (fixture, n_before - 1, &before);
  parse (fixture, n_before, &packet);
  g_assert_cmpuint (packet.send_time_ms, >, before.send_time_ms);
  g_assert_cmpuint (counted (fixture, SP_STREAM_header_changes), ==, 0);
  g_assert_cmpuint (n_warnings, ==, 0);
  g_assert_cmpuint (n_infos, ==, 2);
}

static gboolean
is_waiting (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return n_warnings > 0;
}

/* Somebody else takes the place: the file waits, and has it back later, header
 * first. */
static void
test_taken_over (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  SpPublisher *other;
  guint n_before;

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 10);
  other = sp_publisher_acquire (
      fixture->stream, 0, "other", 0, fixture->now_us, NULL);
  g_assert_nonnull (other);
  sp_test_wait (NULL, is_waiting, fixture, DEADLINE_S);
  n_before = fixture->packets->len;
  sp_publisher_release (other, FALSE, fixture->now_us, "over");
  play (fixture, n_before + CLIP_PACKETS);
  g_assert_cmpuint (n_infos, ==, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_bad), ==, 0);
}

static void
test_closed (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 10);
  sp_stream_close (fixture->stream, fixture->now_us);
  sp_test_wait (NULL, has_failed_twice, fixture, DEADLINE_S);
}

/* Freed at any moment of its life: nothing comes after it. */
static void
test_freed (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");

  write_array (fixture, clip);
  for (guint n = 0; n < 40; n++)
    {
      start (fixture);
      for (guint i = 0; i < n; i++)
        {
          collect (fixture);
          g_main_context_iteration (NULL, FALSE);
        }
      stop (fixture);
      g_assert_cmpint (
          sp_stream_live_rank (fixture->stream, fixture->now_us), ==, -1);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_log_set_writer_func (on_log, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_files); i++)
    SP_TEST_FILE (bad_files[i].path, &bad_files[i], test_bad_file);
  SP_TEST_FILE ("/file/fails/vanishes", NULL, test_vanishes);
  SP_TEST_FILE ("/file/fails/taken-over", NULL, test_taken_over);
  SP_TEST_FILE ("/file/fails/closed", NULL, test_closed);
  SP_TEST_FILE ("/file/ends/freed", NULL, test_freed);
  return g_test_run ();
}
