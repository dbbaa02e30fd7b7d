/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-config.h"
#include "sp-stream.h"

/** Something that feeds a stream at one rank, made by the supervisor, on the
 * main thread: it connects, reconnects and never gives up until it is freed. */
typedef struct _SpSource SpSource;
typedef struct
{
  void (*free) (SpSource *source);
} SpSourceClass;

struct _SpSource
{
  const SpSourceClass *class;
};

/** What all sources share. */
typedef struct
{
  GProxyResolver *proxy; /* (nullable): for pulls */
  char *pump_id;         /* for Via: the loop guard */
} SpSourceContext;

/* MMSH pull over HTTP (MS-WMSP client). */
SpSource *sp_pull_new (const SpSourceConfig *config,
                       SpStream *stream,
                       guint rank,
                       const SpSourceContext *context);
/* An .asf file looped as if live. */
SpSource *
sp_file_new (const SpSourceConfig *config, SpStream *stream, guint rank);
/* The same from memory, for --demo. @data: (transfer none) */
SpSource *sp_file_new_from_bytes (GBytes *data, SpStream *stream, guint rank);
void sp_source_free (SpSource *source);

/* use_http_proxy and its three keys as a resolver: NULL when off. Addresses of
 * this host and of private networks go direct unless @config says otherwise. */
GProxyResolver *sp_source_proxy_resolver (const SpConfig *config);
