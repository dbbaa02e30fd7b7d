/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-kicked.h"

SpKicked *
sp_kicked_new (void)
{
  SpKicked *kicked = g_new0 (SpKicked, 1);

  kicked->addresses
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  kicked->external_ids
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return kicked;
}

void
sp_kicked_free (SpKicked *kicked)
{
  g_hash_table_unref (kicked->addresses);
  g_hash_table_unref (kicked->external_ids);
  g_free (kicked);
}

/* @text: (transfer full). */
static void
put (GHashTable *set, char *text)
{
  if (g_hash_table_size (set) < SP_KICKED_MAX)
    g_hash_table_add (set, text);
  else
    g_free (text);
}

/** sp_kicked_add: beyond SP_KICKED_MAX clients are counted and not named. */
void
sp_kicked_add (SpKicked *kicked, GInetAddress *address, const char *external_id)
{
  kicked->clients++;
  put (kicked->addresses, g_inet_address_to_string (address));
  if (external_id != NULL)
    put (kicked->external_ids, g_strdup (external_id));
}

static void
put_all (GHashTable *set, GHashTable *from)
{
  GHashTableIter iter;
  gpointer text;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    put (set, g_strdup (text));
}

void
sp_kicked_merge (SpKicked *kicked, const SpKicked *from)
{
  kicked->clients += from->clients;
  put_all (kicked->addresses, from->addresses);
  put_all (kicked->external_ids, from->external_ids);
}
