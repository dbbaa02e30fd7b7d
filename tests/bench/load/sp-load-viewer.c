/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-viewer.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* The port is chosen at connect(2), so that each destination has them all. */
static gboolean
come_from (int fd, const struct sockaddr_storage *from, socklen_t from_len)
{
  const int on = 1;

  (void)setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind (fd, (const struct sockaddr *)from, from_len) == 0;
}

gboolean
sp_load_viewer_connect (SpLoadViewer *viewer,
                        const SpLoadTarget *target,
                        const struct sockaddr_storage *from,
                        socklen_t from_len,
                        guint receive_bytes)
{
  const int bytes = (int)receive_bytes;
  int fd = socket (
      target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  viewer->fd = fd;
  viewer->media_us = 0;
  viewer->newest_us = 0;
  if (receive_bytes > 0)
    (void)setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if ((from == NULL || come_from (fd, from, from_len))
      && (connect (fd,
                   (const struct sockaddr *)&target->address,
                   target->address_len)
              == 0
          || errno == EINPROGRESS))
    {
      viewer->state = SP_LOAD_VIEWER_CONNECTING;
      return TRUE;
    }
  const int why = errno;
  sp_load_viewer_close (viewer);
  errno = why;
  return FALSE;
}

/* FALSE: errno says why not. */
static gboolean
is_connected (const SpLoadViewer *viewer)
{
  int why = 0;
  socklen_t why_len = sizeof why;

  if (getsockopt (viewer->fd, SOL_SOCKET, SO_ERROR, &why, &why_len) != 0)
    return FALSE;
  errno = why;
  return why == 0;
}

static SpLoadAsking
shake_hands (SpLoadViewer *viewer)
{
  switch (sp_load_tls_session_handshake (viewer->session))
    {
    case SP_LOAD_TLS_DONE:
      return SP_LOAD_ASKING_DONE;
    case SP_LOAD_TLS_WANTS_READ:
      return SP_LOAD_ASKING_READ;
    case SP_LOAD_TLS_WANTS_WRITE:
      return SP_LOAD_ASKING_WRITE;
    case SP_LOAD_TLS_FAILED:
      break;
    }
  errno = EPROTO;
  return SP_LOAD_ASKING_FAILED;
}

static gssize
transmit (SpLoadViewer *viewer, const char *request, gsize len)
{
  if (viewer->session != NULL)
    return sp_load_tls_session_send (viewer->session, request, len);
  return send (viewer->fd, request, len, MSG_NOSIGNAL);
}

/** sp_load_viewer_ask: a request fits the empty buffer of a new connection. The
 * time of asking is that after the handshake. */
SpLoadAsking
sp_load_viewer_ask (SpLoadViewer *viewer,
                    const SpLoadTarget *target,
                    const SpLoadTls *tls,
                    const char *request)
{
  SpLoadAsking asking = SP_LOAD_ASKING_DONE;

  if (viewer->state == SP_LOAD_VIEWER_CONNECTING)
    {
      if (!is_connected (viewer))
        return SP_LOAD_ASKING_FAILED;
      if (target->is_tls)
        viewer->session
            = sp_load_tls_session_new (tls, viewer->fd, target->host);
      viewer->state = SP_LOAD_VIEWER_SHAKING_HANDS;
    }
  if (viewer->session != NULL)
    asking = shake_hands (viewer);
  if (asking != SP_LOAD_ASKING_DONE)
    return asking;
  viewer->play_us = g_get_monotonic_time ();
  if (transmit (viewer, request, strlen (request)) != (gssize)strlen (request))
    return SP_LOAD_ASKING_FAILED;
  viewer->state = SP_LOAD_VIEWER_WAITING;
  return SP_LOAD_ASKING_DONE;
}

/** sp_load_viewer_receive: with TLS, one record at most. */
gssize
sp_load_viewer_receive (SpLoadViewer *viewer, guint8 *at, gsize len)
{
  if (viewer->session != NULL)
    return sp_load_tls_session_receive (viewer->session, at, len);
  return recv (viewer->fd, at, len, MSG_DONTWAIT);
}

const char *
sp_load_viewer_why (const SpLoadViewer *viewer)
{
  return errno == EPROTO && viewer->session != NULL
             ? sp_load_tls_session_why (viewer->session)
             : g_strerror (errno);
}

void
sp_load_viewer_close (SpLoadViewer *viewer)
{
  g_clear_pointer (&viewer->session, sp_load_tls_session_free);
  if (viewer->fd >= 0)
    close (viewer->fd);
  viewer->fd = -1;
  viewer->state = SP_LOAD_VIEWER_OFF;
}
