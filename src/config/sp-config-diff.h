/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"

/** In the order in which they are to be applied. */
typedef enum
{
  SP_CONFIG_STREAM_REMOVED, /* old_stream */
  SP_CONFIG_REDIRECT,       /* redirect_404_to */
  SP_CONFIG_IDENTITY,       /* ua_check, server_token */
  SP_CONFIG_LIMITS,         /* the server's */
  SP_CONFIG_ADMIN_TOKEN,
  SP_CONFIG_PROXY, /* for the next pulls */
  SP_CONFIG_ACCESS_LOG,
  SP_CONFIG_WATCH,          /* drain, canary, certificates: read when needed */
  SP_CONFIG_STREAM_POLICY,  /* both; its sources go on */
  SP_CONFIG_STREAM_SOURCES, /* both; its sources restart, its clients stay */
  SP_CONFIG_STREAM_ADDED,   /* new_stream */
  SP_CONFIG_NEEDS_RESTART,  /* not to be applied: path is the key */
} SpConfigChangeKind;

/** One difference; the streams belong to the configurations compared. */
typedef struct
{
  SpConfigChangeKind kind;
  char *path; /* a stream's path or a key, "admin.port" */
  SpStreamConfig *old_stream;
  SpStreamConfig *new_stream;
} SpConfigChange;

/* (transfer full): of SpConfigChange, ordered by kind, then as the
 * configurations have them. A stream with another type of main source, or
 * switched on or off, is removed and added; another name is a new policy. */
GPtrArray *sp_config_diff (SpConfig *old_config, SpConfig *new_config);
