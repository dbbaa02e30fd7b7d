/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-session.h"

/** What is set and read on a socket that was just accepted. */
void sp_socket_set_options (int fd);
/* (transfer full): of this end; "" and port 0 when it is not known. */
char *sp_socket_local_address (int fd, guint16 *port);
int sp_socket_dup (GSocket *socket);
/* FALSE: errno says what is short. */
gboolean sp_socket_has_room (GSocket *socket);
void sp_socket_read_peer (SpPeer *peer, int fd);
