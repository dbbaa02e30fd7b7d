/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_FIELDS 8

static gboolean shows_debug;
static gboolean has_journal;

static const char *
level_name (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "message";
  return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

/* syslog's numbers */
static const char *
priority (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "3";
  if (level & G_LOG_LEVEL_WARNING)
    return "4";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "5";
  return level & G_LOG_LEVEL_INFO ? "6" : "7";
}

/* What a peer sent must not start a new line, nor move a terminal's cursor. */
static char *
escape (const char *text, gssize len)
{
  GString *out = g_string_new (NULL);
  const char *end = text + (len < 0 ? (gssize)strlen (text) : len);

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      guint n = 1;

      if (c != (gunichar)-1 && c != (gunichar)-2)
        n = (guint)(g_utf8_next_char (text) - text);
      if (c == (gunichar)-1 || c == (gunichar)-2 || g_unichar_iscntrl (c))
        for (guint i = 0; i < n; i++)
          g_string_append_printf (out, "\\x%02x", (guint8)text[i]);
      else
        g_string_append_len (out, text, n);
      text += n;
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_shown (GLogLevelFlags level)
{
  if (shows_debug)
    return TRUE;
  if (level & G_LOG_LEVEL_DEBUG)
    return FALSE;
  return !(level & G_LOG_LEVEL_INFO) || has_journal;
}

static void
append_field (GString *line,
              const GLogField *field,
              const char *key,
              const char *label)
{
  g_autofree char *value = NULL;

  if (!g_str_equal (field->key, key))
    return;
  value = escape (field->value, field->length);
  g_string_append_printf (
      line, "%s%s=%s", line->len > 0 ? " " : "", label, value);
}

static void
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autoptr (GString) about = g_string_new (NULL);
  g_autofree char *message = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE") && message == NULL)
        message = escape (fields[i].value, fields[i].length);
      append_field (about, &fields[i], "STREAM_PUMP_STREAM", "stream");
      append_field (about, &fields[i], "STREAM_PUMP_CLIENT", "client");
      append_field (about, &fields[i], "STREAM_PUMP_PEER", "peer");
    }
  if (about->len > 0)
    {
      g_string_prepend (about, " [");
      g_string_append_c (about, ']');
    }
  fprintf (stderr,
           "%s: %s%s\n",
           level_name (level),
           message != NULL ? message : "",
           about->str);
}

static GLogWriterOutput
writer (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  if (!is_shown (level))
    return G_LOG_WRITER_HANDLED;
  if (has_journal
      && g_log_writer_journald (level, fields, n_fields, NULL)
             == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  write_line (level, fields, n_fields);
  return G_LOG_WRITER_HANDLED;
}

void
sp_log_init (void)
{
  const char *domains = g_getenv ("G_MESSAGES_DEBUG");

  shows_debug = domains != NULL
                && (g_str_equal (domains, "all")
                    || strstr (domains, G_LOG_DOMAIN) != NULL);
  has_journal = g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (writer, NULL, NULL);
}

static void
add (GLogField *fields, gsize *n, const char *key, const char *value)
{
  if (value == NULL)
    return;
  fields[(*n)++] = (GLogField){ key, value, -1 };
}

void
sp_log (GLogLevelFlags level, const SpLogFields *about, const char *format, ...)
{
  static const SpLogFields none = { 0 };
  GLogField fields[MAX_FIELDS];
  g_autofree char *message = NULL;
  g_autofree char *shown = NULL;
  char client[24] = "";
  gsize n = 0;
  va_list args;

  if (about == NULL)
    about = &none;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  shown = escape (message, -1);
  if (about->client != 0)
    g_snprintf (client, sizeof client, "%" G_GUINT64_FORMAT, about->client);
  add (fields, &n, "MESSAGE", shown);
  add (fields, &n, "PRIORITY", priority (level));
  add (fields, &n, "GLIB_DOMAIN", G_LOG_DOMAIN);
  add (fields, &n, "STREAM_PUMP_STREAM", about->stream);
  add (fields, &n, "STREAM_PUMP_CLIENT", client[0] != '\0' ? client : NULL);
  add (fields, &n, "STREAM_PUMP_PEER", about->peer);
  add (fields, &n, "MESSAGE_ID", about->message_id);
  g_log_structured_array (level, fields, n);
}

gboolean
sp_log_limit_allow (SpLogLimit *limit,
                    gint64 now_us,
                    guint burst,
                    gint64 per_us)
{
  if (now_us >= limit->next_us)
    {
      gint64 gained = limit->next_us == 0
                          ? burst
                          : 1 + (now_us - limit->next_us) / per_us;

      limit->left = (guint)MIN ((gint64)limit->left + gained, burst);
      limit->next_us = now_us + per_us;
    }
  if (limit->left == 0)
    {
      limit->suppressed++;
      return FALSE;
    }
  limit->left--;
  limit->suppressed = 0;
  return TRUE;
}
