/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-publisher.h"

/** Turns headers and packets of a source into what its publisher wants: join
 * points, packet size, padding. Used by push, pull and file alike. One thread.
 */
typedef struct _SpAsfIntake SpAsfIntake;

/* @publisher: (transfer none), must outlive it. */
SpAsfIntake *sp_asf_intake_new (SpPublisher *publisher);
void sp_asf_intake_free (SpAsfIntake *intake);
/* A header that is not ASF makes the stream opaque: relayed, not understood. */
gboolean sp_asf_intake_header (SpAsfIntake *intake,
                               const guint8 *data,
                               gsize len,
                               gint64 now_us,
                               GError **error);
/* A packet larger than the header's packet size is an error; one that cannot be
 * parsed is relayed and counted. */
gboolean sp_asf_intake_data (SpAsfIntake *intake,
                             const guint8 *data,
                             gsize len,
                             gint64 now_us,
                             GError **error);
gboolean sp_asf_intake_has_header (SpAsfIntake *intake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAsfIntake, sp_asf_intake_free)
