/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"

typedef enum
{
  SP_MMSH_DESCRIBE,
  SP_MMSH_PLAY,
  SP_MMSH_PIPELINE,
  SP_MMSH_PLAY_NEXT_ENTRY,
  SP_MMSH_SELECT_STREAM,
  SP_MMSH_KEEP_ALIVE, /* OPTIONS * and POST xKeepAliveInPause */
  SP_MMSH_PUSH_SETUP,
  SP_MMSH_PUSH_START,
  SP_MMSH_GET_CONTENT_INFO,
  SP_MMSH_SEND_EVENT,
  SP_MMSH_LOG,
  SP_MMSH_STOP,
  SP_MMSH_BAD_METHOD, /* 405 */
  SP_MMSH_BAD,        /* 400 */
} SpMmshKind;

typedef enum
{
  SP_AGENT_NONE,
  SP_AGENT_WINDOWS_MEDIA, /* NSPlayer, NSServer, WMCacheProxy; WMEncoder to
                             pushers */
  SP_AGENT_BROWSER,       /* Mozilla/, Opera */
  SP_AGENT_OTHER,         /* VLC/, Lavf/, curl, ... */
} SpAgentKind;

typedef struct
{
  guint16 from; /* 0xffff: none */
  guint16 to;
  guint8 level;
} SpMmshSwitch;

#define SP_MMSH_MAX_SWITCHES 128

/** What the head of an MMSH request says (MS-WMSP 2.2.1, MS-WMHTTP 2.2.1). */
typedef struct
{
  SpMmshKind kind;
  SpAgentKind agent;
  guint agent_major; /* 0 when the agent names none */
  guint agent_minor;
  gboolean is_server_agent; /* NSServer */
  gboolean has_mmsh_pragma; /* any token of MS-WMSP but no-cache */
  gboolean has_client_id;
  guint32 client_id;
  gboolean version11_enabled;
  guint request_context;
  char client_guid[39];   /* "{...}" or "" */
  gboolean has_supported; /* a Supported header was sent */
  gboolean supports_predstrm;
  guint n_switches;
  SpMmshSwitch switches[SP_MMSH_MAX_SWITCHES];
  char *log_line; /* (nullable) */
  char *push_id;  /* (nullable): cookie, as sent; "0" is a new session */
} SpMmshRequest;

/* Pure; evaluates the table in the order of mmsh request kinds: method, Pragma
 * tokens, content type. Pragma lines are merged; commas inside quotes do not
 * split; log-line and stream-switch-entry own the rest of their line; numbers
 * are a leading run of digits; unknown tokens are ignored. */
void sp_mmsh_request_read (SpMmshRequest *request, const SpHttpRequest *http);
void sp_mmsh_request_clear (SpMmshRequest *request);
