/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-sample.h"

#include <math.h>
#include <string.h>

static gboolean
is_milliseconds (const SpCounterInfo *info)
{
  return g_str_equal (info->unit, "milliseconds");
}

char *
sp_admin_sample_counter_name (const char *prefix, const SpCounterInfo *info)
{
  g_autofree char *base = g_strdup (info->name);

  if (!is_milliseconds (info))
    return g_strconcat (prefix, base, "_total", NULL);
  if (g_str_has_suffix (base, "_ms"))
    base[strlen (base) - strlen ("_ms")] = '\0';
  return g_strconcat (prefix, base, "_seconds_total", NULL);
}

/** sp_admin_sample_begin: @help is one line of ours, without a backslash. */
void
sp_admin_sample_begin (GString *text,
                       const char *name,
                       const char *type,
                       const char *help)
{
  g_string_append_printf (
      text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Backslash, quotation mark and line break are escaped. */
static void
append_label (GString *text, const SpAdminLabel *label)
{
  g_autofree char *valid = g_utf8_make_valid (label->value, -1);

  g_string_append_printf (text, "%s=\"", label->name);
  for (const char *at = valid; *at != '\0'; at++)
    if (*at == '\n')
      g_string_append (text, "\\n");
    else
      {
        if (*at == '\\' || *at == '"')
          g_string_append_c (text, '\\');
        g_string_append_c (text, *at);
      }
  g_string_append_c (text, '"');
}

static void
append_name (GString *text, const char *name, const SpAdminLabel *labels)
{
  g_string_append (text, name);
  if (labels[0].name != NULL)
    {
      g_string_append_c (text, '{');
      for (guint i = 0; labels[i].name != NULL; i++)
        {
          if (i > 0)
            g_string_append_c (text, ',');
          append_label (text, &labels[i]);
        }
      g_string_append_c (text, '}');
    }
  g_string_append_c (text, ' ');
}

/** sp_admin_sample: a whole number comes out as one. */
void
sp_admin_sample (GString *text,
                 const char *name,
                 const SpAdminLabel *labels,
                 gdouble value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  gboolean is_whole = fabs (value) < 1e15 && value == floor (value);

  append_name (text, name, labels);
  g_string_append (
      text,
      g_ascii_formatd (
          digits, sizeof digits, is_whole ? "%.0f" : "%.6f", value));
  g_string_append_c (text, '\n');
}

void
sp_admin_sample_counter (GString *text,
                         const char *name,
                         const char *label,
                         const char *label_value,
                         const SpCounterInfo *info,
                         guint64 value)
{
  const SpAdminLabel labels[] = { { label, label_value }, { NULL } };

  append_name (text, name, labels);
  if (is_milliseconds (info))
    g_string_append_printf (text,
                            "%" G_GUINT64_FORMAT ".%03u\n",
                            value / 1000,
                            (guint)(value % 1000));
  else
    g_string_append_printf (text, "%" G_GUINT64_FORMAT "\n", value);
}
