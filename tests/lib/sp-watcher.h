/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-strict.h"

/* What players send with Play (captured: ffmpeg, without its Connection). */
#define SP_WATCHER_PLAY                                                        \
  "User-Agent: NSPlayer/4.1.0.3856\r\n"                                        \
  "Pragma: no-cache,rate=1.000000,request-context=2\r\n"                       \
  "Pragma: xPlayStrm=1\r\n"                                                    \
  "Pragma: stream-switch-count=2\r\n"                                          \
  "Pragma: stream-switch-entry=ffff:1:0 ffff:2:0 \r\n"
/* The same of a player that takes chunks. */
#define SP_WATCHER_PLAY11                                                      \
  "User-Agent: NSPlayer/12.0.7601.17514\r\n"                                   \
  "Pragma: no-cache,rate=1.000,version11-enabled=1\r\n"                        \
  "Pragma: xPlayStrm=1\r\n"
#define SP_WATCHER_ASF "User-Agent: Lavf/59.27.100\r\n"

typedef enum
{
  SP_WATCHER_PLAIN,
  SP_WATCHER_TLS,   /* any certificate will do */
  SP_WATCHER_SMALL, /* plain, with little room in the kernel */
} SpWatcherTransport;

/** A viewer in a thread of its own that reads and checks all it gets. */
typedef struct _SpWatcher SpWatcher;

/* "GET @path HTTP/1.1" with @headers. Never fails: look at the status. */
SpWatcher *sp_watcher_new (guint16 port,
                           const char *path,
                           const char *headers,
                           SpStrictKind kind,
                           SpWatcherTransport transport);
/* SP_WATCHER_PLAY to 127.0.0.1, plain. */
SpWatcher *sp_watcher_play (guint16 port, const char *path);
/* Stops or goes on reading: the kernel's buffers fill up. */
void sp_watcher_pause (SpWatcher *watcher, gboolean is_paused);
/* More bytes to the server, on the same connection. */
void sp_watcher_send (SpWatcher *watcher, const char *text);

/* Each fails the test when it does not come in @deadline_s, or when the server
 * sent what it must not. The status of the answer: */
guint sp_watcher_wait_answer (SpWatcher *watcher, guint deadline_s);
/* @n headers in all have come. */
void sp_watcher_wait_headers (SpWatcher *watcher, guint n, guint deadline_s);
/* @n data packets in all have come. */
void sp_watcher_wait_data (SpWatcher *watcher, guint n, guint deadline_s);
/* @n data packets more than now. */
void sp_watcher_wait_more (SpWatcher *watcher, guint n, guint deadline_s);
/* The server has closed the connection. */
void sp_watcher_wait_closed (SpWatcher *watcher, guint deadline_s);
/* $E(0), then closed. */
void sp_watcher_wait_end (SpWatcher *watcher, guint deadline_s);

gboolean sp_watcher_is_open (SpWatcher *watcher);
guint sp_watcher_n_data (SpWatcher *watcher);
guint sp_watcher_n_headers (SpWatcher *watcher);
/* Port of this end. */
guint16 sp_watcher_local_port (SpWatcher *watcher);
/* Ends reading; (transfer none): all that was seen. Fails the test when the
 * server sent what it must not. */
const SpStrict *sp_watcher_stop (SpWatcher *watcher);
/* It does not matter how the connection ended. */
void sp_watcher_forgive (SpWatcher *watcher);
void sp_watcher_free (SpWatcher *watcher);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpWatcher, sp_watcher_free)
