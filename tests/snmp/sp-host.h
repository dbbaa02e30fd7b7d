/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** agent-host as a child: see there what it is told and answers. */
typedef struct _SpHost SpHost;

/* Of sp_host_figure(), in the order of the answer. */
typedef enum
{
  SP_HOST_CONNECTED,
  SP_HOST_SENT,
  SP_HOST_SUPPRESSED,
  SP_HOST_CONNECTS,
  SP_HOST_LOSSES,
  SP_HOST_ORDERS,
  SP_HOST_PICTURES,
  SP_HOST_PICTURE_US,
} SpHostFigure;

/* @agentx: "unix:/..."; @options as words. Does not wait for a connection. */
SpHost *sp_host_start (const char *agentx, const char *options);
/* The same as the user nobody; only for root. */
SpHost *sp_host_start_as_nobody (const char *agentx, const char *options);
/* It must end with status 0, within some seconds. */
void sp_host_free (SpHost *host);
/* (transfer full): its answer to @line. */
char *sp_host_tell (SpHost *host, const char *line);
gint64 sp_host_figure (SpHost *host, SpHostFigure figure);
/* Until the figure is @value; fails after @deadline_s. */
void sp_host_wait (SpHost *host,
                   SpHostFigure figure,
                   gint64 value,
                   guint deadline_s);
/* (transfer full): what it has written to stderr. */
char *sp_host_log (SpHost *host);
/* Lines in it with @text; "": all. */
guint sp_host_n_lines (SpHost *host, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpHost, sp_host_free)
