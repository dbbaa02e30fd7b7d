/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"

/** The pump: makes every part in order and takes it down in reverse. */
typedef struct _SpApp SpApp;

/* @file: (nullable): what to reread on reload. */
SpApp *sp_app_new (SpConfig *config, const char *file);
void sp_app_free (SpApp *app);
/* Opens every port, while still root. */
gboolean sp_app_open (SpApp *app, GError **error);
/* Threads, streams, sources; from here on it serves. */
void sp_app_start (SpApp *app);
/* The built-in stream of --demo. */
void sp_app_add_demo (SpApp *app);
/* Rereads the file; a bad one changes nothing. */
void sp_app_reload_file (SpApp *app);
/* Takes no new clients and calls @on_left when the last one has gone or the
 * configured grace is over; at once when there is none, or asked again. */
void sp_app_leave (SpApp *app, void (*on_left) (gpointer), gpointer user_data);
/* Ends all clients in order, within a few seconds. */
void sp_app_stop (SpApp *app);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpApp, sp_app_free)
