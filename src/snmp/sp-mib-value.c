/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#include <arpa/inet.h>
#include <string.h>

#define US_PER_CS 10000

/* InetAddressType, RFC 4001 */
#define FAMILY_UNKNOWN 0
#define FAMILY_IPV4 1
#define FAMILY_IPV6 2

void
sp_mib_value_zero (SpMibType type, SpMibValue *value)
{
  value->type = type;
  value->integer = 0;
  value->number = 0;
  value->n_octets = 0;
  value->oid.len = 2;
  value->oid.ids[0] = value->oid.ids[1] = 0;
}

void
sp_mib_value_integer (SpMibValue *value, gint64 integer)
{
  value->type = SP_MIB_INTEGER;
  value->integer = (gint32)CLAMP (integer, G_MININT32, G_MAXINT32);
}

void
sp_mib_value_number (SpMibType type, SpMibValue *value, guint64 number)
{
  value->type = type;
  if (type == SP_MIB_COUNTER64)
    value->number = number;
  else if (type == SP_MIB_UNSIGNED)
    value->number = MIN (number, G_MAXUINT32);
  else
    value->number = (guint32)number;
}

void
sp_mib_value_text (SpMibValue *value, const char *text, guint most)
{
  gsize limit = MIN (most, SP_MIB_MAX_OCTETS);
  gsize len = text == NULL ? 0 : strlen (text);
  g_autofree char *valid = NULL;

  value->type = SP_MIB_OCTETS;
  value->n_octets = 0;
  if (len == 0)
    return;
  if (!g_utf8_validate (text, (gssize)len, NULL))
    {
      text = valid = g_utf8_make_valid (text, (gssize)MIN (len, 4 * limit));
      len = strlen (text);
    }
  if (len > limit)
    for (len = limit; len > 0 && (text[len] & 0xc0) == 0x80;)
      len--;
  memcpy (value->octets, text, len);
  value->n_octets = (guint)len;
}

/* Not in the middle of a "%C3". */
static void
put_escaped (SpMibValue *value, const char *escaped, guint most)
{
  sp_mib_value_text (value, escaped, most);
  if (strlen (escaped) <= value->n_octets)
    return;
  for (guint back = 1; back <= 2 && back <= value->n_octets; back++)
    if (value->octets[value->n_octets - back] == '%')
      {
        value->n_octets -= back;
        return;
      }
}

void
sp_mib_value_url (SpMibValue *value, const char *url, guint most)
{
  g_autofree char *escaped
      = url == NULL ? g_strdup ("")
                    : g_uri_escape_string (url, ":/?#[]@!$&'()*+,;=%", FALSE);

  put_escaped (value, escaped, most);
}

void
sp_mib_value_path (SpMibValue *value, const char *path, guint most)
{
  const char *name = path == NULL ? "" : path + (path[0] == '/');
  g_autofree char *escaped = g_uri_escape_string (name, "/", FALSE);

  put_escaped (value, escaped, most);
}

void
sp_mib_value_no_date (SpMibValue *value)
{
  value->type = SP_MIB_OCTETS;
  value->n_octets = 8;
  memset (value->octets, 0, 8);
}

/* DateAndTime, RFC 2579: year, month, day, hour, minutes, seconds, tenths, and
 * the way to UTC, which is none. */
void
sp_mib_value_date (SpMibValue *value, gint64 unix_us)
{
  g_autoptr (GDateTime) date
      = unix_us <= 0 ? NULL
                     : g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  guint8 *octets = value->octets;
  int year;

  sp_mib_value_no_date (value);
  if (date == NULL)
    return;
  year = g_date_time_get_year (date);
  octets[0] = (guint8)(year >> 8);
  octets[1] = (guint8)year;
  octets[2] = (guint8)g_date_time_get_month (date);
  octets[3] = (guint8)g_date_time_get_day_of_month (date);
  octets[4] = (guint8)g_date_time_get_hour (date);
  octets[5] = (guint8)g_date_time_get_minute (date);
  octets[6] = (guint8)g_date_time_get_second (date);
  octets[7] = (guint8)(unix_us % G_USEC_PER_SEC / (G_USEC_PER_SEC / 10));
  octets[8] = '+';
  octets[9] = octets[10] = 0;
  value->n_octets = 11;
}

/* What was before the master agent started reads as zero. */
void
sp_mib_value_stamp (SpMibValue *value, const SpMibMoment *moment, gint64 at_us)
{
  guint64 age_cs = (guint64)MAX (moment->now_us - at_us, 0) / US_PER_CS;

  sp_mib_value_number (SP_MIB_TICKS,
                       value,
                       at_us == 0 || age_cs > moment->uptime_cs
                           ? 0
                           : moment->uptime_cs - age_cs);
}

/* An IPv4 address in the form of an IPv6 one is the former; the zone of a
 * link-local one goes. */
static int
parse (const char *address, guint8 octets[16])
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  char text[INET6_ADDRSTRLEN];
  gsize len = address == NULL ? 0 : strcspn (address, "%");

  if (len == 0 || len >= sizeof text)
    return FAMILY_UNKNOWN;
  memcpy (text, address, len);
  text[len] = '\0';
  if (inet_pton (AF_INET, text, octets) == 1)
    return FAMILY_IPV4;
  if (inet_pton (AF_INET6, text, octets) != 1)
    return FAMILY_UNKNOWN;
  if (memcmp (octets, mapped, sizeof mapped) != 0)
    return FAMILY_IPV6;
  memmove (octets, octets + sizeof mapped, 4);
  return FAMILY_IPV4;
}

void
sp_mib_value_family (SpMibValue *value, const char *address)
{
  guint8 octets[16];

  sp_mib_value_integer (value, parse (address, octets));
}

void
sp_mib_value_address (SpMibValue *value, const char *address)
{
  int family = parse (address, value->octets);

  value->type = SP_MIB_OCTETS;
  value->n_octets = family == FAMILY_UNKNOWN ? 0
                    : family == FAMILY_IPV4  ? 4
                                             : 16;
}
