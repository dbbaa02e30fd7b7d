/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-target.h"

/** One stream that is pushed (MS-WMHTTP): a connection of its own, and what
 * the kernel does not take yet. One thread. */
typedef struct _SpLoadPublisher SpLoadPublisher;

/* PushSetup, PushStart and the header: waits for the server. */
SpLoadPublisher *sp_load_publisher_new (const char *url,
                                        guint packet_bytes,
                                        guint bitrate_kbps,
                                        GError **error);
/* Ends the stream if it can. */
void sp_load_publisher_free (SpLoadPublisher *publisher);
/* The next packet, stamped with now. FALSE: the connection is lost, or the
 * server has taken nothing for long. */
gboolean sp_load_publisher_send (SpLoadPublisher *publisher,
                                 guint32 send_time_ms,
                                 gboolean is_key,
                                 GError **error);
/* Bytes that the kernel does not take yet: tries again. FALSE as above. */
gboolean sp_load_publisher_flush (SpLoadPublisher *publisher, GError **error);
/* FALSE: the server has said something in the middle of the push, or closed. */
gboolean sp_load_publisher_listen (SpLoadPublisher *publisher, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLoadPublisher, sp_load_publisher_free)
