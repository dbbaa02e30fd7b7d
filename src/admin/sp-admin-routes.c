/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-metrics.h"
#include "sp-admin-openapi.h"
#include "sp-admin-page.h"
#include "sp-clock.h"

SpAdminNow
sp_admin_now (void)
{
  return (SpAdminNow){ .us = sp_clock_now_us (),
                       .unix_us = g_get_real_time () };
}

GBytes *
sp_admin_body_of (const SpAdminRequest *request)
{
  return soup_message_body_flatten (
      soup_server_message_get_request_body (request->message));
}

void
sp_admin_count_order (SpAdmin *admin)
{
  sp_stats_add (SP_PUMP_admin_orders, 1);
}

/* For balancers: whoever comes now had better go elsewhere. */
static void
get_health (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  SpPumpInfo info = { 0 };
  const char *word = NULL;
  g_autofree char *line = NULL;

  control->class->pump_info (control->self, &info);
  if (info.state == SP_PUMP_STOPPING)
    word = "stopping";
  else if (info.state == SP_PUMP_DRAINING || info.drain != SP_DRAIN_SERVING)
    word = "draining";
  line = g_strdup_printf ("%s\n", word != NULL ? word : "ok");
  sp_admin_answer_text (request->message,
                        word != NULL ? SOUP_STATUS_SERVICE_UNAVAILABLE
                                     : SOUP_STATUS_OK,
                        line);
}

static guint64
last_event (const SpControl *control)
{
  return control->class->events != NULL
             ? sp_events_last (control->class->events (control->self))
             : 0;
}

static void
show_status (SpAdmin *admin,
             SoupServerMessage *message,
             const SpPicture *picture)
{
  const SpAdminNow at
      = { .us = picture->at_us, .unix_us = picture->at_unix_us };

  sp_admin_answer_json (
      message,
      SOUP_STATUS_OK,
      sp_admin_json_status (picture, last_event (admin->control), &at));
}

static void
get_status (SpAdmin *admin, const SpAdminRequest *request)
{
  sp_admin_picture_show (admin, request->message, show_status);
}

static void
show_metrics (SpAdmin *admin,
              SoupServerMessage *message,
              const SpPicture *picture)
{
  gsize len;
  char *text = sp_admin_metrics_text (picture, &len);

  sp_admin_answer_take (message, SP_ADMIN_METRICS_TYPE, text, len);
}

static void
get_metrics (SpAdmin *admin, const SpAdminRequest *request)
{
  sp_admin_picture_show (admin, request->message, show_metrics);
}

static void
get_openapi (SpAdmin *admin, const SpAdminRequest *request)
{
  sp_admin_answer_json (
      request->message, SOUP_STATUS_OK, sp_admin_openapi_document ());
}

/* A browser takes nothing from elsewhere for it. */
static void
get_page (SpAdmin *admin, const SpAdminRequest *request)
{
  const char *name
      = request->name != NULL ? request->name : SP_ADMIN_PAGE_INDEX;
  g_autoptr (GBytes) bytes = sp_admin_page_lookup (name);

  g_return_if_fail (bytes != NULL);
  sp_admin_answer_bytes (request->message, sp_admin_page_type (name), bytes);
  sp_admin_answer_header (
      request->message, "Content-Security-Policy", SP_ADMIN_PAGE_POLICY);
  sp_admin_answer_header (request->message, "Referrer-Policy", "same-origin");
}

#define GUARDED SP_ADMIN_GUARDED

/* One that is more particular comes before one that fits, too. */
const SpAdminRoute sp_admin_routes[] = {
  { "GET", "/healthz", SP_ADMIN_OPEN, { NULL }, get_health },
  { "GET", "/metrics", GUARDED, { NULL }, get_metrics },
  { "GET", "/admin/status", GUARDED, { NULL }, get_status },
  { "GET", "/admin/openapi.json", GUARDED, { NULL }, get_openapi },
  { "GET",
    "/admin/events",
    GUARDED,
    { "after", "kinds", "limit", "format" },
    sp_admin_get_events },
  { "GET", "/admin/streams", GUARDED, { NULL }, sp_admin_get_streams },
  { "POST", "/admin/streams", GUARDED, { NULL }, sp_admin_add_stream },
  { "POST",
    "/admin/streams/{path}/sources/{index}",
    GUARDED,
    { NULL },
    sp_admin_post_source },
  { "POST",
    "/admin/streams/{path}/state",
    GUARDED,
    { NULL },
    sp_admin_post_state },
  { "GET", "/admin/streams/{path}", GUARDED, { NULL }, sp_admin_get_stream },
  { "PATCH",
    "/admin/streams/{path}",
    GUARDED,
    { NULL },
    sp_admin_change_stream },
  { "DELETE",
    "/admin/streams/{path}",
    GUARDED,
    { NULL },
    sp_admin_delete_stream },
  { "GET",
    "/admin/clients",
    GUARDED,
    { "stream", "address", "external_id", "after", "limit" },
    sp_admin_get_clients },
  { "GET", "/admin/clients/{id}", GUARDED, { NULL }, sp_admin_get_client },
  { "POST", "/admin/kick", GUARDED, { NULL }, sp_admin_post_kick },
  { "POST", "/admin/drain", GUARDED, { NULL }, sp_admin_post_drain },
  { "POST", "/admin/reload", GUARDED, { NULL }, sp_admin_post_reload },
  { "GET", "/", SP_ADMIN_PAGE, { "lang" }, get_page },
  { "GET", "/{file}", SP_ADMIN_PAGE, { NULL }, get_page },
  { NULL },
};
