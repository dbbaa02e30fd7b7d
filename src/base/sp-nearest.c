/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-nearest.h"

#include <string.h>

#define MAX_BYTES 40 /* longer words are close to none */

/* How many letters to change, add, drop or swap with their neighbour to make
 * @b of @a, without regard to case. Both at most MAX_BYTES long. */
static guint
distance (const char *a, const char *b)
{
  guint rows[3][MAX_BYTES + 1];
  gsize len_a = strlen (a);
  gsize len_b = strlen (b);

  for (guint j = 0; j <= len_b; j++)
    rows[0][j] = j;
  for (guint i = 1; i <= len_a; i++)
    {
      guint *row = rows[i % 3];
      const guint *above = rows[(i + 2) % 3];
      char letter = g_ascii_tolower (a[i - 1]);

      row[0] = i;
      for (guint j = 1; j <= len_b; j++)
        {
          char other = g_ascii_tolower (b[j - 1]);

          row[j] = MIN (above[j], row[j - 1]) + 1;
          row[j] = MIN (row[j], above[j - 1] + (letter != other));
          if (i > 1 && j > 1 && letter == g_ascii_tolower (b[j - 2])
              && other == g_ascii_tolower (a[i - 2]))
            row[j] = MIN (row[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
  return rows[len_a % 3][len_b];
}

/** sp_nearest_word: close is what differs in a third of its letters at most. */
const char *
sp_nearest_word (const char *const *words, guint n_words, const char *word)
{
  guint best = MAX ((guint)strlen (word) / 3, 1) + 1;
  const char *found = NULL;

  if (strlen (word) > MAX_BYTES)
    return NULL;
  for (guint i = 0; i < n_words; i++)
    {
      guint changes = strlen (words[i]) <= MAX_BYTES ? distance (word, words[i])
                                                     : G_MAXUINT;

      if (changes >= best)
        continue;
      best = changes;
      found = words[i];
    }
  return found;
}
