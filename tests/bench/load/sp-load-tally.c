/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-tally.h"

SpLoadTally *
sp_load_tally_new (void)
{
  SpLoadTally *tally = g_new0 (SpLoadTally, 1);

  tally->late = sp_histogram_new ();
  tally->first_byte = sp_histogram_new ();
  tally->first_byte_window = sp_histogram_new ();
  return tally;
}

void
sp_load_tally_free (SpLoadTally *tally)
{
  sp_histogram_free (tally->late);
  sp_histogram_free (tally->first_byte);
  sp_histogram_free (tally->first_byte_window);
  g_free (tally);
}

void
sp_load_tally_merge (SpLoadTally *tally, const SpLoadTally *other)
{
  tally->joined += other->joined;
  tally->left += other->left;
  tally->refused += other->refused;
  tally->lost += other->lost;
  tally->bad_framing += other->bad_framing;
  tally->skips += other->skips;
  tally->stalls += other->stalls;
  tally->behind += other->behind;
  tally->bytes += other->bytes;
  tally->packets += other->packets;
  sp_histogram_merge (tally->late, other->late);
  sp_histogram_merge (tally->first_byte, other->first_byte);
  sp_histogram_merge (tally->first_byte_window, other->first_byte_window);
}
