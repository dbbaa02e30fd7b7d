/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-body.h"

#include <glib/gi18n.h>

/* Orders to the whole pump. */

#define BY "admin"

void
sp_admin_post_drain (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_auto (SpAdminDrain) drain = { 0 };
  g_autoptr (GError) error = NULL;
  SpPumpInfo info = { 0 };
  SpAdminNow now = sp_admin_now ();

  if (!sp_admin_body_parse_drain (&drain, text, len, &error))
    {
      sp_admin_answer_problem (
          request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
      return;
    }
  if (control->class->drain == NULL)
    {
      sp_admin_answer_missing (request->message);
      return;
    }
  control->class->drain (control->self, &drain.order, BY);
  sp_admin_count_order (admin);
  control->class->pump_info (control->self, &info);
  sp_admin_answer_json (
      request->message, SOUP_STATUS_OK, sp_admin_json_drain (&info, &now));
}

void
sp_admin_post_reload (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_autoptr (SpReloadReport) report = NULL;
  g_autoptr (GError) error = NULL;

  if (!sp_admin_body_check_empty (text, len, &error))
    {
      sp_admin_answer_problem (
          request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
      return;
    }
  if (control->class->reload == NULL)
    {
      sp_admin_answer_missing (request->message);
      return;
    }
  report = control->class->reload (control->self, BY);
  if (!report->is_applied)
    {
      sp_admin_answer_problems (
          request->message,
          SOUP_STATUS_UNPROCESSABLE_ENTITY,
          report->problems,
          _ ("the configuration was refused, so nothing has changed; mend "
             "what \"problems\" names and reload again"));
      return;
    }
  sp_admin_count_order (admin);
  sp_admin_answer_json (
      request->message, SOUP_STATUS_OK, sp_admin_json_reloaded (report));
}
