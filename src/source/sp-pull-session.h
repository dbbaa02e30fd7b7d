/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <libsoup/soup.h>

/* A session for one attempt of one pull: it goes through @proxy (nullable:
 * direct) and trusts the authorities of the file @ca (nullable: the system's),
 * which is read in another thread. No time limits of its own. */
void sp_pull_session_new (GProxyResolver *proxy,
                          const char *ca,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* (transfer full) (nullable) */
SoupSession *sp_pull_session_new_finish (GAsyncResult *result, GError **error);
