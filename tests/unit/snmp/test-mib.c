/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib.h"
#include "sp-made-picture.h"
#include "sp-test.h"

#include <string.h>

#define MANY 20000

static const SpOid root = { 4, { 1, 3, 99, 1 } };
static const SpMibMoment moment
    = { .now_us = SP_MADE_AT_US + 1500000, .uptime_cs = 7000 };

static SpMib *
make (guint n_streams, gint n_clients, SpMibClients clients)
{
  g_autoptr (SpPicture) picture = sp_made_picture (n_streams, n_clients);

  return sp_mib_new (picture, clients, &root);
}

static void
parse (const char *text, SpOid *oid)
{
  g_assert_true (sp_oid_parse (text, SP_OID_MAX, oid, NULL));
}

/* (transfer full): as text: "42", "'text'", "#hex", ".1.3" */
static char *
show (const SpMibValue *value)
{
  GString *hex;

  if (value->type == SP_MIB_INTEGER)
    return g_strdup_printf ("%d", value->integer);
  if (value->type == SP_MIB_OID)
    return sp_oid_to_string (&value->oid);
  if (value->type != SP_MIB_OCTETS)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, value->number);
  if (g_utf8_validate ((const char *)value->octets, value->n_octets, NULL)
      && (value->n_octets == 0 || value->octets[0] >= ' '))
    return g_strdup_printf (
        "'%.*s'", (int)value->n_octets, (const char *)value->octets);
  hex = g_string_new ("#");
  for (guint i = 0; i < value->n_octets; i++)
    g_string_append_printf (hex, "%02x", value->octets[i]);
  return g_string_free (hex, FALSE);
}

static void
assert_value (SpMib *mib, const char *at, const char *expected)
{
  g_autofree char *shown = NULL;
  SpMibCell cell;
  SpMibValue value;
  SpOid oid;

  parse (at, &oid);
  g_assert_cmpint (sp_mib_find (mib, &oid, &cell), ==, SP_MIB_FOUND);
  sp_mib_read (mib, &cell, &moment, &value);
  shown = show (&value);
  if (g_strcmp0 (shown, expected) != 0)
    g_test_message ("at %s (%s)", at, sp_mib_cell_name (&cell));
  g_assert_cmpstr (shown, ==, expected);
}

typedef struct
{
  const char *at;
  const char *expected;
} Row;

static void
assert_rows (SpMib *mib, const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    assert_value (mib, rows[i].at, rows[i].expected);
}

static void
test_values (void)
{
  static const Row rows[] = {
    { "1.1.1.0", "'pump.example'" },
    { "1.1.2.0", "'" PACKAGE_VERSION "'" },
    { "1.1.3.0", "100150" },                  /* since the start, now */
    { "1.1.4.0", "#07e90c1f172b14002b0000" }, /* 2025-12-31 23:43:20 */
    { "1.1.6.0", "0" },                       /* before the master */
    { "1.1.7.0", "1" },
    { "1.1.8.0", "#07e90c1f172b14002b0000" },
    { "1.1.9.0", "#0000000000000000" },
    { "1.1.13.0", "2" },
    { "1.1.14.0", "0" },
    { "1.1.23.0", "18446744073709551615" },
    { "1.1.28.0", "1500" },
    { "1.1.33.0", "1" },
    { "1.2.2.1.2.3", "'s/3'" },
    { "1.2.2.1.3.3", "'Str\303\266m 3'" },
    { "1.2.2.1.5.3", "1" },
    { "1.2.2.1.6.3", "1" },
    { "1.2.2.1.7.3", "1850" }, /* 51.5 s ago, of 70 */
    { "1.2.2.1.8.3", "#07e90c1f173b0a002b0000" },
    { "1.2.2.1.9.3", "1" },
    { "1.2.2.1.10.3", "40" },
    { "1.2.2.1.24.3", "1234" },
    { "1.2.2.1.25.3", "4294967295" }, /* a gauge stays at its largest */
    { "1.2.2.1.32.3", "2" },
    { "1.2.2.1.33.3", "'late'" },
    { "1.2.3.1.7.3", "2502" },
    { "1.2.4.1.2.3.1", "100" },
    { "1.2.4.1.2.3.8", "0" },
    { "1.2.5.1.2.3", "2" },
    { "1.2.5.1.5.3", "77" },
    { "1.3.1.1.2.1.1", "2" },
    { "1.3.1.1.2.1.2", "1" },
    { "1.3.1.1.2.1.3", "3" },
    { "1.3.1.1.3.1.1", "'http://enc%C3%B6der:8080/live%20one'" },
    { "1.3.1.1.9.1.1", "1" },
    { "1.3.1.1.10.1.1", "#c0000201" },
    { "1.3.1.1.9.1.2", "0" },
    { "1.3.1.1.10.1.2", "''" },
    { "1.3.1.1.14.1.1", "7" }, /* a counter begins anew */
    { "1.3.1.1.18.1.2", "0" },
    { "1.3.1.1.20.1.2", "5" },
    { "1.5.1.1.3.1", "2" },
    { "1.5.1.1.4.1", "#00000000000000000000000000000000" },
    { "1.6.1.1.6.1", "-3" },
    { "1.7.2.0", "1" },
    { "1.8.1.0", "1" },
    { "1.9.1.0", "9" },
    { "1.9.2.1.3.4", ".1.3.99.1.0.3" },
    { "1.9.2.1.3.9", ".0.0" },
    { "1.9.2.1.7.4", "'source_up'" },
  };
  g_autoptr (SpMib) mib = make (2, 0, SP_MIB_CLIENTS_FULL);

  assert_rows (mib, rows, G_N_ELEMENTS (rows));
}

static void
test_clients (void)
{
  static const Row full[] = {
    { "1.4.1.0", "3" },
    { "1.4.2.1.2.1.3", "1" },
    { "1.4.2.1.3.1.3", "#c6336403" },
    { "1.4.2.1.4.1.3", "1027" },
    { "1.4.2.1.6.1.3", "2" },
    { "1.4.2.1.7.1.3", "'NSPlayer/9.0 \357\277\275'" },
    { "1.4.2.1.8.1.3", "'viewer-3'" },
    { "1.4.2.1.10.1.3", "2000" },
    { "1.4.2.1.12.1.3", "8589934595" },
    { "1.4.2.1.15.1.3", "4294967295" },
    { "1.4.2.1.17.1.3", "128" },
    { "1.4.2.1.19.1.3", "1" },
    { "1.4.2.1.24.1.3", "2" },
    { "1.4.2.1.25.1.3", "0" },
    { "1.4.2.1.28.1.3", "-1" },
    { "1.4.2.1.6.3.2", "5" },
    { "1.4.2.1.24.3.2", "1" },
    { "1.4.2.1.25.3.2", "4" },
    { "1.4.2.1.28.3.2", "97" },
    { "1.4.3.1.2.1.1", "3" },
    { "1.4.3.1.3.1.1", "2502" },
  };
  static const Row anonymous[] = {
    { "1.4.1.0", "2" },         { "1.4.2.1.2.1.3", "0" },
    { "1.4.2.1.3.1.3", "''" },  { "1.4.2.1.4.1.3", "0" },
    { "1.4.2.1.7.1.3", "''" },  { "1.4.2.1.8.1.3", "''" },
    { "1.4.2.1.16.1.3", "42" },
  };
  g_autoptr (SpMib) open = make (2, 4, SP_MIB_CLIENTS_FULL);
  g_autoptr (SpMib) hidden = make (2, 4, SP_MIB_CLIENTS_ANONYMOUS);
  g_autoptr (SpMib) off = make (2, 4, SP_MIB_CLIENTS_OFF);
  SpMibCell cell;
  SpOid oid;

  assert_rows (open, full, G_N_ELEMENTS (full));
  assert_rows (hidden, anonymous, G_N_ELEMENTS (anonymous));
  parse ("1.4.2.1.16.1.3", &oid);
  g_assert_cmpint (sp_mib_find (off, &oid, &cell), ==, SP_MIB_NO_INSTANCE);
}

static void
test_ordered_client (void)
{
  g_autoptr (SpMib) mib = make (2, 4, SP_MIB_CLIENTS_FULL);
  g_autoptr (GHashTable) ordered
      = g_hash_table_new (g_int64_hash, g_int64_equal);
  SpMibMoment later = moment;
  guint64 id = 3;
  SpMibCell cell;
  SpMibValue value;
  SpOid oid;

  g_hash_table_add (ordered, &id);
  later.ordered = ordered;
  parse ("1.4.2.1.19.1.3", &oid);
  g_assert_cmpint (sp_mib_find (mib, &oid, &cell), ==, SP_MIB_FOUND);
  sp_mib_read (mib, &cell, &later, &value);
  g_assert_cmpint (value.integer, ==, 2);
}

static void
test_missing (void)
{
  static const struct
  {
    const char *at;
    SpMibAnswer expected;
  } rows[] = {
    { "1.1.1", SP_MIB_NO_INSTANCE },
    { "1.1.1.1", SP_MIB_NO_INSTANCE },
    { "1.1.1.0.0", SP_MIB_NO_INSTANCE },
    { "1.1.45.0", SP_MIB_NO_OBJECT },
    { "1.1", SP_MIB_NO_OBJECT },
    { "1.2.2.1.1.1", SP_MIB_NO_OBJECT },
    { "1.2.2.1.2.2", SP_MIB_NO_INSTANCE },
    { "2.1", SP_MIB_NO_OBJECT },
    { "1.2.2.1.2.4294967295", SP_MIB_NO_INSTANCE },
    { "1.4.2.1.2.1", SP_MIB_NO_INSTANCE },
    { "0.0", SP_MIB_NO_OBJECT },
    { "1.10", SP_MIB_NO_OBJECT },
  };
  g_autoptr (SpMib) mib = make (2, 2, SP_MIB_CLIENTS_FULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpMibCell cell;
      SpOid oid;

      parse (rows[i].at, &oid);
      g_assert_cmpint (sp_mib_find (mib, &oid, &cell), ==, rows[i].expected);
    }
}

static void
test_next (void)
{
  static const struct
  {
    const char *from;
    gboolean is_inclusive;
    const char *to;
  } rows[] = {
    { "0.0", FALSE, ".1.1.1.0" },
    { "1.1", FALSE, ".1.1.1.0" },
    { "1.1.1.0", FALSE, ".1.1.2.0" },
    { "1.1.1.0", TRUE, ".1.1.1.0" },
    { "1.1.1.0.0", FALSE, ".1.1.2.0" },
    { "1.1.44.0", FALSE, ".1.2.1.0" },
    { "1.2.2.1.2", FALSE, ".1.2.2.1.2.1" },
    { "1.2.2.1.2.1", FALSE, ".1.2.2.1.2.3" },
    { "1.2.2.1.2.2", FALSE, ".1.2.2.1.2.3" },
    { "1.2.2.1.2.3", FALSE, ".1.2.2.1.3.1" },
    { "1.2.2.1.2.4294967295.9", FALSE, ".1.2.2.1.3.1" },
    { "1.4.2.1.19.1.1", FALSE, ".1.4.2.1.19.3.2" },
    { "1.4.2.1.19.1.1.0", FALSE, ".1.4.2.1.19.3.2" },
    { "1.4.2.1.19.2", TRUE, ".1.4.2.1.19.3.2" },
    { "1.4.2.1.19.3.2", TRUE, ".1.4.2.1.19.3.2" },
    { "1.9.2.1.7.9", FALSE, NULL },
    { "1.9.2.1.7.9", TRUE, ".1.9.2.1.7.9" },
    { "2.1", TRUE, NULL },
  };
  g_autoptr (SpMib) mib = make (2, 2, SP_MIB_CLIENTS_FULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = NULL;
      SpMibCell cell;
      SpOid oid;

      parse (rows[i].from, &oid);
      if (sp_mib_next (mib, &oid, rows[i].is_inclusive, &cell))
        {
          sp_mib_cell_oid (&cell, &oid);
          shown = sp_oid_to_string (&oid);
        }
      g_assert_cmpstr (shown, ==, rows[i].to);
    }
}

/* Every cell by next, each one by get as well; @n in all. */
static guint
walk (SpMib *mib)
{
  SpOid at = { 0 };
  guint n = 0;
  SpMibCell cell, same;

  while (sp_mib_next (mib, &at, FALSE, &cell))
    {
      SpOid oid;
      SpMibValue value;

      sp_mib_cell_oid (&cell, &oid);
      g_assert_cmpint (sp_oid_compare (&at, &oid), <, 0);
      g_assert_cmpint (sp_mib_find (mib, &oid, &same), ==, SP_MIB_FOUND);
      g_assert_true (same.row == cell.row && same.column == cell.column);
      sp_mib_read (mib, &cell, &moment, &value);
      at = oid;
      n++;
    }
  return n;
}

/* Numbers of columns: 44 of the pump; 1; 32 + 7 + 10 of a stream, 2 of each of
 * its 8 spans, 20 of each of its 3 sources; 1; 27 of a client; 4 of each of 3
 * that lag; 14 and 7 of one listener and certificate; 9; 3; 1; 6 of each of 2
 * events. */
static guint
n_cells (guint n_streams, guint n_clients)
{
  return 44 + 1 + n_streams * (32 + 7 + 10 + 16 + 60 + 12) + 1 + 27 * n_clients
         + 14 + 7 + 9 + 3 + 1 + 12;
}

static void
test_walk (void)
{
  g_autoptr (SpMib) none = make (0, -1, SP_MIB_CLIENTS_FULL);
  g_autoptr (SpMib) some = make (7, 30, SP_MIB_CLIENTS_FULL);

  g_assert_cmpuint (walk (none), ==, n_cells (0, 0));
  g_assert_cmpuint (walk (some), ==, n_cells (7, 30));
}

/* Time is said, not judged. */
static void
test_walk_many (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (10, MANY);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (SpMib) mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  gint64 made = g_get_monotonic_time ();
  guint n = walk (mib);
  gint64 us = g_get_monotonic_time () - made;

  g_assert_cmpuint (n, ==, n_cells (10, MANY));
  g_test_message ("rows made in %" G_GINT64_FORMAT " us; %u cells, each by "
                  "next, get and read, in %" G_GINT64_FORMAT
                  " us: %" G_GINT64_FORMAT " ns each",
                  made - start,
                  n,
                  us,
                  us * 1000 / n);
}

/* Numbers beyond 32 bits come in another order, and may come twice. */
static void
test_wrap (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (2, 4);
  g_autoptr (SpMib) mib = NULL;
  guint64 beyond = G_GUINT64_CONSTANT (1) << 32;

  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (picture->clients,
                     sp_made_client (beyond + 1 + i, 1, SP_MADE_AT_US));
  g_ptr_array_add (picture->clients, sp_made_client (beyond, 1, SP_MADE_AT_US));
  sp_picture_sort (picture);
  mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  g_assert_cmpuint (walk (mib), ==, n_cells (2, 5));
}

static void
test_states (void)
{
  static const struct
  {
    SpStreamState state;
    SpHealth health;
    gint64 idle_ms;
    const char *expected;
  } rows[] = {
    { SP_STREAM_DISABLED, SP_HEALTH_ABSENT, 0, "5" },
    { SP_STREAM_IDLE, SP_HEALTH_ABSENT, 90000, "7" },
    { SP_STREAM_WAITING, SP_HEALTH_ABSENT, 90000, "3" },
    { SP_STREAM_HOLDING, SP_HEALTH_ABSENT, 90000, "3" },
    { SP_STREAM_LIVE, SP_HEALTH_OK, 3000, "1" },
    { SP_STREAM_LIVE, SP_HEALTH_OK, 3001, "4" },
    { SP_STREAM_LIVE, SP_HEALTH_STALLED, 0, "4" },
    { SP_STREAM_FALLBACK, SP_HEALTH_LOOPING, 0, "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
      SpStreamInfo *info = picture->streams->pdata[0];
      g_autoptr (SpMib) mib = NULL;

      info->state = rows[i].state;
      info->health = rows[i].health;
      info->last_packet_us = picture->at_us - rows[i].idle_ms * 1000;
      mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
      assert_value (mib, "1.2.2.1.6.1", rows[i].expected);
    }
}

/* A pull that is connected for the first time is not yet a fault. */
static void
test_connecting (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  SpStreamInfo *info = picture->streams->pdata[0];
  SpSourceInfo *source = info->sources->pdata[1];
  g_autoptr (SpMib) mib = NULL;

  info->state = SP_STREAM_WAITING;
  source->state = SP_SOURCE_CONNECTING;
  source->connects = source->failures = 0;
  mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  assert_value (mib, "1.2.2.1.6.1", "2");
  assert_value (mib, "1.1.14.0", "0");
}

/* Texts are cut between characters, names not within a %C3. */
static void
test_long_text (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  SpStreamInfo *info = picture->streams->pdata[0];
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SpMib) mib = NULL;
  SpMibValue value;
  SpMibCell cell;
  SpOid oid;

  for (guint i = 0; i < 200; i++)
    g_string_append (text, "\303\266");
  g_free (info->name);
  g_free (info->path);
  info->name = g_strdup (text->str);
  info->path = g_strdup (text->str);
  mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  parse ("1.2.2.1.3.1", &oid);
  g_assert_cmpint (sp_mib_find (mib, &oid, &cell), ==, SP_MIB_FOUND);
  sp_mib_read (mib, &cell, &moment, &value);
  g_assert_cmpuint (value.n_octets, ==, 254);
  parse ("1.2.2.1.2.1", &oid);
  g_assert_cmpint (sp_mib_find (mib, &oid, &cell), ==, SP_MIB_FOUND);
  sp_mib_read (mib, &cell, &moment, &value);
  g_assert_cmpuint (value.n_octets, ==, 126);
  g_assert_cmpmem (value.octets + 120, 6, "%C3%B6", 6);
}

static void
test_needs_clients (void)
{
  static const struct
  {
    const char *at;
    gboolean by_get;
    gboolean by_next;
  } rows[] = {
    { "1.4.1", FALSE, FALSE },        { "1.4.1.0", FALSE, TRUE },
    { "1.4.1.7", FALSE, TRUE },       { "1.4.2", TRUE, TRUE },
    { "1.4.2.1.28.9.9", TRUE, TRUE }, { "1.4.3", FALSE, FALSE },
    { "1.1.1.0", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpOid oid;

      parse (rows[i].at, &oid);
      g_assert_cmpint (sp_mib_needs_clients (&oid, FALSE), ==, rows[i].by_get);
      g_assert_cmpint (sp_mib_needs_clients (&oid, TRUE), ==, rows[i].by_next);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mib/values", test_values);
  g_test_add_func ("/mib/values/clients", test_clients);
  g_test_add_func ("/mib/values/ordered-client", test_ordered_client);
  g_test_add_func ("/mib/values/stream-status", test_states);
  g_test_add_func ("/mib/values/first-connect", test_connecting);
  g_test_add_func ("/mib/values/long-text", test_long_text);
  g_test_add_func ("/mib/get/missing", test_missing);
  g_test_add_func ("/mib/next", test_next);
  g_test_add_func ("/mib/walk", test_walk);
  g_test_add_func ("/mib/walk/many-clients", test_walk_many);
  g_test_add_func ("/mib/walk/numbers-beyond-32-bits", test_wrap);
  g_test_add_func ("/mib/needs-clients", test_needs_clients);
  return g_test_run ();
}
