/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-places.h"
#include "sp-test.h"

#define N_STREAMS 3
#define N_ADDRESSES 40
#define STEPS 20000

typedef struct
{
  SpPlaces *places;
  SpStream *streams[N_STREAMS];
  SpAddress addresses[N_ADDRESSES];
  guint taken[N_STREAMS][N_ADDRESSES]; /* as it should be */
} House;

static void
house_init (House *house)
{
  SpStreamPolicy policy = { .is_enabled = TRUE, .n_sources = 1 };

  *house = (House){ .places = sp_places_new () };
  for (guint i = 0; i < N_STREAMS; i++)
    house->streams[i] = sp_stream_new ("Test", "test", &policy, NULL, 0);
  for (guint i = 0; i < N_ADDRESSES; i++)
    house->addresses[i].bytes[i % 2 == 0 ? 15 : 0] = (guint8)i;
}

static void
house_clear (House *house)
{
  sp_places_free (house->places);
  for (guint i = 0; i < N_STREAMS; i++)
    sp_stream_unref (house->streams[i]);
}

static void
check (House *house)
{
  guint all = 0;

  for (guint a = 0; a < N_ADDRESSES; a++)
    {
      guint of_address = 0;

      for (guint s = 0; s < N_STREAMS; s++)
        {
          of_address += house->taken[s][a];
          g_assert_cmpuint (sp_places_of_address_at (house->places,
                                                     house->streams[s],
                                                     &house->addresses[a]),
                            ==,
                            house->taken[s][a]);
        }
      g_assert_cmpuint (
          sp_places_of_address (house->places, &house->addresses[a]),
          ==,
          of_address);
      all += of_address;
    }
  g_assert_cmpuint (sp_places_all (house->places), ==, all);
  for (guint s = 0; s < N_STREAMS; s++)
    {
      guint of_stream = 0;

      for (guint a = 0; a < N_ADDRESSES; a++)
        of_stream += house->taken[s][a];
      g_assert_cmpuint (sp_places_of_stream (house->places, house->streams[s]),
                        ==,
                        of_stream);
    }
}

/* Taken and given at random: the counts are those of a plain table. */
static void
test_random (void)
{
  House house;

  house_init (&house);
  for (guint i = 0; i < STEPS; i++)
    {
      guint s = (guint)g_test_rand_int_range (0, N_STREAMS);
      guint a = (guint)g_test_rand_int_range (0, N_ADDRESSES);
      gboolean gives = g_test_rand_int_range (0, 100) < 50;

      if (gives && house.taken[s][a] == 0)
        continue;
      if (gives)
        sp_places_give (house.places, house.streams[s], &house.addresses[a]);
      else
        sp_places_take (house.places, house.streams[s], &house.addresses[a]);
      house.taken[s][a] += gives ? -1u : 1u;
      if (i % 100 == 0)
        check (&house);
    }
  check (&house);
  house_clear (&house);
}

/* The list of an address: its first, its middle and its last go. */
static void
test_one_address (void)
{
  for (guint gone = 0; gone < N_STREAMS; gone++)
    {
      House house;

      house_init (&house);
      for (guint s = 0; s < N_STREAMS; s++)
        {
          sp_places_take (house.places, house.streams[s], &house.addresses[1]);
          house.taken[s][1] = 1;
        }
      check (&house);
      sp_places_give (house.places, house.streams[gone], &house.addresses[1]);
      house.taken[gone][1] = 0;
      check (&house);
      house_clear (&house);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/places/as-a-plain-table", test_random);
  g_test_add_func ("/places/one-address-at-three-streams", test_one_address);
  return g_test_run ();
}
