/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-tls.h"

#include "sp-fd-stream.h"

#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECORD 16384 /* the most that one TLS record holds */

struct _SpTls
{
  int fd;
  GTlsCertificate *certificate; /* to show in the handshake; NULL after it */
  GIOStream *stream;            /* NULL before it; has the descriptor */
  GPollableOutputStream *out;   /* of @stream */
  GOutputStream *base;          /* what that writes to */
  GCancellable *handshake;      /* under way */
  GCancellable *closing;        /* a close_notify is under way */
  GByteArray *pending; /* taken from the caller, not yet by the record layer;
                          NULL: nothing is, nor ever was */
  SpTlsFunc on_done;
  gpointer user_data;
};

SpTls *
sp_tls_new (int fd, GTlsCertificate *certificate)
{
  SpTls *tls = g_new0 (SpTls, 1);

  tls->fd = fd;
  tls->certificate = g_object_ref (certificate);
  return tls;
}

/** sp_tls_free: no handshake is under way. The socket is shut first, both ways:
 * the last reference to a TLS connection says close_notify, and would wait for
 * a client that does not read. */
void
sp_tls_free (SpTls *tls)
{
  if (tls->closing != NULL)
    g_cancellable_cancel (tls->closing);
  g_clear_object (&tls->closing);
  if (tls->stream != NULL)
    (void)shutdown (tls->fd, SHUT_RDWR);
  else if (tls->fd >= 0)
    (void)close (tls->fd);
  g_clear_object (&tls->stream);
  g_clear_object (&tls->certificate);
  g_clear_pointer (&tls->pending, g_byte_array_unref);
  g_free (tls);
}

static void
on_handshake (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SpTls *tls = user_data;
  gboolean is_open = g_tls_connection_handshake_finish (
      G_TLS_CONNECTION (object), result, NULL);

  g_clear_object (&tls->handshake);
  tls->on_done (tls->user_data, is_open);
}

/* The stream has the descriptor from here on. */
static gboolean
open_stream (SpTls *tls)
{
  g_autoptr (GTlsCertificate) certificate = g_steal_pointer (&tls->certificate);
  g_autoptr (GIOStream) base = sp_fd_stream_new (tls->fd);

  tls->stream = g_initable_new (
      g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()),
      NULL,
      NULL,
      "base-io-stream",
      base,
      "certificate",
      certificate,
      "database",
      NULL,
      NULL);
  if (tls->stream == NULL)
    {
      tls->fd = -1; /* closed with @base */
      return FALSE;
    }
  tls->out
      = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (tls->stream));
  tls->base = g_io_stream_get_output_stream (base);
  return TRUE;
}

/** sp_tls_handshake: holds a thread of GIO's pool until it is over. */
gboolean
sp_tls_handshake (SpTls *tls, SpTlsFunc on_done, gpointer user_data)
{
  if (!open_stream (tls))
    return FALSE;
  tls->on_done = on_done;
  tls->user_data = user_data;
  tls->handshake = g_cancellable_new ();
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls->stream),
                                             FALSE);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls->stream),
                                    G_PRIORITY_DEFAULT,
                                    tls->handshake,
                                    on_handshake,
                                    tls);
  return TRUE;
}

gboolean
sp_tls_cancel (SpTls *tls)
{
  if (tls->handshake == NULL)
    return FALSE;
  g_cancellable_cancel (tls->handshake);
  return TRUE;
}

static gssize
code_of (GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
             ? SP_TLS_AGAIN
             : SP_TLS_ERROR;
}

gssize
sp_tls_read (SpTls *tls, guint8 *data, gsize len)
{
  GPollableInputStream *in
      = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (tls->stream));
  g_autoptr (GError) error = NULL;
  gssize n
      = g_pollable_input_stream_read_nonblocking (in, data, len, NULL, &error);

  return n >= 0 ? n : code_of (error);
}

static gssize
write_out (SpTls *tls, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;
  gssize n
      = G_POLLABLE_OUTPUT_STREAM_GET_INTERFACE (tls->out)->write_nonblocking (
          tls->out, data, len, &error);

  if (n > 0)
    return n;
  return n == 0 ? SP_TLS_ERROR : code_of (error);
}

static gboolean
has_pending (const SpTls *tls)
{
  return tls->pending != NULL && tls->pending->len > 0;
}

/* After a would-block the record layer wants the same bytes again, so they are
 * kept here and nothing else is taken until they are out. */
static gssize
flush (SpTls *tls)
{
  while (has_pending (tls))
    {
      gssize n = write_out (tls, tls->pending->data, tls->pending->len);

      if (n < 0)
        return n;
      g_byte_array_remove_range (tls->pending, 0, (guint)n);
    }
  return 0;
}

static gsize
gather (const struct iovec *iov, guint n_iov, guint8 *scratch)
{
  gsize taken = 0;

  for (guint i = 0; i < n_iov && taken < RECORD; i++)
    {
      gsize n = MIN (iov[i].iov_len, RECORD - taken);

      memcpy (scratch + taken, iov[i].iov_base, n);
      taken += n;
    }
  return taken;
}

static gssize
write_record (SpTls *tls, const guint8 *data, gsize len)
{
  gssize n = write_out (tls, data, len);

  if (n != SP_TLS_AGAIN)
    return n;
  if (tls->pending == NULL)
    tls->pending = g_byte_array_new ();
  g_byte_array_append (tls->pending, data, (guint)len);
  return (gssize)len;
}

/* One after the other, until the socket is full; the kernel sends them
 * together. */
static gssize
write_records (SpTls *tls, const guint8 *data, gsize len)
{
  gssize n = 0;
  gsize taken = 0;

  while (n >= 0 && taken < len && !has_pending (tls))
    {
      gsize part = MIN (len - taken, RECORD);

      sp_fd_stream_set_more (tls->base, taken + part < len);
      n = write_record (tls, data + taken, part);
      taken += (gsize)MAX (n, 0);
    }
  sp_fd_stream_set_more (tls->base, FALSE);
  return n < 0 ? n : (gssize)taken;
}

gssize
sp_tls_write (SpTls *tls, const struct iovec *iov, guint n_iov)
{
  guint8 scratch[RECORD];
  gssize n = flush (tls);

  if (n != 0)
    return n;
  if (n_iov == 1 && iov[0].iov_len <= RECORD)
    return write_record (tls, iov[0].iov_base, iov[0].iov_len);
  if (iov[0].iov_len > RECORD)
    return write_records (tls, iov[0].iov_base, iov[0].iov_len);
  return write_record (tls, scratch, gather (iov, n_iov, scratch));
}

/** sp_tls_prefetch: GObject has a type's private part before the object. */
void
sp_tls_prefetch (const SpTls *tls)
{
  const char *out = (const char *)tls->out;
  const char *stream = (const char *)tls->stream;

  __builtin_prefetch (out);
  __builtin_prefetch (out - 64);
  for (int at = -512; at <= 64; at += 64)
    __builtin_prefetch (stream + at);
}

gboolean
sp_tls_flush (SpTls *tls)
{
  return flush (tls) != SP_TLS_AGAIN;
}

gsize
sp_tls_pending_bytes (SpTls *tls)
{
  return tls->pending != NULL ? tls->pending->len : 0;
}

static void
on_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GUnixOutputStream) base = user_data;

  (void)g_output_stream_close_finish (G_OUTPUT_STREAM (object), result, NULL);
  (void)shutdown (g_unix_output_stream_get_fd (base), SHUT_WR);
}

/** sp_tls_shut: GIO does that in a thread of its pool. */
void
sp_tls_shut (SpTls *tls)
{
  g_autoptr (GIOStream) base = NULL;

  g_object_get (tls->stream, "base-io-stream", &base, NULL);
  tls->closing = g_cancellable_new ();
  g_output_stream_close_async (
      G_OUTPUT_STREAM (tls->out),
      G_PRIORITY_DEFAULT,
      tls->closing,
      on_closed,
      g_object_ref (g_io_stream_get_output_stream (base)));
}
