/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-access-log.h"
#include "sp-admin.h"
#include "sp-admission.h"
#include "sp-agent.h"
#include "sp-alarms.h"
#include "sp-app.h"
#include "sp-canary.h"
#include "sp-certs.h"
#include "sp-config-diff.h"
#include "sp-drain.h"
#include "sp-heap.h"
#include "sp-listener.h"
#include "sp-mmsh-service.h"
#include "sp-overload.h"
#include "sp-pulse.h"
#include "sp-source.h"
#include "sp-stream-numbers.h"
#include "sp-supervisor.h"
#include "sp-worker.h"

struct _SpApp
{
  SpConfig *config;
  char *file;
  SpMailbox *mailbox; /* the main thread's */
  GSource *mail;
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshService *service;
  SpHttpService http;
  SpSourceContext source_context;
  SpSupervisor *supervisor;
  SpSource *demo;
  SpWorker **workers;
  guint n_workers;
  SpListener *listener;
  SpAdmin *admin;
  SpControl control;
  char *media_address; /* of the first plain listener */
  guint16 media_port;
  GTlsCertificate *certificate; /* NULL: no TLS */
  GPtrArray *certs;             /* SpCertInfo, as last looked at */
  SpEvents *events;
  SpAlarms *alarms;
  SpStreamNumbers *numbers;
  SpPulse *pulse;
  SpOverloadMeter overload;
  guint max_connections; /* of the media ports */
  SpHeap heap;
  SpAgent *agent; /* NULL: SNMP is off */
  SpCanary *canary;
  SpAccessLog *access;      /* NULL: not started yet */
  GHashTable *draining;     /* paths of streams that take no new clients */
  GHashTable *down;         /* of those that were set down by an order */
  GPtrArray *leaving;       /* removed streams whose clients are not gone */
  SpStreamCounters retired; /* of those that are */
  SpDrain drain;
  char drain_by[32];
  char *drain_redirect;
  gboolean is_leaving; /* drains in order to stop */
  void (*on_left) (gpointer user_data);
  gpointer on_left_data;
  gboolean is_stopping;
  gboolean is_notifying;
  SpPumpState state;
  gint64 state_us;
  gint64 started_us;
  gint64 started_unix_us;
  gint64 streams_changed_us;
  gint64 applied_unix_us; /* configuration */
  gint64 tried_unix_us;
  SpConfigResult config_result;
  guint64 generation;
  guint tick_id;
  guint look_id;
  guint certs_id;
};

/* sp-app.c */
void sp_app_set_service (SpApp *app);
void sp_app_set_proxy (SpApp *app);

/* sp-app-open.c: ports and what they show */
void sp_app_describe_certs (SpApp *app, GPtrArray *certs);
void sp_app_look_at_certs (SpApp *app);
gboolean sp_app_renew_certificate (SpApp *app);

/* sp-app-streams.c */
void sp_app_start_streams (SpApp *app, SpConfig *config);
void sp_app_change_stream (SpApp *app, const SpConfigChange *change);
void sp_app_set_stream_policy (SpApp *app, const char *path);

/* sp-app-overload.c */
guint sp_app_max_connections (guint limit, guint others);
void sp_app_overload_init (SpApp *app, guint descriptors);
void sp_app_set_limits (SpApp *app);
void sp_app_look_at_lateness (SpApp *app, gint64 now_us);
void sp_app_look_at_resources (SpApp *app, const SpPumpInfo *info);
void sp_app_fill_overload (SpApp *app, gint64 now_us, SpPumpInfo *info);

/* sp-app-control.c */
extern const SpControlClass sp_app_control;

/* sp-app-picture.c */
GPtrArray *sp_app_list_streams (SpApp *app);
void sp_app_fold_leaving (SpApp *app);
void sp_app_sum_up (SpApp *app, GPtrArray *infos, SpStreamCounters *totals);
void sp_app_pump_info (SpApp *app, SpPumpInfo *info);
void sp_app_picture (gpointer self,
                     gboolean has_clients,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
SpPicture *
sp_app_picture_finish (gpointer self, GAsyncResult *result, GError **error);

/* sp-app-orders.c, sp-app-drain.c, sp-app-reload.c: orders of the control */
void
sp_app_set_notifying (gpointer self, gboolean is_notifying, const char *by);
SpOrderResult sp_app_edit_stream (gpointer self,
                                  SpStreamEdit edit,
                                  const char *path,
                                  JsonObject *body,
                                  const char *by,
                                  GPtrArray *problems);
SpOrderResult sp_app_set_stream (gpointer self,
                                 const char *path,
                                 SpStreamOrder order,
                                 const char *by);
SpOrderResult sp_app_set_source (gpointer self,
                                 const char *path,
                                 guint source_index,
                                 gboolean is_enabled,
                                 const char *by);
SpConfig *sp_app_keep_down (SpApp *app, SpConfig *config);
void sp_app_drain (gpointer self, const SpDrainOrder *order, const char *by);
void sp_app_look_at_drain (SpApp *app);
SpReloadReport *sp_app_reload (gpointer self, const char *by);
void sp_app_apply (SpApp *app, SpConfig *config);

/* sp-app-events.c */
void sp_app_events_init (SpApp *app);
void sp_app_tell (SpApp *app,
                  SpEventKind kind,
                  const char *stream,
                  const char *format,
                  ...) G_GNUC_PRINTF (4, 5);
void sp_app_look_at_stream (SpApp *app, SpStream *stream);
void sp_app_on_client_in (gpointer app, gpointer info);
void sp_app_on_client_out (gpointer app, gpointer visit);

/* sp-app-watchers.c */
void sp_app_start_watchers (SpApp *app);
void sp_app_set_access_log (SpApp *app);
void sp_app_set_canary (SpApp *app);
