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
  g_test_add_func ("/fd-stream/peer-gone", test_peer_gone);
  g_test_add_func ("/fd-stream/closed-with-last-reference",
                   test_closed_with_last_reference);
  return g_test_run ();
}
