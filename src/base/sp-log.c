/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-log.h"

#include "sp-clock.h"
#include "sp-log-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_FIELDS 8
#define FOREIGN_BURST 10
#define FOREIGN_EVERY_US (10 * G_USEC_PER_SEC)

/* Set once, before any thread. */
static char *debug_domains;
static gboolean has_journal;

/* Of all libraries together; any thread. */
static GMutex foreign_lock;
static SpLogLimit foreign_limit;

static const char *
level_name (GLogLevelFlags level)
{
  if (level & G_LOG_LEVEL_ERROR)
    return "error";
  if (level & G_LOG_LEVEL_CRITICAL)
    return "critical";
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

/** sp_log_escape: what a peer sent must not start a new line, nor move a
 * terminal's cursor. */
char *
sp_log_escape (const char *text, gssize len)
{
  GString *out = g_string_new (NULL);
  const char *end = text + (len < 0 ? (gssize)strlen (text) : len);

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      gboolean is_bad = c == (gunichar)-1 || c == (gunichar)-2;
      gsize n = is_bad ? 1 : (gsize)(g_utf8_next_char (text) - text);

      if (is_bad || g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        for (gsize i = 0; i < n; i++)
          g_string_append_printf (out, "\\x%02x", (guint8)text[i]);
      else
        g_string_append_len (out, text, (gssize)n);
      text += n;
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_domain_listed (const char *domains, const char *domain)
{
  g_auto (GStrv) words = g_strsplit_set (domains, " ,", -1);

  return g_strv_contains ((const char *const *)words, "all")
         || (domain != NULL
             && g_strv_contains ((const char *const *)words, domain));
}

/** sp_log_is_shown: debug where it is asked for; info there and in the journal,
 * the rest always. */
gboolean
sp_log_is_shown (GLogLevelFlags level,
                 const char *domain,
                 const char *debug,
                 gboolean is_journal)
{
  if (!(level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)))
    return TRUE;
  if ((level & G_LOG_LEVEL_INFO) && is_journal)
    return TRUE;
  return debug != NULL && is_domain_listed (debug, domain);
}

/** sp_log_is_flood: this program counts what it logs; a library warns as often
 * as it comes to the same place, which may be thousands of times a second. */
gboolean
sp_log_is_flood (SpLogLimit *limit,
                 GLogLevelFlags level,
                 const char *domain,
                 gint64 now_us)
{
  if (!(level & G_LOG_LEVEL_WARNING) || g_strcmp0 (domain, G_LOG_DOMAIN) == 0)
    return FALSE;
  return !sp_log_limit_allow (limit, now_us, FOREIGN_BURST, FOREIGN_EVERY_US);
}

/* (transfer full) (nullable): what a field says, fit for people. */
static char *
field_text (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key))
      return sp_log_escape (fields[i].value, fields[i].length);
  return NULL;
}

/** sp_log_line: "LEVEL: message [stream=... client=... peer=...]"; what other
 * libraries log has their name before the message. */
char *
sp_log_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  static const char *const about[][2] = { { "STREAM_PUMP_STREAM", "stream" },
                                          { "STREAM_PUMP_CLIENT", "client" },
                                          { "STREAM_PUMP_PEER", "peer" } };
  g_autofree char *message = field_text (fields, n_fields, "MESSAGE");
  g_autofree char *domain = field_text (fields, n_fields, "GLIB_DOMAIN");
  GString *line = g_string_new (level_name (level));
  gsize message_end;

  g_string_append (line, ": ");
  if (domain != NULL && !g_str_equal (domain, G_LOG_DOMAIN))
    g_string_append_printf (line, "%s: ", domain);
  g_string_append (line, message != NULL ? message : "");
  message_end = line->len;
  for (guint i = 0; i < G_N_ELEMENTS (about); i++)
    {
      g_autofree char *value = field_text (fields, n_fields, about[i][0]);

      if (value == NULL)
        continue;
      g_string_append (line, line->len == message_end ? " [" : " ");
      g_string_append_printf (line, "%s=%s", about[i][1], value);
    }
  g_string_append (line, line->len == message_end ? "\n" : "]\n");
  return g_string_free (line, FALSE);
}

/* One write, so that the lines of two threads do not mix. */
static void
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autofree char *line = sp_log_line (level, fields, n_fields);
  gsize len = strlen (line);
  gsize done = 0;

  while (done < len)
    {
      ssize_t n = write (STDERR_FILENO, line + done, len - done);

      if (n < 0 && errno != EINTR)
        return;
      done += n > 0 ? (gsize)n : 0;
    }
}

/** sp_log_clean: the journal takes any byte, but those who read it are people
 * as well. */
GLogField *
sp_log_clean (const GLogField *fields, gsize n_fields, GPtrArray *texts)
{
  GLogField *clean = g_new (GLogField, n_fields);

  for (gsize i = 0; i < n_fields; i++)
    {
      clean[i] = fields[i];
      if (!g_str_equal (fields[i].key, "MESSAGE")
          && !g_str_has_prefix (fields[i].key, "STREAM_PUMP_"))
        continue;
      clean[i].value = sp_log_escape (fields[i].value, fields[i].length);
      clean[i].length = -1;
      g_ptr_array_add (texts, (gpointer)clean[i].value);
    }
  return clean;
}

static gboolean
write_journal (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree GLogField *clean = sp_log_clean (fields, n_fields, texts);

  return g_log_writer_journald (level, clean, n_fields, NULL)
         == G_LOG_WRITER_HANDLED;
}

static gboolean
is_flood (GLogLevelFlags level, const char *domain)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&foreign_lock);

  return sp_log_is_flood (&foreign_limit, level, domain, sp_clock_now_us ());
}

static GLogWriterOutput
writer (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  g_autofree char *domain = field_text (fields, n_fields, "GLIB_DOMAIN");

  if (sp_log_is_shown (level, domain, debug_domains, has_journal)
      && !is_flood (level, domain)
      && !(has_journal && write_journal (level, fields, n_fields)))
    write_line (level, fields, n_fields);
  return G_LOG_WRITER_HANDLED;
}

/** sp_log_init: from now on this is where all entries go, GLib's and libsoup's
 * too. */
void
sp_log_init (void)
{
  g_free (debug_domains);
  debug_domains = g_strdup (g_getenv ("G_MESSAGES_DEBUG"));
  has_journal = g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (writer, NULL, NULL);
}

gboolean
sp_log_is_debug (void)
{
  return sp_log_is_shown (
      G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN, debug_domains, has_journal);
}

gboolean
sp_log_has_journal (void)
{
  return has_journal;
}

static void
add (GLogField *fields, gsize *n, const char *key, const char *value)
{
  if (value == NULL)
    return;
  fields[(*n)++] = (GLogField){ key, value, -1 };
}

/** sp_log: any thread. */
void
sp_log (GLogLevelFlags level, const SpLogFields *about, const char *format, ...)
{
  static const SpLogFields none = { 0 };
  GLogField fields[MAX_FIELDS];
  g_autofree char *message = NULL;
  char client[24] = "";
  gsize n = 0;
  va_list args;

  if (about == NULL)
    about = &none;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (about->client != 0)
    g_snprintf (client, sizeof client, "%" G_GUINT64_FORMAT, about->client);
  add (fields, &n, "MESSAGE", message);
  add (fields, &n, "PRIORITY", priority (level));
  add (fields, &n, "GLIB_DOMAIN", G_LOG_DOMAIN);
  add (fields, &n, "STREAM_PUMP_STREAM", about->stream);
  add (fields, &n, "STREAM_PUMP_CLIENT", client[0] != '\0' ? client : NULL);
  add (fields, &n, "STREAM_PUMP_PEER", about->peer);
  add (fields, &n, "MESSAGE_ID", about->message_id);
  g_log_structured_array (level, fields, n);
}

/** sp_log_limit_allow: TRUE begins @limit->suppressed anew: who wants to name
 * the number reads it before. */
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
