/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fd-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** A stream, and the descriptor at the other end of its socket. */
typedef struct
{
  GIOStream *stream;
  int fd; /* the stream's */
  int peer;
} Pair;

static void
pair_open (Pair *pair)
{
  int fds[2];

  g_assert_cmpint (
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  pair->fd = fds[0];
  pair->peer = fds[1];
  pair->stream = sp_fd_stream_new (pair->fd);
}

static void
pair_close (Pair *pair)
{
  g_clear_object (&pair->stream);
  if (pair->peer >= 0)
    close (pair->peer);
}

static GPollableOutputStream *
out_of (Pair *pair)
{
  return G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (pair->stream));
}

static void
test_both_ways (void)
{
  Pair pair;
  char text[16] = "";
  GError *error = NULL;

  pair_open (&pair);
  g_assert_true (g_pollable_output_stream_can_poll (out_of (&pair)));
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (
                       out_of (&pair), "there", 5, NULL, &error),
                   ==,
                   5);
  g_assert_no_error (error);
  g_assert_cmpint (read (pair.peer, text, sizeof text), ==, 5);
  g_assert_cmpstr (text, ==, "there");
  g_assert_cmpint (write (pair.peer, "back!", 5), ==, 5);
  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (pair.stream),
                           text,
                           sizeof text,
                           NULL,
                           &error),
      ==,
      5);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "back!");
  pair_close (&pair);
}

/* A socket that is full says so at once, and takes more when it was read. */
static void
test_full (void)
{
  static char bytes[65536];
  g_autoptr (GError) error = NULL;
  Pair pair;
  gsize sent = 0;
  gssize n;

  pair_open (&pair);
  while ((n = g_pollable_output_stream_write_nonblocking (
              out_of (&pair), bytes, sizeof bytes, NULL, &error))
         > 0)
    sent += (gsize)n;
  g_assert_cmpint (n, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_cmpuint (sent, >, 0);
  while (read (pair.peer, bytes, sizeof bytes) > 0)
    ;
  g_clear_error (&error);
  n = g_pollable_output_stream_write_nonblocking (
      out_of (&pair), bytes, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
  pair_close (&pair);
}

static void
put (Pair *pair, const guint8 *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (
                       out_of (pair), data, len, NULL, &error),
                   ==,
                   (gssize)len);
  g_assert_no_error (error);
}

/* Bytes that say where they are. */
static guint8 *
make_bytes (gsize len)
{
  guint8 *bytes = g_malloc (len);

  for (gsize i = 0; i < len; i++)
    bytes[i] = (guint8)(i * 7 + i / 251);
  return bytes;
}

static void
test_gathered (void)
{
  static guint8 buffer[SP_FD_STREAM_GATHER];
  g_autofree guint8 *bytes = make_bytes (900);
  GOutputStream *output;
  guint8 seen[1000];
  Pair pair;

  pair_open (&pair);
  output = G_OUTPUT_STREAM (out_of (&pair));
  sp_fd_stream_gather (output, buffer);
  put (&pair, bytes, 300);
  put (&pair, bytes + 300, 300);
  g_assert_cmpint (read (pair.peer, seen, sizeof seen), ==, -1);
  sp_fd_stream_gather_last (output);
  put (&pair, bytes + 600, 300);
  g_assert_cmpint (read (pair.peer, seen, sizeof seen), ==, 900);
  g_assert_cmpmem (seen, 900, bytes, 900);
  sp_fd_stream_release (output);
  g_assert_cmpint (read (pair.peer, seen, sizeof seen), ==, -1);
  /* One whose last write never came. */
  sp_fd_stream_gather (output, buffer);
  put (&pair, bytes, 10);
  sp_fd_stream_release (output);
  g_assert_cmpint (read (pair.peer, seen, sizeof seen), ==, 10);
  g_assert_true (sp_fd_stream_flush (output));
  pair_close (&pair);
}

/* What a full socket does not take is kept, and goes before all else. */
static void
test_gathered_full (void)
{
  static guint8 buffer[SP_FD_STREAM_GATHER];
  const gsize part = SP_FD_STREAM_GATHER / 2;
  g_autofree guint8 *bytes = make_bytes (2 * part);
  g_autoptr (GByteArray) seen = g_byte_array_new ();
  GOutputStream *output;
  gsize taken = 0;
  Pair pair;

  pair_open (&pair);
  output = G_OUTPUT_STREAM (out_of (&pair));
  while (sp_fd_stream_rest_bytes (output) == 0)
    {
      sp_fd_stream_gather (output, buffer);
      put (&pair, bytes, part);
      sp_fd_stream_gather_last (output);
      put (&pair, bytes + part, part);
      sp_fd_stream_release (output);
      taken += 2 * part;
    }
  g_assert_false (sp_fd_stream_flush (output));
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (
                       out_of (&pair), bytes, 1, NULL, NULL),
                   ==,
                   -1);
  while (seen->len < taken)
    {
      guint8 some[65536];
      gssize n = read (pair.peer, some, sizeof some);

      if (n > 0)
        g_byte_array_append (seen, some, (guint)n);
      else
        g_assert_cmpint (errno, ==, EAGAIN);
      (void)sp_fd_stream_flush (output);
    }
  g_assert_cmpuint (sp_fd_stream_rest_bytes (output), ==, 0);
  for (gsize at = 0; at < taken; at += 2 * part)
    g_assert_cmpmem (seen->data + at, 2 * part, bytes, 2 * part);
  pair_close (&pair);
}

/* No signal ends the program. */
static void
test_peer_gone (void)
{
  g_autoptr (GError) error = NULL;
  Pair pair;

  pair_open (&pair);
  close (pair.peer);
  pair.peer = -1;
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (
                       out_of (&pair), "x", 1, NULL, &error),
                   ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  pair_close (&pair);
}

static void
test_closed_with_last_reference (void)
{
  Pair pair;
  g_autoptr (GOutputStream) out = NULL;
  char byte;

  pair_open (&pair);
  out = g_object_ref (g_io_stream_get_output_stream (pair.stream));
  g_assert_true (g_io_stream_close (pair.stream, NULL, NULL));
  g_clear_object (&pair.stream);
  g_assert_cmpint (fcntl (pair.fd, F_GETFD), >=, 0);
  g_clear_object (&out);
  g_assert_cmpint (fcntl (pair.fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
  g_assert_cmpint (read (pair.peer, &byte, 1), ==, 0);
  pair_close (&pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fd-stream/both-ways", test_both_ways);
  g_test_add_func ("/fd-stream/full", test_full);
  g_test_add_func ("/fd-stream/gathered/one-send", test_gathered);
  g_test_add_func ("/fd-stream/gathered/full", test_gathered_full);
  g_test_add_func ("/fd-stream/peer-gone", test_peer_gone);
  g_test_add_func ("/fd-stream/closed-with-last-reference",
                   test_closed_with_last_reference);
  return g_test_run ();
}
