/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-clock.h"

#define MAX_AGE_US (500 * 1000)

typedef struct _Round Round;

/** Pictures for those who ask. Counted: by the admin and by each round, which
 * may end later. */
struct _SpAdminPictures
{
  SpAdmin *admin; /* NULL: gone */
  SpPicture *newest;
  Round *current; /* that others may join; NULL: none */
};

/** A picture that is on its way, and those who wait for it. */
struct _Round
{
  SpAdminPictures *pictures;
  GPtrArray *waiting; /* SpAdminPending */
};

SpAdminPictures *
sp_admin_pictures_new (SpAdmin *admin)
{
  SpAdminPictures *pictures = g_rc_box_new0 (SpAdminPictures);

  pictures->admin = admin;
  return pictures;
}

static void
clear (gpointer data)
{
  SpAdminPictures *pictures = data;

  g_clear_pointer (&pictures->newest, sp_picture_unref);
}

static void
unref (SpAdminPictures *pictures)
{
  g_rc_box_release_full (pictures, clear);
}

/** sp_admin_pictures_free: after sp_admin_pending_forget_all(): those who wait
 * are not answered. */
void
sp_admin_pictures_free (SpAdminPictures *pictures)
{
  pictures->admin = NULL;
  unref (pictures);
}

static Round *
round_new (SpAdminPictures *pictures)
{
  Round *round = g_new0 (Round, 1);

  round->pictures = g_rc_box_acquire (pictures);
  round->waiting
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_admin_pending_free);
  return round;
}

static void
round_free (Round *round)
{
  g_ptr_array_unref (round->waiting);
  unref (round->pictures);
  g_free (round);
}

static void
answer (Round *round, const SpPicture *picture, const GError *error)
{
  for (guint i = 0; i < round->waiting->len; i++)
    {
      SpAdminPending *pending = round->waiting->pdata[i];

      if (picture != NULL)
        pending->show (pending->admin, pending->message, picture);
      else
        sp_admin_pending_fail (pending, error);
    }
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Round *round = user_data;
  SpAdminPictures *pictures = round->pictures;
  g_autoptr (SpPicture) picture = NULL;
  g_autoptr (GError) error = NULL;

  if (pictures->admin != NULL)
    {
      const SpControl *control = pictures->admin->control;

      picture = control->class->picture_finish (control->self, result, &error);
      if (pictures->current == round)
        {
          pictures->current = NULL;
          if (picture != NULL)
            pictures->newest = sp_picture_ref (picture);
        }
      answer (round, picture, error);
    }
  round_free (round);
}

void
sp_admin_pictures_drop (SpAdminPictures *pictures)
{
  g_clear_pointer (&pictures->newest, sp_picture_unref);
  pictures->current = NULL;
}

static gboolean
is_fresh (const SpAdminPictures *pictures)
{
  return pictures->newest != NULL
         && sp_clock_now_us () - pictures->newest->at_us < MAX_AGE_US;
}

void
sp_admin_pictures_show (SpAdminPictures *pictures,
                        SoupServerMessage *message,
                        void (*show) (SpAdmin *admin,
                                      SoupServerMessage *message,
                                      const SpPicture *picture))
{
  const SpControl *control = pictures->admin->control;
  Round *round = pictures->current;
  SpAdminPending *pending;

  if (is_fresh (pictures))
    {
      show (pictures->admin, message, pictures->newest);
      return;
    }
  if (control->class->picture == NULL)
    {
      sp_admin_answer_missing (message);
      return;
    }
  pending = sp_admin_pending_new (pictures->admin, message);
  pending->show = show;
  if (round != NULL)
    {
      g_ptr_array_add (round->waiting, pending);
      return;
    }
  round = round_new (pictures);
  g_ptr_array_add (round->waiting, pending);
  g_clear_pointer (&pictures->newest, sp_picture_unref);
  pictures->current = round;
  control->class->picture (control->self, FALSE, on_picture, round);
}
