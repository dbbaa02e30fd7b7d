/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-json-parse.h"

#include <glib/gi18n.h>
#include <string.h>

/* json-glib takes more than JSON (comments, octal numbers), recurses without a
 * bound and names places roughly. So the text is judged here first, and
 * json-glib only builds the tree. */

#define MAX_DIGITS 18 /* of a whole number: always fits 64 bits */

typedef struct
{
  const char *at;
  const char *end;
  const char *where; /* of the fault */
  const char *why;   /* NULL: none so far */
  guint max_depth;
} Scan;

static gboolean check_value (Scan *scan, guint depth);

static gboolean
fail_at (Scan *scan, const char *where, const char *why)
{
  scan->where = where;
  scan->why = why;
  return FALSE;
}

static gboolean
fail (Scan *scan, const char *why)
{
  if (scan->at == scan->end)
    why = _ ("the text ends here, but more must follow");
  return fail_at (scan, scan->at, why);
}

static gboolean
is_at (const Scan *scan, char c)
{
  return scan->at < scan->end && *scan->at == c;
}

static gboolean
take (Scan *scan, char c)
{
  if (!is_at (scan, c))
    return FALSE;
  scan->at++;
  return TRUE;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end && memchr (" \t\r\n", *scan->at, 4) != NULL)
    scan->at++;
}

static gsize
skip_digits (Scan *scan)
{
  const char *from = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return (gsize)(scan->at - from);
}

/* The four digits of \uXXXX; -1: they are not. */
static gint
take_unit (Scan *scan)
{
  gint unit = 0;

  for (guint i = 0; i < 4; i++)
    {
      gint digit = scan->at < scan->end ? g_ascii_xdigit_value (*scan->at) : -1;

      if (digit < 0)
        return -1;
      unit = unit * 16 + digit;
      scan->at++;
    }
  return unit;
}

static gboolean
check_unicode (Scan *scan)
{
  const char *where = scan->at - 2;
  gint unit = take_unit (scan);

  if (unit < 0)
    return fail (scan, _ ("\\u must be followed by four hexadecimal digits"));
  if (unit == 0)
    return fail_at (scan, where, _ ("\\u0000 cannot be part of a string"));
  if (unit < 0xd800 || unit > 0xdfff)
    return TRUE;
  if (unit < 0xdc00 && take (scan, '\\') && take (scan, 'u'))
    {
      unit = take_unit (scan);
      if (unit >= 0xdc00 && unit <= 0xdfff)
        return TRUE;
    }
  return fail_at (scan, where, _ ("half of a surrogate pair"));
}

static gboolean
check_string (Scan *scan)
{
  const char *begin = scan->at++;

  while (!take (scan, '"'))
    {
      if (scan->at == scan->end)
        return fail_at (scan, begin, _ ("this string has no end"));
      if ((guchar)*scan->at < 0x20)
        return fail (scan,
                     _ ("a line break or control character in a string; is "
                        "a quotation mark missing?"));
      if (!take (scan, '\\'))
        scan->at++;
      else if (take (scan, 'u'))
        {
          if (!check_unicode (scan))
            return FALSE;
        }
      else if (scan->at == scan->end
               || memchr ("\"\\/bfnrt", *scan->at, 8) == NULL)
        return fail (scan, _ ("no such escape; a backslash is written \\\\"));
      else
        scan->at++;
    }
  return TRUE;
}

static gboolean
check_number (Scan *scan)
{
  const char *begin = scan->at;
  gboolean is_whole = TRUE;
  gboolean has_zero;
  gsize n_digits;

  take (scan, '-');
  has_zero = is_at (scan, '0');
  n_digits = skip_digits (scan);
  if (n_digits == 0)
    return fail (scan, _ ("a number needs digits here"));
  if (has_zero && n_digits > 1)
    return fail_at (scan, begin, _ ("a number may not begin with 0"));
  if (take (scan, '.'))
    {
      is_whole = FALSE;
      if (skip_digits (scan) == 0)
        return fail (scan, _ ("a number needs digits here"));
    }
  if (take (scan, 'e') || take (scan, 'E'))
    {
      is_whole = FALSE;
      if (!take (scan, '+'))
        take (scan, '-');
      if (skip_digits (scan) == 0)
        return fail (scan, _ ("a number needs digits here"));
    }
  if (is_whole && n_digits > MAX_DIGITS)
    return fail_at (scan, begin, _ ("this number is too large"));
  return TRUE;
}

static gboolean
take_word (Scan *scan, const char *word)
{
  gsize len = strlen (word);

  if ((gsize)(scan->end - scan->at) < len || memcmp (scan->at, word, len) != 0)
    return FALSE;
  scan->at += len;
  return TRUE;
}

/* "key": value */
static gboolean
check_member (Scan *scan, guint depth)
{
  if (!is_at (scan, '"'))
    return fail (scan, _ ("a key in quotation marks must stand here"));
  if (!check_string (scan))
    return FALSE;
  skip_space (scan);
  if (!take (scan, ':'))
    return fail (scan, _ ("a colon must stand between key and value"));
  return check_value (scan, depth);
}

static gboolean
check_members (Scan *scan, char closing, guint depth)
{
  const char *comma;

  scan->at++;
  if (depth == scan->max_depth)
    return fail_at (scan, scan->at - 1, _ ("nested too deeply"));
  skip_space (scan);
  if (take (scan, closing))
    return TRUE;
  do
    {
      skip_space (scan);
      if (closing == '}' ? !check_member (scan, depth + 1)
                         : !check_value (scan, depth + 1))
        return FALSE;
      skip_space (scan);
      if (take (scan, closing))
        return TRUE;
      comma = scan->at;
      if (!take (scan, ','))
        return fail (scan,
                     closing == '}' ? _ ("a comma or } must stand here")
                                    : _ ("a comma or ] must stand here"));
      skip_space (scan);
    }
  while (!is_at (scan, closing));
  return fail_at (scan, comma, _ ("a comma after the last element"));
}

static gboolean
check_value (Scan *scan, guint depth)
{
  skip_space (scan);
  if (is_at (scan, '{'))
    return check_members (scan, '}', depth);
  if (is_at (scan, '['))
    return check_members (scan, ']', depth);
  if (is_at (scan, '"'))
    return check_string (scan);
  if (is_at (scan, '-')
      || (scan->at < scan->end && g_ascii_isdigit (*scan->at)))
    return check_number (scan);
  if (take_word (scan, "true") || take_word (scan, "false")
      || take_word (scan, "null"))
    return TRUE;
  if (is_at (scan, '/') || is_at (scan, '#'))
    return fail (scan, _ ("JSON has no comments"));
  return fail (scan, _ ("a value must stand here"));
}

static gboolean
check_text (Scan *scan)
{
  const char *bad;

  if (!g_utf8_validate_len (scan->at, (gsize)(scan->end - scan->at), &bad))
    return fail_at (scan, bad, _ ("this is not UTF-8"));
  if (!check_value (scan, 0))
    return FALSE;
  skip_space (scan);
  return scan->at == scan->end
         || fail (scan, _ ("nothing may follow the last bracket"));
}

static void
fill_fault (SpJsonFault *fault, const Scan *scan, const char *text)
{
  const char *line = text;

  *fault = (SpJsonFault){ .line = 1, .column = 1, .why = scan->why };
  for (const char *at = text; at < scan->where; at++)
    if (*at == '\n')
      {
        fault->line++;
        line = at + 1;
      }
  fault->column += (guint)g_utf8_strlen (line, scan->where - line);
}

JsonNode *
sp_json_parse (const char *text, gsize len, guint max_depth, SpJsonFault *fault)
{
  g_autoptr (JsonParser) parser = NULL;
  gboolean has_mark = len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0;
  const char *begin = text + (has_mark ? 3 : 0);
  Scan scan = { .at = begin, .end = text + len, .max_depth = max_depth };

  if (!check_text (&scan))
    {
      fill_fault (fault, &scan, begin);
      return NULL;
    }
  parser = json_parser_new ();
  if (!json_parser_load_from_data (
          parser, begin, (gssize)(scan.end - begin), NULL))
    {
      fail_at (&scan, begin, _ ("this is not JSON"));
      fill_fault (fault, &scan, begin);
      return NULL;
    }
  return json_parser_steal_root (parser);
}
