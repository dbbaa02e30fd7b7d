/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-picture.h"

/** What the outside may see and ask of the running pump: implemented by pump/,
 * used by admin/, snmp/ and whatever watches. Everything here is called on, and
 * calls back on, the main thread. */

/** All members that are set must match. */
typedef struct
{
  guint64 client;            /* 0: any */
  const char *stream;        /* NULL: any */
  GInetAddressMask *address; /* NULL: any */
  const char *external_id;   /* NULL: any */
} SpClientFilter;

typedef enum
{
  SP_ORDER_DONE,
  SP_ORDER_NOT_FOUND, /* no such stream, source */
  SP_ORDER_CONFLICT,  /* there is such a stream already */
  SP_ORDER_BAD,       /* the problems say why */
} SpOrderResult;

/** When a changed key takes effect. */
typedef enum
{
  SP_EFFECT_NOW,
  SP_EFFECT_NEW_CLIENTS, /* for those who come from now on */
  SP_EFFECT_RESTART,     /* not before the program is started again */
} SpEffect;

/* "now", "new clients only", "restart needed" */
const char *sp_effect_name (SpEffect effect);

typedef struct
{
  char *key; /* "streams[council].burst_ms", "admin.port" */
  SpEffect effect;
} SpReloadChange;

typedef struct
{
  gboolean is_applied;
  guint64 generation;  /* of the configuration in use now */
  GPtrArray *changes;  /* SpReloadChange; empty: nothing differs */
  GPtrArray *problems; /* char *: why it was refused */
} SpReloadReport;

/* Empty. */
SpReloadReport *sp_reload_report_new (void);
void
sp_reload_report_add (SpReloadReport *report, const char *key, SpEffect effect);
void sp_reload_report_free (SpReloadReport *report);

typedef struct
{
  gboolean is_on;       /* FALSE: take clients again */
  const char *redirect; /* where new clients are sent; NULL: 503 */
  guint deadline_s;     /* then those present are ended; 0: never */
} SpDrainOrder;

/** What may be set of a stream while it runs. */
typedef enum
{
  SP_STREAM_ORDER_UP,    /* serve it, if its source is there */
  SP_STREAM_ORDER_DOWN,  /* as "enabled": false */
  SP_STREAM_ORDER_DRAIN, /* take no new clients */
} SpStreamOrder;

typedef enum
{
  SP_STREAM_ADD,    /* body: as in "streams"; a path must be in it */
  SP_STREAM_CHANGE, /* body: the keys that differ; null takes one back */
  SP_STREAM_DELETE, /* no body */
} SpStreamEdit;

typedef struct _SpControl SpControl;
typedef struct
{
  void (*pump_info) (gpointer self, SpPumpInfo *info);
  /* (element-type SpStreamInfo) (transfer full), by path, with sources */
  GPtrArray *(*list_streams) (gpointer self);
  /* GPtrArray of SpClientInfo, by id, through a GTask */
  void (*list_clients) (gpointer self,
                        const SpClientFilter *filter,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  GPtrArray *(*list_clients_finish) (gpointer self,
                                     GAsyncResult *result,
                                     GError **error);
  /* The whole; with one row a client only where @has_clients. */
  void (*picture) (gpointer self,
                   gboolean has_clients,
                   GAsyncReadyCallback callback,
                   gpointer user_data);
  SpPicture *(*picture_finish) (gpointer self,
                                GAsyncResult *result,
                                GError **error);
  /* The number of clients that were ended. @ban_s > 0: what they came by (the
   * network, the external id, each one's address) is refused for so long. */
  void (*kick) (gpointer self,
                const SpClientFilter *filter,
                guint ban_s,
                GAsyncReadyCallback callback,
                gpointer user_data);
  gssize (*kick_finish) (gpointer self, GAsyncResult *result, GError **error);
  /* @by: "admin", "snmp", "house": for log and events. */
  void (*drain) (gpointer self, const SpDrainOrder *order, const char *by);
  /* (transfer full) */
  SpReloadReport *(*reload) (gpointer self, const char *by);
  SpOrderResult (*set_stream) (gpointer self,
                               const char *path,
                               SpStreamOrder order,
                               const char *by);
  SpOrderResult (*set_source) (gpointer self,
                               const char *path,
                               guint source_index,
                               gboolean is_enabled,
                               const char *by);
  /* Until the next reload or start, which take what the file says. @path: NULL
   * for ADD. @problems: (element-type utf8): filled on BAD and CONFLICT. */
  SpOrderResult (*edit_stream) (gpointer self,
                                SpStreamEdit edit,
                                const char *path,
                                JsonObject *body,
                                const char *by,
                                GPtrArray *problems);
  void (*set_notifying) (gpointer self, gboolean is_notifying, const char *by);
  /* (transfer none): outlives every user of the control. */
  SpEvents *(*events) (gpointer self);
} SpControlClass;

struct _SpControl
{
  const SpControlClass *class;
  gpointer self;
};

gboolean sp_client_filter_matches (const SpClientFilter *filter,
                                   guint64 client,
                                   const char *stream,
                                   GInetAddress *address,
                                   const char *external_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpReloadReport, sp_reload_report_free)
