/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-address.h"

#include <string.h>

#define MAPPED 12 /* bytes before an IPv4 address, RFC 4291 2.5.5.2 */

static const guint8 mapped[MAPPED] = { [10] = 0xff, [11] = 0xff };

/** sp_address_read: @from may be in either form of IPv4. */
void
sp_address_read (SpAddress *address, GInetAddress *from)
{
  const guint8 *bytes = g_inet_address_to_bytes (from);

  if (g_inet_address_get_family (from) == G_SOCKET_FAMILY_IPV6)
    {
      memcpy (address->bytes, bytes, sizeof address->bytes);
      return;
    }
  memcpy (address->bytes, mapped, MAPPED);
  memcpy (address->bytes + MAPPED, bytes, sizeof address->bytes - MAPPED);
}

GInetAddress *
sp_address_inet (const SpAddress *address)
{
  if (memcmp (address->bytes, mapped, MAPPED) == 0)
    return g_inet_address_new_from_bytes (address->bytes + MAPPED,
                                          G_SOCKET_FAMILY_IPV4);
  return g_inet_address_new_from_bytes (address->bytes, G_SOCKET_FAMILY_IPV6);
}

char *
sp_address_text (const SpAddress *address)
{
  g_autoptr (GInetAddress) inet = sp_address_inet (address);

  return g_inet_address_to_string (inet);
}

gboolean
sp_address_equal (const SpAddress *a, const SpAddress *b)
{
  return memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/** sp_address_hash: of FNV; peers of one network differ in the last bytes. */
guint
sp_address_hash (const SpAddress *address)
{
  guint32 hash = 2166136261u;

  for (guint i = 0; i < sizeof address->bytes; i++)
    hash = (hash ^ address->bytes[i]) * 16777619u;
  return hash;
}
