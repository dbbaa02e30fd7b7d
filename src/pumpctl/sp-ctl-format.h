/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* Figures and words for people. All of it is pure and (transfer full). */

char *sp_ctl_format_rate (guint64 bps);        /* "1.2 Mbit/s" */
char *sp_ctl_format_bytes (guint64 bytes);     /* "3.4 GB", of 1000 */
char *sp_ctl_format_seconds (guint64 s);       /* "3 d 4 h" */
char *sp_ctl_format_milliseconds (guint64 ms); /* "850 ms", "2.3 s" */
char *sp_ctl_format_microseconds (guint64 us); /* "12.3 ms" */
/* ISO 8601 to the local time; @time as it is when it is none. */
char *sp_ctl_format_time (const char *time);

typedef enum
{
  SP_CTL_PLAIN,
  SP_CTL_GOOD,
  SP_CTL_CARE,
  SP_CTL_BAD,
  SP_CTL_FAINT,
} SpCtlColor;

/* Of a word that tells a state; PLAIN when it is not known. */
SpCtlColor sp_ctl_format_color (const char *word);
/* What switches it on in a terminal; "" for PLAIN. */
const char *sp_ctl_format_sgr (SpCtlColor color);
#define SP_CTL_SGR_OFF "\033[0m"
