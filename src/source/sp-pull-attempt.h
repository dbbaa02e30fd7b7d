/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"
#include "sp-pull-fetch.h"
#include "sp-pull-talk.h"

/** What is pulled and as whom; the same for all attempts. */
typedef struct
{
  SpSourceConfig config; /* a copy */
  GUri *uri;
  char *guid; /* xClientGUID */
  char *pump_id;
} SpPullTarget;

/** What an attempt brings. Of it on_over is the last; it may free the attempt,
 * the others may not. */
typedef struct
{
  gboolean (*on_header) (gpointer user_data,
                         const guint8 *data,
                         gsize len,
                         GError **error);
  gboolean (*on_data) (gpointer user_data,
                       const guint8 *data,
                       gsize len,
                       GError **error);
  void (*on_dropped) (gpointer user_data, guint8 type);
  /* @is_end: the source itself has said that it is over. */
  void (*on_over) (gpointer user_data, gboolean is_end, const GError *error);
} SpPullAttemptClass;

/** From the connection to the loss of it: Describe, Play, then all that comes
 * (MS-WMSP 3.1.4.2, 3.1.4.3). */
typedef struct _SpPullAttempt SpPullAttempt;

/* Begins at once. @target: (transfer none), outlives it; @proxy: (nullable). */
SpPullAttempt *sp_pull_attempt_new (const SpPullTarget *target,
                                    GProxyResolver *proxy,
                                    const SpPullAttemptClass *class,
                                    gpointer user_data);
/* (transfer none): what the last answer said. */
const SpPullTalk *sp_pull_attempt_talk (SpPullAttempt *attempt);
/* (transfer none) (nullable): the request that is under way. */
SpPullFetch *sp_pull_attempt_fetch (SpPullAttempt *attempt);
void sp_pull_attempt_free (SpPullAttempt *attempt);
