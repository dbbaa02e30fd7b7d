/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/* g_test_init, locale C, a private temporary directory. */
void sp_test_init (int *argc, char ***argv);
/* (transfer full): @len bytes in an allocation of exactly that size, so that a
 * sanitizer sees the first read beyond. */
guint8 *sp_test_exact (const void *data, gsize len);
/* (transfer full): a file of tests/data. */
GBytes *sp_test_data (const char *name);
/* "24 48 0d 00" -> bytes */
GBytes *sp_test_hex (const char *hex);
void sp_test_assert_hex (const guint8 *data, gsize len, const char *hex);
/* Runs @context until @is_done says TRUE or @deadline_s is over (then fails).
 */
void sp_test_wait (GMainContext *context,
                   gboolean (*is_done) (gpointer),
                   gpointer user_data,
                   guint deadline_s);
