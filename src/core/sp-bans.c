/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-bans.h"

/* A ban is found by its key, "ADDRESS|ID|STREAM", an absent part being empty: a
 * client has eight such keys at most. Only a network has none of them. */
typedef struct
{
  char *key;
  GInetAddressMask *mask; /* of a network; NULL: the key says all */
  char *external_id;      /* of a network: (nullable), as the next */
  char *stream;           /* lower case */
  gint64 until_us;
  GList link;         /* in by_age */
  GList network_link; /* in networks, if it is one */
} Entry;

struct _SpBans
{
  GHashTable *by_key; /* owns the entries */
  GQueue by_age;      /* the oldest first */
  GQueue networks;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_clear_object (&entry->mask);
  g_free (entry->external_id);
  g_free (entry->stream);
  g_free (entry);
}

SpBans *
sp_bans_new (void)
{
  SpBans *bans = g_new0 (SpBans, 1);

  bans->by_key
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&bans->by_age);
  g_queue_init (&bans->networks);
  return bans;
}

void
sp_bans_free (SpBans *bans)
{
  g_hash_table_unref (bans->by_key);
  g_free (bans);
}

static void
drop (SpBans *bans, Entry *entry)
{
  g_queue_unlink (&bans->by_age, &entry->link);
  if (entry->mask != NULL)
    g_queue_unlink (&bans->networks, &entry->network_link);
  g_hash_table_remove (bans->by_key, entry->key);
}

static void
drop_expired (SpBans *bans, gint64 now_us)
{
  GList *next;

  for (GList *link = bans->by_age.head; link != NULL; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (now_us >= entry->until_us)
        drop (bans, entry);
    }
}

/* NULL and "" are one. */
static char *
make_key (const char *address, const char *external_id, const char *stream)
{
  return g_strjoin ("|",
                    address != NULL ? address : "",
                    external_id != NULL ? external_id : "",
                    stream != NULL ? stream : "",
                    NULL);
}

static gboolean
is_network (GInetAddressMask *mask)
{
  GInetAddress *address = g_inet_address_mask_get_address (mask);

  return g_inet_address_mask_get_length (mask)
         < 8 * g_inet_address_get_native_size (address);
}

static Entry *
entry_new (const SpBan *ban)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autofree char *address
      = ban->mask != NULL ? g_inet_address_mask_to_string (ban->mask) : NULL;

  if (ban->stream != NULL)
    entry->stream = g_ascii_strdown (ban->stream, -1);
  entry->key = make_key (address, ban->external_id, entry->stream);
  entry->link.data = entry;
  entry->network_link.data = entry;
  if (ban->mask == NULL || !is_network (ban->mask))
    return entry;
  entry->mask = g_object_ref (ban->mask);
  entry->external_id = g_strdup (ban->external_id);
  return entry;
}

void
sp_bans_add (SpBans *bans, const SpBan *ban, gint64 until_us, gint64 now_us)
{
  Entry *entry;
  Entry *known;

  g_return_if_fail (ban->mask != NULL || ban->external_id != NULL);
  entry = entry_new (ban);
  entry->until_us = until_us;
  known = g_hash_table_lookup (bans->by_key, entry->key);
  if (known != NULL)
    drop (bans, known);
  if (bans->by_age.length >= SP_BANS_MAX)
    drop_expired (bans, now_us);
  if (bans->by_age.length >= SP_BANS_MAX)
    drop (bans, bans->by_age.head->data);
  if (entry->mask != NULL)
    g_queue_push_tail_link (&bans->networks, &entry->network_link);
  g_queue_push_tail_link (&bans->by_age, &entry->link);
  g_hash_table_insert (bans->by_key, entry->key, entry);
}

static gboolean
has_key (SpBans *bans, const char *key, gint64 now_us)
{
  Entry *entry = g_hash_table_lookup (bans->by_key, key);

  if (entry == NULL)
    return FALSE;
  if (now_us < entry->until_us)
    return TRUE;
  drop (bans, entry);
  return FALSE;
}

static gboolean
has_network (SpBans *bans,
             const char *stream,
             GInetAddress *address,
             const char *external_id,
             gint64 now_us)
{
  for (GList *link = bans->networks.head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;

      if (now_us < entry->until_us
          && g_inet_address_mask_matches (entry->mask, address)
          && (entry->external_id == NULL
              || g_strcmp0 (entry->external_id, external_id) == 0)
          && (entry->stream == NULL || g_str_equal (entry->stream, stream)))
        return TRUE;
    }
  return FALSE;
}

/** sp_bans_has: whether somebody from @address who asks for @stream is refused.
 */
gboolean
sp_bans_has (SpBans *bans,
             const char *stream,
             GInetAddress *address,
             const char *external_id,
             gint64 now_us)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  if (bans->by_age.length == 0)
    return FALSE;
  path = g_ascii_strdown (stream, -1);
  text = g_inet_address_to_string (address);
  for (guint parts = 1; parts < 8; parts++)
    {
      g_autofree char *key = make_key (parts & 1 ? text : NULL,
                                       parts & 2 ? external_id : NULL,
                                       parts & 4 ? path : NULL);

      if (has_key (bans, key, now_us))
        return TRUE;
    }
  return has_network (bans, path, address, external_id, now_us);
}

guint
sp_bans_count (SpBans *bans)
{
  return bans->by_age.length;
}
