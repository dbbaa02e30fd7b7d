/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** The admin REST on libsoup. Main thread. */
typedef struct _SpAdmin SpAdmin;

/* @token (nullable): then nothing is asked of callers. NULL when the port
 * cannot be opened. @control: (transfer none), outlives it. @port 0: any. */
SpAdmin *sp_admin_new (SpControl *control,
                       const char *address,
                       guint16 port,
                       const char *token,
                       GError **error);
void sp_admin_free (SpAdmin *admin);
guint16 sp_admin_port (SpAdmin *admin);
/* After a reload. */
void sp_admin_set_token (SpAdmin *admin, const char *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdmin, sp_admin_free)
