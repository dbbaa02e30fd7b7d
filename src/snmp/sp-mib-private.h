/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mib.h"

/** What the rows of a table are; tables that share a row share these. */
typedef enum
{
  SP_MIB_ROWS_SCALAR, /* one row, index 0: the SpPicture */
  SP_MIB_ROWS_STREAM, /* SpStreamInfo */
  SP_MIB_ROWS_LAG,    /* SpStreamInfo; index[1]: bucket + 1 */
  SP_MIB_ROWS_SOURCE, /* SpSourceInfo */
  SP_MIB_ROWS_CLIENT, /* SpClientInfo */
  SP_MIB_ROWS_WORST,  /* SpWorstClient */
  SP_MIB_ROWS_LISTENER,
  SP_MIB_ROWS_CERT,
  SP_MIB_ROWS_EVENT, /* SpEvent */
  SP_MIB_N_ROWS
} SpMibRows;

/** How a member of the row becomes a value. */
typedef enum
{
  SP_MIB_AS_MADE,     /* by the column's function */
  SP_MIB_AS_UINT,     /* guint */
  SP_MIB_AS_UINT16,   /* guint16 */
  SP_MIB_AS_UINT64,   /* guint64 */
  SP_MIB_AS_LOW32,    /* guint64: its lower half, a number and not an amount */
  SP_MIB_AS_REPORTED, /* gint64 of a player's report, unknown: 0 */
  SP_MIB_AS_KBPS,     /* guint64, bits per second */
  SP_MIB_AS_INT,      /* int, or an enumeration numbered as in the MIB */
  SP_MIB_AS_ENUM,     /* an enumeration that starts from 0, from 1 in the MIB */
  SP_MIB_AS_TRUTH,    /* gboolean: TruthValue */
  SP_MIB_AS_STAMP,    /* gint64, monotonic us: TimeStamp */
  SP_MIB_AS_DATE,     /* gint64, monotonic us: DateAndTime */
  SP_MIB_AS_DATE_UNIX, /* gint64, us since 1970: DateAndTime */
  SP_MIB_AS_TEXT,      /* char * */
  SP_MIB_AS_CHARS,     /* char[] */
  SP_MIB_AS_URL,       /* char *: ASCII only */
  SP_MIB_AS_ADDRESS,   /* char *: InetAddress */
  SP_MIB_AS_FAMILY,    /* char *: InetAddressType of that */
  SP_MIB_AS_NOTHING,   /* the value is zero, or empty: nothing is known */
} SpMibHow;

typedef struct
{
  SpMib *mib;
  const SpMibMoment *moment;
  const SpMibRow *row;
} SpMibPlace;

struct _SpMibColumn
{
  guint32 arc;
  const char *name;
  SpMibType type;
  SpMibHow how;
  gsize offset; /* of the member in the row */
  guint most;   /* TEXT, URL: octets */
  gboolean is_writable;
  gboolean is_personal; /* not shown in an anonymous table of clients */
  void (*make) (const SpMibPlace *place, SpMibValue *value);
};

#define SP_MIB_MAX_PREFIX 4

struct _SpMibTable
{
  guint n_prefix;
  guint32 prefix[SP_MIB_MAX_PREFIX]; /* under it are the columns */
  SpMibRows rows;
  guint n_index;
  const SpMibColumn *columns; /* by arc */
  guint n_columns;
};

/* In the order of their identifiers. */
extern const SpMibTable sp_mib_pump_table, sp_mib_stream_scalars_table,
    sp_mib_stream_table, sp_mib_quality_table, sp_mib_lag_table,
    sp_mib_canary_table, sp_mib_source_table, sp_mib_client_scalars_table,
    sp_mib_client_table, sp_mib_worst_table, sp_mib_listener_table,
    sp_mib_cert_table, sp_mib_house_table, sp_mib_notify_table,
    sp_mib_event_scalars_table, sp_mib_event_table;

struct _SpMib
{
  SpPicture *picture;
  SpMibClients clients;
  SpOid root;
  guint n_streams;
  guint n_streams_up;
  guint n_streams_alarm;
  GArray *rows[SP_MIB_N_ROWS]; /* SpMibRow, by index */
};

/* Of spStreamOperStatus. */
typedef enum
{
  SP_MIB_STREAM_UP = 1,
  SP_MIB_STREAM_CONNECTING = 2,
  SP_MIB_STREAM_NO_SOURCE = 3,
  SP_MIB_STREAM_STALLED = 4,
  SP_MIB_STREAM_DISABLED = 5,
  SP_MIB_STREAM_IDLE = 7,
} SpMibStreamStatus;

SpMibStreamStatus sp_mib_stream_status (const SpPicture *picture,
                                        const SpStreamInfo *info);
void sp_mib_make_rows (SpMib *mib);

/* sp-mib-value.c: each sets type and value. */
void sp_mib_value_zero (SpMibType type, SpMibValue *value);
void sp_mib_value_integer (SpMibValue *value, gint64 integer);
/* UNSIGNED is held at its largest value, COUNTER32 and TICKS begin anew. */
void sp_mib_value_number (SpMibType type, SpMibValue *value, guint64 number);
/* The longest whole characters of it that fit; NULL: empty. */
void sp_mib_value_text (SpMibValue *value, const char *text, guint most);
void sp_mib_value_url (SpMibValue *value, const char *url, guint most);
/* The path of a stream as spStreamName. */
void sp_mib_value_path (SpMibValue *value, const char *path, guint most);
void sp_mib_value_date (SpMibValue *value, gint64 unix_us);
void sp_mib_value_no_date (SpMibValue *value);
void
sp_mib_value_stamp (SpMibValue *value, const SpMibMoment *moment, gint64 at_us);
/* NULL and what is no address: unknown(0), empty. */
void sp_mib_value_family (SpMibValue *value, const char *address);
void sp_mib_value_address (SpMibValue *value, const char *address);
