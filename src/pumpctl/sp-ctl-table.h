/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl-format.h"

/** How a terminal, or what is not one, wants its text. */
typedef struct
{
  guint width; /* columns; 0: no limit */
  gboolean is_color;
  gboolean is_utf8;
} SpCtlStyle;

typedef enum
{
  SP_CTL_LEFT,
  SP_CTL_RIGHT,
  SP_CTL_FLEXIBLE, /* left, and the first to give way */
} SpCtlAlign;

/** Cells in aligned columns. Pure. Columns first, then cells row by row. */
typedef struct _SpCtlTable SpCtlTable;

SpCtlTable *sp_ctl_table_new (void);
void sp_ctl_table_free (SpCtlTable *table);
/* @title: (nullable): none; no title at all: no line of titles */
void sp_ctl_table_add_column (SpCtlTable *table,
                              const char *title,
                              SpCtlAlign align);
/* The next cell; @text is made harmless. */
void
sp_ctl_table_add_cell (SpCtlTable *table, const char *text, SpCtlColor color);
guint sp_ctl_table_n_rows (SpCtlTable *table);
/* (transfer full): lines, each with its end; @style: of where they go. */
char *sp_ctl_table_render (SpCtlTable *table, const SpCtlStyle *style);

/* "…", or what stands for it */
const char *sp_ctl_style_ellipsis (const SpCtlStyle *style);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlTable, sp_ctl_table_free)
