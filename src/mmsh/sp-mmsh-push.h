/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-registry.h"
#include "sp-source-record.h"

/** Push sessions (MS-WMHTTP): each known by its push-id, over as many requests
 * and connections as the encoder likes. The table is for any thread; a session
 * is used by the one connection that has a PushStart in progress on it. */
typedef struct _SpMmshPushes SpMmshPushes;
typedef struct _SpMmshPush SpMmshPush;

#define SP_MMSH_PUSH_IDLE_US (60 * G_USEC_PER_SEC) /* no $H $D $C: 408 */
#define SP_MMSH_PUSH_BETWEEN_US                                                \
  (120 * G_USEC_PER_SEC) /* from request to request */

SpMmshPushes *sp_mmsh_pushes_new (void);
void sp_mmsh_pushes_free (SpMmshPushes *pushes);
/* PushSetup. @id: (nullable): of an existing session. (transfer full): the id
 * to set as cookie; NULL: NOT_FOUND for an unknown id, BUSY, DENIED while the
 * source is switched off. */
char *sp_mmsh_pushes_setup (SpMmshPushes *pushes,
                            const char *id,
                            SpStream *stream,
                            const char *label,
                            gint64 now_us,
                            GError **error);
/* PushStart. An unknown or missing id makes a session. The result is in
 * progress until sp_mmsh_push_end_body(). */
SpMmshPush *sp_mmsh_pushes_begin (SpMmshPushes *pushes,
                                  const char *id,
                                  SpStream *stream,
                                  const char *label,
                                  gint64 now_us,
                                  GError **error);
const char *sp_mmsh_push_id (SpMmshPush *push);
/* Who feeds it, over this connection. */
void sp_mmsh_push_connected (SpMmshPush *push,
                             const SpSourcePeer *peer,
                             gint64 now_us);
/* FALSE: the session is broken; end it with is_whole FALSE and is_broken. */
gboolean sp_mmsh_push_feed (SpMmshPush *push,
                            const guint8 *data,
                            gsize len,
                            gint64 now_us,
                            GError **error);
/* A final $E has come. */
gboolean sp_mmsh_push_has_ended (SpMmshPush *push);
/* Nothing but filler for too long, or another encoder has taken over. */
gboolean sp_mmsh_push_is_idle (SpMmshPush *push, gint64 now_us);
gboolean sp_mmsh_push_is_revoked (SpMmshPush *push);
/* Its source has not been switched off. */
gboolean sp_mmsh_push_is_enabled (SpMmshPush *push);

typedef enum
{
  SP_MMSH_PUSH_BODY_WHOLE, /* another PushStart may follow */
  SP_MMSH_PUSH_BODY_LOST,  /* the connection broke: the encoder may resume */
  SP_MMSH_PUSH_OVER, /* $E, an error or a time limit: delete the session */
} SpMmshPushEnd;

/* @push is no longer the caller's. */
void sp_mmsh_pushes_end_body (SpMmshPushes *pushes,
                              SpMmshPush *push,
                              SpMmshPushEnd end,
                              gint64 now_us,
                              const char *why);
/* Deletes sessions nobody came back to. */
void sp_mmsh_pushes_expire (SpMmshPushes *pushes, gint64 now_us);
guint sp_mmsh_pushes_count (SpMmshPushes *pushes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMmshPushes, sp_mmsh_pushes_free)
