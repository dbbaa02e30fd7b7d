/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

typedef enum
{
#define SP_PLAYER_FIELD(name, text) SP_PLAYER_##name,
#include "sp-player-fields.def"
#undef SP_PLAYER_FIELD
  SP_N_PLAYER_FIELDS
} SpPlayerField;

#define SP_N_PLAYER_BASIC (SP_PLAYER_S_CPU_UTIL + 1) /* MS-WMLOG 2.2.1 */

/* As MS-WMLOG writes them, by SpPlayerField. */
extern const char *const sp_player_field_names[SP_N_PLAYER_FIELDS];

/** What a player says of its own playback in a log of MS-WMLOG. A member that
 * the log leaves out, or gives as "-", is SP_PLAYER_UNKNOWN or NULL. */
#define SP_PLAYER_UNKNOWN (-1)

typedef struct
{
  gint64 at_us;             /* when the log came; 0: none came */
  gint64 buffering_count;   /* c-buffercount */
  gint64 buffering_ms;      /* c-totalbuffertime, which is in seconds */
  gint64 packets_received;  /* c-pkts-received */
  gint64 packets_lost;      /* c-pkts-lost-client: never recovered */
  gint64 packets_lost_net;  /* c-pkts-lost-net */
  gint64 packets_recovered; /* c-pkts-recovered-ECC and -resent */
  gint64 quality_percent;   /* c-quality */
  gint64 played_s;          /* x-duration */
  gint64 bandwidth_bps;     /* avgbandwidth */
  gint64 status;            /* c-status: 200, 210, ... */
  char *player_version;     /* c-playerversion */
  char *os;                 /* c-os and c-osversion */
  char *player_id;          /* c-playerid, a GUID */
  GPtrArray *values;        /* (nullable): all it sent, as text; shared and
                               never changed: ask sp_player_report_value() */
} SpPlayerReport;

/* All members unknown. */
void sp_player_report_init (SpPlayerReport *report);
void sp_player_report_clear (SpPlayerReport *report);
void sp_player_report_copy (SpPlayerReport *to, const SpPlayerReport *from);
/* (nullable): the field as it was sent; valid UTF-8, no control bytes. */
const char *sp_player_report_value (const SpPlayerReport *report,
                                    SpPlayerField field);
/* (transfer full): room for all fields, none known. */
GPtrArray *sp_player_values_new (void);

/** Where the logs of one client's player arrive, on whatever connection: shared
 * by who reads them and the client's own connection. Counted; any thread. */
typedef struct _SpPlayer SpPlayer;

/** What is new since the log before; each at least 0. */
typedef struct
{
  guint64 stalls;
  guint64 stall_ms;
  guint64 packets_lost;
} SpPlayerNews;

SpPlayer *sp_player_new (void);
SpPlayer *sp_player_ref (SpPlayer *player);
void sp_player_unref (SpPlayer *player);
/* Keeps a copy of @report, and of the report before what @report leaves out. A
 * value below the last one began anew. */
void sp_player_put (SpPlayer *player,
                    const SpPlayerReport *report,
                    SpPlayerNews *news);
/* A log that tells how long it played (not only who it is) has come at
 * @since_us or later. */
gboolean sp_player_has_told (SpPlayer *player, gint64 since_us);
/* FALSE: no log has come; @report is initialised either way. */
gboolean sp_player_get (SpPlayer *player, SpPlayerReport *report);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpPlayerReport, sp_player_report_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPlayer, sp_player_unref)
