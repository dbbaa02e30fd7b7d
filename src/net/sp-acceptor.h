/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** Takes connections from one listening socket while it is open for them. A
 * GSocketService would try again at once when the kernel has no descriptor for
 * a connection that waits, and again, and so on. Main thread only. */
typedef struct _SpAcceptor SpAcceptor;

/* May close the acceptor; must not free it. */
typedef void (*SpAcceptorFunc) (GSocket *connection, gpointer user_data);
/* The kernel gives no connection, and will not at once: whoever hears of it
 * closes the acceptor for a while. */
typedef void (*SpAcceptorFailed) (const GError *error, gpointer user_data);

/* @socket: (transfer none): it listens. Closed at first. */
SpAcceptor *sp_acceptor_new (GSocket *socket,
                             SpAcceptorFunc on_connection,
                             SpAcceptorFailed on_failed,
                             gpointer user_data);
void sp_acceptor_free (SpAcceptor *acceptor);
void sp_acceptor_set_open (SpAcceptor *acceptor, gboolean is_open);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAcceptor, sp_acceptor_free)
