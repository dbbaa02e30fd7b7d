/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"
#include "sp-mmsh-request.h"

/* Towards encoders, which accept nothing but Cougar or Rex (MS-WMHTTP 3.1.5).
 */
#define SP_MMSH_PUSH_SERVER "Cougar/9.6.7600.16385"

/** The bytes of each answer. Pure. */

typedef struct
{
  const char *server_token;
  const char *via;   /* (nullable): to a pump, what the stream has passed */
  guint minor;       /* of the request */
  guint32 client_id; /* 0: none */
  guint32 playlist_gen_id; /* 0: no header was ever changed */
  gboolean is_reset;       /* the request's client-id was not known */
  gboolean has_supported;  /* the client is new enough for that header */
  gboolean is_kept;        /* the connection stays open */
} SpMmshReply;

/* Describe: head and the header as $H packets. */
void sp_mmsh_reply_describe (GByteArray *out,
                             const SpMmshReply *reply,
                             const guint8 *header,
                             gsize len);
/* Play: the head alone; packets follow. */
void sp_mmsh_reply_play (GByteArray *out,
                         const SpMmshReply *reply,
                         gboolean is_chunked);
/* Bare ASF: the head alone. */
void sp_mmsh_reply_bare (GByteArray *out, const SpMmshReply *reply);
/* 200 or 204 without a body: Log, KeepAlive, GetContentInfo, SendEvent, ... */
void sp_mmsh_reply_empty (GByteArray *out,
                          const SpMmshReply *reply,
                          guint status,
                          const char *extra);
/* To encoders: 204 with the push-id (nullable). */
void sp_mmsh_reply_push (GByteArray *out,
                         const SpMmshReply *reply,
                         const char *push_id);
/* An ASX playlist that leads players to @url (MS-WMSP 3.2.5.1). */
void
sp_mmsh_reply_asx (GByteArray *out, const SpMmshReply *reply, const char *url);
