/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-bans.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC
#define MANY 10000 /* look-ups */

typedef struct
{
  const char *name;
  const char *mask; /* NULL: any, as the next two */
  const char *external_id;
  const char *stream;
  const char *visitor; /* "ADDRESS ID STREAM"; - for no id */
  gboolean is_banned;
} Row;

static const Row rows[] = {
  { "address", "192.0.2.1", NULL, NULL, "192.0.2.1 - live", TRUE },
  { "other-address", "192.0.2.1", NULL, NULL, "192.0.2.2 - live", FALSE },
  { "address-with-id", "192.0.2.1", NULL, NULL, "192.0.2.1 alice live", TRUE },
  { "address6", "2001:db8::1", NULL, NULL, "2001:db8::1 - live", TRUE },
  { "address6-in-full",
    "2001:db8:0::1/128",
    NULL,
    NULL,
    "2001:db8::1 - live",
    TRUE },
  { "network", "192.0.2.0/24", NULL, NULL, "192.0.2.77 - live", TRUE },
  { "other-network", "192.0.2.0/24", NULL, NULL, "192.0.3.77 - live", FALSE },
  { "network6", "2001:db8::/32", NULL, NULL, "2001:db8:1::1 - live", TRUE },
  { "network-of-other-family", "0.0.0.0/0", NULL, NULL, "::1 - live", FALSE },
  { "id", NULL, "alice", NULL, "192.0.2.1 alice live", TRUE },
  { "other-id", NULL, "alice", NULL, "192.0.2.1 bob live", FALSE },
  { "no-id", NULL, "alice", NULL, "192.0.2.1 - live", FALSE },
  { "id-is-exact", NULL, "alice", NULL, "192.0.2.1 Alice live", FALSE },
  { "id-with-bar", NULL, "a|live", NULL, "192.0.2.1 a live", FALSE },
  { "stream", "192.0.2.1", NULL, "live", "192.0.2.1 - live", TRUE },
  { "stream-in-any-case", "192.0.2.1", NULL, "Live", "192.0.2.1 - liVe", TRUE },
  { "other-stream", "192.0.2.1", NULL, "live", "192.0.2.1 - other", FALSE },
  { "id-on-stream", NULL, "alice", "live", "192.0.2.9 alice live", TRUE },
  { "both", "192.0.2.1", "alice", NULL, "192.0.2.1 alice live", TRUE },
  { "both-other-id", "192.0.2.1", "alice", NULL, "192.0.2.1 bob live", FALSE },
  { "all", "192.0.2.1", "alice", "live", "192.0.2.1 alice live", TRUE },
  { "all-but-stream",
    "192.0.2.1",
    "alice",
    "live",
    "192.0.2.1 alice x",
    FALSE },
  { "network-and-id",
    "192.0.2.0/24",
    "alice",
    NULL,
    "192.0.2.1 alice live",
    TRUE },
  { "network-not-id",
    "192.0.2.0/24",
    "alice",
    NULL,
    "192.0.2.1 bob live",
    FALSE },
  { "network-and-stream",
    "192.0.2.0/24",
    NULL,
    "LIVE",
    "192.0.2.1 - live",
    TRUE },
  { "network-not-stream",
    "192.0.2.0/24",
    NULL,
    "live",
    "192.0.2.1 - other",
    FALSE },
};

static gboolean
has (SpBans *bans, const char *visitor, gint64 now_us)
{
  g_auto (GStrv) words = g_strsplit (visitor, " ", 3);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (words[0]);

  return sp_bans_has (bans,
                      words[2],
                      address,
                      g_str_equal (words[1], "-") ? NULL : words[1],
                      now_us);
}

static void
add (SpBans *bans,
     const char *mask,
     const char *id,
     const char *stream,
     gint64 until_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddressMask) network
      = mask != NULL ? g_inet_address_mask_new_from_string (mask, &error)
                     : NULL;

  g_assert_no_error (error);
  sp_bans_add (bans, &(SpBan){ network, id, stream }, until_us, 0);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpBans) bans = sp_bans_new ();

  add (bans, row->mask, row->external_id, row->stream, 60 * SECOND);
  g_assert_cmpint (has (bans, row->visitor, 0), ==, row->is_banned);
  g_assert_cmpint (
      has (bans, row->visitor, 60 * SECOND - 1), ==, row->is_banned);
  g_assert_false (has (bans, row->visitor, 60 * SECOND));
}

static void
test_the_same_gets_a_new_end (void)
{
  g_autoptr (SpBans) bans = sp_bans_new ();

  add (bans, "192.0.2.1", NULL, "live", 10 * SECOND);
  add (bans, "192.0.2.1/32", NULL, "LIVE", 20 * SECOND);
  add (bans, "192.0.2.0/24", NULL, NULL, 5 * SECOND);
  add (bans, "192.0.2.0/24", NULL, NULL, 7 * SECOND);
  g_assert_cmpuint (sp_bans_count (bans), ==, 2);
  g_assert_true (has (bans, "192.0.2.1 - live", 15 * SECOND));
  g_assert_true (has (bans, "192.0.2.2 - live", 6 * SECOND));
}

static char *
number (guint i)
{
  return g_strdup_printf ("10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
}

/* Beyond the limit those that are over go, and then the oldest. */
static void
test_is_bounded (void)
{
  g_autoptr (SpBans) bans = sp_bans_new ();
  g_autoptr (GInetAddressMask) network
      = g_inet_address_mask_new_from_string ("192.0.2.0/24", NULL);
  gint64 start_us;

  add (bans, "198.51.101.1", NULL, NULL, 1000 * SECOND);
  add (bans, "198.51.100.0/28", NULL, NULL, 1000 * SECOND);
  for (guint i = 0; i < SP_BANS_MAX - 2; i++)
    {
      g_autofree char *text = number (i);

      add (bans, text, NULL, NULL, i < 10 ? SECOND : 1000 * SECOND);
    }
  g_assert_cmpuint (sp_bans_count (bans), ==, SP_BANS_MAX);
  sp_bans_add (bans, &(SpBan){ .mask = network }, 1000 * SECOND, 500 * SECOND);
  g_assert_cmpuint (sp_bans_count (bans), ==, SP_BANS_MAX - 10 + 1);
  g_assert_true (has (bans, "198.51.101.1 - live", 500 * SECOND));
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = number (SP_BANS_MAX + i);

      add (bans, text, NULL, NULL, 1000 * SECOND);
    }
  g_assert_cmpuint (sp_bans_count (bans), ==, SP_BANS_MAX);
  g_assert_false (has (bans, "198.51.101.1 - live", 500 * SECOND));
  g_assert_true (has (bans, "198.51.100.2 - live", 500 * SECOND));
  /* Nobody who is not banned waits for those who are. */
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < MANY; i++)
    g_assert_false (has (bans, "203.0.113.1 alice live", 500 * SECOND));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, (gint64)MANY * 100);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/bans/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/bans/the-same-gets-a-new-end",
                   test_the_same_gets_a_new_end);
  g_test_add_func ("/bans/is-bounded", test_is_bounded);
  return g_test_run ();
}
