/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-notice.h"
#include "sp-made-picture.h"
#include "sp-test.h"

#include <string.h>

/** The text of the MIB and what is served, held against each other. */
typedef struct
{
  GHashTable *arcs;          /* name: "parent number" */
  GHashTable *objects;       /* name: "SYNTAX|MAX-ACCESS" */
  GHashTable *notifications; /* name: "object, object, ..." */
} Mib;

static const SpOid root = { 3, { 1, 3, 99 } };

/* What is before "::=" of this definition, which follows its name. */
static char *
find (const char *body, const char *pattern)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, body, 0, &match) ? g_match_info_fetch (match, 1)
                                                : NULL;
}

static void
add_definition (Mib *mib, const char *name, const char *kind, const char *body)
{
  if (strcmp (kind, "OBJECT-TYPE") == 0)
    {
      g_autofree char *syntax = find (body, "SYNTAX\\s+(\\w+( IDENTIFIER)?)");
      g_autofree char *access = find (body, "MAX-ACCESS\\s+([\\w-]+)");

      g_hash_table_insert (mib->objects,
                           g_strdup (name),
                           g_strdup_printf ("%s|%s", syntax, access));
    }
  else if (strcmp (kind, "NOTIFICATION-TYPE") == 0)
    g_hash_table_insert (mib->notifications,
                         g_strdup (name),
                         find (body, "OBJECTS\\s+\\{([^}]*)\\}"));
}

static void
read_mib (Mib *mib)
{
  g_autofree char *file = g_test_build_filename (
      G_TEST_DIST, "..", "mib", "STREAM-PUMP-MIB.txt", NULL);
  g_autoptr (GRegex) regex = g_regex_new (
      "^(sp\\w+)\\s+(OBJECT-TYPE|NOTIFICATION-TYPE|OBJECT IDENTIFIER)(.*?)"
      "::= \\{ (\\w+) (\\d+) \\}",
      G_REGEX_MULTILINE | G_REGEX_DOTALL,
      0,
      NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  mib->arcs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  mib->objects
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  mib->notifications
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *name = g_match_info_fetch (match, 1);
      g_autofree char *kind = g_match_info_fetch (match, 2);
      g_autofree char *body = g_match_info_fetch (match, 3);
      g_autofree char *parent = g_match_info_fetch (match, 4);
      g_autofree char *number = g_match_info_fetch (match, 5);

      add_definition (mib, name, kind, body);
      g_hash_table_insert (mib->arcs,
                           g_steal_pointer (&name),
                           g_strdup_printf ("%s %s", parent, number));
    }
}

static void
clear_mib (Mib *mib)
{
  g_hash_table_unref (mib->arcs);
  g_hash_table_unref (mib->objects);
  g_hash_table_unref (mib->notifications);
}

/* (transfer full): relative to the module: ".1.1.1" */
static char *
oid_of (Mib *mib, const char *name)
{
  const char *arc = g_hash_table_lookup (mib->arcs, name);
  g_auto (GStrv) words = NULL;
  g_autofree char *above = NULL;

  if (strcmp (name, "streamPumpMIB") == 0)
    return g_strdup ("");
  g_assert_nonnull (arc);
  words = g_strsplit (arc, " ", 2);
  above = oid_of (mib, words[0]);
  return g_strdup_printf ("%s.%s", above, words[1]);
}

static SpMibType
type_of (const char *syntax)
{
  static const struct
  {
    const char *syntax;
    SpMibType type;
  } rows[] = {
    { "INTEGER", SP_MIB_INTEGER },
    { "Integer32", SP_MIB_INTEGER },
    { "TruthValue", SP_MIB_INTEGER },
    { "SpProtocol", SP_MIB_INTEGER },
    { "SpHealth", SP_MIB_INTEGER },
    { "SpDaemonState", SP_MIB_INTEGER },
    { "InetAddressType", SP_MIB_INTEGER },
    { "Unsigned32", SP_MIB_UNSIGNED },
    { "Gauge32", SP_MIB_UNSIGNED },
    { "InetPortNumber", SP_MIB_UNSIGNED },
    { "Counter32", SP_MIB_COUNTER32 },
    { "Counter64", SP_MIB_COUNTER64 },
    { "TimeTicks", SP_MIB_TICKS },
    { "TimeStamp", SP_MIB_TICKS },
    { "OCTET", SP_MIB_OCTETS },
    { "SnmpAdminString", SP_MIB_OCTETS },
    { "DateAndTime", SP_MIB_OCTETS },
    { "InetAddress", SP_MIB_OCTETS },
    { "OBJECT IDENTIFIER", SP_MIB_OID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].syntax, syntax) == 0)
      return rows[i].type;
  g_test_message ("no type for %s", syntax);
  return SP_MIB_OTHER;
}

/* Takes the object out of the text's, so that what is left is not served. */
static gboolean
check_column (const char *name,
              const SpOid *oid,
              SpMibType type,
              gboolean is_writable,
              gpointer user_data)
{
  Mib *mib = user_data;
  const char *object = g_hash_table_lookup (mib->objects, name);
  g_autofree char *served = sp_oid_to_string (oid);
  g_autofree char *written = NULL;
  g_auto (GStrv) words = NULL;

  if (object == NULL)
    g_test_message ("%s is not in the MIB, or was served before", name);
  g_assert_nonnull (object);
  words = g_strsplit (object, "|", 2);
  written = oid_of (mib, name);
  g_assert_cmpstr (served, ==, written);
  if (type != type_of (words[0]))
    g_test_message ("%s is of the type %s", name, words[0]);
  g_assert_cmpint (type, ==, type_of (words[0]));
  g_assert_cmpstr (words[1], ==, is_writable ? "read-write" : "read-only");
  g_hash_table_remove (mib->objects, name);
  return TRUE;
}

static void
test_columns (void)
{
  GHashTableIter iter;
  gpointer name, object;
  Mib mib;

  read_mib (&mib);
  g_assert_cmpuint (g_hash_table_size (mib.objects), >, 190);
  sp_mib_foreach_column (check_column, &mib);
  g_hash_table_iter_init (&iter, mib.objects);
  while (g_hash_table_iter_next (&iter, &name, &object))
    if (g_str_has_suffix (object, "|read-only")
        || g_str_has_suffix (object, "|read-write"))
      {
        g_test_message ("%s is not served", (char *)name);
        g_test_fail ();
      }
  clear_mib (&mib);
}

/* (transfer full): the name of notification @number. */
static char *
notification_of (Mib *mib, guint number)
{
  g_autofree char *arc = g_strdup_printf ("spNotifications %u", number);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, mib->notifications);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (g_strcmp0 (g_hash_table_lookup (mib->arcs, name), arc) == 0)
      return g_strdup (name);
  return NULL;
}

/* Each object in its order, with an instance behind it. */
static void
check_notice (Mib *mib, SpMib *served, SpEventKind kind)
{
  g_auto (SpNotice) notice = { sp_event_new (kind, "s/1", "text"), 1 };
  guint number = sp_event_infos[kind].notification;
  g_autofree char *name = notification_of (mib, number);
  const SpMibMoment moment = { .now_us = SP_MADE_AT_US };
  g_autoptr (GArray) bindings = sp_mib_notice (served, &notice, &moment);
  g_auto (GStrv) objects = NULL;

  g_assert_nonnull (name);
  objects = g_regex_split_simple (
      "\\s*,\\s*|\\s+", g_hash_table_lookup (mib->notifications, name), 0, 0);
  for (guint i = 0, n = 0; n < bindings->len || objects[i] != NULL; i++)
    {
      g_autofree char *expected = NULL;
      g_autofree char *shown = NULL;

      if (objects[i] != NULL && objects[i][0] == '\0')
        continue;
      g_assert_nonnull (objects[i]);
      g_assert_cmpuint (n, <, bindings->len);
      expected = oid_of (mib, objects[i]);
      shown
          = sp_oid_to_string (&g_array_index (bindings, SpMibBinding, n++).oid);
      if (!g_str_has_prefix (shown, expected))
        g_test_message ("%s: %s, not %s", name, shown, objects[i]);
      g_assert_true (g_str_has_prefix (shown, expected)
                     && shown[strlen (expected)] == '.');
    }
}

static void
test_notifications (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  g_autoptr (SpMib) served = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  guint n_numbers = 0; /* 1, 2, ..., each of some event, and no others */
  Mib mib;

  read_mib (&mib);
  for (guint kind = 0; kind < SP_N_EVENTS; kind++)
    if (sp_event_infos[kind].notification != 0)
      {
        check_notice (&mib, served, (SpEventKind)kind);
        n_numbers = MAX (n_numbers, sp_event_infos[kind].notification);
      }
  g_assert_cmpuint (g_hash_table_size (mib.notifications), ==, n_numbers);
  clear_mib (&mib);
}

/* (transfer full): values of the notification, in words. */
static char *
values_of (SpMib *mib, SpEvent *event, guint repeats)
{
  g_auto (SpNotice) notice = { event, repeats };
  const SpMibMoment moment = { .now_us = SP_MADE_AT_US };
  g_autoptr (GArray) bindings = sp_mib_notice (mib, &notice, &moment);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < bindings->len; i++)
    {
      const SpMibValue *value
          = &g_array_index (bindings, SpMibBinding, i).value;

      if (value->type == SP_MIB_OCTETS)
        g_string_append_len (
            text, (const char *)value->octets, value->n_octets);
      else
        g_string_append_printf (text,
                                "%" G_GINT64_FORMAT,
                                value->type == SP_MIB_INTEGER
                                    ? value->integer
                                    : (gint64)value->number);
      g_string_append_c (text, '|');
    }
  return g_string_free (text, FALSE);
}

static SpEvent *
dropped (void)
{
  SpEvent *event = sp_event_new (SP_EVENT_client_dropped, "s/1", "slow");

  event->stream_index = 1;
  event->client = 77;
  event->address = g_strdup ("65.66.67.68");
  event->lag_ms = 9000;
  return event;
}

/* An event that names no source: the one that feeds the stream. */
static void
test_source (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  g_autoptr (SpMib) mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  SpStreamInfo *info = picture->streams->pdata[0];
  SpEvent *event = sp_event_new (SP_EVENT_source_up, "s/1", "x");
  g_autofree char *said = NULL;

  info->source_rank = 1;
  event->stream_index = 1;
  said = values_of (mib, event, 1);
  g_assert_cmpstr (said, ==, "s/1|1|http://enc%C3%B6der:8080/live%20one|4|");
}

/* The client has gone: the event knows. */
static void
test_gone (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  g_autoptr (SpMib) full = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  g_autoptr (SpMib) anonymous
      = sp_mib_new (picture, SP_MIB_CLIENTS_ANONYMOUS, &root);
  g_autofree char *open = values_of (full, dropped (), 5);
  g_autofree char *hidden = values_of (anonymous, dropped (), 5);
  g_autofree char *gone = NULL;
  g_autofree char *expected = g_strdup_printf ("s/1|%u|1|ABCD|9000|5|",
                                               1000000 + SP_STREAM_clients_cut);
  SpEvent *down = sp_event_new (SP_EVENT_source_down, "/gone", "x");

  g_assert_cmpstr (open, ==, expected);
  g_free (expected);
  expected
      = g_strdup_printf ("s/1|%u|0||9000|5|", 1000000 + SP_STREAM_clients_cut);
  g_assert_cmpstr (hidden, ==, expected);
  down->stream_index = 8;
  down->source_index = 1;
  gone = values_of (full, down, 1);
  g_assert_cmpstr (gone, ==, "gone|5|0||6||");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mib-text/columns", test_columns);
  g_test_add_func ("/mib-text/notifications", test_notifications);
  g_test_add_func ("/mib-text/notifications/gone", test_gone);
  g_test_add_func ("/mib-text/notifications/unnamed-source", test_source);
  return g_test_run ();
}
