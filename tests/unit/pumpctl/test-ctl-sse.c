/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-sse.h"

#include "sp-error.h"
#include "sp-test.h"

#include <string.h>

/* "id/name/data;" of each event. */
static void
on_event (const SpCtlSseEvent *event, gpointer user_data)
{
  g_string_append_printf (
      user_data, "%s/%s/%s;", event->id, event->name, event->data);
}

static const struct
{
  const char *name;
  const char *text;
  const char *events;
} rows[] = {
  { "one",
    "id: 7\nevent: source_up\ndata: {\"a\":1}\n\n",
    "7/source_up/{\"a\":1};" },
  { "no-space", "id:7\nevent:a\ndata:b\n\n", "7/a/b;" },
  { "two-spaces", "data:  b\n\n", "/message/ b;" },
  { "crlf", "id: 7\r\nevent: a\r\ndata: b\r\n\r\n", "7/a/b;" },
  { "cr", "id: 7\revent: a\rdata: b\r\r", "7/a/b;" },
  { "mixed", "data: a\r\n\ndata: b\n\r\n", "/message/a;/message/b;" },
  { "id-stays", "id: 7\ndata: a\n\ndata: b\n\n", "7/message/a;7/message/b;" },
  { "name-goes", "event: x\ndata: a\n\ndata: b\n\n", "/x/a;/message/b;" },
  { "lines", "data: a\ndata: b\ndata\n\n", "/message/a\nb\n;" },
  { "comments", ": keep\n\n:\ndata: a\n: b\n\n", "/message/a;" },
  { "no-data", "id: 3\nevent: a\n\ndata: b\n\n", "3/message/b;" },
  { "unknown", "retry: 10\nfoo: bar\ndatax: c\ndata: a\n\n", "/message/a;" },
  { "colon", "data: a: b\n\n", "/message/a: b;" },
  { "no-end", "data: a\n\ndata: b\n", "/message/a;" },
  { "mark",
    "\xef\xbb\xbf"
    "data: a\n\n",
    "/message/a;" },
  { "two-marks",
    "\xef\xbb\xbf\n\xef\xbb\xbf"
    "data: a\n\n",
    "" },
  { "empty", "data\n\ndata:\n\n", "/message/;/message/;" },
};

/* In two pieces, the first @cut bytes long. */
static char *
read_cut (const char *text, gsize len, gsize cut)
{
  GString *events = g_string_new (NULL);
  g_autoptr (SpCtlSse) sse = sp_ctl_sse_new (on_event, events);
  g_autofree char *first = (char *)sp_test_exact (text, cut);
  g_autofree char *second = (char *)sp_test_exact (text + cut, len - cut);

  g_assert_true (sp_ctl_sse_feed (sse, first, cut, NULL));
  g_assert_true (sp_ctl_sse_feed (sse, second, len - cut, NULL));
  return g_string_free (events, FALSE);
}

static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize cut = 0; cut <= strlen (rows[i].text); cut++)
      {
        g_autofree char *events
            = read_cut (rows[i].text, strlen (rows[i].text), cut);

        g_test_message ("%s at %" G_GSIZE_FORMAT, rows[i].name, cut);
        g_assert_cmpstr (events, ==, rows[i].events);
      }
}

static void
test_bytes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) events = g_string_new (NULL);
      g_autoptr (SpCtlSse) sse = sp_ctl_sse_new (on_event, events);

      g_test_message ("%s", rows[i].name);
      for (const char *at = rows[i].text; *at != '\0'; at++)
        g_assert_true (sp_ctl_sse_feed (sse, at, 1, NULL));
      g_assert_cmpstr (events->str, ==, rows[i].events);
    }
}

static void
test_zero (void)
{
  static const char text[] = "id: 7\nid: 8\0\ndata: a\0b\ndata: c\n\n";
  g_autofree char *events = read_cut (text, sizeof text - 1, 0);

  g_assert_cmpstr (events, ==, "7/message/c;");
}

/* However it comes, one line or many: at some point it is enough. */
static void
test_too_long (void)
{
  static const char *const pieces[] = { "data: aaaaaaaaaaaaaaaaaaaaaaaa",
                                        "data: aaaaaaaaaaaaaaaaaaaaaaa\n",
                                        "data\n" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GString) events = g_string_new (NULL);
      g_autoptr (SpCtlSse) sse = sp_ctl_sse_new (on_event, events);
      g_autoptr (GError) error = NULL;
      gsize fed = 0;

      while (sp_ctl_sse_feed (sse, pieces[i], strlen (pieces[i]), &error)
             && fed < 10 * SP_CTL_SSE_MAX)
        fed += strlen (pieces[i]);
      g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
      g_clear_error (&error);
      g_assert_false (sp_ctl_sse_feed (sse, "\n\n", 2, &error));
      g_assert_cmpstr (events->str, ==, "");
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/ctl-sse/cut-at-each-offset", test_cut);
  g_test_add_func ("/ctl-sse/byte-by-byte", test_bytes);
  g_test_add_func ("/ctl-sse/zero-bytes", test_zero);
  g_test_add_func ("/ctl-sse/too-long", test_too_long);
  return g_test_run ();
}
