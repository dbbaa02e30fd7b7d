/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl-view.h"

typedef enum
{
  SP_CTL_SORT_BITRATE, /* out */
  SP_CTL_SORT_CLIENTS,
  SP_CTL_SORT_LAG,
  SP_CTL_N_SORTS
} SpCtlSort;

/* FALSE: there is no such word. */
gboolean sp_ctl_sort_parse (const char *word, SpCtlSort *sort);

/** What "top" shows. Pure. */
typedef struct
{
  JsonObject *status; /* NULL: nothing has come yet */
  JsonArray *streams;
  const char *problem; /* why the figures are old; NULL: they are not */
  const char *clock;   /* of the figures */
  SpCtlSort sort;
  guint first; /* row that is the first on the screen; is kept in bounds */
} SpCtlTopView;

/* How many streams fit on a screen of @height lines. */
guint sp_ctl_top_page (guint height);
/* (transfer full): at most @height lines of at most @style's width. */
char *
sp_ctl_top_render (SpCtlTopView *view, const SpCtlStyle *style, guint height);
