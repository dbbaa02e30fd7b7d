/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-asf-header.h"

#include <libsoup/soup.h>

/** What a pull says of itself, and what the server has told it in one attempt.
 * Part of the attempt; the three names are its owner's and never change. */
typedef struct
{
  const char *user_agent;
  const char *guid;    /* xClientGUID, the same for the source's life */
  const char *pump_id; /* in Via: the loop guard */

  char *client_id;         /* as the server wrote it; NULL: none yet */
  char *product;           /* Server; NULL: it names none */
  char *via;               /* pumps behind the server; NULL: it names none */
  gboolean is_loop;        /* this one is among them */
  guint32 playlist_gen_id; /* 0: none */
  gboolean needs_select;   /* it begins no entry of a playlist by itself */
  gboolean has_asf;
  SpAsfHeader asf; /* of the newest header: its streams are named */
} SpPullTalk;

/* (transfer full): each is complete but for Host. */
SoupMessage *sp_pull_talk_describe (const SpPullTalk *talk, GUri *uri);
SoupMessage *sp_pull_talk_play (const SpPullTalk *talk, GUri *uri);
/* SelectStream (MS-WMSP 2.2.2.8). (nullable): without a client-id or streams
 * there is nothing to say. */
SoupMessage *sp_pull_talk_select (const SpPullTalk *talk, GUri *uri);

void sp_pull_talk_answer (SpPullTalk *talk, SoupMessageHeaders *headers);
void sp_pull_talk_header (SpPullTalk *talk, const guint8 *data, gsize len);
void sp_pull_talk_forget (SpPullTalk *talk);
