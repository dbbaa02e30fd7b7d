/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-canary.h"

#include <string.h>
#include <unistd.h>

#define SECRET_BYTES 16

char *
sp_mmsh_canary_secret (void)
{
  guint8 bytes[SECRET_BYTES];
  GString *secret = g_string_sized_new (2 * SECRET_BYTES);

  /* Without entropy there is no secret: then nobody is the canary. */
  if (getentropy (bytes, sizeof bytes) == 0)
    for (guint i = 0; i < SECRET_BYTES; i++)
      g_string_append_printf (secret, "%02x", bytes[i]);
  return g_string_free (secret, FALSE);
}

gboolean
sp_mmsh_is_canary (const SpHttpRequest *request, const char *secret)
{
  const char *given = sp_http_request_header (request, SP_MMSH_CANARY_HEADER);
  gsize len = strlen (secret);
  guint8 difference = 0;

  if (given == NULL || len == 0 || strlen (given) != len)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    difference |= (guint8)(given[i] ^ secret[i]);
  return difference == 0;
}
