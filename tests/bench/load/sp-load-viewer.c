/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-viewer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

/** sp_load_viewer_ask: a request fits the empty buffer of a new connection. */
gboolean
sp_load_viewer_ask (SpLoadViewer *viewer,
                    const char *request,
                    gsize request_len)
{
  int why = 0;
  socklen_t why_len = sizeof why;

  if (getsockopt (viewer->fd, SOL_SOCKET, SO_ERROR, &why, &why_len) != 0)
    return FALSE;
  if (why != 0)
    {
      errno = why;
      return FALSE;
    }
  if (send (viewer->fd, request, request_len, MSG_NOSIGNAL)
      != (gssize)request_len)
    return FALSE;
  viewer->state = SP_LOAD_VIEWER_WAITING;
  return TRUE;
}

gssize
sp_load_viewer_receive (SpLoadViewer *viewer, guint8 *at, gsize len)
{
  return recv (viewer->fd, at, len, MSG_DONTWAIT);
}

void
sp_load_viewer_close (SpLoadViewer *viewer)
{
  if (viewer->fd >= 0)
    close (viewer->fd);
  viewer->fd = -1;
  viewer->state = SP_LOAD_VIEWER_OFF;
}
