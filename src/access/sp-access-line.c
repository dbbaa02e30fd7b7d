/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-access-line.h"

#include <string.h>

/* (transfer full) (nullable): what the server itself knows. */
typedef char *(*OwnFunc) (const SpVisit *visit);

/** A column: what the player says, where its log is the better witness, else
 * what the server knows, else "-". */
typedef struct
{
  const char *name;
  SpPlayerField field; /* SP_N_PLAYER_FIELDS: the player is not asked */
  OwnFunc own;         /* (nullable) */
  gboolean is_number;  /* anything else a player says is no value */
} Column;

static char *
count (guint64 n)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, n);
}

static char *
moment (const SpVisit *visit, const char *format)
{
  g_autoptr (GDateTime) time
      = g_date_time_new_from_unix_utc (visit->info->connected_at);

  return time != NULL ? g_date_time_format (time, format) : NULL;
}

static char *
own_address (const SpVisit *visit)
{
  return g_strdup (visit->info->address);
}

/* As Windows Media Services: when it came, UTC. */
static char *
own_date (const SpVisit *visit)
{
  return moment (visit, "%Y-%m-%d");
}

static char *
own_time (const SpVisit *visit)
{
  return moment (visit, "%H:%M:%S");
}

static char *
own_stem (const SpVisit *visit)
{
  g_autofree char *path = g_uri_escape_string (visit->info->stream, "/", FALSE);

  return g_strconcat ("/streams/", path, NULL);
}

static char *
own_url (const SpVisit *visit)
{
  g_autofree char *stem = own_stem (visit);

  if (visit->host == NULL)
    return NULL;
  return g_strdup_printf (
      "%s://%s%s", visit->info->is_tls ? "https" : "http", visit->host, stem);
}

static gint64
connected_us (const SpVisit *visit)
{
  return MAX (visit->left_us - visit->info->connected_us, 0);
}

/* A part of a second counts as one (MS-WMLOG 2.1.52). */
static char *
own_duration (const SpVisit *visit)
{
  return count (((guint64)connected_us (visit) + G_USEC_PER_SEC - 1)
                / G_USEC_PER_SEC);
}

static char *
own_bandwidth (const SpVisit *visit)
{
  double seconds = (double)connected_us (visit) / G_USEC_PER_SEC;

  if (seconds <= 0)
    return NULL;
  return count ((guint64)((double)visit->info->bytes_sent * 8 / seconds));
}

static char *
own_agent (const SpVisit *visit)
{
  return g_strdup (visit->info->user_agent);
}

/* Live: a film without a length, from its beginning, at its own pace. */
static char *
own_zero (const SpVisit *visit)
{
  return g_strdup ("0");
}

static char *
own_one (const SpVisit *visit)
{
  return g_strdup ("1");
}

/* It was served; why it left is in x-left. */
static char *
own_status (const SpVisit *visit)
{
  return g_strdup ("200");
}

static char *
own_protocol (const SpVisit *visit)
{
  return g_strdup ("http");
}

static char *
own_transport (const SpVisit *visit)
{
  return g_strdup ("TCP");
}

static char *
own_bytes (const SpVisit *visit)
{
  return count (visit->info->bytes_sent);
}

static char *
own_packets (const SpVisit *visit)
{
  return count (visit->info->packets_sent);
}

static char *
own_local_address (const SpVisit *visit)
{
  return g_strdup (visit->local_address);
}

static char *
own_client (const SpVisit *visit)
{
  return count (visit->info->id);
}

static char *
own_external_id (const SpVisit *visit)
{
  return g_strdup (visit->info->external_id);
}

static char *
own_left (const SpVisit *visit)
{
  return g_strdup (sp_leave_reason_name (visit->reason));
}

static char *
own_skipped (const SpVisit *visit)
{
  return count (visit->info->packets_skipped);
}

static char *
own_lag (const SpVisit *visit)
{
  return count (visit->info->lag_ms);
}

static char *
own_rtt (const SpVisit *visit)
{
  return count (visit->info->rtt_us);
}

static char *
own_retransmits (const SpVisit *visit)
{
  return count (visit->info->retransmits);
}

static char *
own_start_delay (const SpVisit *visit)
{
  return count (visit->info->start_delay_ms);
}

#define TEXT(name, field, own)                                                 \
  {                                                                            \
    name, SP_PLAYER_##field, own, FALSE                                        \
  }
#define NUMBER(name, field, own)                                               \
  {                                                                            \
    name, SP_PLAYER_##field, own, TRUE                                         \
  }
#define OWN(name, own)                                                         \
  {                                                                            \
    name, SP_N_PLAYER_FIELDS, own, FALSE                                       \
  }

/* A player's word about its address, its name and the server is not taken. */
static const Column columns[] = {
  OWN ("c-ip", own_address),
  OWN ("date", own_date),
  OWN ("time", own_time),
  OWN ("c-dns", NULL),
  OWN ("cs-uri-stem", own_stem),
  NUMBER ("c-starttime", C_STARTTIME, own_zero),
  NUMBER ("x-duration", X_DURATION, own_duration),
  NUMBER ("c-rate", C_RATE, own_one),
  NUMBER ("c-status", C_STATUS, own_status),
  TEXT ("c-playerid", C_PLAYERID, NULL),
  TEXT ("c-playerversion", C_PLAYERVERSION, NULL),
  TEXT ("c-playerlanguage", C_PLAYERLANGUAGE, NULL),
  TEXT ("cs(User-Agent)", CS_USER_AGENT, own_agent),
  TEXT ("cs(Referer)", CS_REFERER, NULL),
  TEXT ("c-hostexe", C_HOSTEXE, NULL),
  TEXT ("c-hostexever", C_HOSTEXEVER, NULL),
  TEXT ("c-os", C_OS, NULL),
  TEXT ("c-osversion", C_OSVERSION, NULL),
  TEXT ("c-cpu", C_CPU, NULL),
  NUMBER ("filelength", FILELENGTH, own_zero),
  NUMBER ("filesize", FILESIZE, own_zero),
  NUMBER ("avgbandwidth", AVGBANDWIDTH, own_bandwidth),
  OWN ("protocol", own_protocol),
  OWN ("transport", own_transport),
  TEXT ("audiocodec", AUDIOCODEC, NULL),
  TEXT ("videocodec", VIDEOCODEC, NULL),
  TEXT ("channelURL", C_CHANNELURL, NULL),
  OWN ("sc-bytes", own_bytes),
  NUMBER ("c-bytes", C_BYTES, NULL),
  OWN ("s-pkts-sent", own_packets),
  NUMBER ("c-pkts-received", C_PKTS_RECEIVED, NULL),
  NUMBER ("c-pkts-lost-client", C_PKTS_LOST_CLIENT, NULL),
  NUMBER ("c-pkts-lost-net", C_PKTS_LOST_NET, NULL),
  NUMBER ("c-pkts-lost-cont-net", C_PKTS_LOST_CONT_NET, NULL),
  NUMBER ("c-resendreqs", C_RESENDREQS, NULL),
  NUMBER ("c-pkts-recovered-ECC", C_PKTS_RECOVERED_ECC, NULL),
  NUMBER ("c-pkts-recovered-resent", C_PKTS_RECOVERED_RESENT, NULL),
  NUMBER ("c-buffercount", C_BUFFERCOUNT, NULL),
  NUMBER ("c-totalbuffertime", C_TOTALBUFFERTIME, NULL),
  NUMBER ("c-quality", C_QUALITY, NULL),
  OWN ("s-ip", own_local_address),
  OWN ("s-dns", NULL),
  OWN ("s-totalclients", NULL),
  OWN ("s-cpu-util", NULL),
  OWN ("cs-user-name", NULL),
  OWN ("s-session-id", own_client),
  OWN ("s-content-path", NULL),
  TEXT ("cs-url", CS_URL, own_url),
  TEXT ("cs-media-name", CS_MEDIA_NAME, NULL),
  OWN ("c-max-bandwidth", NULL),
  TEXT ("cs-media-role", CS_MEDIA_ROLE, NULL),
  NUMBER ("s-proxied", S_PROXIED, own_zero),
  OWN ("x-external-id", own_external_id),
  OWN ("x-left", own_left),
  OWN ("x-packets-skipped", own_skipped),
  OWN ("x-lag-ms", own_lag),
  OWN ("x-rtt-us", own_rtt),
  OWN ("x-retransmits", own_retransmits),
  OWN ("x-start-delay-ms", own_start_delay),
};

/* MS-WMLOG 2.2, Windows Media Services: a blank is an underscore. */
static void
append (GString *line, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize n = (gsize)(g_utf8_next_char (at) - at);

      if (c == ' ')
        g_string_append_c (line, '_');
      else if (g_unichar_iscntrl (c) || g_unichar_isspace (c))
        for (gsize i = 0; i < n; i++)
          g_string_append_printf (line, "\\x%02x", (guint8)at[i]);
      else
        g_string_append_len (line, at, (gssize)n);
    }
}

static gboolean
is_number (const char *text)
{
  text += *text == '-';
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

/* (transfer full) (nullable) */
static char *
value_of (const Column *column,
          const SpVisit *visit,
          const SpPlayerReport *player)
{
  const char *said = player != NULL && column->field < SP_N_PLAYER_FIELDS
                         ? sp_player_report_value (player, column->field)
                         : NULL;

  if (said != NULL && (!column->is_number || is_number (said)))
    return g_strdup (said);
  return column->own != NULL ? column->own (visit) : NULL;
}

char *
sp_access_line_w3c (const SpVisit *visit, const SpPlayerReport *player)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char *value = value_of (&columns[i], visit, player);

      if (i > 0)
        g_string_append_c (line, ' ');
      append (line, value != NULL && *value != '\0' ? value : "-");
    }
  return g_string_free (line, FALSE);
}

char *
sp_access_line_w3c_header (gint64 now_unix_us)
{
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_utc (now_unix_us / G_USEC_PER_SEC);
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");
  GString *header = g_string_new ("#Software: Stream Pump " PACKAGE_VERSION "\n"
                                  "#Version: 1.0\n");

  g_string_append_printf (header, "#Date: %s\n#Fields:", date);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (header, " %s", columns[i].name);
  g_string_append_c (header, '\n');
  return g_string_free (header, FALSE);
}
