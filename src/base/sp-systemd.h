/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* Each sends one datagram to $NOTIFY_SOCKET (sd_notify(3)); nothing when unset.
 */
void sp_systemd_ready (const char *status);
void
sp_systemd_reloading (void); /* with MONOTONIC_USEC, for Type=notify-reload */
void sp_systemd_stopping (const char *status);
void sp_systemd_status (const char *status);
/* Asks for so long from now on before the stop counts as hung. */
void sp_systemd_extend (guint64 us);
void sp_systemd_watchdog (void);
/* Half of WATCHDOG_USEC in ms when it is meant for this process, else 0. */
guint sp_systemd_watchdog_ms (void);
