/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admin-sse.h"

/** One who reads the event stream: the connection, taken over from libsoup, and
 * what waits to be sent. Events of the past are put into words as there is room
 * for them; those that happen meanwhile wait, so many bytes of them. Main
 * thread; made and freed by its owner, to whom it says once that it is over. */
typedef struct _SpAdminSubscriber SpAdminSubscriber;
typedef void (*SpAdminOverFunc) (SpAdminSubscriber *subscriber,
                                 gpointer user_data);

typedef struct
{
  GIOStream *stream; /* (transfer full) */
  GSocket *socket;   /* (transfer full): of @stream */
  gboolean is_chunked;
  GPtrArray *past; /* (transfer full) (element-type SpEvent) */
  guint64 lost;    /* before those */
  SpAdminKinds kinds;
} SpAdminSubscription;

/* @on_over: the peer is gone, or was cut off; never called from within a call
 * of the owner. */
SpAdminSubscriber *sp_admin_subscriber_new (SpAdminSubscription *subscription,
                                            SpAdminOverFunc on_over,
                                            gpointer user_data);
gboolean sp_admin_subscriber_wants (SpAdminSubscriber *subscriber,
                                    SpEventKind kind);
/* @text: one event, shared by all who read. */
void sp_admin_subscriber_put (SpAdminSubscriber *subscriber, GBytes *text);
/* A sign of life, unless something is being sent anyway. One who has taken
 * nothing for long is cut off. */
void sp_admin_subscriber_keep_alive (SpAdminSubscriber *subscriber);
/* Ends the answer properly, if nothing is half sent, and closes. */
void sp_admin_subscriber_free (SpAdminSubscriber *subscriber);
