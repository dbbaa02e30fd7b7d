/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What a log entry is about; any member may be NULL or 0. Written as the
 * journal fields STREAM_PUMP_STREAM, STREAM_PUMP_CLIENT, STREAM_PUMP_PEER,
 * MESSAGE_ID; on a terminal the message is followed by them. */
typedef struct
{
  const char *stream;     /* stream path */
  const char *peer;       /* "192.0.2.1:4711" */
  guint64 client;         /* client id */
  const char *message_id; /* one of SP_MESSAGE_ */
} SpLogFields;

/* 128-bit ids an operator can grep for: journalctl MESSAGE_ID=... */
#define SP_MESSAGE_STARTED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c01"
#define SP_MESSAGE_STOPPED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c02"
#define SP_MESSAGE_RELOADED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c03"
#define SP_MESSAGE_CONFIG_REJECTED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c04"
#define SP_MESSAGE_SOURCE_UP "6f0d7a6a41d54b0c9c7a3d1f5e8b2c05"
#define SP_MESSAGE_SOURCE_DOWN "6f0d7a6a41d54b0c9c7a3d1f5e8b2c06"
#define SP_MESSAGE_HEADER_CHANGED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c07"
#define SP_MESSAGE_CLIENT_IN "6f0d7a6a41d54b0c9c7a3d1f5e8b2c08"
#define SP_MESSAGE_CLIENT_OUT "6f0d7a6a41d54b0c9c7a3d1f5e8b2c09"
#define SP_MESSAGE_CLIENT_KICKED "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0a"
#define SP_MESSAGE_BAD_INPUT "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0b"
#define SP_MESSAGE_LIMIT "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0c"
#define SP_MESSAGE_ACCESS "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0d"
#define SP_MESSAGE_SOURCE_HEALTH "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0e"
#define SP_MESSAGE_MASS_LAG "6f0d7a6a41d54b0c9c7a3d1f5e8b2c0f"
#define SP_MESSAGE_CERTIFICATE "6f0d7a6a41d54b0c9c7a3d1f5e8b2c10"
#define SP_MESSAGE_CANARY "6f0d7a6a41d54b0c9c7a3d1f5e8b2c11"
#define SP_MESSAGE_DRAIN "6f0d7a6a41d54b0c9c7a3d1f5e8b2c12"
#define SP_MESSAGE_ORDER "6f0d7a6a41d54b0c9c7a3d1f5e8b2c13"
#define SP_MESSAGE_AGENT "6f0d7a6a41d54b0c9c7a3d1f5e8b2c14"

/* Once, before any thread. G_MESSAGES_DEBUG=all shows debug and info on stderr;
 * otherwise stderr gets message and above, the journal info and above. */
void sp_log_init (void);
/* Debug entries of this program are shown: what is dear to make is made. */
gboolean sp_log_is_debug (void);
/* Entries go to the journal. */
gboolean sp_log_has_journal (void);
/* G_LOG_LEVEL_DEBUG, _INFO, _MESSAGE or _WARNING. @fields may be NULL. Control
 * bytes in what a peer sent are written as \xNN by the log writer. */
void sp_log (GLogLevelFlags level,
             const SpLogFields *fields,
             const char *format,
             ...) G_GNUC_PRINTF (3, 4);

/** A bucket for log lines that a peer can cause: @burst at once, then one a
 * @per_us. Not thread safe; each owner has its own. */
typedef struct
{
  gint64 next_us;
  guint left;
  guint suppressed; /* lines refused since the last that was let through */
} SpLogLimit;

gboolean sp_log_limit_allow (SpLogLimit *limit,
                             gint64 now_us,
                             guint burst,
                             gint64 per_us);
