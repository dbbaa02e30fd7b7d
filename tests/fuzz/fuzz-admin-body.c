/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-body.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check (gboolean is_good, const GError *error)
{
  if (is_good != (error == NULL))
    g_abort ();
}

/* What goes into a header of ours is one line of visible ASCII. */
static void
check_drain (const char *text, gsize len)
{
  g_auto (SpAdminDrain) drain = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_good = sp_admin_body_parse_drain (&drain, text, len, &error);

  check (is_good, error);
  if (drain.order.redirect != drain.redirect
      || (is_good && !drain.order.is_on
          && (drain.redirect != NULL || drain.order.deadline_s != 0)))
    g_abort ();
  if (drain.redirect == NULL)
    return;
  if (strlen (drain.redirect) > 511)
    g_abort ();
  for (const char *at = drain.redirect; *at != '\0'; at++)
    if (*at <= ' ' || *at > '~')
      g_abort ();
}

static void
check_state (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  SpStreamOrder order = SP_STREAM_ORDER_UP;
  gboolean is_good = sp_admin_body_parse_state (&order, text, len, &error);

  check (is_good, error);
  if ((guint)order > SP_STREAM_ORDER_DRAIN)
    g_abort ();
}

static void
check_enabled (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  gboolean is_enabled = FALSE;
  gboolean is_good
      = sp_admin_body_parse_enabled (&is_enabled, text, len, &error);

  check (is_good, error);
}

static void
check_object (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sp_admin_body_object (text, len, &error);

  check (node != NULL, error);
  if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    g_abort ();
}

/* The same bytes as the body of each kind of request. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *)data;
  g_autoptr (GError) error = NULL;
  gboolean is_empty = sp_admin_body_check_empty (text, size, &error);

  check (is_empty, error);
  check_drain (text, size);
  check_state (text, size);
  check_enabled (text, size);
  check_object (text, size);
  return 0;
}
