/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-player.h"

/** client-id table (MS-WMSP 3.2.1): INIT -> STREAMING -> IDLE -> gone. What its
 * player logs is taken until the id is gone: it comes after the end. Any
 * thread, one mutex, once a request. Bounded: at @max sessions the oldest idle
 * one goes. */
typedef struct _SpMmshClients SpMmshClients;

typedef enum
{
  SP_MMSH_CLIENT_UNKNOWN, /* no such id (or expired) */
  SP_MMSH_CLIENT_INIT,
  SP_MMSH_CLIENT_STREAMING,
  SP_MMSH_CLIENT_IDLE,
} SpMmshClientState;

#define SP_MMSH_IDLE_MS 65000 /* real timer; what is advertised is less */
#define SP_MMSH_ADVERTISED_MS 60000

SpMmshClients *sp_mmsh_clients_new (guint max);
void sp_mmsh_clients_free (SpMmshClients *clients);
/* A random id, unique, never 0, in state INIT. */
guint32 sp_mmsh_clients_add (SpMmshClients *clients, gint64 now_us);
/* Also stops counting it as idle: any request re-arms the timer. */
SpMmshClientState
sp_mmsh_clients_touch (SpMmshClients *clients, guint32 id, gint64 now_us);
/* INIT or IDLE -> STREAMING, of the stream at @path. FALSE: it is unknown or
 * streaming already. */
gboolean sp_mmsh_clients_play (SpMmshClients *clients,
                               guint32 id,
                               const char *path,
                               gint64 now_us);
/* (transfer full) (nullable): where the logs about the last Play go; NULL: it
 * has not played. @path: (out) (transfer full): of the stream, NULL likewise.
 */
SpPlayer *sp_mmsh_clients_player (SpMmshClients *clients,
                                  guint32 id,
                                  char **path,
                                  gint64 now_us);
/* What those logs say so far of one that is STREAMING; @report is initialised
 * in any case. */
void sp_mmsh_clients_report (SpMmshClients *clients,
                             guint32 id,
                             SpPlayerReport *report);
/* STREAMING -> IDLE */
void sp_mmsh_clients_stop (SpMmshClients *clients, guint32 id, gint64 now_us);
void sp_mmsh_clients_remove (SpMmshClients *clients, guint32 id);
/* Drops those idle for longer than SP_MMSH_IDLE_MS; how many. */
guint sp_mmsh_clients_expire (SpMmshClients *clients, gint64 now_us);
guint sp_mmsh_clients_count (SpMmshClients *clients);
