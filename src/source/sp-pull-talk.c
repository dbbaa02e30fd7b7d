/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-talk.h"

#include <string.h>

/* From the live edge, at normal speed, for ever (MS-WMSP 3.2.5.6). */
#define FROM_NOW_ON                                                            \
  "no-cache,rate=1.000,stream-time=0,stream-offset=4294967295:4294967295,"     \
  "packet-num=4294967295,max-duration=0"
/* A server then starts each entry of a playlist by itself (MS-WMSP 3.1.4.5). */
#define PREDSTRM "com.microsoft.wm.predstrm"
#define SUPPORTED "com.microsoft.wm.sswitch, " PREDSTRM
#define MAX_FORWARDS "9" /* what Windows Media Services says */
#define MAX_TOKEN_LEN 64
#define MAX_VIA_LEN 4096 /* about a hundred pumps in a row */

static void add_pragma (SoupMessageHeaders *headers, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* One token a line: some servers read no others. */
static void
add_pragma (SoupMessageHeaders *headers, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list arguments;

  va_start (arguments, format);
  value = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  soup_message_headers_append (headers, "Pragma", value);
}

static SoupMessage *
new_message (const SpPullTalk *talk, const char *method, GUri *uri)
{
  SoupMessage *message = soup_message_new_from_uri (method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char *via = g_strdup_printf ("1.1 %s", talk->pump_id);

  soup_message_headers_append (headers, "Accept", "*/*");
  soup_message_headers_append (headers, "User-Agent", talk->user_agent);
  soup_message_headers_append (headers, "Via", via);
  soup_message_headers_append (headers, "Max-Forwards", MAX_FORWARDS);
  soup_message_headers_append (headers, "Supported", SUPPORTED);
  soup_message_headers_append (headers, "Connection", "close");
  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

static void
add_identity (const SpPullTalk *talk, SoupMessageHeaders *headers)
{
  if (talk->client_id != NULL)
    add_pragma (headers, "client-id=%s", talk->client_id);
  add_pragma (headers, "xClientGUID={%s}", talk->guid);
  if (talk->playlist_gen_id != 0)
    add_pragma (headers, "playlist-gen-id=%u", talk->playlist_gen_id);
}

/* All streams, whole (MS-WMSP 3.1.4.3.1); numbers are hexadecimal. */
static void
add_streams (const SpAsfHeader *asf, SoupMessageHeaders *headers)
{
  g_autoptr (GString) entries = g_string_new (NULL);
  guint n_streams = 0;

  for (guint i = 0; i < SP_ASF_MAX_STREAMS; i++)
    if (asf->streams[i].is_present)
      {
        g_string_append_printf (entries, "ffff:%x:0 ", i);
        n_streams++;
      }
  if (n_streams == 0)
    return;
  add_pragma (headers, "stream-switch-count=%u", n_streams);
  add_pragma (headers, "stream-switch-entry=%s", entries->str);
}

SoupMessage *
sp_pull_talk_describe (const SpPullTalk *talk, GUri *uri)
{
  SoupMessage *message = new_message (talk, SOUP_METHOD_GET, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  add_pragma (headers, "%s,request-context=1", FROM_NOW_ON);
  add_identity (talk, headers);
  return message;
}

SoupMessage *
sp_pull_talk_play (const SpPullTalk *talk, GUri *uri)
{
  SoupMessage *message = new_message (talk, SOUP_METHOD_GET, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  add_pragma (headers, "%s", FROM_NOW_ON);
  add_pragma (headers, "xPlayStrm=1");
  add_identity (talk, headers);
  if (talk->has_asf)
    add_streams (&talk->asf, headers);
  return message;
}

SoupMessage *
sp_pull_talk_select (const SpPullTalk *talk, GUri *uri)
{
  SoupMessage *message;
  SoupMessageHeaders *headers;

  if (talk->client_id == NULL || !talk->has_asf)
    return NULL;
  message = new_message (talk, SOUP_METHOD_POST, uri);
  headers = soup_message_get_request_headers (message);
  soup_message_headers_set_content_length (headers, 0);
  add_identity (talk, headers);
  add_streams (&talk->asf, headers);
  return message;
}

/* Opaque text to us: it may be a negative number. */
static gboolean
is_fit (const char *value)
{
  gsize len = strlen (value);

  if (len == 0 || len > MAX_TOKEN_LEN)
    return FALSE;
  for (const char *at = value; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at) || *at == ',' || *at == '"')
      return FALSE;
  return TRUE;
}

static char *
find_token (SoupMessageHeaders *headers, const char *name)
{
  const char *pragma = soup_message_headers_get_list (headers, "Pragma");
  GSList *tokens = pragma != NULL ? soup_header_parse_list (pragma) : NULL;
  gsize name_len = strlen (name);
  char *value = NULL;

  for (GSList *item = tokens; item != NULL && value == NULL; item = item->next)
    {
      const char *token = item->data;

      if (g_ascii_strncasecmp (token, name, name_len) == 0
          && token[name_len] == '=' && is_fit (token + name_len + 1))
        value = g_strdup (token + name_len + 1);
    }
  soup_header_free_list (tokens);
  return value;
}

/* A pump tells a pump all those behind it, so that two that are each other's
 * fallback do not feed each other for ever. */
static void
take_via (SpPullTalk *talk, SoupMessageHeaders *headers)
{
  g_free (talk->via);
  talk->via = g_strdup (soup_message_headers_get_list (headers, "Via"));
  talk->is_loop = talk->via != NULL
                  && (strlen (talk->via) > MAX_VIA_LEN
                      || strstr (talk->via, talk->pump_id) != NULL);
}

/** sp_pull_talk_answer: a client-id stays until another comes. */
void
sp_pull_talk_answer (SpPullTalk *talk, SoupMessageHeaders *headers)
{
  g_autofree char *client_id = find_token (headers, "client-id");
  g_autofree char *gen_id = find_token (headers, "playlist-gen-id");
  const char *supported = soup_message_headers_get_list (headers, "Supported");

  take_via (talk, headers);
  g_free (talk->product);
  talk->product = g_strdup (soup_message_headers_get_one (headers, "Server"));
  if (client_id != NULL)
    {
      g_free (talk->client_id);
      talk->client_id = g_steal_pointer (&client_id);
    }
  if (gen_id != NULL)
    talk->playlist_gen_id = (guint32)g_ascii_strtoull (gen_id, NULL, 10);
  talk->needs_select
      = supported != NULL && strstr (supported, PREDSTRM) == NULL;
}

/** sp_pull_talk_header: one that is no ASF names no streams. */
void
sp_pull_talk_header (SpPullTalk *talk, const guint8 *data, gsize len)
{
  talk->has_asf = sp_asf_header_parse (&talk->asf, data, len, NULL);
}

/** sp_pull_talk_forget: at a redirect: the other server has told nothing. */
void
sp_pull_talk_forget (SpPullTalk *talk)
{
  g_clear_pointer (&talk->client_id, g_free);
  g_clear_pointer (&talk->via, g_free);
  g_clear_pointer (&talk->product, g_free);
  talk->playlist_gen_id = 0;
  talk->has_asf = FALSE;
  talk->needs_select = FALSE;
}
