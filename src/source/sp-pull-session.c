/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-session.h"

#include "sp-error.h"

/* Cookies and a login last for the attempt (MS-WMSP 3.1.5.1). What comes is
 * neither text nor compressed. */
static SoupSession *
new_session (GProxyResolver *proxy)
{
  SoupSession *session = soup_session_new_with_options (
      "timeout", 0, "idle-timeout", 60, "accept-language-auto", FALSE, NULL);

  soup_session_set_proxy_resolver (session, proxy);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_add_feature_by_type (session, SOUP_TYPE_COOKIE_JAR);
  return session;
}

/* In a thread of GIO's. */
static void
load (GTask *task, gpointer source, gpointer ca, GCancellable *cancellable)
{
  GError *error = NULL;
  GTlsDatabase *authorities = g_tls_file_database_new (ca, &error);

  if (authorities == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, authorities, g_object_unref);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) authorities
      = g_task_propagate_pointer (G_TASK (result), &error);
  SoupSession *session = g_task_get_task_data (task);

  if (authorities == NULL)
    {
      g_task_return_new_error (task,
                               SP_ERROR,
                               SP_ERROR_CONFIG,
                               "the authorities' certificates (ca) cannot be "
                               "read: %s",
                               error->message);
      return;
    }
  soup_session_set_tls_database (session, authorities);
  g_task_return_pointer (task, g_object_ref (session), g_object_unref);
}

void
sp_pull_session_new (GProxyResolver *proxy,
                     const char *ca,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  SoupSession *session = new_session (proxy);
  g_autoptr (GTask) loading = NULL;

  g_task_set_task_data (task, session, g_object_unref);
  if (ca == NULL)
    {
      g_task_return_pointer (task, g_object_ref (session), g_object_unref);
      return;
    }
  loading = g_task_new (NULL, NULL, on_loaded, g_object_ref (task));
  g_task_set_task_data (loading, g_strdup (ca), g_free);
  g_task_run_in_thread (loading, load);
}

SoupSession *
sp_pull_session_new_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
