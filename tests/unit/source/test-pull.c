/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include "sp-mmsh-wire.h"
#include "sp-publisher.h"

#include <string.h>

static void
assert_three (Fixture *fixture, guint first)
{
  g_assert_cmpint (kind_at (fixture, first), ==, SP_PACKET_DATA);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (byte_at (fixture, first + i), ==, i + 1);
}

/* P1: Describe, Play, header and data. */
static void
test_well (Fixture *fixture, gconstpointer user_data)
{
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
  g_assert_false (is_play (head_at (fixture, 0)));
  g_assert_true (is_play (head_at (fixture, 1)));
  g_assert_cmpint (kind_at (fixture, 0), ==, SP_PACKET_HEADER);
  g_assert_cmpuint (byte_at (fixture, 0), ==, 'h');
  assert_three (fixture, 1);
  g_assert_cmpuint (n_warnings, ==, 0);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_errors), ==, 0);
}

static GByteArray *
answer_captured (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_ok (NULL);

  add_captured_header (bytes);
  *stays = is_play (head);
  return bytes;
}

static void
assert_line (const char *head, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\r\n%s\r\n", line);

  if (strstr (head, whole) == NULL)
    g_test_message ("'%s' is not in\n%s", line, head);
  g_assert_nonnull (strstr (head, whole));
}

/* For admins: without the query, which may be a password of sorts. */
static void
assert_label (Fixture *fixture, const char *path)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, sp_clock_now_us ());
  g_autofree char *label = g_strdup_printf (
      "pull http://127.0.0.1:%u%s", fixture->origin->port, path);

  g_assert_cmpstr (info->source_label, ==, label);
}

/* P2-P6, P9, D6: what is said. */
static void
test_requests (Fixture *fixture, gconstpointer user_data)
{
  const char *describe;
  const char *play;

  fixture->origin->answer = answer_captured;
  fixture->config.path = (char *)"/a b?c=d%20e";
  start (fixture);
  wait_packets (fixture, 1);
  assert_label (fixture, "/a%20b");
  describe = head_at (fixture, 0);
  play = head_at (fixture, 1);
  g_assert_true (
      g_str_has_prefix (describe, "GET /a%20b?c=d%20e HTTP/1.1\r\n"));
  assert_line (describe,
               "Pragma: no-cache,rate=1.000,stream-time=0,"
               "stream-offset=4294967295:4294967295,packet-num=4294967295,"
               "max-duration=0,request-context=1");
  assert_line (describe, "Connection: close");
  assert_line (describe, "Via: 1.1 this-pump");
  assert_line (describe, "Max-Forwards: 9");
  assert_line (
      describe,
      "User-Agent: NSPlayer/12.0.7601.17514 StreamPump/" PACKAGE_VERSION);
  g_assert_null (strstr (describe, "client-id"));
  g_assert_null (strstr (describe, "xPlayStrm"));
  assert_line (play, "Pragma: xPlayStrm=1");
  assert_line (play, "Pragma: client-id=-77");
  assert_line (play, "Pragma: stream-switch-count=3");
  g_assert_nonnull (
      strstr (play, "Pragma: stream-switch-entry=ffff:1:0 ffff:2:0 ffff:4:0"));
  assert_line (
      play, "Supported: com.microsoft.wm.sswitch, com.microsoft.wm.predstrm");
  assert_line (play, "Via: 1.1 this-pump");
  g_assert_nonnull (strstr (play, "Pragma: xClientGUID={"));
  g_assert_null (strstr (play, "version11-enabled"));
  g_assert_null (strstr (play, "Accept-Encoding"));
}

static void
test_user_agent (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.user_agent = (char *)"NSServer/9.0.0.3171";
  start (fixture);
  wait_packets (fixture, 1);
  assert_line (head_at (fixture, 0), "User-Agent: NSServer/9.0.0.3171");
  assert_line (head_at (fixture, 1), "User-Agent: NSServer/9.0.0.3171");
}

/* D2: the old pump chunks what goes to an HTTP/1.1 client, and knows no
 * Describe: it plays at once. */
static GByteArray *
answer_old_pump (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes
      = answer_text ("HTTP/1.1 200 OK\r\nServer: Rex/12.0.7600.16385\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n");
  g_autoptr (GByteArray) body = g_byte_array_new ();

  add_dummy_header (body, 'h');
  for (guint8 i = 1; i <= 3; i++)
    add_data (body, i);
  /* Chunks that have nothing to do with packets. */
  for (guint at = 0; at < body->len; at += 7)
    {
      guint len = MIN (7, body->len - at);
      g_autofree char *line = g_strdup_printf ("%x\r\n", len);

      add_text (bytes, line);
      g_byte_array_append (bytes, body->data + at, len);
      add_text (bytes, "\r\n");
    }
  *stays = TRUE;
  return bytes;
}

static void
test_chunked (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_old_pump;
  start (fixture);
  wait_packets (fixture, 4);
  assert_three (fixture, 1);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
}

/* Q8: VLC's output: no slash in Server, a new client-id each time, header block
 * again in the stream, $D numbered after $H, $E of 12 bytes. */
static GByteArray *
answer_vlc (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_text (
      "HTTP/1.0 200 OK\r\nContent-type: application/octet-stream\r\n"
      "Server: Cougar 4.1.0.3921\r\nPragma: no-cache\r\n"
      "Pragma: client-id=4242\r\nPragma: features=\"broadcast\"\r\n"
      "Cache-Control: no-cache\r\n\r\n");

  add_dummy_header (bytes, 'h');
  add_data (bytes, 1);
  add_dummy_header (bytes, 'h');
  add_data (bytes, 2);
  add_data (bytes, 3);
  *stays = TRUE;
  return bytes;
}

static void
test_vlc (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_vlc;
  start (fixture);
  wait_packets (fixture, 4);
  assert_three (fixture, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_header_changes), ==, 0);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_bad), ==, 0);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* W1: B bit set, $F and an unknown type between: all of it is passed over. */
static GByteArray *
answer_odd (Origin *origin, const char *head, gboolean *stays)
{
  static const guint8 odd[] = { 0x24, 'F', 2, 0, 0, 0, 0x24, 'Z', 1, 0, 9 };
  GByteArray *bytes = answer_ok (NULL);
  guint at;

  add_dummy_header (bytes, 'h');
  g_byte_array_append (bytes, odd, sizeof odd);
  for (guint8 i = 1; i <= 3; i++)
    {
      at = bytes->len;
      add_data (bytes, i);
      bytes->data[at] |= 0x80;
    }
  *stays = is_play (head);
  return bytes;
}

static void
test_odd_packets (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_odd;
  start (fixture);
  wait_packets (fixture, 4);
  assert_three (fixture, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_filler_packets), ==, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_unknown_packets), ==, 1);
}

/* P15, P17: $E(1), $C, another header, data. */
static GByteArray *
answer_entries (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_ok ("Supported: com.microsoft.wm.sswitch\r\n");

  *stays = FALSE;
  if (strstr (head, "POST ") == head)
    return bytes;
  *stays = is_play (head);
  add_captured_header (bytes);
  if (!*stays)
    return bytes;
  add_reason (bytes, SP_MMSH_END, SP_MMSH_REASON_ENTRY);
  add_reason (bytes, SP_MMSH_CHANGE, 0);
  add_dummy_header (bytes, 'i');
  add_data (bytes, 1);
  add_reason (bytes, SP_MMSH_CHANGE, 0);
  add_captured_header (bytes);
  return bytes;
}

static void
test_entries (Fixture *fixture, gconstpointer user_data)
{
  const char *select;

  fixture->origin->answer = answer_entries;
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpint (kind_at (fixture, 0), ==, SP_PACKET_HEADER);
  g_assert_cmpint (kind_at (fixture, 1), ==, SP_PACKET_HEADER);
  g_assert_cmpuint (byte_at (fixture, 1), ==, 'i');
  g_assert_cmpuint (byte_at (fixture, 2), ==, 1);
  g_assert_cmpint (kind_at (fixture, 3), ==, SP_PACKET_HEADER);
  g_assert_cmpuint (counted (fixture, SP_STREAM_header_changes), ==, 2);
  /* P6: this server begins no entry by itself. */
  wait_requests (fixture, 3);
  select = head_at (fixture, 2);
  g_assert_true (g_str_has_prefix (select, "POST /live HTTP/1.1\r\n"));
  assert_line (select, "Pragma: client-id=-77");
  assert_line (select, "Pragma: stream-switch-count=3");
  assert_line (select, "Content-Length: 0");
  g_assert_null (strstr (select, "xPlayStrm"));
}

/* P26: the number of the playlist is said back. */
static GByteArray *
answer_meta (Origin *origin, const char *head, gboolean *stays)
{
  static const char meta[]
      = "playlist-gen-id=41, broadcast-id=1, features=\"broadcast\"";
  GByteArray *bytes = answer_ok (NULL);
  guint8 preheader[SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN];
  guint len = sp_mmsh_write_data_head (
      preheader, SP_MMSH_META, 0, 0, 0x0c, sizeof meta);

  g_byte_array_append (bytes, preheader, len);
  g_byte_array_append (bytes, (const guint8 *)meta, sizeof meta);
  add_dummy_header (bytes, 'h');
  *stays = is_play (head);
  return bytes;
}

static void
test_playlist_gen_id (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_meta;
  start (fixture);
  wait_packets (fixture, 1);
  assert_line (head_at (fixture, 1), "Pragma: playlist-gen-id=41");
}

/* P24: the source comes back with the same header: nobody is told. */
static GByteArray *
answer_and_break (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_well (origin, head, stays);

  if (is_play (head))
    *stays = ++origin->step == 2;
  return bytes;
}

static void
test_again (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_and_break;
  start (fixture);
  wait_packets (fixture, 7);
  g_assert_cmpint (kind_at (fixture, 0), ==, SP_PACKET_HEADER);
  assert_three (fixture, 1);
  assert_three (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 4);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_losses), ==, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_connects), ==, 2);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_errors), ==, 1);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* D3: $E(0) is no error, and not the end either. */
static GByteArray *
answer_and_end (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_well (origin, head, stays);

  if (is_play (head) && ++origin->step == 1)
    add_reason (bytes, SP_MMSH_END, SP_MMSH_REASON_FINISHED);
  return bytes;
}

static void
test_end (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_and_end;
  start (fixture);
  wait_packets (fixture, 7);
  assert_three (fixture, 4);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_losses), ==, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_errors), ==, 0);
}

/* Another takes the stream over: the pull gets it back when that one is gone.
 */
static void
test_revoked (Fixture *fixture, gconstpointer user_data)
{
  SpPublisher *other;

  fixture->origin->answer = answer_and_break;
  start (fixture);
  wait_packets (fixture, 4);
  other = sp_publisher_acquire (
      fixture->stream, 0, "another", 0, sp_clock_now_us (), NULL);
  g_assert_nonnull (other);
  wait_requests (fixture, 6);
  sp_publisher_release (other, FALSE, sp_clock_now_us (), "it has gone");
  fixture->origin->step = 1;
  wait_packets (fixture, 7);
  assert_three (fixture, 4);
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  TEST_PULL ("/pull/describe-play", test_well);
  TEST_PULL ("/pull/requests", test_requests);
  TEST_PULL ("/pull/user-agent", test_user_agent);
  TEST_PULL ("/pull/server/old-pump", test_chunked);
  TEST_PULL ("/pull/server/vlc", test_vlc);
  TEST_PULL ("/pull/packets/passed-over", test_odd_packets);
  TEST_PULL ("/pull/entries", test_entries);
  TEST_PULL ("/pull/playlist-gen-id", test_playlist_gen_id);
  TEST_PULL ("/pull/again/broken-off", test_again);
  TEST_PULL ("/pull/again/ended", test_end);
  TEST_PULL ("/pull/again/revoked", test_revoked);
  return g_test_run ();
}
