/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

typedef enum
{
  SP_SOURCE_MMSH_PULL,
  SP_SOURCE_MMSH_PUSH,
  SP_SOURCE_FILE,
} SpSourceType;

typedef enum
{
  SP_SLOW_SKIP, /* jump to the newest key frame */
  SP_SLOW_HOLD, /* keep it as long as the ring has its packets */
  SP_SLOW_CUT,  /* end it */
} SpSlowViewer;

typedef enum
{
  SP_UA_BROWSER, /* browsers get a landing page, players MMSH or bare ASF */
  SP_UA_STRICT,  /* MS-WMSP: only NSPlayer, NSServer, WMCacheProxy */
  SP_UA_OFF,     /* everybody gets MMSH */
} SpUaCheck;

typedef struct
{
  guint clients; /* 0: no limit, as everywhere here */
  guint clients_per_address;
  guint bandwidth_kbps;
} SpLimitsConfig;

/** Of the server alone: what it measures of itself. */
typedef struct
{
  guint lateness_ms; /* 400; 0: no limit, as the next */
  guint memory_mb;   /* MiB */
} SpOverloadConfig;

/* mmsh_pull: host, port, path, tls, ca, user, password, user_agent.
 * file: file (absolute). mmsh_push: nothing. */
typedef struct
{
  SpSourceType type;
  char *host;
  guint16 port; /* 80, with tls 443 */
  char *path;   /* starts with / */
  gboolean tls;
  char *ca; /* PEM file, absolute; NULL: the system's */
  char *user;
  char *password;
  char *user_agent; /* NULL: the built-in one */
  guint connect_ms; /* 10000 */
  guint stall_ms;   /* 15000: no data for so long is a loss */
  guint retry_ms;   /* 10000: up to twice that between attempts */
  char *file;
} SpSourceConfig;

typedef struct
{
  char *name;
  char *path;
  gboolean enabled;
  GPtrArray *sources; /* SpSourceConfig: the main one, then the fallbacks */
  gboolean on_demand;
  guint burst_ms;         /* 2000 */
  guint hold_ms;          /* 60000 */
  guint flush_ms;         /* 100 */
  guint push_takeover_ms; /* 10000 */
  guint linger_ms;        /* 30000 */
  SpSlowViewer slow_viewer;
  guint slow_viewer_ms; /* 10000 */
  SpLimitsConfig limits;
} SpStreamConfig;

typedef enum
{
  SP_CONFIG_CLIENTS_OFF,
  SP_CONFIG_CLIENTS_ANONYMOUS, /* no address, no external id */
  SP_CONFIG_CLIENTS_FULL,
} SpConfigClients;

typedef struct
{
  gboolean enabled; /* FALSE: also where there is no "snmp" */
  char *agentx;     /* "unix:/var/agentx/master" */
  char *root_oid;   /* "1.3.6.1.4.1.8072.9999.9999.7867" */
  char *context;    /* "": the default one */
  guint ping_s;     /* 5 */
  guint max_age_ms; /* 2000 */
  SpConfigClients client_table;
  gboolean writes;
  gboolean notify;
  guint notify_rate; /* 10 a second */
} SpSnmpConfig;

typedef enum
{
  SP_ACCESS_OFF,
  SP_ACCESS_JOURNAL,
  SP_ACCESS_FILE,
} SpAccessTarget;

typedef struct
{
  SpAccessTarget to;
  char *file;       /* absolute; NULL unless FILE */
  gboolean is_json; /* else W3C extended */
} SpAccessConfig;

typedef struct
{
  guint grace_ms; /* 0: a stop waits for nobody */
  char *redirect; /* NULL: new clients get 503 */
} SpDrainConfig;

/** What a configuration file says, whole and checked. Immutable, counted. */
typedef struct
{
  grefcount ref_count;
  char *text;     /* as it was read */
  char *file;     /* that it came from, or what stands for one */
  char *revision; /* SHA-256 of the text, in hex */
  GStrv listen;   /* addresses; default { "::", "0.0.0.0" } */
  guint16 port;   /* 8086; 0 lets the kernel choose (tests) */
  gboolean ssl;
  guint16 ssl_port; /* 8089 */
  char *ssl_key;    /* absolute */
  char *ssl_cert;
  gboolean use_http_proxy;
  char *http_proxy_host;
  guint16 http_proxy_port;
  gboolean use_proxy_for_local_addresses;
  char *redirect_404_to;
  char *user;
  char *group;
  guint workers;
  SpLimitsConfig limits;
  SpOverloadConfig overload;  /* of "limits", too */
  char *admin_listen;         /* "127.0.0.1" */
  gboolean is_admin_optional; /* nobody asked for it: served where the port is
                                 free */
  guint16 admin_port;         /* 8087 */
  char *admin_token_file;     /* absolute; NULL: none */
  char *admin_token;          /* read from it; NULL: none */
  char *admin_socket;         /* absolute; NULL: none */
  SpSnmpConfig snmp;
  SpAccessConfig access_log;
  SpDrainConfig drain;
  guint canary_ms;             /* 60000; 0: off */
  guint certificate_warn_days; /* 21 */
  SpUaCheck ua_check;
  char *server_token; /* towards viewers; default "Rex/12.0.7600.16385" */
  GPtrArray *streams; /* SpStreamConfig */
  GHashTable *streams_by_path; /* for sp_config_find_stream() */
} SpConfig;

/* All of the configuration, or NULL with every problem in @problems, each
 * "FILE: streams[1].type: MESSAGE" or, for JSON syntax, "FILE:LINE:COLUMN:
 * MESSAGE". Relative paths count from @file's folder. */
SpConfig *sp_config_load (const char *file, GPtrArray *problems);
/* The same from text; @file only names it and is where relative paths start. */
SpConfig *sp_config_parse (const char *text,
                           gsize len,
                           const char *file,
                           GPtrArray *problems);
/* The same for a reload. After a start as root the daemon may no longer read
 * what it opened then: TLS key, certificate and token file of @running are
 * taken for good where only the right to read them is gone. */
SpConfig *
sp_config_reload (const char *file, SpConfig *running, GPtrArray *problems);
/* The same from text that takes the place of what @running was read from. */
SpConfig *sp_config_parse_again (const char *text,
                                 gsize len,
                                 const SpConfig *running,
                                 GPtrArray *problems);
SpConfig *sp_config_ref (SpConfig *config);
void sp_config_unref (SpConfig *config);
/* (nullable) (transfer none): without regard to case */
SpStreamConfig *sp_config_find_stream (SpConfig *config, const char *path);
gboolean sp_stream_config_equal (const SpStreamConfig *a,
                                 const SpStreamConfig *b);
gboolean sp_source_config_equal (const SpSourceConfig *a,
                                 const SpSourceConfig *b);
/* All of them, in order. */
gboolean sp_stream_config_sources_equal (const SpStreamConfig *a,
                                         const SpStreamConfig *b);
gboolean sp_limits_config_equal (const SpLimitsConfig *a,
                                 const SpLimitsConfig *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpConfig, sp_config_unref)
