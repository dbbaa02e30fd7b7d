/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"
#include "sp-json.h"

#define SP_CONFIG_MAX_DEPTH 32 /* of brackets; six are in use */

/** What the readers of the parts of a file share; lives as long as one parse.
 */
typedef struct
{
  const char *folder;      /* where relative paths start, absolute */
  const SpConfig *running; /* (nullable): what a reload replaces */
  SpJsonProblems *problems;
} SpConfigReader;

/* sp-config-server.c */
void sp_config_read_server (SpConfigReader *reader,
                            SpJsonObject *root,
                            SpConfig *config);
void sp_config_read_limits (SpJsonObject *parent,
                            const SpLimitsConfig *fallback,
                            SpLimitsConfig *limits);

/* sp-config-watch.c: what is for those who watch the pump */
void sp_config_read_watch (SpConfigReader *reader,
                           SpJsonObject *root,
                           SpConfig *config);
void sp_config_clear_watch (SpConfig *config);

/* sp-config-streams.c */
void sp_config_read_streams (SpConfigReader *reader,
                             SpJsonObject *root,
                             SpConfig *config);
void sp_stream_config_free (SpStreamConfig *stream);

/* sp-config-source.c: one of "type" and "source_options" of @object; (nullable)
 * (transfer full). */
SpSourceConfig *sp_config_read_source (SpConfigReader *reader,
                                       SpJsonObject *object,
                                       gboolean is_fallback);
void sp_source_config_free (SpSourceConfig *source);

/* sp-config-check.c: each looks at the value of @key, adds a problem when it is
 * no good and is then FALSE. NULL is good. */
gboolean
sp_config_check_name (SpJsonObject *object, const char *key, const char *name);
gboolean sp_config_check_stream_path (SpJsonObject *object,
                                      const char *key,
                                      const char *path);
gboolean sp_config_check_url_path (SpJsonObject *object,
                                   const char *key,
                                   const char *path);
gboolean sp_config_check_visible (SpJsonObject *object,
                                  const char *key,
                                  const char *text);
gboolean sp_config_check_redirect (SpJsonObject *object,
                                   const char *key,
                                   const char *uri);
gboolean sp_config_check_server_token (SpJsonObject *object,
                                       const char *key,
                                       const char *token);
gboolean
sp_config_check_file (SpJsonObject *object, const char *key, const char *file);
gboolean
sp_config_check_oid (SpJsonObject *object, const char *key, const char *oid);

int sp_config_file_fault (const char *file);

/* (transfer full) (nullable): the value of @key, "" counting as absent. */
char *sp_config_read_text (SpJsonObject *object, const char *key);
/* (transfer full) (nullable): the same as an absolute path. */
char *sp_config_read_file_name (SpConfigReader *reader,
                                SpJsonObject *object,
                                const char *key);
/* (transfer full) (nullable): a host name or address without brackets, in
 * ASCII. */
char *sp_config_read_host (SpJsonObject *object, const char *key);
/* (transfer full) (nullable): @text as an IP address, "localhost" as
 * 127.0.0.1; @name is the key for a problem. */
char *
sp_config_address (SpJsonObject *object, const char *name, const char *text);
