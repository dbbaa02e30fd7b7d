/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admin.h"
#include "sp-admission.h"
#include "sp-app.h"
#include "sp-config-diff.h"
#include "sp-listener.h"
#include "sp-mmsh-service.h"
#include "sp-source.h"
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
  GHashTable *told; /* stream path -> what the log was last told of it */
  gboolean is_stopping;
  gint64 started_us;
  guint64 generation;
  guint tick_id;
};

/* sp-app-streams.c */
void sp_app_start_streams (SpApp *app, SpConfig *config);
void sp_app_change_stream (SpApp *app, const SpConfigChange *change);
void sp_app_on_stream_changed (SpStream *stream, gpointer user_data);

/* sp-app-control.c */
extern const SpControlClass sp_app_control;

/* sp-app-log.c: one line a transition of a stream's source */
void sp_app_log_stream (SpApp *app, SpStream *stream);
void sp_app_told_free (gpointer told);
