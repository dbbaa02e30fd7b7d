/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-filter.h"

#include <glib/gi18n.h>

static void
answer_no_client (SoupServerMessage *message, const char *id)
{
  sp_admin_answer_problem (message,
                           SOUP_STATUS_NOT_FOUND,
                           _ ("there is no client '%s'; GET /admin/clients "
                              "lists those there are"),
                           id);
}

static void
answer_clients (SpAdminPending *pending, GPtrArray *infos)
{
  SpAdminNow at = sp_admin_now ();
  g_autofree char *id = NULL;

  if (pending->client == 0)
    {
      sp_admin_answer_json (
          pending->message,
          SOUP_STATUS_OK,
          sp_admin_json_clients (infos, pending->after, pending->limit, &at));
      return;
    }
  if (infos->len > 0)
    {
      sp_admin_answer_json (pending->message,
                            SOUP_STATUS_OK,
                            sp_admin_json_client (infos->pdata[0], &at));
      return;
    }
  id = g_strdup_printf ("%" G_GUINT64_FORMAT, pending->client);
  answer_no_client (pending->message, id);
}

static void
on_clients (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpAdminPending *pending = user_data;
  const SpControl *control;
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (GError) error = NULL;

  if (pending->admin != NULL)
    {
      control = pending->admin->control;
      infos
          = control->class->list_clients_finish (control->self, result, &error);
      if (infos != NULL)
        answer_clients (pending, infos);
      else
        sp_admin_pending_fail (pending, error);
    }
  sp_admin_pending_free (pending);
}

static void
list_clients (SpAdmin *admin,
              const SpAdminRequest *request,
              const SpAdminFilter *filter)
{
  const SpControl *control = admin->control;
  SpAdminPending *pending;

  if (control->class->list_clients == NULL)
    {
      sp_admin_answer_missing (request->message);
      return;
    }
  pending = sp_admin_pending_new (admin, request->message);
  pending->client = filter->filter.client;
  pending->after = filter->after;
  pending->limit = filter->limit;
  control->class->list_clients (
      control->self, &filter->filter, on_clients, pending);
}

void
sp_admin_get_clients (SpAdmin *admin, const SpAdminRequest *request)
{
  g_auto (SpAdminFilter) filter = { 0 };
  g_autoptr (GError) error = NULL;

  if (sp_admin_filter_parse_query (&filter, request->query, &error))
    list_clients (admin, request, &filter);
  else
    sp_admin_answer_problem (
        request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
}

void
sp_admin_get_client (SpAdmin *admin, const SpAdminRequest *request)
{
  g_auto (SpAdminFilter) filter = { 0 };

  if (g_ascii_string_to_unsigned (
          request->name, 10, 1, G_MAXINT64, &filter.filter.client, NULL))
    list_clients (admin, request, &filter);
  else
    answer_no_client (request->message, request->name);
}

/* A ban holds for those who are not there, too. */
static void
answer_kicked (SpAdminPending *pending, gssize kicked)
{
  if (kicked == 0 && !pending->is_banning)
    {
      sp_admin_answer_problem (
          pending->message,
          SOUP_STATUS_NOT_FOUND,
          _ ("no client matches, so none was kicked; GET /admin/clients "
             "lists those there are"));
      return;
    }
  sp_admin_count_order (pending->admin);
  sp_admin_answer_json (
      pending->message, SOUP_STATUS_OK, sp_admin_json_kicked (kicked));
}

static void
on_kicked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpAdminPending *pending = user_data;
  const SpControl *control;
  g_autoptr (GError) error = NULL;
  gssize kicked;

  if (pending->admin != NULL)
    {
      control = pending->admin->control;
      kicked = control->class->kick_finish (control->self, result, &error);
      if (kicked < 0)
        sp_admin_pending_fail (pending, error);
      else
        answer_kicked (pending, kicked);
    }
  sp_admin_pending_free (pending);
}

void
sp_admin_post_kick (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_auto (SpAdminFilter) filter = { 0 };
  g_autoptr (GError) error = NULL;
  SpAdminPending *pending;

  if (!sp_admin_filter_parse_kick (&filter, text, len, &error))
    {
      sp_admin_answer_problem (
          request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
      return;
    }
  if (control->class->kick == NULL)
    {
      sp_admin_answer_missing (request->message);
      return;
    }
  pending = sp_admin_pending_new (admin, request->message);
  pending->is_banning
      = filter.ban_s > 0
        && (filter.filter.address != NULL || filter.external_id != NULL);
  control->class->kick (
      control->self, &filter.filter, filter.ban_s, on_kicked, pending);
}
