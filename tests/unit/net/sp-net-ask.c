/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

/* Questions to the house's workers, and what they tell unasked. */

static void
on_kicked (gpointer data, gpointer result)
{
  SpNetHouse *house = data;
  g_autoptr (SpKicked) kicked = result;

  house->found += kicked->clients;
  house->answers++;
}

void
sp_net_kick_all (SpNetHouse *house)
{
  const SpClientFilter all = { 0 };

  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_kick (house->workers[i], &all, house->mailbox, on_kicked, house);
}

static guint wanted;

static gboolean
has_answers (SpNetHouse *house)
{
  return house->answers == wanted;
}

void
sp_net_wait_answers (SpNetHouse *house, guint n)
{
  wanted = n;
  sp_net_wait (house, has_answers);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const SpClientInfo *first = *(SpClientInfo *const *)a;
  const SpClientInfo *second = *(SpClientInfo *const *)b;

  return first->id < second->id ? -1 : first->id > second->id;
}

static void
on_listed (gpointer data, gpointer result)
{
  SpNetHouse *house = data;

  g_ptr_array_extend_and_steal (house->listed, result);
  g_ptr_array_sort (house->listed, compare_ids);
  house->lists--;
}

void
sp_net_list (SpNetHouse *house, const SpClientFilter *filter)
{
  g_clear_pointer (&house->listed, g_ptr_array_unref);
  house->listed
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  house->lists = SP_NET_WORKERS;
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_list (
        house->workers[i], filter, house->mailbox, on_listed, house);
}

static gboolean
is_listed (SpNetHouse *house)
{
  return house->lists == 0;
}

void
sp_net_wait_listed (SpNetHouse *house)
{
  sp_net_wait (house, is_listed);
}

static void
on_in (gpointer data, gpointer info)
{
  g_ptr_array_add (((SpNetHouse *)data)->arrivals, info);
}

static void
on_out (gpointer data, gpointer visit)
{
  g_ptr_array_add (((SpNetHouse *)data)->visits, visit);
}

void
sp_net_watch (SpNetHouse *house)
{
  const SpWorkerWatch watch = { house->mailbox, on_in, on_out, house };

  house->arrivals
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  house->visits
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_visit_free);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_set_watch (house->workers[i], &watch);
}

static gboolean
has_visits (SpNetHouse *house)
{
  return house->visits->len >= wanted;
}

void
sp_net_wait_visits (SpNetHouse *house, guint n)
{
  wanted = n;
  sp_net_wait (house, has_visits);
}
