/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* (nullable) (transfer none): the one of @n_words that was probably meant by
 * @word; NULL when none is close. */
const char *
sp_nearest_word (const char *const *words, guint n_words, const char *word);
