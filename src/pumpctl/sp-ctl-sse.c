/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-sse.h"

#include "sp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct _SpCtlSse
{
  SpCtlSseFunc func;
  gpointer user_data;
  GString *line; /* begun, its end has not come */
  GString *data;
  GString *name;
  GString *id;
  gboolean has_data;
  gboolean was_cr;   /* a line feed now belongs to the line before */
  gboolean is_begun; /* the first line is over */
  gboolean is_bad;
};

SpCtlSse *
sp_ctl_sse_new (SpCtlSseFunc func, gpointer user_data)
{
  SpCtlSse *sse = g_new0 (SpCtlSse, 1);

  sse->func = func;
  sse->user_data = user_data;
  sse->line = g_string_new (NULL);
  sse->data = g_string_new (NULL);
  sse->name = g_string_new (NULL);
  sse->id = g_string_new (NULL);
  return sse;
}

void
sp_ctl_sse_free (SpCtlSse *sse)
{
  g_string_free (sse->line, TRUE);
  g_string_free (sse->data, TRUE);
  g_string_free (sse->name, TRUE);
  g_string_free (sse->id, TRUE);
  g_free (sse);
}

/* An event without data is none. */
static void
dispatch (SpCtlSse *sse)
{
  if (sse->has_data)
    {
      SpCtlSseEvent event = { sse->id->str,
                              sse->name->len > 0 ? sse->name->str : "message",
                              sse->data->str };

      sse->func (&event, sse->user_data);
    }
  sse->has_data = FALSE;
  g_string_truncate (sse->data, 0);
  g_string_truncate (sse->name, 0);
}

static void
take_field (SpCtlSse *sse, const char *name, gsize name_len, const char *value)
{
  if (name_len == 4 && memcmp (name, "data", 4) == 0)
    {
      if (sse->has_data)
        g_string_append_c (sse->data, '\n');
      g_string_append (sse->data, value);
      sse->has_data = TRUE;
    }
  else if (name_len == 5 && memcmp (name, "event", 5) == 0)
    g_string_assign (sse->name, value);
  else if (name_len == 2 && memcmp (name, "id", 2) == 0)
    g_string_assign (sse->id, value);
}

/* A line with a zero byte in it is passed over: no pump sends one. */
static void
take_line (SpCtlSse *sse)
{
  const char *line = sse->line->str;
  gsize len = sse->line->len;

  if (!sse->is_begun && g_str_has_prefix (line, BYTE_ORDER_MARK))
    {
      line += strlen (BYTE_ORDER_MARK);
      len -= strlen (BYTE_ORDER_MARK);
    }
  sse->is_begun = TRUE;
  if (len == 0)
    dispatch (sse);
  else if (*line != ':' && memchr (line, 0, len) == NULL)
    {
      gsize name_len = strcspn (line, ":");
      const char *value = line + name_len;

      if (*value == ':')
        value++;
      if (*value == ' ')
        value++;
      take_field (sse, line, name_len, value);
    }
  g_string_truncate (sse->line, 0);
}

static gboolean
is_too_long (const SpCtlSse *sse, gsize more)
{
  return sse->line->len + more > SP_CTL_SSE_MAX
         || sse->data->len + sse->line->len + more > SP_CTL_SSE_MAX;
}

gboolean
sp_ctl_sse_feed (SpCtlSse *sse, const char *bytes, gsize len, GError **error)
{
  const char *end = bytes + len;

  while (!sse->is_bad && bytes < end)
    {
      const char *at = bytes;

      if (sse->was_cr && *bytes == '\n')
        at = ++bytes;
      sse->was_cr = FALSE;
      while (at < end && *at != '\n' && *at != '\r')
        at++;
      if (is_too_long (sse, (gsize)(at - bytes)))
        {
          sse->is_bad = TRUE;
          break;
        }
      g_string_append_len (sse->line, bytes, at - bytes);
      if (at == end)
        break;
      sse->was_cr = *at == '\r';
      take_line (sse);
      bytes = at + 1;
    }
  if (sse->is_bad)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("an event of more than %u bytes came"),
                         (guint)SP_CTL_SSE_MAX);
  return TRUE;
}
