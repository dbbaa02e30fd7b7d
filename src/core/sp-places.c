/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-places.h"

/* Of one address at one stream. Those of an address are a list, mostly of one:
 * as many addresses as clients are the rule, and each byte here is one of each
 * client. */
typedef struct _Place Place;
struct _Place
{
  SpAddress address; /* first: the key */
  Place *next;       /* of the same address */
  SpStream *stream;
  guint taken; /* never 0 */
};

G_STATIC_ASSERT (sizeof (Place) <= 40);

struct _SpPlaces
{
  GHashTable *by_address; /* a set of the first of each list */
  GHashTable *by_stream;  /* how many are taken there */
  guint taken;
};

static guint
hash (gconstpointer key)
{
  return sp_address_hash (key);
}

static gboolean
equal (gconstpointer a, gconstpointer b)
{
  return sp_address_equal (a, b);
}

static void
free_list (gpointer key, gpointer value, gpointer user_data)
{
  Place *next;

  for (Place *place = key; place != NULL; place = next)
    {
      next = place->next;
      g_free (place);
    }
}

SpPlaces *
sp_places_new (void)
{
  SpPlaces *places = g_new0 (SpPlaces, 1);

  places->by_address = g_hash_table_new (hash, equal);
  places->by_stream = g_hash_table_new (NULL, NULL);
  return places;
}

void
sp_places_free (SpPlaces *places)
{
  g_hash_table_foreach (places->by_address, free_list, NULL);
  g_hash_table_unref (places->by_address);
  g_hash_table_unref (places->by_stream);
  g_free (places);
}

static Place *
first (const SpPlaces *places, const SpAddress *address)
{
  return g_hash_table_lookup (places->by_address, address);
}

static Place *
find (const SpPlaces *places, SpStream *stream, const SpAddress *address)
{
  Place *place = first (places, address);

  while (place != NULL && place->stream != stream)
    place = place->next;
  return place;
}

static void
set_stream (SpPlaces *places, SpStream *stream, guint taken)
{
  if (taken == 0)
    g_hash_table_remove (places->by_stream, stream);
  else
    g_hash_table_insert (places->by_stream, stream, GUINT_TO_POINTER (taken));
}

/* Behind the first, if there is one, which is the key. */
static void
add (SpPlaces *places, SpStream *stream, const SpAddress *address)
{
  Place *place = g_new0 (Place, 1);
  Place *head = first (places, address);

  place->address = *address;
  place->stream = stream;
  place->taken = 1;
  if (head == NULL)
    {
      g_hash_table_add (places->by_address, place);
      return;
    }
  place->next = head->next;
  head->next = place;
}

static void
drop (SpPlaces *places, Place *place)
{
  Place *before = first (places, &place->address);

  if (before == place && place->next != NULL)
    g_hash_table_replace (places->by_address, place->next, place->next);
  else if (before == place)
    g_hash_table_remove (places->by_address, place);
  else
    {
      while (before->next != place)
        before = before->next;
      before->next = place->next;
    }
  g_free (place);
}

void
sp_places_take (SpPlaces *places, SpStream *stream, const SpAddress *address)
{
  Place *place = find (places, stream, address);

  places->taken++;
  set_stream (places, stream, sp_places_of_stream (places, stream) + 1);
  if (place != NULL)
    place->taken++;
  else
    add (places, stream, address);
}

void
sp_places_give (SpPlaces *places, SpStream *stream, const SpAddress *address)
{
  Place *place = find (places, stream, address);

  g_return_if_fail (place != NULL);
  places->taken--;
  set_stream (places, stream, sp_places_of_stream (places, stream) - 1);
  place->taken--;
  if (place->taken == 0)
    drop (places, place);
}

guint
sp_places_all (const SpPlaces *places)
{
  return places->taken;
}

guint
sp_places_of_stream (const SpPlaces *places, SpStream *stream)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (places->by_stream, stream));
}

guint
sp_places_of_address (const SpPlaces *places, const SpAddress *address)
{
  guint taken = 0;

  for (Place *place = first (places, address); place != NULL;
       place = place->next)
    taken += place->taken;
  return taken;
}

guint
sp_places_of_address_at (const SpPlaces *places,
                         SpStream *stream,
                         const SpAddress *address)
{
  Place *place = find (places, stream, address);

  return place != NULL ? place->taken : 0;
}
