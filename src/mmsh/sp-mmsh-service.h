/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admission.h"
#include "sp-http-session.h"
#include "sp-mmsh-clients.h"
#include "sp-mmsh-push.h"
#include "sp-registry.h"

typedef enum
{
  SP_MMSH_UA_BROWSER,
  SP_MMSH_UA_STRICT,
  SP_MMSH_UA_OFF,
} SpMmshUaRule;

/** What a reload may change; immutable, counted, swapped as a whole. */
typedef struct
{
  gatomicrefcount ref_count;
  SpMmshUaRule ua_rule;
  char *server_token;    /* "Rex/12.0.7600.16385" */
  char *redirect_404_to; /* (nullable) */
} SpMmshSettings;

/** What all connections of the media ports share. Made by pump/, any thread. */
typedef struct
{
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshClients *clients;
  SpMmshPushes *pushes;
  char *pump_id;       /* in Via: the loop guard */
  char *canary_secret; /* by which the pump knows itself as a player */
  GMutex mutex;        /* of settings */
  SpMmshSettings *settings;
} SpMmshService;

/* @registry, @admission: (transfer none), outlive it. */
SpMmshService *sp_mmsh_service_new (SpRegistry *registry,
                                    SpAdmission *admission,
                                    const char *pump_id);
void sp_mmsh_service_free (SpMmshService *service);
void sp_mmsh_service_set (SpMmshService *service,
                          SpMmshUaRule ua_rule,
                          const char *server_token,
                          const char *redirect_404_to);
/* (transfer full) */
SpMmshSettings *sp_mmsh_service_settings (SpMmshService *service);
void sp_mmsh_settings_unref (SpMmshSettings *settings);
/* Time limits of client-ids and push sessions. Main thread, once a second. */
void sp_mmsh_service_tick (SpMmshService *service, gint64 now_us);

/* Decides each request; its service pointer is an SpMmshService. */
extern const SpHttpHandlerClass sp_mmsh_handler;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMmshSettings, sp_mmsh_settings_unref)
