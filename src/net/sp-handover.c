/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-handover.h"

#include "sp-socket.h"

#include <unistd.h>

SpHandover *
sp_handover_new (int fd,
                 GTlsCertificate *certificate,
                 SpListenerStats *listener)
{
  SpHandover *handover = g_new0 (SpHandover, 1);

  handover->fd = fd;
  sp_socket_read_peer (&handover->peer, fd);
  if (certificate != NULL)
    {
      handover->certificate = g_object_ref (certificate);
      handover->peer.is_tls = TRUE;
    }
  if (listener != NULL)
    {
      handover->listener = sp_listener_stats_ref (listener);
      handover->peer.listener = listener->index;
    }
  return handover;
}

void
sp_handover_free (SpHandover *handover)
{
  if (handover->fd >= 0)
    (void)close (handover->fd);
  g_clear_object (&handover->peer.address);
  g_clear_object (&handover->certificate);
  g_clear_pointer (&handover->listener, sp_listener_stats_unref);
  g_free (handover);
}
