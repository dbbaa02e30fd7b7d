/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-text.h"

#include <string.h>

/* Whether a terminal shows it and does nothing else. Marks that turn the
 * direction of writing are of the format class. */
static gboolean
is_harmless (gunichar c)
{
  switch ((int)g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return FALSE;
    default:
      return TRUE;
    }
}

/** sp_ctl_text_escape: @len: in bytes, -1: up to the end. What is no UTF-8 or
 * would be obeyed is written as "\x1b" or "\u202e"; all else stays. */
char *
sp_ctl_text_escape (const char *text, gssize len)
{
  const char *end = text + (len < 0 ? strlen (text) : (gsize)len);
  GString *line = g_string_sized_new ((gsize)(end - text));

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if (c == (gunichar)-1 || c == (gunichar)-2)
        {
          g_string_append_printf (line, "\\x%02x", (guint)(guint8)*text++);
          continue;
        }
      if (is_harmless (c))
        g_string_append_unichar (line, c);
      else
        g_string_append_printf (line, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
      text = g_utf8_next_char (text);
    }
  return g_string_free (line, FALSE);
}

static guint
columns_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
sp_ctl_text_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += columns_of (g_utf8_get_char (text));
  return width;
}

/* Where @text has to end for @width columns; its own end when it is short. */
static const char *
end_at (const char *text, guint width)
{
  guint used = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      used += columns_of (g_utf8_get_char (text));
      if (used > width)
        break;
    }
  return text;
}

char *
sp_ctl_text_cut (const char *text, guint width, const char *ellipsis)
{
  const char *end = end_at (text, width);
  g_autofree char *start = NULL;

  if (*end == '\0')
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");
  start = g_strndup (text, (gsize)(end_at (text, width - 1) - text));
  return g_strconcat (start, ellipsis, NULL);
}

void
sp_ctl_text_append_padded (GString *into,
                           const char *text,
                           guint width,
                           gboolean is_right)
{
  guint own = sp_ctl_text_width (text);
  int spaces = width > own ? (int)(width - own) : 0;

  if (is_right)
    g_string_append_printf (into, "%*s%s", spaces, "", text);
  else
    g_string_append_printf (into, "%s%*s", text, spaces, "");
}
