/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#define SP_KICKED_MAX 1000 /* addresses and ids that are named, of each */

/** Who was kicked, so that they can be kept out. */
typedef struct
{
  guint clients;            /* all of them */
  GHashTable *addresses;    /* a set of char *: "192.0.2.1" */
  GHashTable *external_ids; /* a set of char * */
} SpKicked;

SpKicked *sp_kicked_new (void);
void sp_kicked_free (SpKicked *kicked);
/* @external_id: (nullable). */
void sp_kicked_add (SpKicked *kicked,
                    GInetAddress *address,
                    const char *external_id);
/* All of @from in. */
void sp_kicked_merge (SpKicked *kicked, const SpKicked *from);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpKicked, sp_kicked_free)
