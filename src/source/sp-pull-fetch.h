/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <libsoup/soup.h>

/** One request and its answer, as it comes. Each function may free the fetch;
 * after on_redirect or on_over nothing more is called. */
typedef struct
{
  /* The connection is there and the request is out. */
  void (*on_sent) (gpointer user_data);
  /* 2xx */
  void (*on_answer) (gpointer user_data, SoupMessageHeaders *headers);
  void (*on_data) (gpointer user_data, const guint8 *data, gsize len);
  void (*on_redirect) (gpointer user_data, const char *location);
  /* @status: of the answer, 0: none came. @error NULL: the body is complete. */
  void (*on_over) (gpointer user_data, guint status, const GError *error);
} SpPullFetchClass;

typedef struct _SpPullFetch SpPullFetch;

/* @message: (transfer full). @user, @password: (nullable): for Basic or Digest,
 * offered once. */
SpPullFetch *sp_pull_fetch_new (SoupSession *session,
                                SoupMessage *message,
                                const char *user,
                                const char *password,
                                const SpPullFetchClass *class,
                                gpointer user_data);
/* (transfer none) (nullable): whom it is connected to. */
GInetSocketAddress *sp_pull_fetch_peer (SpPullFetch *fetch);
gboolean sp_pull_fetch_is_tls (SpPullFetch *fetch);
void sp_pull_fetch_free (SpPullFetch *fetch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPullFetch, sp_pull_fetch_free)
