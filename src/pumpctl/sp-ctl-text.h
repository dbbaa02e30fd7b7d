/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* Text of others on its way to a terminal. All of it is pure. */

/* (transfer full): one line without anything that a terminal would obey. */
char *sp_ctl_text_escape (const char *text, gssize len);
/* Columns that @text (escaped) takes. */
guint sp_ctl_text_width (const char *text);
/* (transfer full): at most @width columns of @text (escaped); ends with
 * @ellipsis, one column wide, when something was taken away. */
char *sp_ctl_text_cut (const char *text, guint width, const char *ellipsis);
/* Appends @text and spaces up to @width columns; @is_right: spaces first. */
void sp_ctl_text_append_padded (GString *into,
                                const char *text,
                                guint width,
                                gboolean is_right);
