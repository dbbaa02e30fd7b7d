/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** A program that runs beside the driver and dies with it. What it writes goes
 * to a file. */
typedef struct _CompareProcess CompareProcess;

/* @folder: where it runs and writes NAME.log. @is_humble: as nobody, when the
 * driver is root; for programs that refuse root. Its limit of descriptors is
 * the hard one. */
CompareProcess *compare_process_start (const char *const *argv,
                                       const char *folder,
                                       gboolean is_humble,
                                       GError **error);
/* SIGTERM, after some seconds SIGKILL; takes @process. */
void compare_process_stop (CompareProcess *process);
int compare_process_pid (const CompareProcess *process);
gboolean compare_process_is_running (const CompareProcess *process);
/* (transfer full): what it has written. */
char *compare_process_log (const CompareProcess *process);
/* (transfer full): the text in its log between @before and the end of the
 * line, waited for. NULL and @error when it does not come in @deadline_ms. */
char *compare_process_wait_log (const CompareProcess *process,
                                const char *before,
                                guint deadline_ms,
                                GError **error);

/* A TCP port of 127.0.0.1 that nobody has at the moment. */
guint16 compare_free_port (void);
/* Until GET @path brings a body, as a player asks for it. */
gboolean compare_wait_media (guint16 port,
                             const char *path,
                             guint deadline_ms,
                             GError **error);
/* (transfer full): the body of the answer to GET @path. */
char *compare_get (guint16 port, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CompareProcess, compare_process_stop)
