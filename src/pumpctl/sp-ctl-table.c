/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-table.h"

#include "sp-ctl-text.h"

#define GAP 2           /* columns between two of them */
#define MIN_FLEXIBLE 10 /* a column gives way down to this */
#define MAX_CELL 1024   /* columns of one cell */
#define TITLE "\033[1m"

typedef struct
{
  char *title; /* NULL: none */
  SpCtlAlign align;
  guint width; /* of its widest cell */
} Column;

typedef struct
{
  char *text;
  SpCtlColor color;
} Cell;

struct _SpCtlTable
{
  GArray *columns; /* Column */
  GArray *cells;   /* Cell */
  gboolean has_titles;
};

static void
column_clear (gpointer data)
{
  g_free (((Column *)data)->title);
}

static void
cell_clear (gpointer data)
{
  g_free (((Cell *)data)->text);
}

SpCtlTable *
sp_ctl_table_new (void)
{
  SpCtlTable *table = g_new0 (SpCtlTable, 1);

  table->columns = g_array_new (FALSE, FALSE, sizeof (Column));
  g_array_set_clear_func (table->columns, column_clear);
  table->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  g_array_set_clear_func (table->cells, cell_clear);
  return table;
}

void
sp_ctl_table_free (SpCtlTable *table)
{
  g_array_unref (table->columns);
  g_array_unref (table->cells);
  g_free (table);
}

const char *
sp_ctl_style_ellipsis (const SpCtlStyle *style)
{
  return style->is_utf8 ? "\xe2\x80\xa6" : "~";
}

void
sp_ctl_table_add_column (SpCtlTable *table, const char *title, SpCtlAlign align)
{
  Column column = { g_strdup (title), align, 0 };

  g_return_if_fail (table->cells->len == 0);
  if (title != NULL)
    {
      column.width = sp_ctl_text_width (title);
      table->has_titles = TRUE;
    }
  g_array_append_val (table->columns, column);
}

static Column *
column_at (SpCtlTable *table, guint index)
{
  return &g_array_index (table->columns, Column, index);
}

void
sp_ctl_table_add_cell (SpCtlTable *table, const char *text, SpCtlColor color)
{
  Column *column = column_at (table, table->cells->len % table->columns->len);
  g_autofree char *harmless = sp_ctl_text_escape (text, -1);
  Cell cell = { sp_ctl_text_cut (harmless, MAX_CELL, "~"), color };

  column->width = MAX (column->width, sp_ctl_text_width (cell.text));
  g_array_append_val (table->cells, cell);
}

guint
sp_ctl_table_n_rows (SpCtlTable *table)
{
  return table->cells->len / table->columns->len;
}

/* Down to which it can be made narrower. */
static guint
least_width (const Column *column)
{
  return column->align == SP_CTL_FLEXIBLE ? MIN (column->width, MIN_FLEXIBLE)
                                          : column->width;
}

/* How many columns there is room for; the first is always there. */
static guint
count_fitting (SpCtlTable *table, guint limit)
{
  guint total = 0;

  for (guint i = 0; i < table->columns->len; i++)
    {
      total += (i > 0 ? GAP : 0) + least_width (column_at (table, i));
      if (limit > 0 && i > 0 && total > limit)
        return i;
    }
  return table->columns->len;
}

/* Those that fit, as wide as their cells; then the widest gives way until all
 * are within @limit. (0: no limit.) How many there are. */
static guint
fit (SpCtlTable *table, guint *widths, guint limit)
{
  const guint n_shown = count_fitting (table, limit);
  guint total = GAP * (n_shown - 1);

  for (guint i = 0; i < n_shown; i++)
    total += widths[i] = column_at (table, i)->width;
  while (limit > 0 && total > limit)
    {
      guint *widest = NULL;

      for (guint i = 0; i < n_shown; i++)
        if (widths[i] > least_width (column_at (table, i))
            && (widest == NULL || widths[i] > *widest))
          widest = &widths[i];
      if (widest == NULL)
        break;
      (*widest)--;
      total--;
    }
  return n_shown;
}

/** One line on its way out. */
typedef struct
{
  GString *text;
  const SpCtlStyle *style;
  guint used;   /* columns */
  guint wanted; /* spaces that are due before the next text */
} Line;

/* Nothing once the line is full; no space at its end. */
static void
line_add (Line *line,
          const char *text,
          guint width,
          gboolean is_right,
          const char *sgr)
{
  const SpCtlStyle *style = line->style;
  guint room = G_MAXUINT;
  g_autofree char *cut = NULL;
  guint own;

  if (style->width > 0)
    room = style->width > line->used + line->wanted
               ? style->width - line->used - line->wanted
               : 0;
  if (room == 0)
    return;
  width = MIN (width, room);
  cut = sp_ctl_text_cut (text, width, sp_ctl_style_ellipsis (style));
  own = sp_ctl_text_width (cut);
  if (is_right)
    line->wanted += width - own;
  if (own > 0)
    {
      g_string_append_printf (line->text, "%*s", (int)line->wanted, "");
      line->used += line->wanted + own;
      line->wanted = 0;
      if (style->is_color && *sgr != '\0')
        g_string_append_printf (line->text, "%s%s" SP_CTL_SGR_OFF, sgr, cut);
      else
        g_string_append (line->text, cut);
    }
  line->wanted += GAP + (is_right ? 0 : width - own);
}

static void
render_titles (SpCtlTable *table, const guint *widths, guint n_shown, Line line)
{
  for (guint i = 0; i < n_shown; i++)
    {
      const Column *column = column_at (table, i);

      line_add (&line,
                column->title != NULL ? column->title : "",
                widths[i],
                column->align == SP_CTL_RIGHT,
                TITLE);
    }
  g_string_append_c (line.text, '\n');
}

static void
render_row (
    SpCtlTable *table, guint row, const guint *widths, guint n_shown, Line line)
{
  const Cell *cells
      = &g_array_index (table->cells, Cell, row * table->columns->len);

  for (guint i = 0; i < n_shown; i++)
    line_add (&line,
              cells[i].text,
              widths[i],
              column_at (table, i)->align == SP_CTL_RIGHT,
              sp_ctl_format_sgr (cells[i].color));
  g_string_append_c (line.text, '\n');
}

char *
sp_ctl_table_render (SpCtlTable *table, const SpCtlStyle *style)
{
  Line line = { g_string_new (NULL), style, 0, 0 };
  g_autofree guint *widths = g_new (guint, table->columns->len);
  const guint n_shown = fit (table, widths, style->width);

  if (table->has_titles)
    render_titles (table, widths, n_shown, line);
  for (guint i = 0; i < sp_ctl_table_n_rows (table); i++)
    render_row (table, i, widths, n_shown, line);
  return g_string_free (line.text, FALSE);
}
