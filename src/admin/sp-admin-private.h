/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admin-guard.h"
#include "sp-admin-json.h"
#include "sp-admin-listener.h"
#include "sp-admin.h"
#include "sp-log.h"

#include <json-glib/json-glib.h>

/* sp-admin-events.c */
typedef struct _SpAdminEvents SpAdminEvents;

struct _SpAdmin
{
  SpControl *control;
  SoupServer *server;
  SpAdminListener *listener;
  SpAdminListener *local; /* of the Unix socket; NULL: none */
  SpAdminToken token;
  GHashTable *pending; /* a set of SpAdminPending */
  SpAdminEvents *events;
  SpLogLimit log_limit;
};

/** A request as a route sees it, for the time of the call. */
typedef struct
{
  SoupServerMessage *message;
  const char *name;  /* of the path, decoded, what its pattern's first {} is */
  const char *index; /* and its second */
  GHashTable *query; /* (nullable) */
} SpAdminRequest;

typedef enum
{
  SP_ADMIN_GUARDED, /* for those with the token */
  SP_ADMIN_PAGE,    /* without it, where it holds nothing of the pump */
  SP_ADMIN_OPEN,    /* for everybody */
} SpAdminAccess;

typedef struct
{
  const char *method;
  const char *pattern; /* as in the OpenAPI document */
  SpAdminAccess access;
  const char *parameters[8]; /* that the query may hold, besides "pretty" */
  void (*func) (SpAdmin *admin, const SpAdminRequest *request);
} SpAdminRoute;

/* sp-admin-routes.c: ends with a NULL method */
extern const SpAdminRoute sp_admin_routes[];

/* sp-admin-routes-orders.c, -streams.c, -clients.c, sp-admin-events.c */
void sp_admin_get_streams (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_get_stream (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_add_stream (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_change_stream (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_delete_stream (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_post_state (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_post_source (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_get_clients (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_get_client (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_post_kick (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_post_drain (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_post_reload (SpAdmin *admin, const SpAdminRequest *request);
void sp_admin_get_events (SpAdmin *admin, const SpAdminRequest *request);

/* sp-admin-answer.c: @node: (transfer full) */
void
sp_admin_answer_json (SoupServerMessage *message, guint status, JsonNode *node);
void sp_admin_answer_text (SoupServerMessage *message,
                           guint status,
                           const char *text);
/* @text: (transfer full) */
void sp_admin_answer_take (SoupServerMessage *message,
                           const char *content_type,
                           char *text,
                           gsize len);
void sp_admin_answer_bytes (SoupServerMessage *message,
                            const char *content_type,
                            GBytes *bytes);
void sp_admin_answer_nothing (SoupServerMessage *message);
void sp_admin_answer_header (SoupServerMessage *message,
                             const char *name,
                             const char *value);
void sp_admin_answer_problem (SoupServerMessage *message,
                              guint status,
                              const char *format,
                              ...) G_GNUC_PRINTF (3, 4);
void sp_admin_answer_problems (SoupServerMessage *message,
                               guint status,
                               GPtrArray *problems,
                               const char *detail);
/* 503: the pump has no such door. */
void sp_admin_answer_missing (SoupServerMessage *message);

/* sp-admin-routes.c: this moment */
SpAdminNow sp_admin_now (void);
/* The body of @request, for the time of @request. */
GBytes *sp_admin_body_of (const SpAdminRequest *request);
/* Something was changed over this REST: counts it, and lets no older picture
 * be shown. */
void sp_admin_count_order (SpAdmin *admin);

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
  gboolean is_banning;
  void (*show) (SpAdmin *admin,
                SoupServerMessage *message,
                const SpPicture *picture);
} SpAdminPending;

/* sp-admin-pending.c */
SpAdminPending *sp_admin_pending_new (SpAdmin *admin,
                                      SoupServerMessage *message);
/* Lets the answer go out. */
void sp_admin_pending_free (SpAdminPending *pending);
void sp_admin_pending_forget_all (SpAdmin *admin);
/* 503: @error says why the pump could not answer. */
void sp_admin_pending_fail (SpAdminPending *pending, const GError *error);

/* sp-admin-picture.c: calls @show once there is a picture. */
void sp_admin_picture_show (SpAdmin *admin,
                            SoupServerMessage *message,
                            void (*show) (SpAdmin *admin,
                                          SoupServerMessage *message,
                                          const SpPicture *picture));

/* sp-admin-events.c */
SpAdminEvents *sp_admin_events_new (SpAdmin *admin, guint keep_alive_ms);
/* Those who read get a proper end. */
void sp_admin_events_free (SpAdminEvents *events);
