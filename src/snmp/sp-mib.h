/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-oid.h"
#include "sp-picture.h"

/** STREAM-PUMP-MIB over one picture: cells are made when they are read, rows
 * are found by binary search, so that a whole walk of a large table holds no
 * more than the picture. Pure; one thread at a time. All object identifiers
 * here are relative to the root of the module. */
typedef struct _SpMib SpMib;

typedef enum
{
  SP_MIB_CLIENTS_OFF,
  SP_MIB_CLIENTS_ANONYMOUS, /* no address, port, product, external id */
  SP_MIB_CLIENTS_FULL,
} SpMibClients;

/** The kinds of values as they go over the wire. */
typedef enum
{
  SP_MIB_INTEGER,  /* Integer32, enumerations */
  SP_MIB_UNSIGNED, /* Gauge32, Unsigned32 */
  SP_MIB_COUNTER32,
  SP_MIB_COUNTER64,
  SP_MIB_TICKS,
  SP_MIB_OCTETS,
  SP_MIB_OID,
  SP_MIB_OTHER, /* in a set: none of these */
} SpMibType;

#define SP_MIB_MAX_OCTETS 255

typedef struct
{
  SpMibType type;
  gint32 integer;
  guint64 number; /* UNSIGNED, COUNTER32, TICKS: 32 bits of it */
  guint n_octets;
  guint8 octets[SP_MIB_MAX_OCTETS];
  SpOid oid;
} SpMibValue;

/** What is not in the picture. */
typedef struct
{
  gint64 now_us;       /* monotonic */
  guint64 uptime_cs;   /* sysUpTime of the master agent, now */
  GHashTable *ordered; /* (nullable): set of the numbers of clients whose end
                          was ordered: guint64, g_int64_hash */
} SpMibMoment;

typedef struct _SpMibColumn SpMibColumn;
typedef struct _SpMibTable SpMibTable;
typedef struct
{
  guint32 index[2];
  gconstpointer data;
} SpMibRow;

/** One value that can be read; valid as long as the SpMib is. */
typedef struct
{
  const SpMibTable *table;
  const SpMibColumn *column;
  const SpMibRow *row;
} SpMibCell;

typedef enum
{
  SP_MIB_FOUND,
  SP_MIB_NO_INSTANCE, /* the object is known, the row is not there */
  SP_MIB_NO_OBJECT,
} SpMibAnswer;

/* Takes a reference of @picture. @root: of the module, for values that are
 * object identifiers. */
SpMib *sp_mib_new (SpPicture *picture, SpMibClients clients, const SpOid *root);
void sp_mib_free (SpMib *mib);
/* (transfer none) */
SpPicture *sp_mib_picture (SpMib *mib);

SpMibAnswer sp_mib_find (SpMib *mib, const SpOid *oid, SpMibCell *cell);
/* The first cell after @oid, or at it where @is_inclusive; FALSE: the end. */
gboolean sp_mib_next (SpMib *mib,
                      const SpOid *oid,
                      gboolean is_inclusive,
                      SpMibCell *cell);
void sp_mib_cell_oid (const SpMibCell *cell, SpOid *oid);
void sp_mib_read (SpMib *mib,
                  const SpMibCell *cell,
                  const SpMibMoment *moment,
                  SpMibValue *value);
const char *sp_mib_cell_name (const SpMibCell *cell);
/* Whether the answer to a request for @oid, or for what comes after it, may
 * lie in the table of clients. */
gboolean sp_mib_needs_clients (const SpOid *oid, gboolean is_next);

/* Every column, in order: calls @func until it says FALSE. For tests. */
typedef gboolean (*SpMibColumnFunc) (const char *name,
                                     const SpOid *oid,
                                     SpMibType type,
                                     gboolean is_writable,
                                     gpointer user_data);
void sp_mib_foreach_column (SpMibColumnFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMib, sp_mib_free)
