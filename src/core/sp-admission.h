/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-bans.h"
#include "sp-registry.h"

/** Says who may watch: limits of the server and of each stream on clients,
 * clients of one address and bandwidth; overload; bans; draining. Counts whom
 * it refuses. Any thread; asked once a client. */
typedef struct _SpAdmission SpAdmission;

typedef struct
{
  guint clients; /* 0: no limit, as everywhere here */
  guint clients_per_address;
  guint bandwidth_kbps;
  guint connections; /* that may be open when a client is let in */
} SpAdmissionLimits;

/** Connections that are open, clients and others. Any thread. */
typedef guint (*SpAdmissionCount) (gpointer user_data);

SpAdmission *sp_admission_new (SpRegistry *registry);
void sp_admission_free (SpAdmission *admission);
void sp_admission_set_limits (SpAdmission *admission,
                              const SpAdmissionLimits *limits);
/* Before anybody is asked about. @user_data outlives the admission. */
void sp_admission_set_count (SpAdmission *admission,
                             SpAdmissionCount count,
                             gpointer user_data);
/* LATENESS and MEMORY of SpOverload: nobody is let in while there is one. */
void sp_admission_set_overload (SpAdmission *admission, guint overload);
/* @redirect: (nullable): "http://other.example:8086", where new clients are
 * sent. */
void sp_admission_set_draining (SpAdmission *admission,
                                gboolean is_draining,
                                const char *redirect);
/* (nullable) (transfer full): while the whole pump drains. */
char *sp_admission_redirect (SpAdmission *admission);
/* @ban: what is set of it must match, mask or external id must be set. */
void sp_admission_ban (SpAdmission *admission,
                       const SpBan *ban,
                       gint64 until_us,
                       gint64 now_us);
guint sp_admission_bans (SpAdmission *admission);
/* TRUE: a place is taken; sp_admission_leave() with the same gives it back.
 * FALSE, with the reason: SP_ERROR_DENIED (banned), SP_ERROR_DRAINING or
 * SP_ERROR_LIMIT. @external_id: (nullable). */
gboolean sp_admission_enter (SpAdmission *admission,
                             SpStream *stream,
                             GInetAddress *address,
                             const char *external_id,
                             gint64 now_us,
                             GError **error);
/* The same, without taking a place. */
gboolean sp_admission_check (SpAdmission *admission,
                             SpStream *stream,
                             GInetAddress *address,
                             const char *external_id,
                             gint64 now_us,
                             GError **error);
void sp_admission_leave (SpAdmission *admission,
                         SpStream *stream,
                         GInetAddress *address);
guint sp_admission_count (SpAdmission *admission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdmission, sp_admission_free)
