/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include <glib/gi18n.h>

static void
on_disconnected (SoupServerMessage *message, gpointer user_data)
{
  SpAdminPending *pending = user_data;

  pending->is_disconnected = TRUE;
}

/** sp_admin_pending_new: from here on nothing is sent to @message until
 * sp_admin_pending_free(). */
SpAdminPending *
sp_admin_pending_new (SpAdmin *admin, SoupServerMessage *message)
{
  SpAdminPending *pending = g_new0 (SpAdminPending, 1);

  pending->admin = admin;
  pending->message = g_object_ref (message);
  g_signal_connect (
      message, "disconnected", G_CALLBACK (on_disconnected), pending);
  g_hash_table_add (admin->pending, pending);
  soup_server_message_pause (message);
  return pending;
}

void
sp_admin_pending_free (SpAdminPending *pending)
{
  g_signal_handlers_disconnect_by_data (pending->message, pending);
  if (pending->admin != NULL)
    g_hash_table_remove (pending->admin->pending, pending);
  if (!pending->is_disconnected)
    soup_server_message_unpause (pending->message);
  g_object_unref (pending->message);
  g_free (pending);
}

/** sp_admin_pending_forget_all: @admin goes away; the callbacks that still come
 * find nothing to answer. */
void
sp_admin_pending_forget_all (SpAdmin *admin)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, admin->pending);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    ((SpAdminPending *)key)->admin = NULL;
  g_hash_table_remove_all (admin->pending);
}

void
sp_admin_pending_fail (SpAdminPending *pending, const GError *error)
{
  sp_admin_answer_problem (pending->message,
                           SOUP_STATUS_SERVICE_UNAVAILABLE,
                           _ ("the pump could not answer, try again: %s"),
                           error->message);
}
