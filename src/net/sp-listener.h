/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-worker.h"

/** The media ports: GSocketService on the main thread takes connections and
 * hands each to the worker that has fewest. Stops accepting before descriptors
 * run out, and goes on when there are some again. */
typedef struct _SpListener SpListener;

/* @workers: (transfer none), outlive it. @max_connections 0: no limit. */
SpListener *
sp_listener_new (SpWorker **workers, guint n_workers, guint max_connections);
void sp_listener_free (SpListener *listener);
/* Of the descriptors so many are for connections now; 0: no limit. */
void sp_listener_set_max_connections (SpListener *listener,
                                      guint max_connections);
/* Before it is started, or while it is stopped: opens @port (0: any) on
 * @address; *@bound tells which. @certificate makes it a TLS port. */
gboolean sp_listener_open (SpListener *listener,
                           const char *address,
                           guint16 port,
                           GTlsCertificate *certificate,
                           char **bound,
                           GError **error);
/* SpCertInfo's index of what the TLS ports show. */
void sp_listener_set_cert_index (SpListener *listener, guint cert_index);
/* What the TLS ports show to those who connect from now on. */
void sp_listener_set_certificate (SpListener *listener,
                                  GTlsCertificate *certificate);
void sp_listener_start (SpListener *listener);
/* No more connections; those there are stay. */
void sp_listener_stop (SpListener *listener);
/* Appends an SpListenerInfo (transfer full) for each port, numbered from 1 in
 * the order of opening. */
void sp_listener_describe (SpListener *listener, GPtrArray *infos);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpListener, sp_listener_free)
