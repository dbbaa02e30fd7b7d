/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-sse.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
on_event (const SpCtlSseEvent *event, gpointer user_data)
{
  g_string_append_printf (user_data,
                          "%" G_GSIZE_FORMAT " %s %s %s;",
                          strlen (event->data),
                          event->id,
                          event->name,
                          event->data);
}

static char *
read_in_pieces (const guint8 *data, gsize size, gsize piece)
{
  GString *events = g_string_new (NULL);
  g_autoptr (SpCtlSse) sse = sp_ctl_sse_new (on_event, events);

  for (gsize at = 0; at < size; at += piece)
    if (!sp_ctl_sse_feed (
            sse, (const char *)data + at, MIN (piece, size - at), NULL))
      break;
  return g_string_free (events, FALSE);
}

/* Whole, in threes and byte by byte it is the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *whole = read_in_pieces (data, size, MAX (size, 1));
  g_autofree char *threes = read_in_pieces (data, size, 3);
  g_autofree char *bytes = read_in_pieces (data, size, 1);

  if (!g_str_equal (whole, threes) || !g_str_equal (whole, bytes))
    g_abort ();
  return 0;
}
