/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** The admin REST on libsoup. Main thread. */
typedef struct _SpAdmin SpAdmin;

typedef struct
{
  const char *address; /* an IP address of this machine */
  guint16 port;        /* 0: any */
  const char *token;   /* NULL: nothing is asked of callers */
  const char *socket;  /* path of a Unix socket besides; NULL: none */
  guint keep_alive_ms; /* between signs of life to readers of events; 0: as
                          usual, 15 s */
} SpAdminSettings;

/* NULL when the port or the socket cannot be opened. @control: (transfer
 * none), outlives it. */
SpAdmin *sp_admin_new (SpControl *control,
                       const SpAdminSettings *settings,
                       GError **error);
void sp_admin_free (SpAdmin *admin);
guint16 sp_admin_port (SpAdmin *admin);
/* After a reload. */
void sp_admin_set_token (SpAdmin *admin, const char *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdmin, sp_admin_free)
