/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpAdminPending *pending = user_data;
  SpAdmin *admin = pending->admin;
  g_autoptr (SpPicture) picture = NULL;
  g_autoptr (GError) error = NULL;

  if (admin != NULL)
    {
      const SpControl *control = admin->control;

      picture = control->class->picture_finish (control->self, result, &error);
      if (picture != NULL)
        pending->show (admin, pending->message, picture);
      else
        sp_admin_pending_fail (pending, error);
    }
  sp_admin_pending_free (pending);
}

/** sp_admin_picture_show: of this very moment, so that a caller sees what he
 * has just done. */
void
sp_admin_picture_show (SpAdmin *admin,
                       SoupServerMessage *message,
                       void (*show) (SpAdmin *admin,
                                     SoupServerMessage *message,
                                     const SpPicture *picture))
{
  const SpControl *control = admin->control;
  SpAdminPending *pending;

  if (control->class->picture == NULL)
    {
      sp_admin_answer_missing (message);
      return;
    }
  pending = sp_admin_pending_new (admin, message);
  pending->show = show;
  control->class->picture (control->self, FALSE, on_picture, pending);
}
