/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-guard.h"

#include <gio/gio.h>
#include <string.h>

#define HTTP_PORT 80
#define HTTPS_PORT 443

static void
digest (const char *text, gsize len, guint8 result[SP_ADMIN_DIGEST_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize result_len = SP_ADMIN_DIGEST_BYTES;

  g_checksum_update (checksum, (const guchar *)text, (gssize)len);
  g_checksum_get_digest (checksum, result, &result_len);
}

/** sp_admin_token_set: @text: (nullable): no token is asked for. */
void
sp_admin_token_set (SpAdminToken *token, const char *text)
{
  *token = (SpAdminToken){ .is_set = text != NULL };
  if (text != NULL)
    digest (text, strlen (text), token->digest);
}

/* (nullable): what follows "Bearer", with the space around it taken off. */
static char *
bearer_of (const char *authorization)
{
  static const char scheme[] = "Bearer";
  const gsize scheme_len = sizeof scheme - 1;

  if (authorization == NULL
      || g_ascii_strncasecmp (authorization, scheme, scheme_len) != 0
      || authorization[scheme_len] != ' ')
    return NULL;
  return g_strstrip (g_strdup (authorization + scheme_len));
}

/** sp_admin_token_accepts: @authorization: (nullable): the header's value. The
 * time it takes tells nothing about the token: digests are compared, to their
 * ends. */
gboolean
sp_admin_token_accepts (const SpAdminToken *token, const char *authorization)
{
  g_autofree char *given = bearer_of (authorization);
  guint8 given_digest[SP_ADMIN_DIGEST_BYTES];
  guint8 difference = 0;

  if (!token->is_set)
    return TRUE;
  if (given == NULL)
    return FALSE;
  digest (given, strlen (given), given_digest);
  for (guint i = 0; i < SP_ADMIN_DIGEST_BYTES; i++)
    difference |= token->digest[i] ^ given_digest[i];
  return difference == 0;
}

static GNetworkAddress *
parse_authority (const char *text, guint16 default_port)
{
  GSocketConnectable *connectable
      = g_network_address_parse (text, default_port, NULL);

  return connectable != NULL ? G_NETWORK_ADDRESS (connectable) : NULL;
}

/** sp_admin_guard_is_local: @host: (nullable): the value of Host. TRUE for an
 * IP literal or a name of this machine that no DNS server can give away: a page
 * of a stranger cannot reach us under such a name. */
gboolean
sp_admin_guard_is_local (const char *host)
{
  static const char *const names[] = {
    "localhost",     "localhost.",   "localhost.localdomain",
    "ip6-localhost", "ip6-loopback",
  };
  g_autoptr (GNetworkAddress) address = NULL;
  const char *name;

  if (host == NULL) /* HTTP/1.0: not a browser */
    return TRUE;
  address = parse_authority (host, HTTP_PORT);
  if (address == NULL)
    return FALSE;
  name = g_network_address_get_hostname (address);
  if (g_hostname_is_ip_address (name))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/** sp_admin_guard_is_same_origin: whether a page of @origin was served under
 * @host (nullable) itself. "null", the origin of sandboxed pages, never was. */
gboolean
sp_admin_guard_is_same_origin (const char *origin, const char *host)
{
  g_autoptr (GNetworkAddress) ours = NULL;
  g_autoptr (GNetworkAddress) theirs = NULL;
  guint16 port = HTTP_PORT;
  const char *authority = NULL;

  if (g_ascii_strncasecmp (origin, "http://", 7) == 0)
    authority = origin + 7;
  else if (g_ascii_strncasecmp (origin, "https://", 8) == 0)
    {
      authority = origin + 8;
      port = HTTPS_PORT;
    }
  if (authority == NULL || host == NULL)
    return FALSE;
  theirs = parse_authority (authority, port);
  ours = parse_authority (host, port);
  return theirs != NULL && ours != NULL
         && g_ascii_strcasecmp (g_network_address_get_hostname (ours),
                                g_network_address_get_hostname (theirs))
                == 0
         && g_network_address_get_port (ours)
                == g_network_address_get_port (theirs);
}
