/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-request.h"

#include <string.h>

#define MAX_PUSH_ID 255 /* MS-WMHTTP 2.2.1.2 */

/* Pragma tokens that clients send (MS-WMSP 2.2.1.4). */
typedef enum
{
  TOKEN_ACCEL_BW,
  TOKEN_ACCEL_DURATION,
  TOKEN_BURST_BW,
  TOKEN_BURST_DURATION,
  TOKEN_CLIENT_ID,
  TOKEN_CLIENT_LAG,
  TOKEN_LINK_BW,
  TOKEN_LOG_LINE,
  TOKEN_MAX_DURATION,
  TOKEN_PACKET_NUM,
  TOKEN_PACKET_PAIR,
  TOKEN_PIPELINE_EXPERIMENT,
  TOKEN_PIPELINE_REQUEST,
  TOKEN_PLAYLIST_GEN_ID,
  TOKEN_PLAYLIST_SEEK_ID,
  TOKEN_PROXY_CLIENT_AGENT,
  TOKEN_RATE,
  TOKEN_REQUEST_CONTEXT,
  TOKEN_SPEED,
  TOKEN_STREAM_OFFSET,
  TOKEN_SWITCH_COUNT,
  TOKEN_SWITCH_ENTRY,
  TOKEN_STREAM_TIME,
  TOKEN_VERSION11,
  TOKEN_CLIENT_GUID,
  TOKEN_KEEP_ALIVE,
  TOKEN_PLAY_NEXT_ENTRY,
  TOKEN_PLAY,
  TOKEN_STOP,
  N_TOKENS,
} Token;

static const struct
{
  const char *name;
  Token token;
} token_names[] = {
  { "AccelBW", TOKEN_ACCEL_BW },
  { "AccelDuration", TOKEN_ACCEL_DURATION },
  { "BurstBW", TOKEN_BURST_BW },
  { "BurstDuration", TOKEN_BURST_DURATION },
  { "client-id", TOKEN_CLIENT_ID },
  { "client-lag", TOKEN_CLIENT_LAG },
  { "LinkBW", TOKEN_LINK_BW },
  { "log-line", TOKEN_LOG_LINE },
  { "max-duration", TOKEN_MAX_DURATION },
  { "packet-num", TOKEN_PACKET_NUM },
  { "packet-pair-experiment", TOKEN_PACKET_PAIR },
  { "pipeline-experiment", TOKEN_PIPELINE_EXPERIMENT },
  { "pipeline-request", TOKEN_PIPELINE_REQUEST },
  { "playlist-gen-id", TOKEN_PLAYLIST_GEN_ID },
  { "playlist-seek-id", TOKEN_PLAYLIST_SEEK_ID },
  { "proxy-client-agent", TOKEN_PROXY_CLIENT_AGENT },
  { "rate", TOKEN_RATE },
  { "request-context", TOKEN_REQUEST_CONTEXT },
  { "Speed", TOKEN_SPEED },
  { "stream-offset", TOKEN_STREAM_OFFSET },
  { "stream-switch-count", TOKEN_SWITCH_COUNT },
  { "stream-switch-entry", TOKEN_SWITCH_ENTRY },
  { "stream-time", TOKEN_STREAM_TIME },
  { "version11-enabled", TOKEN_VERSION11 },
  { "xClientGUID", TOKEN_CLIENT_GUID },
  { "xKeepAliveInPause", TOKEN_KEEP_ALIVE },
  { "xPlayNextEntry", TOKEN_PLAY_NEXT_ENTRY },
  { "xPlayStrm", TOKEN_PLAY },
  { "xStopStrm", TOKEN_STOP },
  /* so in examples of MS-WMSP */
  { "switch-stream-count", TOKEN_SWITCH_COUNT },
  { "switch-stream-entry", TOKEN_SWITCH_ENTRY },
};

/* The Pragma lines of one request, merged. */
typedef struct
{
  SpMmshRequest *request;
  gboolean has[N_TOKENS];
  guint64 number[N_TOKENS]; /* 0: none, or no number */
  gboolean is_bad_id;       /* client-id is no u32 */
} Pragma;

static gboolean
find_token (const char *name, gsize len, Token *token)
{
  for (gsize i = 0; i < G_N_ELEMENTS (token_names); i++)
    if (strlen (token_names[i].name) == len
        && g_ascii_strncasecmp (token_names[i].name, name, len) == 0)
      {
        *token = token_names[i].token;
        return TRUE;
      }
  return FALSE;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* The leading run of digits; FFmpeg sends "stream-time=0Connection: Close". */
static guint64
leading_number (const char *text)
{
  return g_ascii_isdigit (*text) ? g_ascii_strtoull (text, NULL, 10) : 0;
}

/* "ffff:1:0"; FALSE when it is no such thing. */
static gboolean
read_switch (SpMmshSwitch *entry, const char *text)
{
  guint64 part[3];
  char *end;

  for (guint i = 0; i < 3; i++)
    {
      if (!g_ascii_isxdigit (*text))
        return FALSE;
      part[i] = g_ascii_strtoull (text, &end, 16);
      if (end == text || (i < 2 && *end != ':'))
        return FALSE;
      text = end + 1;
    }
  if (part[0] > G_MAXUINT16 || part[1] > G_MAXUINT16 || part[2] > 2)
    return FALSE;
  *entry = (SpMmshSwitch){ .from = (guint16)part[0],
                           .to = (guint16)part[1],
                           .level = (guint8)part[2] };
  return TRUE;
}

static void
read_switches (SpMmshRequest *request, const char *text)
{
  while (*text != '\0' && request->n_switches < SP_MMSH_MAX_SWITCHES)
    {
      text += strspn (text, " \t");
      if (read_switch (&request->switches[request->n_switches], text))
        request->n_switches++;
      text += strcspn (text, " \t");
    }
}

/* Logged only: what is no GUID by its looks is left out. */
static void
read_guid (SpMmshRequest *request, const char *text, gsize len)
{
  if (len >= sizeof request->client_guid || len < 2 || text[0] != '{'
      || text[len - 1] != '}')
    return;
  memcpy (request->client_guid, text, len);
  request->client_guid[len] = '\0';
}

/* @text begins with a value of @len bytes and goes on to the line's end. */
static void
take_token (Pragma *pragma, Token token, const char *text, gsize len)
{
  SpMmshRequest *request = pragma->request;

  pragma->has[token] = TRUE;
  pragma->number[token] = leading_number (text);
  if (token == TOKEN_CLIENT_ID)
    pragma->is_bad_id = pragma->number[token] > G_MAXUINT32;
  else if (token == TOKEN_CLIENT_GUID)
    read_guid (request, text, len);
  else if (token == TOKEN_SWITCH_ENTRY)
    read_switches (request, text);
  else if (token == TOKEN_LOG_LINE)
    {
      g_free (request->log_line);
      request->log_line = g_utf8_make_valid (text, -1);
    }
}

/* Up to the next comma that no quotes hide. */
static gsize
value_length (const char *text)
{
  gboolean is_quoted = FALSE;
  gsize len = 0;

  for (; text[len] != '\0' && (is_quoted || text[len] != ','); len++)
    if (text[len] == '"')
      is_quoted = !is_quoted;
  return len;
}

static void
read_pragma (Pragma *pragma, const char *line)
{
  while (*line != '\0')
    {
      gsize len = value_length (line);
      gsize name_len = MIN (strcspn (line, "="), len);
      const char *value = line + name_len + (name_len < len);
      gsize trimmed = name_len;
      Token token;

      while (trimmed > 0 && is_blank (line[trimmed - 1]))
        trimmed--;
      value += strspn (value, " \t");
      if (find_token (line, trimmed, &token))
        {
          gsize value_len = (gsize)MAX (line + len - value, 0);

          while (value_len > 0 && is_blank (value[value_len - 1]))
            value_len--;
          take_token (pragma, token, value, value_len);
          if (token == TOKEN_LOG_LINE || token == TOKEN_SWITCH_ENTRY)
            return; /* they own the line */
        }
      line += len;
      line += strspn (line, ", \t");
    }
}

/* push-id among the cookies of one header; the last good one counts. */
static void
read_cookies (SpMmshRequest *request, const char *text)
{
  static const char name[] = "push-id=";

  while (*text != '\0')
    {
      gsize len;

      text += strspn (text, "; ,\t");
      len = strcspn (text, ";, \t");
      if (g_ascii_strncasecmp (text, name, strlen (name)) == 0)
        {
          const char *value = text + strlen (name);
          gsize value_len = len - strlen (name);
          gboolean is_good = value_len > 0 && value_len <= MAX_PUSH_ID;

          for (gsize i = 0; i < value_len; i++)
            is_good = is_good && g_ascii_isgraph (value[i]);
          if (is_good)
            {
              g_free (request->push_id);
              request->push_id = g_strndup (value, value_len);
            }
        }
      text += len;
    }
}

static gboolean
is_agent_boundary (char c)
{
  return !g_ascii_isalnum (c) && c != '-' && c != '_' && c != '.';
}

/* (nullable): what follows the token @name in a User-Agent. */
static const char *
find_agent (const char *agent, const char *name)
{
  gsize len = strlen (name);

  for (const char *at = agent; *at != '\0'; at++)
    if (g_ascii_strncasecmp (at, name, len) == 0
        && (at == agent || is_agent_boundary (at[-1]))
        && is_agent_boundary (at[len]))
      return at + len;
  return NULL;
}

static void
read_version (SpMmshRequest *request, const char *text)
{
  if (text[0] != '/' || !g_ascii_isdigit (text[1]))
    return;
  request->agent_major = (guint)MIN (leading_number (text + 1), G_MAXUINT16);
  text += 1 + strspn (text + 1, "0123456789");
  if (text[0] == '.')
    request->agent_minor = (guint)MIN (leading_number (text + 1), G_MAXUINT16);
}

static void
read_agent (SpMmshRequest *request, const char *agent)
{
  static const char *const names[]
      = { "NSPlayer", "NSServer", "WMCacheProxy", "WMEncoder" };

  if (agent == NULL || agent[0] == '\0')
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *end = find_agent (agent, names[i]);

      if (end == NULL)
        continue;
      request->agent = SP_AGENT_WINDOWS_MEDIA;
      request->is_server_agent = i == 1;
      read_version (request, end);
      return;
    }
  request->agent = g_str_has_prefix (agent, "Mozilla/")
                           || g_str_has_prefix (agent, "Opera")
                       ? SP_AGENT_BROWSER
                       : SP_AGENT_OTHER;
}

static SpMmshKind
kind_of_get (const Pragma *pragma, const SpHttpRequest *http)
{
  if (http->minor == 1 && pragma->number[TOKEN_PIPELINE_REQUEST] == 1)
    return SP_MMSH_PIPELINE;
  if (http->minor == 1 && pragma->number[TOKEN_PLAY_NEXT_ENTRY] == 1
      && pragma->number[TOKEN_PLAY] == 0)
    return SP_MMSH_PLAY_NEXT_ENTRY;
  if (pragma->number[TOKEN_PLAY] == 1)
    return SP_MMSH_PLAY;
  if (pragma->has[TOKEN_SWITCH_ENTRY] && !pragma->has[TOKEN_PLAY]
      && !pragma->has[TOKEN_PLAY_NEXT_ENTRY] && !pragma->has[TOKEN_STOP]
      && !pragma->has[TOKEN_KEEP_ALIVE])
    return SP_MMSH_SELECT_STREAM;
  return SP_MMSH_DESCRIBE;
}

static SpMmshKind
kind_of_post (const Pragma *pragma, const SpHttpRequest *http)
{
  static const struct
  {
    const char *type;
    SpMmshKind kind;
  } types[] = {
    { "application/x-wms-pushsetup", SP_MMSH_PUSH_SETUP },
    { "application/x-wms-pushstart", SP_MMSH_PUSH_START },
    { "application/x-wms-getcontentinfo", SP_MMSH_GET_CONTENT_INFO },
    { "application/x-wms-sendevent", SP_MMSH_SEND_EVENT },
    { "application/x-wms-logstats", SP_MMSH_LOG },
  };
  gboolean has_body = http->is_chunked || http->content_length > 0;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (sp_http_request_is_type (http, types[i].type))
      return types[i].kind;
  if (pragma->has[TOKEN_LOG_LINE])
    return SP_MMSH_LOG;
  /* These have no body; a Content-Type, which they should not have, does no
   * harm (MS-WMSP 3.1.5.1 demands it, 2.2.2 forbids it). */
  if (has_body)
    return SP_MMSH_BAD;
  if (http->minor == 1 && pragma->number[TOKEN_STOP] == 1)
    return SP_MMSH_STOP;
  if (pragma->has[TOKEN_SWITCH_ENTRY])
    return SP_MMSH_SELECT_STREAM;
  return pragma->number[TOKEN_KEEP_ALIVE] == 1 ? SP_MMSH_KEEP_ALIVE
                                               : SP_MMSH_BAD;
}

static SpMmshKind
kind_of (const Pragma *pragma, const SpHttpRequest *http)
{
  switch (http->method)
    {
    case SP_HTTP_METHOD_GET:
      return kind_of_get (pragma, http);
    case SP_HTTP_METHOD_POST:
      return kind_of_post (pragma, http);
    case SP_HTTP_METHOD_OPTIONS:
      return http->minor == 1 && strcmp (http->path, "*") == 0
                 ? SP_MMSH_KEEP_ALIVE
                 : SP_MMSH_BAD;
    case SP_HTTP_METHOD_HEAD:
    case SP_HTTP_METHOD_OTHER:
      break;
    }
  return SP_MMSH_BAD_METHOD;
}

static void
read_supported (SpMmshRequest *request, const char *value)
{
  request->has_supported = TRUE;
  if (soup_header_contains (value, "com.microsoft.wm.predstrm"))
    request->supports_predstrm = TRUE;
}

static void
read_headers (Pragma *pragma, const SpHttpRequest *http)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, http->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "Pragma") == 0)
        read_pragma (pragma, value);
      else if (g_ascii_strcasecmp (name, "Cookie") == 0)
        read_cookies (pragma->request, value);
      else if (g_ascii_strcasecmp (name, "Supported") == 0)
        read_supported (pragma->request, value);
    }
}

/** sp_mmsh_request_read: @request is overwritten; clear it afterwards. A
 * client-id that is no number of ours counts as an unknown one, 0. */
void
sp_mmsh_request_read (SpMmshRequest *request, const SpHttpRequest *http)
{
  Pragma pragma = { .request = request };

  memset (request, 0, sizeof *request);
  read_headers (&pragma, http);
  read_agent (request, sp_http_request_header (http, "User-Agent"));
  request->kind = kind_of (&pragma, http);
  for (guint i = 0; i < N_TOKENS; i++)
    request->has_mmsh_pragma |= pragma.has[i];
  request->has_client_id = pragma.has[TOKEN_CLIENT_ID];
  if (!pragma.is_bad_id)
    request->client_id = (guint32)pragma.number[TOKEN_CLIENT_ID];
  request->version11_enabled = pragma.number[TOKEN_VERSION11] == 1;
  request->request_context
      = (guint)MIN (pragma.number[TOKEN_REQUEST_CONTEXT], G_MAXUINT);
  if (pragma.has[TOKEN_SWITCH_COUNT] && pragma.number[TOKEN_SWITCH_COUNT] == 0)
    request->n_switches = 0;
}

void
sp_mmsh_request_clear (SpMmshRequest *request)
{
  g_clear_pointer (&request->log_line, g_free);
  g_clear_pointer (&request->push_id, g_free);
}
