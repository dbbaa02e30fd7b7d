/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-address.h"
#include "sp-stream.h"

/** How many places are taken: at a stream, by an address, by an address at a
 * stream. Pure; whoever has it guards it. A stream counts as long as somebody
 * has a place there, and is not owned. */
typedef struct _SpPlaces SpPlaces;

SpPlaces *sp_places_new (void);
void sp_places_free (SpPlaces *places);
void
sp_places_take (SpPlaces *places, SpStream *stream, const SpAddress *address);
/* One that was taken. */
void
sp_places_give (SpPlaces *places, SpStream *stream, const SpAddress *address);
guint sp_places_all (const SpPlaces *places);
guint sp_places_of_stream (const SpPlaces *places, SpStream *stream);
guint sp_places_of_address (const SpPlaces *places, const SpAddress *address);
guint sp_places_of_address_at (const SpPlaces *places,
                               SpStream *stream,
                               const SpAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPlaces, sp_places_free)
