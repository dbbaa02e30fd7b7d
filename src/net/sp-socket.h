/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-session.h"

/** What is set and read on a socket that was just accepted. */
void sp_socket_set_options (int fd);
int sp_socket_dup (GSocket *socket);
void sp_socket_read_peer (SpPeer *peer, int fd);
