/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-registry.h"

/** Says who may watch: limits of the server and of each stream on clients,
 * clients of one address and bandwidth. Any thread; asked once a client. */
typedef struct _SpAdmission SpAdmission;

typedef struct
{
  guint clients; /* 0: no limit, as everywhere here */
  guint clients_per_address;
  guint bandwidth_kbps;
} SpAdmissionLimits;

SpAdmission *sp_admission_new (SpRegistry *registry);
void sp_admission_free (SpAdmission *admission);
void sp_admission_set_limits (SpAdmission *admission,
                              const SpAdmissionLimits *limits);
/* TRUE: a place is taken; sp_admission_leave() with the same gives it back.
 * FALSE: SP_ERROR_LIMIT with the reason. */
gboolean sp_admission_enter (SpAdmission *admission,
                             SpStream *stream,
                             GInetAddress *address,
                             gint64 now_us,
                             GError **error);
void sp_admission_leave (SpAdmission *admission,
                         SpStream *stream,
                         GInetAddress *address);
guint sp_admission_count (SpAdmission *admission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdmission, sp_admission_free)
