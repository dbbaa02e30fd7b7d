/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-filter.h"
#include "sp-admin-subscriber.h"
#include "sp-error.h"
#include "sp-gsource.h"

#include <glib/gi18n.h>

#define MAX_SUBSCRIBERS 16
#define KEEP_ALIVE_MS 15000
#define RETRY_AFTER_S "15"

/** All who read the event stream. */
struct _SpAdminEvents
{
  SpAdmin *admin;
  GPtrArray *subscribers; /* SpAdminSubscriber */
  guint watch;            /* while there are any */
  GSource *timer;
  guint keep_alive_ms;
};

/** What a request for events says. */
typedef struct
{
  gboolean is_json;
  gboolean has_after;
  guint64 after;
  guint limit;
  SpAdminKinds kinds;
} Question;

SpAdminEvents *
sp_admin_events_new (SpAdmin *admin, guint keep_alive_ms)
{
  SpAdminEvents *events = g_new0 (SpAdminEvents, 1);

  events->admin = admin;
  events->keep_alive_ms = keep_alive_ms != 0 ? keep_alive_ms : KEEP_ALIVE_MS;
  events->subscribers = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sp_admin_subscriber_free);
  return events;
}

static SpEvents *
log_of (SpAdmin *admin)
{
  const SpControl *control = admin->control;

  return control->class->events != NULL ? control->class->events (control->self)
                                        : NULL;
}

static void
stop (SpAdminEvents *events)
{
  if (events->timer == NULL)
    return;
  sp_events_unwatch (log_of (events->admin), events->watch);
  sp_gsource_clear (&events->timer);
}

void
sp_admin_events_free (SpAdminEvents *events)
{
  stop (events);
  g_ptr_array_unref (events->subscribers);
  g_free (events);
}

static void
on_over (SpAdminSubscriber *subscriber, gpointer user_data)
{
  SpAdminEvents *events = user_data;

  g_ptr_array_remove (events->subscribers, subscriber);
  if (events->subscribers->len == 0)
    stop (events);
}

/* Put into words once, for all who want it. */
static void
on_event (SpEvent *event, gpointer user_data)
{
  SpAdminEvents *events = user_data;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < events->subscribers->len; i++)
    {
      SpAdminSubscriber *subscriber = events->subscribers->pdata[i];

      if (!sp_admin_subscriber_wants (subscriber, event->kind))
        continue;
      if (bytes == NULL)
        {
          GString *text = g_string_new (NULL);

          sp_admin_sse_add_event (text, event);
          bytes = g_string_free_to_bytes (text);
        }
      sp_admin_subscriber_put (subscriber, bytes);
    }
}

static gboolean
on_timer (gpointer user_data)
{
  SpAdminEvents *events = user_data;

  for (guint i = 0; i < events->subscribers->len; i++)
    sp_admin_subscriber_keep_alive (events->subscribers->pdata[i]);
  return G_SOURCE_CONTINUE;
}

static void
start (SpAdminEvents *events)
{
  if (events->timer != NULL)
    return;
  events->watch = sp_events_watch (log_of (events->admin), on_event, events);
  events->timer = g_timeout_source_new (events->keep_alive_ms);
  g_source_set_callback (events->timer, on_timer, events, NULL);
  g_source_attach (events->timer, g_main_context_get_thread_default ());
}

static gboolean
take_format (Question *question, GHashTable *query, GError **error)
{
  const char *format = sp_admin_query_value (query, "format");

  question->is_json = g_strcmp0 (format, "json") == 0;
  if (format != NULL && !question->is_json)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"format\": '%s' is unknown; there is \"json\", "
                            "or leave it out for a stream of events"),
                         format);
  if (!question->is_json && sp_admin_query_value (query, "limit") != NULL)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"limit\" goes with \"format=json\" alone"));
  return TRUE;
}

/* A browser that comes back says where it was: that counts more than the URL
 * it began with. */
static gboolean
take_after (Question *question, const SpAdminRequest *request, GError **error)
{
  const char *text = soup_message_headers_get_one (
      soup_server_message_get_request_headers (request->message),
      "Last-Event-ID");

  if (text != NULL && *text != '\0')
    {
      question->has_after = TRUE;
      return g_ascii_string_to_unsigned (
                 text, 10, 0, G_MAXINT64, &question->after, NULL)
             || sp_error_set (error,
                              SP_ERROR_PROTOCOL,
                              _ ("Last-Event-ID: '%s' is not the number of an "
                                 "event"),
                              text);
    }
  question->has_after = sp_admin_query_value (request->query, "after") != NULL;
  return sp_admin_query_number (
      request->query, "after", 0, G_MAXINT64, &question->after, error);
}

static gboolean
parse (Question *question, const SpAdminRequest *request, GError **error)
{
  guint64 limit = SP_ADMIN_PAGE_DEFAULT;
  gboolean is_good
      = take_format (question, request->query, error)
        && take_after (question, request, error)
        && sp_admin_query_number (
            request->query, "limit", 1, SP_ADMIN_PAGE_MAX, &limit, error)
        && sp_admin_kinds_parse (&question->kinds,
                                 sp_admin_query_value (request->query, "kinds"),
                                 error);

  question->limit = (guint)limit;
  return is_good;
}

/* Numbers begin anew with each start of the pump: whoever asks for what comes
 * after one that was never given has seen an earlier pump. */
static guint64
start_of (const Question *question, SpEvents *log)
{
  return question->after <= sp_events_last (log) ? question->after : 0;
}

/* (transfer full): those asked for that are kept; @lost: how many are not. */
static GPtrArray *
list_past (const Question *question, SpEvents *log, guint64 *lost)
{
  g_autoptr (GPtrArray) kept = sp_events_list (log, 0, FALSE);
  GPtrArray *found
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_event_unref);
  guint64 after = start_of (question, log);

  for (guint i = 0; i < kept->len; i++)
    {
      SpEvent *event = kept->pdata[i];

      if (event->number > after && question->kinds.is_wanted[event->kind])
        g_ptr_array_add (found, sp_event_ref (event));
    }
  *lost = sp_admin_kinds_count_lost (
      &question->kinds, kept, after, sp_events_last (log));
  return found;
}

/* A page: the first ones after a number, or without one the newest. */
static void
answer_json (const SpAdminRequest *request,
             const Question *question,
             SpEvents *log)
{
  guint64 lost;
  g_autoptr (GPtrArray) found = list_past (question, log, &lost);
  guint n_shown = MIN (question->limit, found->len);
  guint first = question->has_after ? 0 : found->len - n_shown;

  sp_admin_answer_json (request->message,
                        SOUP_STATUS_OK,
                        sp_admin_json_events (found,
                                              first,
                                              n_shown,
                                              sp_events_last (log),
                                              question->has_after ? lost : 0));
}

static void
answer_full (const SpAdminRequest *request)
{
  sp_admin_answer_problem (request->message,
                           SOUP_STATUS_SERVICE_UNAVAILABLE,
                           _ ("%d read the events already, no more are "
                              "taken; try again, or ask with format=json"),
                           MAX_SUBSCRIBERS);
  sp_admin_answer_header (request->message, "Retry-After", RETRY_AFTER_S);
}

/* (transfer full) (nullable) */
static GSocket *
keep_socket (SpAdmin *admin, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  GSocket *socket = sp_admin_listener_keep (admin->listener, remote);

  if (socket == NULL && admin->local != NULL)
    socket = sp_admin_listener_keep (admin->local, remote);
  return socket;
}

/* From here on the connection is ours. */
static void
subscribe (SpAdmin *admin,
           const SpAdminRequest *request,
           const Question *question,
           SpEvents *log)
{
  SpAdminEvents *events = admin->events;
  SoupServerMessage *message = request->message;
  SpAdminSubscription subscription = { .kinds = question->kinds };
  g_autoptr (GSocket) socket = keep_socket (admin, message);

  g_return_if_fail (socket != NULL);
  subscription.is_chunked
      = soup_server_message_get_http_version (message) != SOUP_HTTP_1_0;
  subscription.past = question->has_after
                          ? list_past (question, log, &subscription.lost)
                          : g_ptr_array_new ();
  subscription.stream = soup_server_message_steal_connection (message);
  subscription.socket = g_steal_pointer (&socket);
  g_ptr_array_add (events->subscribers,
                   sp_admin_subscriber_new (&subscription, on_over, events));
  start (events);
}

/* To HEAD. */
static void
answer_head (SoupServerMessage *message)
{
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  sp_admin_answer_bytes (message, SP_ADMIN_SSE_TYPE, none);
}

void
sp_admin_get_events (SpAdmin *admin, const SpAdminRequest *request)
{
  SoupServerMessage *message = request->message;
  SpEvents *log = log_of (admin);
  Question question = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse (&question, request, &error))
    sp_admin_answer_problem (
        message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
  else if (log == NULL)
    sp_admin_answer_missing (message);
  else if (question.is_json)
    answer_json (request, &question, log);
  else if (g_str_equal (soup_server_message_get_method (message), "HEAD"))
    answer_head (message);
  else if (admin->events->subscribers->len >= MAX_SUBSCRIBERS)
    answer_full (request);
  else
    subscribe (admin, request, &question, log);
}
