/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/** A request to a server in this very thread, byte by byte as given, and all
 * that comes back until the connection ends. */
typedef struct
{
  GSocketConnection *connection;
  GOutputStream *memory;
  gboolean is_closed;
  char *text; /* of the answer, once it is closed */
  guint status;
  char *head;
  const char *body;
  JsonNode *json; /* NULL: the body is none */
} SpAdminAsk;

SpAdminAsk *sp_admin_ask_begin (guint16 port, const char *bytes, gsize len);
/* Until the connection ends. */
void sp_admin_ask_wait (SpAdminAsk *ask);
/* Until there is nothing left to do: what had to come has come. */
void sp_admin_ask_settle (void);
/* The peer goes away with a reset. */
void sp_admin_ask_reset (SpAdminAsk *ask);
/* (transfer full) (nullable) */
char *sp_admin_ask_header (SpAdminAsk *ask, const char *name);
void sp_admin_ask_free (SpAdminAsk *ask);
/* The whole of it: @headers are lines with their ends; @body may be NULL. */
SpAdminAsk *sp_admin_ask (guint16 port,
                          const char *method,
                          const char *target,
                          const char *headers,
                          const char *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdminAsk, sp_admin_ask_free)
