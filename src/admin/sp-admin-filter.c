/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-filter.h"

#include "sp-error.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_DEPTH 16 /* JsonParser calls itself for each level */
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

/** sp_admin_filter_parse_mask: (transfer full): a network or one address. */
GInetAddressMask *
sp_admin_filter_parse_mask (const char *text, GError **error)
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

/* One JSON object by its brackets, and nothing around it. JsonParser takes more
 * than JSON (comments, assignments, several values) and calls itself for each
 * level, so that a body of brackets would exhaust the stack. */
static gboolean
is_one_object (const char *body, gsize len)
{
  static const char others[] = "+-.:,";
  gboolean is_string = FALSE;
  gboolean is_over = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < len; i++)
    {
      char c = body[i];

      if (is_string)
        {
          i += c == '\\';
          is_string = c != '"';
          continue;
        }
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        continue;
      if (is_over || (depth == 0 && c != '{'))
        return FALSE;
      if (c == '{' || c == '[')
        depth++;
      else if (c == '}' || c == ']')
        is_over = --depth == 0;
      else if (c == '"')
        is_string = TRUE;
      else if (!g_ascii_isalnum (c)
               && memchr (others, c, sizeof others - 1) == NULL)
        return FALSE;
      if (depth > MAX_DEPTH)
        return FALSE;
    }
  return is_over;
}

/* Of @parser, which stays the owner; NULL when @body is not an object. */
static JsonObject *
parse_object (JsonParser *parser, const char *body, gsize len, GError **error)
{
  g_autoptr (GError) local = NULL;
  JsonNode *root;

  if (!is_one_object (body, len))
    {
      sp_error_set (error,
                    SP_ERROR_PROTOCOL,
                    _ ("the body must be one JSON object, such as "
                       "{\"client\": 17}"));
      return NULL;
    }
  if (!json_parser_load_from_data (parser, body, (gssize)len, &local))
    {
      sp_error_set (error,
                    SP_ERROR_PROTOCOL,
                    _ ("the body is not JSON: %s"),
                    local->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root)
             ? json_node_get_object (root)
             : NULL;
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
    filter->filter.address = sp_admin_filter_parse_mask (text, error);
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

static gboolean
check_member (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kick_members); i++)
    if (g_str_equal (name, kick_members[i].name))
      return TRUE;
  if (g_str_equal (name, "ban_seconds"))
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"ban_seconds\": this version has no bans; leave "
                            "it out to kick only"));
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("\"%s\" is unknown; give one of \"client\", "
                          "\"stream\", \"address\", \"external_id\""),
                       name);
}

static gboolean
check_members (JsonObject *object, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *link = names; link != NULL; link = link->next)
    if (!check_member (link->data, error))
      return FALSE;
  if (json_object_get_size (object) == 1)
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("give exactly one of \"client\", \"stream\", "
                          "\"address\", \"external_id\", not %u"),
                       json_object_get_size (object));
}

/** sp_admin_filter_parse_kick: the body of a kick, {"client": ID} and the like:
 * exactly one of the four, so that a slip kicks nobody. */
gboolean
sp_admin_filter_parse_kick (SpAdminFilter *filter,
                            const char *body,
                            gsize len,
                            GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse_object (parser, body, len, error);

  if (object == NULL || !check_members (object, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kick_members); i++)
    {
      JsonNode *node = json_object_get_member (object, kick_members[i].name);

      if (node != NULL)
        return kick_members[i].take (filter, node, error);
    }
  g_return_val_if_reached (FALSE);
}

/* (nullable) (transfer none): an empty value counts as none. */
static const char *
query_value (GHashTable *query, const char *name)
{
  const char *value = query != NULL ? g_hash_table_lookup (query, name) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

static gboolean
query_number (GHashTable *query,
              const char *name,
              guint minimum,
              guint64 maximum,
              guint64 *number,
              GError **error)
{
  const char *text = query_value (query, name);
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
  const char *address = query_value (query, "address");
  guint64 limit = SP_ADMIN_PAGE_DEFAULT;

  filter->stream = g_strdup (query_value (query, "stream"));
  filter->filter.stream = filter->stream;
  filter->external_id = g_strdup (query_value (query, "external_id"));
  filter->filter.external_id = filter->external_id;
  if (!query_number (query, "after", 0, G_MAXINT64, &filter->after, error)
      || !query_number (query, "limit", 1, SP_ADMIN_PAGE_MAX, &limit, error))
    return FALSE;
  filter->limit = (guint)limit;
  if (address != NULL)
    filter->filter.address = sp_admin_filter_parse_mask (address, error);
  return address == NULL || filter->filter.address != NULL;
}
