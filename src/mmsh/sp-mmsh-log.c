/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-log.h"

#include <string.h>

/* What players send is XML by its looks only: no declaration, names such as
 * "cs(User-Agent)", bare '&' in URLs, tags that are doubled (MS-WMLOG note 8).
 * GMarkup refuses that, so this reads tags and text and forgives the rest. */

#define MAX_TEXT (64 * 1024) /* bytes of a log; what follows is not read */
#define MAX_VALUE 1024       /* bytes of a field; a longer one is cut */
#define MAX_VALUES 8192      /* bytes of all; further ones are left out */
#define MAX_NAME 64
#define MAX_ENTITY 10 /* "&#x10ffff;" */

#define N_WITH_URL 47 /* MS-WMLOG 2.2.1: with the three optional fields */

/** A log while it is read. */
typedef struct
{
  GPtrArray *values; /* by SpPlayerField */
  gsize n_bytes;     /* of them */
  guint n_fields;    /* that were there, empty ones too */
} Log;

typedef struct
{
  const char *name;
  gsize name_len;
  gboolean is_closing; /* or nothing that holds a value */
} Tag;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Between blanks. */
static void
trim (const char **text, gsize *len)
{
  while (*len > 0 && is_blank (**text))
    {
      (*text)++;
      (*len)--;
    }
  while (*len > 0 && is_blank ((*text)[*len - 1]))
    (*len)--;
}

/* What "&NAME;" stands for; 0: nothing that a value may hold. */
static gunichar
entity (const char *name, gsize len)
{
  static const struct
  {
    const char *name;
    gunichar c;
  } known[] = { { "amp", '&' },
                { "lt", '<' },
                { "gt", '>' },
                { "quot", '"' },
                { "apos", '\'' } };
  char number[MAX_ENTITY + 1];
  gboolean is_hex = len > 1 && (name[1] == 'x' || name[1] == 'X');
  guint64 c;

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (len == strlen (known[i].name)
        && strncmp (name, known[i].name, len) == 0)
      return known[i].c;
  if (len < 2 || name[0] != '#')
    return 0;
  memcpy (number, name, len);
  number[len] = '\0';
  if (!g_ascii_isxdigit (number[is_hex ? 2 : 1]))
    return 0;
  c = g_ascii_strtoull (number + (is_hex ? 2 : 1), NULL, is_hex ? 16 : 10);
  return c <= 0x10ffff && g_unichar_validate ((gunichar)c) ? (gunichar)c : 0;
}

/* (transfer full) */
static char *
decode (const char *text, gsize len)
{
  GString *out = g_string_sized_new (len);

  for (gsize i = 0; i < len; i++)
    {
      gsize left = MIN (len - i, MAX_ENTITY);
      const char *end = text[i] == '&' ? memchr (text + i, ';', left) : NULL;
      gunichar c = end != NULL
                       ? entity (text + i + 1, (gsize)(end - text) - i - 1)
                       : 0;

      if (c != 0)
        {
          g_string_append_unichar (out, c);
          i = (gsize)(end - text);
        }
      else
        g_string_append_c (out, text[i]);
    }
  return g_string_free (out, FALSE);
}

/* (transfer full): valid UTF-8 without control characters, at most MAX_VALUE
 * bytes. */
static char *
clean (const char *text, gsize len)
{
  g_autofree char *valid
      = g_utf8_make_valid (text, (gssize)MIN (len, MAX_VALUE));
  GString *out = g_string_sized_new (len);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize n = (gsize)(g_utf8_next_char (at) - at);

      if (out->len + n > MAX_VALUE)
        break;
      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        g_string_append_c (out, '?');
      else
        g_string_append_len (out, at, (gssize)n);
    }
  return g_string_free (out, FALSE);
}

/* "-" and nothing say nothing, and take nothing back. */
static void
set (Log *log, guint field, const char *text, gsize len)
{
  char **value = (char **)&log->values->pdata[field];
  gsize before = *value != NULL ? strlen (*value) : 0;
  g_autofree char *better = NULL;

  log->n_fields++;
  trim (&text, &len);
  if (len == 0 || (len == 1 && *text == '-'))
    return;
  better = clean (text, len);
  if (log->n_bytes - before + strlen (better) > MAX_VALUES)
    return;
  log->n_bytes += strlen (better) - before;
  g_free (*value);
  *value = g_steal_pointer (&better);
}

/* Of a W3C line of @n fields; SP_N_PLAYER_FIELDS: none. */
static guint
field_at (guint index, guint n)
{
  static const guint optional[]
      = { SP_PLAYER_CS_URL, SP_PLAYER_CS_MEDIA_NAME, SP_PLAYER_CS_MEDIA_ROLE };

  if (index < SP_N_PLAYER_BASIC || n == SP_N_PLAYER_FIELDS)
    return index;
  return n == N_WITH_URL ? optional[index - SP_N_PLAYER_BASIC]
                         : SP_N_PLAYER_FIELDS;
}

/* MS-WMLOG 2.2: 44, 47 or 52 fields. Other numbers of them above 44 are of
 * players unknown to it, which agree on the first 44. */
static void
read_line (Log *log, const char *text, gsize len)
{
  static const char prefix[] = "MX_STATS_LogLine:"; /* MS-WMLOG 2.3 */
  struct
  {
    const char *text;
    gsize len;
  } words[SP_N_PLAYER_FIELDS];
  guint n = 0;
  const char *end;

  trim (&text, &len);
  end = text + len;
  if (len >= strlen (prefix) && strncmp (text, prefix, strlen (prefix)) == 0)
    text += strlen (prefix);
  while (n < SP_N_PLAYER_FIELDS)
    {
      const char *start;

      while (text < end && is_blank (*text))
        text++;
      if (text == end)
        break;
      for (start = text; text < end && !is_blank (*text); text++)
        ;
      words[n].text = start;
      words[n++].len = (gsize)(text - start);
    }
  for (guint i = 0; n >= SP_N_PLAYER_BASIC && i < n; i++)
    if (field_at (i, n) < SP_N_PLAYER_FIELDS)
      set (log, field_at (i, n), words[i].text, words[i].len);
}

/* FALSE: there is no further whole tag. @text is left behind it. */
static gboolean
next_tag (const char **text, const char *end, Tag *tag)
{
  const char *open = memchr (*text, '<', (gsize)(end - *text));
  const char *close
      = open != NULL ? memchr (open, '>', (gsize)(end - open)) : NULL;
  gsize len;

  if (close == NULL)
    return FALSE;
  *text = close + 1;
  tag->name = open + 1;
  len = (gsize)(close - tag->name);
  tag->is_closing = len == 0 || strchr ("/?!", tag->name[0]) != NULL
                    || tag->name[len - 1] == '/';
  for (tag->name_len = 0;
       tag->name_len < len && !is_blank (tag->name[tag->name_len]);)
    tag->name_len++;
  return TRUE;
}

static gboolean
is_named (const Tag *tag, const char *name)
{
  return tag->name_len == strlen (name)
         && g_ascii_strncasecmp (tag->name, name, tag->name_len) == 0;
}

/* SP_N_PLAYER_FIELDS: it is none. */
static guint
field_of (const Tag *tag)
{
  static const struct
  {
    const char *name; /* as Windows Media Services calls it */
    guint field;
  } other[] = { { "cs(User-Agent)", SP_PLAYER_CS_USER_AGENT },
                { "cs(Referer)", SP_PLAYER_CS_REFERER },
                { "channelURL", SP_PLAYER_C_CHANNELURL } };

  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    if (is_named (tag, sp_player_field_names[i]))
      return i;
  for (guint i = 0; i < G_N_ELEMENTS (other); i++)
    if (is_named (tag, other[i].name))
      return other[i].field;
  return SP_N_PLAYER_FIELDS;
}

/* What is inside of a ContentDescription or of a vendor's own element is no
 * field of ours, whatever it is called. FALSE: it has no end. */
static gboolean
skip (const char **text, const char *end, const Tag *tag)
{
  char closing[MAX_NAME + 3];
  const char *found;

  if (tag->name_len > MAX_NAME)
    return FALSE;
  g_snprintf (closing, sizeof closing, "</%.*s", (int)tag->name_len, tag->name);
  found = memmem (*text, (gsize)(end - *text), closing, strlen (closing));
  if (found != NULL)
    *text = found;
  return found != NULL;
}

/* Elements count for more than the line in <Summary>, which comes first. */
static void
read_xml (Log *log, const char *text, const char *end)
{
  Tag tag;

  while (next_tag (&text, end, &tag))
    {
      guint field = field_of (&tag);
      gboolean is_summary = is_named (&tag, "Summary");
      const char *stop = memchr (text, '<', (gsize)(end - text));
      g_autofree char *value = NULL;

      if (tag.is_closing || is_named (&tag, "XML"))
        continue;
      if (field == SP_N_PLAYER_FIELDS && !is_summary)
        {
          if (!skip (&text, end, &tag))
            return;
          continue;
        }
      if (stop == NULL)
        return; /* cut off: half a number is none */
      value = decode (text, (gsize)(stop - text));
      if (is_summary)
        read_line (log, value, strlen (value));
      else
        set (log, field, value, strlen (value));
    }
}

/* SP_PLAYER_UNKNOWN: it is no number, or above @max. */
static gint64
number (const Log *log, SpPlayerField field, guint64 max)
{
  const char *text = log->values->pdata[field];
  guint64 value;

  if (text == NULL
      || !g_ascii_string_to_unsigned (text, 10, 0, max, &value, NULL))
    return SP_PLAYER_UNKNOWN;
  return (gint64)value;
}

static char *
joined (const char *first, const char *second)
{
  if (first == NULL || second == NULL)
    return g_strdup (first != NULL ? first : second);
  return g_strdup_printf ("%s %s", first, second);
}

static void
unset (Log *log, SpPlayerField field)
{
  g_clear_pointer (&log->values->pdata[field], g_free);
}

/* MS-WMLOG 2.7.1: a log of what was shown says nothing of what was received,
 * and 100 % of nothing is no quality. */
static void
forget_rendering (Log *log)
{
  const char *protocol = log->values->pdata[SP_PLAYER_PROTOCOL];

  if (protocol == NULL || g_ascii_strcasecmp (protocol, "Cache") != 0)
    return;
  unset (log, SP_PLAYER_PROTOCOL);
  unset (log, SP_PLAYER_C_QUALITY);
}

static void
fill_packets (SpPlayerReport *report, const Log *log)
{
  gint64 ecc = number (log, SP_PLAYER_C_PKTS_RECOVERED_ECC, G_MAXUINT32);
  gint64 resent = number (log, SP_PLAYER_C_PKTS_RECOVERED_RESENT, G_MAXUINT32);

  report->packets_received
      = number (log, SP_PLAYER_C_PKTS_RECEIVED, G_MAXUINT32);
  report->packets_lost
      = number (log, SP_PLAYER_C_PKTS_LOST_CLIENT, G_MAXUINT32);
  report->packets_lost_net
      = number (log, SP_PLAYER_C_PKTS_LOST_NET, G_MAXUINT32);
  if (ecc != SP_PLAYER_UNKNOWN || resent != SP_PLAYER_UNKNOWN)
    report->packets_recovered = MAX (ecc, 0) + MAX (resent, 0);
}

static void
fill (SpPlayerReport *report, const Log *log)
{
  char **values = (char **)log->values->pdata;
  gint64 buffering_s = number (log, SP_PLAYER_C_TOTALBUFFERTIME, G_MAXUINT32);

  report->buffering_count = number (log, SP_PLAYER_C_BUFFERCOUNT, G_MAXUINT32);
  if (buffering_s != SP_PLAYER_UNKNOWN)
    report->buffering_ms = buffering_s * 1000;
  fill_packets (report, log);
  report->quality_percent = number (log, SP_PLAYER_C_QUALITY, 100);
  report->played_s = number (log, SP_PLAYER_X_DURATION, G_MAXUINT32);
  report->bandwidth_bps = number (log, SP_PLAYER_AVGBANDWIDTH, G_MAXUINT32);
  report->status = number (log, SP_PLAYER_C_STATUS, 999);
  report->player_version = g_strdup (values[SP_PLAYER_C_PLAYERVERSION]);
  report->player_id = g_strdup (values[SP_PLAYER_C_PLAYERID]);
  report->os = joined (values[SP_PLAYER_C_OS], values[SP_PLAYER_C_OSVERSION]);
}

/** sp_mmsh_log_parse: UTF-8 by the standard; other bytes become U+FFFD. */
gboolean
sp_mmsh_log_parse (SpPlayerReport *report, const char *text, gsize len)
{
  static const char byte_order_mark[] = "\xef\xbb\xbf";
  Log log = { .values = sp_player_values_new () };

  sp_player_report_init (report);
  len = MIN (len, MAX_TEXT);
  if (len >= 3 && memcmp (text, byte_order_mark, 3) == 0)
    {
      text += 3;
      len -= 3;
    }
  trim (&text, &len);
  if (len > 0 && text[0] == '<')
    read_xml (&log, text, text + len);
  else
    read_line (&log, text, len);
  forget_rendering (&log);
  fill (report, &log);
  report->values = log.values;
  return log.n_fields > 0;
}
