/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-format.h"

#include <glib/gi18n.h>

/* One decimal below ten of a unit would be hidden by its rounding above; so
 * "9.9", "99.9" and "999.9" have one all alike, and columns stay aligned. */
static char *
scaled (guint64 value, const char *const *units, guint n_units)
{
  double figure = (double)value;
  guint unit = 0;

  while (figure >= 999.95 && unit + 1 < n_units)
    {
      figure /= 1000;
      unit++;
    }
  if (unit == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", value, units[0]);
  return g_strdup_printf ("%.1f %s", figure, units[unit]);
}

char *
sp_ctl_format_rate (guint64 bps)
{
  const char *const units[]
      = { _ ("bit/s"), _ ("kbit/s"), _ ("Mbit/s"), _ ("Gbit/s"), _ ("Tbit/s") };

  return scaled (bps, units, G_N_ELEMENTS (units));
}

char *
sp_ctl_format_bytes (guint64 bytes)
{
  const char *const units[]
      = { _ ("B"), _ ("kB"), _ ("MB"), _ ("GB"), _ ("TB"), _ ("PB"), _ ("EB") };

  return scaled (bytes, units, G_N_ELEMENTS (units));
}

char *
sp_ctl_format_seconds (guint64 s)
{
  const guint minutes = (guint)MIN (s / 60, G_MAXUINT);
  const guint hours = minutes / 60;
  const guint days = hours / 24;

  if (days > 0)
    return g_strdup_printf (_ ("%u d %u h"), days, hours % 24);
  if (hours > 0)
    return g_strdup_printf (_ ("%u h %u min"), hours, minutes % 60);
  if (minutes > 0)
    return g_strdup_printf (_ ("%u min %u s"), minutes, (guint)(s % 60));
  return g_strdup_printf (_ ("%u s"), (guint)s);
}

char *
sp_ctl_format_milliseconds (guint64 ms)
{
  if (ms < 1000)
    return g_strdup_printf (_ ("%u ms"), (guint)ms);
  if (ms < 60 * 1000)
    return g_strdup_printf (_ ("%.1f s"), (double)ms / 1000);
  return sp_ctl_format_seconds (ms / 1000);
}

char *
sp_ctl_format_microseconds (guint64 us)
{
  if (us < 100 * 1000)
    return g_strdup_printf (_ ("%.1f ms"), (double)us / 1000);
  return sp_ctl_format_milliseconds (us / 1000);
}

char *
sp_ctl_format_time (const char *time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_iso8601 (time, NULL);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%F %T") : g_strdup (time);
}

SpCtlColor
sp_ctl_format_color (const char *word)
{
  static const struct
  {
    const char *word;
    SpCtlColor color;
  } words[] = {
    { "absent", SP_CTL_BAD },        { "active", SP_CTL_GOOD },
    { "behind", SP_CTL_CARE },       { "clear", SP_CTL_GOOD },
    { "client", SP_CTL_FAINT },      { "closing", SP_CTL_FAINT },
    { "connecting", SP_CTL_CARE },   { "degraded", SP_CTL_CARE },
    { "disabled", SP_CTL_FAINT },    { "down", SP_CTL_BAD },
    { "drained", SP_CTL_CARE },      { "draining", SP_CTL_CARE },
    { "expired", SP_CTL_BAD },       { "expiring", SP_CTL_CARE },
    { "fallback", SP_CTL_CARE },     { "full", SP_CTL_BAD },
    { "holding", SP_CTL_CARE },      { "idle", SP_CTL_FAINT },
    { "invalid", SP_CTL_BAD },       { "live", SP_CTL_GOOD },
    { "looping", SP_CTL_BAD },       { "major", SP_CTL_BAD },
    { "not yet valid", SP_CTL_BAD }, { "ok", SP_CTL_GOOD },
    { "paused", SP_CTL_CARE },       { "playing", SP_CTL_GOOD },
    { "serving", SP_CTL_GOOD },      { "stalled", SP_CTL_BAD },
    { "standby", SP_CTL_FAINT },     { "stopping", SP_CTL_CARE },
    { "unreadable", SP_CTL_BAD },    { "up", SP_CTL_GOOD },
    { "valid", SP_CTL_GOOD },        { "waiting", SP_CTL_CARE },
    { "warning", SP_CTL_CARE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, word))
      return words[i].color;
  return SP_CTL_PLAIN;
}

const char *
sp_ctl_format_sgr (SpCtlColor color)
{
  switch (color)
    {
    case SP_CTL_PLAIN:
      break;
    case SP_CTL_GOOD:
      return "\033[32m";
    case SP_CTL_CARE:
      return "\033[33m";
    case SP_CTL_BAD:
      return "\033[1;31m";
    case SP_CTL_FAINT:
      return "\033[2m";
    }
  return "";
}
