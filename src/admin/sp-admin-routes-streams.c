/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-body.h"

#include <glib/gi18n.h>

/* Streams: what they are, and orders to them. */

#define BY "admin"
#define MERGE_PATCH "application/merge-patch+json"
#define CURL_TYPE "application/x-www-form-urlencoded"

void
sp_admin_get_streams (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) infos = control->class->list_streams (control->self);
  SpAdminNow now = sp_admin_now ();

  sp_admin_answer_json (
      request->message, SOUP_STATUS_OK, sp_admin_json_streams (infos, &now));
}

/* (nullable): of @infos, whatever the case, as in the URLs of the media port.
 */
static const SpStreamInfo *
find_stream (GPtrArray *infos, const char *path)
{
  for (guint i = 0; i < infos->len; i++)
    {
      const SpStreamInfo *info = infos->pdata[i];

      if (g_ascii_strcasecmp (info->path, path) == 0)
        return info;
    }
  return NULL;
}

static void
answer_no_stream (SoupServerMessage *message, const char *path)
{
  sp_admin_answer_problem (message,
                           SOUP_STATUS_NOT_FOUND,
                           _ ("there is no stream '%s'; GET /admin/streams "
                              "lists those there are"),
                           path);
}

/* As it is now. */
static void
answer_stream (SpAdmin *admin,
               const SpAdminRequest *request,
               guint status,
               const char *path)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) infos = control->class->list_streams (control->self);
  const SpStreamInfo *info = find_stream (infos, path);
  SpAdminNow now = sp_admin_now ();

  if (info != NULL)
    sp_admin_answer_json (
        request->message, status, sp_admin_json_stream (info, &now));
  else
    answer_no_stream (request->message, path);
}

void
sp_admin_get_stream (SpAdmin *admin, const SpAdminRequest *request)
{
  answer_stream (admin, request, SOUP_STATUS_OK, request->name);
}

/* TRUE when @result is DONE, which is counted; otherwise it is answered. */
static gboolean
check_order (SpAdmin *admin,
             const SpAdminRequest *request,
             SpOrderResult result,
             GPtrArray *problems)
{
  switch (result)
    {
    case SP_ORDER_DONE:
      sp_admin_count_order (admin);
      return TRUE;
    case SP_ORDER_NOT_FOUND:
      answer_no_stream (request->message, request->name);
      return FALSE;
    case SP_ORDER_CONFLICT:
      sp_admin_answer_problems (request->message,
                                SOUP_STATUS_CONFLICT,
                                problems,
                                _ ("there is such a stream already, or it "
                                   "cannot be changed at present"));
      return FALSE;
    case SP_ORDER_BAD:
      sp_admin_answer_problems (request->message,
                                SOUP_STATUS_UNPROCESSABLE_ENTITY,
                                problems,
                                _ ("the stream cannot be as it is asked for, "
                                   "so nothing has changed; \"problems\" "
                                   "names each reason"));
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
}

/* (nullable) (transfer full): NULL: it is answered. */
static JsonNode *
take_object (const SpAdminRequest *request)
{
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_autoptr (GError) error = NULL;
  JsonNode *node = sp_admin_body_object (text, len, &error);

  if (node == NULL)
    sp_admin_answer_problem (
        request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
  return node;
}

/* (nullable): the path that @body gives. */
static const char *
path_in (JsonObject *body)
{
  JsonNode *node = json_object_get_member (body, "path");

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* TRUE when @edit was done; otherwise it is answered. */
static gboolean
edit (SpAdmin *admin,
      const SpAdminRequest *request,
      SpStreamEdit edit_kind,
      JsonObject *body)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  SpOrderResult result;

  if (control->class->edit_stream == NULL)
    {
      sp_admin_answer_missing (request->message);
      return FALSE;
    }
  result = control->class->edit_stream (
      control->self, edit_kind, request->name, body, BY, problems);
  return check_order (admin, request, result, problems);
}

static void
set_location (SoupServerMessage *message, const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *location = g_strconcat ("/admin/streams/", escaped, NULL);

  sp_admin_answer_header (message, "Location", location);
}

void
sp_admin_add_stream (SpAdmin *admin, const SpAdminRequest *request)
{
  g_autoptr (JsonNode) node = take_object (request);
  const char *path;

  if (node == NULL)
    return;
  path = path_in (json_node_get_object (node));
  if (path == NULL || *path == '\0')
    {
      sp_admin_answer_problem (
          request->message,
          SOUP_STATUS_BAD_REQUEST,
          _ ("\"path\" must be there: what follows /streams/ in the URL"));
      return;
    }
  if (!edit (admin, request, SP_STREAM_ADD, json_node_get_object (node)))
    return;
  answer_stream (admin, request, SOUP_STATUS_CREATED, path);
  set_location (request->message, path);
}

/* Without a type, or with the one that curl -d gives by itself, it is taken for
 * what it looks like, as everywhere here. */
static gboolean
check_patch_type (SoupServerMessage *message)
{
  const char *type = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (message), NULL);

  if (type == NULL || g_ascii_strcasecmp (type, MERGE_PATCH) == 0
      || g_ascii_strcasecmp (type, "application/json") == 0
      || g_ascii_strcasecmp (type, CURL_TYPE) == 0)
    return TRUE;
  sp_admin_answer_problem (message,
                           SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
                           _ ("send the changes as '%s', not as '%s'"),
                           MERGE_PATCH,
                           type);
  sp_admin_answer_header (message, "Accept-Patch", MERGE_PATCH);
  return FALSE;
}

void
sp_admin_change_stream (SpAdmin *admin, const SpAdminRequest *request)
{
  g_autoptr (JsonNode) node = NULL;
  const char *path;

  if (!check_patch_type (request->message))
    return;
  node = take_object (request);
  if (node == NULL
      || !edit (admin, request, SP_STREAM_CHANGE, json_node_get_object (node)))
    return;
  path = path_in (json_node_get_object (node));
  answer_stream (
      admin, request, SOUP_STATUS_OK, path != NULL ? path : request->name);
}

void
sp_admin_delete_stream (SpAdmin *admin, const SpAdminRequest *request)
{
  g_autoptr (GBytes) body = sp_admin_body_of (request);

  if (g_bytes_get_size (body) > 0)
    sp_admin_answer_problem (request->message,
                             SOUP_STATUS_BAD_REQUEST,
                             _ ("a stream is deleted without a body"));
  else if (edit (admin, request, SP_STREAM_DELETE, NULL))
    sp_admin_answer_nothing (request->message);
}

void
sp_admin_post_state (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_autoptr (GError) error = NULL;
  SpStreamOrder order;

  if (!sp_admin_body_parse_state (&order, text, len, &error))
    sp_admin_answer_problem (
        request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
  else if (control->class->set_stream == NULL)
    sp_admin_answer_missing (request->message);
  else if (check_order (admin,
                        request,
                        control->class->set_stream (
                            control->self, request->name, order, BY),
                        NULL))
    answer_stream (admin, request, SOUP_STATUS_OK, request->name);
}

/* FALSE: there is none, which is answered. */
static gboolean
find_source (SpAdmin *admin, const SpAdminRequest *request, guint *index)
{
  const SpControl *control = admin->control;
  g_autoptr (GPtrArray) infos = control->class->list_streams (control->self);
  guint64 number;

  if (find_stream (infos, request->name) == NULL)
    {
      answer_no_stream (request->message, request->name);
      return FALSE;
    }
  *index = 0;
  if (g_ascii_string_to_unsigned (
          request->index, 10, 1, G_MAXUINT, &number, NULL))
    *index = (guint)number;
  return TRUE;
}

void
sp_admin_post_source (SpAdmin *admin, const SpAdminRequest *request)
{
  const SpControl *control = admin->control;
  g_autoptr (GBytes) body = sp_admin_body_of (request);
  gsize len;
  const char *text = g_bytes_get_data (body, &len);
  g_autoptr (GError) error = NULL;
  gboolean is_enabled = FALSE;
  SpOrderResult result = SP_ORDER_NOT_FOUND;
  guint index;

  if (!sp_admin_body_parse_enabled (&is_enabled, text, len, &error))
    {
      sp_admin_answer_problem (
          request->message, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
      return;
    }
  if (control->class->set_source == NULL)
    {
      sp_admin_answer_missing (request->message);
      return;
    }
  if (!find_source (admin, request, &index))
    return;
  if (index > 0)
    result = control->class->set_source (
        control->self, request->name, index, is_enabled, BY);
  if (result == SP_ORDER_NOT_FOUND)
    sp_admin_answer_problem (request->message,
                             SOUP_STATUS_NOT_FOUND,
                             _ ("the stream '%s' has no source '%s'; its "
                                "\"sources\" have their \"index\""),
                             request->name,
                             request->index);
  else if (check_order (admin, request, result, NULL))
    answer_stream (admin, request, SOUP_STATUS_OK, request->name);
}
