/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#define ORIGIN_HEAD "HTTP/1.0 200 OK\r\nServer: Rex/12\r\n\r\n"

/** A server on loopback in this process that answers each request with the
 * same bytes, and then closes or stays. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  GByteArray *answer; /* for the test to fill */
  gboolean stays;
  gboolean is_silent; /* does not even answer */
  GPtrArray *heads;   /* char *: what was asked */
  GPtrArray *links;   /* that are open */
} Origin;

Origin *origin_new (void);
void origin_free (Origin *origin);
/* To all that are connected. */
void origin_send (Origin *origin, GByteArray *bytes);

void add_text (GByteArray *bytes, const char *text);
/* $H, whole; @flags: AFFlags */
void add_header (GByteArray *bytes, guint8 flags);
/* $D of @len bytes */
void add_data (GByteArray *bytes, guint16 len);
void add_end (GByteArray *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Origin, origin_free)
