/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/** Where the server is. Made by sp_ctl_target_new(). */
typedef struct
{
  char *url;    /* without a slash at its end */
  char *socket; /* NULL: TCP, to where the URL says */
} SpCtlTarget;

/* (nullable): @url as in "--url", or "unix:/a/socket"; @socket: a path. One of
 * them is given, the other NULL. */
SpCtlTarget *
sp_ctl_target_new (const char *url, const char *socket, GError **error);
/* (transfer none): for people */
const char *sp_ctl_target_name (const SpCtlTarget *target);
void sp_ctl_target_free (SpCtlTarget *target);

/** A whole answer. */
typedef struct
{
  guint status; /* of HTTP */
  char *body;   /* ends with a zero that is not part of it */
  gsize len;
  JsonNode *json; /* NULL: the body is no JSON */
} SpCtlAnswer;

void sp_ctl_answer_free (SpCtlAnswer *answer);
/* (nullable) (transfer none): what is in it, if it is an object */
JsonObject *sp_ctl_answer_object (const SpCtlAnswer *answer);

/** Asks one server, one request a connection. Errors are those of not getting
 * an answer; what the answer says is for the caller to see. */
typedef struct _SpCtlClient SpCtlClient;

#define SP_CTL_MAX_ANSWER (64 * 1024 * 1024) /* bytes */
#define SP_CTL_SILENCE_S 10                  /* of a server that is given up */

/* @target: (transfer full). @token: (nullable): none is shown. */
SpCtlClient *sp_ctl_client_new (SpCtlTarget *target, const char *token);
void sp_ctl_client_free (SpCtlClient *client);
const SpCtlTarget *sp_ctl_client_target (SpCtlClient *client);

/* @path: with its query, after the URL. @body: (nullable): JSON. */
void sp_ctl_client_ask_async (SpCtlClient *client,
                              const char *method,
                              const char *path,
                              const char *body,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
SpCtlAnswer *sp_ctl_client_ask_finish (GAsyncResult *result, GError **error);
/* The same; the default main context runs until the answer is there. */
SpCtlAnswer *sp_ctl_client_ask (SpCtlClient *client,
                                const char *method,
                                const char *path,
                                const char *body,
                                GError **error);
/* A GET of an answer without an end. @last_event_id: "": none. */
void sp_ctl_client_open_async (SpCtlClient *client,
                               const char *path,
                               const char *last_event_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* (transfer full): @answer (transfer full) in its place when the server does
 * not send events. */
GInputStream *sp_ctl_client_open_finish (GAsyncResult *result,
                                         SpCtlAnswer **answer,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlTarget, sp_ctl_target_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlAnswer, sp_ctl_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlClient, sp_ctl_client_free)
