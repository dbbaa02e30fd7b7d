/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl-table.h"

/* What the terminal behind @fd wants; one line as long as it takes when there
 * is none. NO_COLOR is respected. */
SpCtlStyle sp_ctl_term_style (int fd);

/** The whole terminal, taken over: its other screen, keys one by one, signals
 * as numbers. Freeing gives it back as it was. */
typedef struct _SpCtlTerm SpCtlTerm;

/* NULL: standard input and output are no terminal that can do that. Signals
 * that would end the program wait from here on in sp_ctl_term_signal_fd(). */
SpCtlTerm *sp_ctl_term_new (GError **error);
void sp_ctl_term_free (SpCtlTerm *term);
/* For g_unix_fd_add(): a signalfd. */
int sp_ctl_term_signal_fd (SpCtlTerm *term);
void sp_ctl_term_size (SpCtlTerm *term, guint *width, guint *height);
/* The screen shows the lines of @text, and nothing else. FALSE: it is gone. */
gboolean sp_ctl_term_show (SpCtlTerm *term, const char *text);
/* Gives the terminal back, stops the program, and takes it again once it goes
 * on. */
void sp_ctl_term_suspend (SpCtlTerm *term);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlTerm, sp_ctl_term_free)
