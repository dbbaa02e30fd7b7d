/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-repeats.h"

#include <string.h>

#define MASK (SP_REPEATS_KEPT - 1)
#define MAX_WALK 16 /* steps along a chain; then a hash counts as new */
#define HASHED_BYTES 256
#define MULTIPLIER G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/** Chains by the low bits of the hash through a ring of positions: position p
 * is valid while it is among the last SP_REPEATS_KEPT. Positions start at 1. */
struct _SpRepeats
{
  guint32 newest;
  guint32 hashes[SP_REPEATS_KEPT];
  guint32 before[SP_REPEATS_KEPT]; /* the position before in its chain */
  guint32 heads[SP_REPEATS_KEPT];  /* the newest of each chain; 0: none */
};

SpRepeats *
sp_repeats_new (void)
{
  return g_new0 (SpRepeats, 1);
}

void
sp_repeats_free (SpRepeats *repeats)
{
  g_free (repeats);
}

static gboolean
is_kept (const SpRepeats *repeats, guint32 position)
{
  return position != 0 && repeats->newest - position < SP_REPEATS_KEPT;
}

static gboolean
find (const SpRepeats *repeats, guint32 hash)
{
  guint32 position = repeats->heads[hash & MASK];

  for (guint i = 0; i < MAX_WALK && is_kept (repeats, position); i++)
    {
      guint32 before = repeats->before[position & MASK];

      if (repeats->hashes[position & MASK] == hash)
        return TRUE;
      if (before >= position)
        return FALSE; /* the counter has come round */
      position = before;
    }
  return FALSE;
}

gboolean
sp_repeats_add (SpRepeats *repeats, guint32 hash)
{
  gboolean is_repeat = find (repeats, hash);
  guint32 position = ++repeats->newest;

  repeats->hashes[position & MASK] = hash;
  repeats->before[position & MASK] = repeats->heads[hash & MASK];
  repeats->heads[hash & MASK] = position;
  return is_repeat;
}

/** sp_repeats_hash: eight bytes at a step; not against somebody who wants two
 * to be equal. */
guint32
sp_repeats_hash (const guint8 *data, gsize len)
{
  gsize left = MIN (len, HASHED_BYTES);
  guint64 state = len * MULTIPLIER;
  guint64 word;

  data += len - left;
  for (; left >= sizeof word; left -= sizeof word, data += sizeof word)
    {
      memcpy (&word, data, sizeof word);
      state = (state ^ word) * MULTIPLIER;
      state ^= state >> 29;
    }
  word = 0;
  if (left > 0)
    memcpy (&word, data, left);
  state = (state ^ word) * MULTIPLIER;
  return (guint32)(state >> 32);
}
