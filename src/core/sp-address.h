/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** An IP address in the least room: there is one for each client. Of IPv4 it is
 * the mapped form, ::ffff:192.0.2.1. */
typedef struct
{
  guint8 bytes[16];
} SpAddress;

void sp_address_read (SpAddress *address, GInetAddress *from);
/* (transfer full): 192.0.2.1 is of the family IPv4. */
GInetAddress *sp_address_inet (const SpAddress *address);
/* (transfer full): "192.0.2.1", "2001:db8::1" */
char *sp_address_text (const SpAddress *address);
gboolean sp_address_equal (const SpAddress *a, const SpAddress *b);
guint sp_address_hash (const SpAddress *address);
