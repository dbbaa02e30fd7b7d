/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-filter.h"

#include "sp-admin-body.h"
#include "sp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAPPED_BITS 96

void
sp_admin_filter_clear (SpAdminFilter *filter)
{
  g_clear_object (&filter->filter.address);
  g_clear_pointer (&filter->stream, g_free);
  g_clear_pointer (&filter->external_id, g_free);
}

/* ::ffff:192.0.2.0/120 is 192.0.2.0/24: clients are known by their IPv4. */
static GInetAddressMask *
unmap (GInetAddressMask *mask)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };
  GInetAddress *address = g_inet_address_mask_get_address (mask);
  guint bits = g_inet_address_mask_get_length (mask);
  const guint8 *bytes = g_inet_address_to_bytes (address);
  g_autoptr (GInetAddress) inner = NULL;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6
      || bits < MAPPED_BITS || memcmp (bytes, prefix, sizeof prefix) != 0)
    return g_object_ref (mask);
  inner = g_inet_address_new_from_bytes (bytes + sizeof prefix,
                                         G_SOCKET_FAMILY_IPV4);
  return g_inet_address_mask_new (inner, bits - MAPPED_BITS, NULL);
}

/* g_inet_address_mask_new_from_string() would warn about a length of -1. */
static GInetAddressMask *
parse_mask (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  g_autoptr (GInetAddress) address
      = parts[0] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;
  guint64 bits;

  if (address == NULL)
    return NULL;
  bits = g_inet_address_get_native_size (address) * 8;
  if (parts[1] != NULL
      && !g_ascii_string_to_unsigned (parts[1], 10, 0, bits, &bits, NULL))
    return NULL;
  return g_inet_address_mask_new (address, (guint)bits, NULL);
}

/* (transfer full): a network or one address. */
static GInetAddressMask *
read_mask (const char *text, GError **error)
{
  g_autoptr (GInetAddressMask) mask = parse_mask (text);

  if (mask != NULL)
    return unmap (mask);
  sp_error_set (error,
                SP_ERROR_PROTOCOL,
                _ ("\"address\": '%s' is not an address like 192.0.2.7 or a "
                   "network like 192.0.2.0/24 or 2001:db8::/32 whose bits "
                   "after the prefix are zero"),
                text);
  return NULL;
}

static gboolean
take_client (SpAdminFilter *filter, JsonNode *node, GError **error)
{
  gint64 id = json_node_get_value_type (node) == G_TYPE_INT64
                  ? json_node_get_int (node)
                  : 0;

  if (id <= 0)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"client\" must be a client's id, a whole number "
                            "as in /admin/clients"));
  filter->filter.client = (guint64)id;
  return TRUE;
}

/* (nullable) (transfer none) */
static const char *
text_of (JsonNode *node, const char *name, GError **error)
{
  const char *text = json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  if (text != NULL && *text != '\0')
    return text;
  sp_error_set (
      error, SP_ERROR_PROTOCOL, _ ("\"%s\" must be a string, not empty"), name);
  return NULL;
}

static gboolean
take_stream (SpAdminFilter *filter, JsonNode *node, GError **error)
{
  filter->stream = g_strdup (text_of (node, "stream", error));
  filter->filter.stream = filter->stream;
  return filter->stream != NULL;
}

static gboolean
take_external_id (SpAdminFilter *filter, JsonNode *node, GError **error)
{
  filter->external_id = g_strdup (text_of (node, "external_id", error));
  filter->filter.external_id = filter->external_id;
  return filter->external_id != NULL;
}

static gboolean
take_address (SpAdminFilter *filter, JsonNode *node, GError **error)
{
  const char *text = text_of (node, "address", error);

  if (text != NULL)
    filter->filter.address = read_mask (text, error);
  return filter->filter.address != NULL;
}

static const struct
{
  const char *name;
  gboolean (*take) (SpAdminFilter *filter, JsonNode *node, GError **error);
} kick_members[] = {
  { "client", take_client },
  { "stream", take_stream },
  { "address", take_address },
  { "external_id", take_external_id },
};

/* How many of the four say who is meant. */
static gboolean
check_count (JsonObject *object, GError **error)
{
  guint n_members = json_object_get_size (object)
                    - json_object_has_member (object, "ban_seconds");

  if (n_members == 1)
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("give exactly one of \"client\", \"stream\", "
                          "\"address\", \"external_id\", not %u"),
                       n_members);
}

static gboolean
take_ban (SpAdminFilter *filter, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "ban_seconds");
  gint64 ban_s = 0;

  if (node == NULL)
    return TRUE;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    ban_s = json_node_get_int (node);
  if (ban_s < 1 || ban_s > SP_ADMIN_BAN_MAX_S)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"ban_seconds\" must be a whole number from 1 to "
                            "%d; leave it out to kick only"),
                         SP_ADMIN_BAN_MAX_S);
  filter->ban_s = (guint)ban_s;
  return TRUE;
}

/** sp_admin_filter_parse_kick: the body of a kick, {"client": ID} and the like:
 * exactly one of the four, so that a slip kicks nobody, and perhaps
 * "ban_seconds". */
gboolean
sp_admin_filter_parse_kick (SpAdminFilter *filter,
                            const char *body,
                            gsize len,
                            GError **error)
{
  static const char *const names[]
      = { "client", "stream", "address", "external_id", "ban_seconds", NULL };
  g_autoptr (JsonNode) root = sp_admin_body_object (body, len, error);
  JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;

  if (object == NULL || !sp_admin_body_check_names (object, names, error)
      || !check_count (object, error) || !take_ban (filter, object, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kick_members); i++)
    {
      JsonNode *node = json_object_get_member (object, kick_members[i].name);

      if (node != NULL)
        return kick_members[i].take (filter, node, error);
    }
  g_return_val_if_reached (FALSE);
}

/** sp_admin_query_value: (nullable) (transfer none): an empty value counts as
 * none; so does no @query. */
const char *
sp_admin_query_value (GHashTable *query, const char *name)
{
  const char *value = query != NULL ? g_hash_table_lookup (query, name) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

/** sp_admin_query_number: TRUE when @name is not given, too; then @number stays
 * as it is. */
gboolean
sp_admin_query_number (GHashTable *query,
                       const char *name,
                       guint minimum,
                       guint64 maximum,
                       guint64 *number,
                       GError **error)
{
  const char *text = sp_admin_query_value (query, name);
  g_autofree char *last = g_strdup_printf ("%" G_GUINT64_FORMAT, maximum);

  if (text == NULL
      || g_ascii_string_to_unsigned (text, 10, minimum, maximum, number, NULL))
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("\"%s\": '%s' is not a whole number from %u to %s"),
                       name,
                       text,
                       minimum,
                       last);
}

/** sp_admin_filter_parse_query: stream, address, external_id, after and limit
 * of @query (nullable): all that are given must fit. */
gboolean
sp_admin_filter_parse_query (SpAdminFilter *filter,
                             GHashTable *query,
                             GError **error)
{
  const char *address = sp_admin_query_value (query, "address");
  guint64 limit = SP_ADMIN_PAGE_DEFAULT;

  filter->stream = g_strdup (sp_admin_query_value (query, "stream"));
  filter->filter.stream = filter->stream;
  filter->external_id = g_strdup (sp_admin_query_value (query, "external_id"));
  filter->filter.external_id = filter->external_id;
  if (!sp_admin_query_number (
          query, "after", 0, G_MAXINT64, &filter->after, error)
      || !sp_admin_query_number (
          query, "limit", 1, SP_ADMIN_PAGE_MAX, &limit, error))
    return FALSE;
  filter->limit = (guint)limit;
  if (address != NULL)
    filter->filter.address = read_mask (address, error);
  return address == NULL || filter->filter.address != NULL;
}
