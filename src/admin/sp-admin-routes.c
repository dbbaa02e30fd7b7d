/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-filter.h"
#include "sp-admin-json.h"
#include "sp-admin-page.h"
#include "sp-clock.h"

#include <glib/gi18n.h>

static SpAdminNow
now (void)
{
  return (SpAdminNow){ .us = sp_clock_now_us (),
                       .unix_us = g_get_real_time () };
}

static void
get_health (SpAdmin *admin, const SpAdminRequest *request)
{
  sp_admin_answer_text (request->message, SOUP_STATUS_OK, "ok\n");
}

static void
get_status (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  guint64 counters[SP_N_PUMP_COUNTERS];
  SpAdminNow at = now ();
  SpPumpInfo info = { 0 };

  control->class->pump_info (control->self, &info);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    counters[i] = sp_stats_get ((SpPumpCounter)i);
  sp_admin_answer_json (request->message,
                        SOUP_STATUS_OK,
                        sp_admin_json_status (&info, counters, &at));
}

static void
get_streams (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) infos = control->class->list_streams (control->self);
  SpAdminNow at = now ();

  sp_admin_answer_json (
      request->message, SOUP_STATUS_OK, sp_admin_json_streams (infos, &at));
}

/* Whatever the case, as in the URLs of the media port. */
static void
get_stream (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) infos = control->class->list_streams (control->self);
  SpAdminNow at = now ();

  for (guint i = 0; i < infos->len; i++)
    {
      const SpStreamInfo *info = infos->pdata[i];

      if (g_ascii_strcasecmp (info->path, request->rest) != 0)
        continue;
      sp_admin_answer_json (
          request->message, SOUP_STATUS_OK, sp_admin_json_stream (info, &at));
      return;
    }
  sp_admin_answer_problem (request->message,
                           SOUP_STATUS_NOT_FOUND,
                           _ ("there is no stream '%s'; GET /admin/streams "
                              "lists those there are"),
                           request->rest);
}

static void
answer_failed (SpAdminPending *pending, const GError *error)
{
  sp_admin_answer_problem (pending->message,
                           SOUP_STATUS_SERVICE_UNAVAILABLE,
                           _ ("the pump could not answer, try again: %s"),
                           error->message);
}

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
  SpAdminNow at = now ();
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
        answer_failed (pending, error);
    }
  sp_admin_pending_free (pending);
}

static void
list_clients (SpAdmin *admin,
              const SpAdminRequest *request,
              const SpAdminFilter *filter)
{
  const SpControl *control = admin->control;
  SpAdminPending *pending = sp_admin_pending_new (admin, request->message);

  pending->client = filter->filter.client;
  pending->after = filter->after;
  pending->limit = filter->limit;
  control->class->list_clients (
      control->self, &filter->filter, on_clients, pending);
}

static void
get_clients (SpAdmin *admin, const SpAdminRequest *request)
{
  g_auto (SpAdminFilter) filter = { 0 };
  g_autoptr (GError) error = NULL;

  if (sp_admin_filter_parse_query (&filter, request->query, &error))
    list_clients (admin, request, &filter);
  else
    sp_admin_answer_problem (
        request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
}

static void
get_client (SpAdmin *admin, const SpAdminRequest *request)
{
  g_auto (SpAdminFilter) filter = { 0 };

  if (g_ascii_string_to_unsigned (
          request->rest, 10, 1, G_MAXINT64, &filter.filter.client, NULL))
    list_clients (admin, request, &filter);
  else
    answer_no_client (request->message, request->rest);
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
        answer_failed (pending, error);
      else if (kicked > 0)
        sp_admin_answer_json (
            pending->message, SOUP_STATUS_OK, sp_admin_json_kicked (kicked));
      else
        sp_admin_answer_problem (
            pending->message,
            SOUP_STATUS_NOT_FOUND,
            _ ("no client matches, so none was kicked; GET /admin/clients "
               "lists those there are"));
    }
  sp_admin_pending_free (pending);
}

static void
post_kick (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (request->message));
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_auto (SpAdminFilter) filter = { 0 };
  g_autoptr (GError) error = NULL;

  if (!sp_admin_filter_parse_kick (&filter, text, len, &error))
    {
      sp_admin_answer_problem (
          request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
      return;
    }
  control->class->kick (control->self,
                        &filter.filter,
                        0,
                        on_kicked,
                        sp_admin_pending_new (admin, request->message));
}

static void
get_page (SpAdmin *admin, const SpAdminRequest *request)
{
  const char *path
      = g_uri_get_path (soup_server_message_get_uri (request->message));
  const char *content_type;
  g_autoptr (GBytes) bytes = sp_admin_page_lookup (path, &content_type);

  if (bytes != NULL)
    sp_admin_answer_page (request->message, content_type, bytes);
  else
    sp_admin_answer_problem (request->message,
                             SOUP_STATUS_NOT_FOUND,
                             _ ("the status page has no file '%s'; see /"),
                             path);
}

const SpAdminRoute sp_admin_routes[] = {
  { "GET", "/", FALSE, TRUE, { "lang" }, get_page },
  { "GET", "/page", TRUE, TRUE, { NULL }, get_page },
  { "GET", "/healthz", FALSE, TRUE, { NULL }, get_health },
  { "GET", "/admin/status", FALSE, FALSE, { NULL }, get_status },
  { "GET", "/admin/streams", FALSE, FALSE, { NULL }, get_streams },
  { "GET", "/admin/streams/", TRUE, FALSE, { NULL }, get_stream },
  { "GET",
    "/admin/clients",
    FALSE,
    FALSE,
    { "stream", "address", "external_id", "after", "limit" },
    get_clients },
  { "GET", "/admin/clients/", TRUE, FALSE, { NULL }, get_client },
  { "POST", "/admin/kick", FALSE, FALSE, { NULL }, post_kick },
  { NULL },
};
