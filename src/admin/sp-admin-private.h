/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admin-guard.h"
#include "sp-admin-listener.h"
#include "sp-admin.h"
#include "sp-log.h"

#include <json-glib/json-glib.h>

struct _SpAdmin
{
  SpControl *control;
  SoupServer *server;
  SpAdminListener *listener;
  SpAdminToken token;
  GHashTable *pending; /* a set of SpAdminPending */
  SpLogLimit log_limit;
};

/** A request as a route sees it, for the time of the call. */
typedef struct
{
  SoupServerMessage *message;
  const char *rest;  /* of the path, decoded, after the route's own */
  GHashTable *query; /* (nullable) */
} SpAdminRequest;

typedef struct
{
  const char *method;
  const char *path;
  gboolean has_rest;         /* @path is followed by more, at least one byte */
  gboolean is_open;          /* no token is asked for */
  const char *parameters[8]; /* that the query may hold, besides "pretty" */
  void (*func) (SpAdmin *admin, const SpAdminRequest *request);
} SpAdminRoute;

/* sp-admin-routes.c: ends with a NULL path */
extern const SpAdminRoute sp_admin_routes[];

/* sp-admin-answer.c: @node: (transfer full) */
void
sp_admin_answer_json (SoupServerMessage *message, guint status, JsonNode *node);
void sp_admin_answer_page (SoupServerMessage *message,
                           const char *content_type,
                           GBytes *bytes);
void sp_admin_answer_text (SoupServerMessage *message,
                           guint status,
                           const char *text);
void sp_admin_answer_problem (SoupServerMessage *message,
                              guint status,
                              const char *format,
                              ...) G_GNUC_PRINTF (3, 4);

/** A request whose answer comes later. The admin may be gone by then, and so
 * may the connection. */
typedef struct
{
  SpAdmin *admin; /* NULL: gone */
  SoupServerMessage *message;
  gboolean is_disconnected;
  guint64 client; /* what was asked, for the answer */
  guint64 after;
  guint limit;
} SpAdminPending;

/* sp-admin-pending.c */
SpAdminPending *sp_admin_pending_new (SpAdmin *admin,
                                      SoupServerMessage *message);
/* Lets the answer go out. */
void sp_admin_pending_free (SpAdminPending *pending);
void sp_admin_pending_forget_all (SpAdmin *admin);
