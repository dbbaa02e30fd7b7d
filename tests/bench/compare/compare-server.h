/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-process.h"

typedef enum
{
  COMPARE_PUMP,
  COMPARE_BARE,
  COMPARE_BARE_FILE,
  COMPARE_PUMP_TLS,
  COMPARE_BARE_TLS,
  COMPARE_CUBEMAP,
  COMPARE_ICECAST,
  COMPARE_VLC,
  COMPARE_N_KINDS
} CompareKind;

/** What is sent to each viewer. */
typedef struct
{
  guint kbps; /* of each stream */
  guint packet_size;
  guint n_streams;
  guint flush_ms; /* of servers that have such a setting */
} CompareFeed;

/** A server with what feeds it. The processor and memory of @server alone are
 * measured. */
typedef struct
{
  CompareKind kind;
  CompareFeed feed;
  char *folder;
  CompareProcess *server;
  CompareProcess *source; /* NULL: the server feeds itself */
  guint16 port;
  guint16 admin_port; /* 0: none */
  GPtrArray *urls;    /* for the load client, one a stream */
} CompareServer;

CompareServer *compare_server_start (CompareKind kind,
                                     const CompareFeed *feed,
                                     GError **error);
void compare_server_stop (CompareServer *server);

/* In results and on the command line. */
const char *compare_kind_name (CompareKind kind);
/* For people, and the package it comes from (nullable: ours). */
const char *compare_kind_title (CompareKind kind);
const char *compare_kind_package (CompareKind kind);
/* How the load client is to read it: "mmsh", "loose" or "raw". */
const char *compare_kind_framing (CompareKind kind);
/* Its packets carry stamps: lateness can be told. */
gboolean compare_kind_is_stamped (CompareKind kind);
/* (nullable): the program it needs, when that is not there. */
const char *compare_kind_missing (CompareKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CompareServer, compare_server_stop)
