/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/** The built daemon as a child on ports the kernel chooses, in a temporary
 * folder of its own. Dies with the test. Freeing stops it and fails the test
 * unless it ends properly. */
typedef struct _SpDaemon SpDaemon;

/* Streams as JSON: a push, a pull from 127.0.0.1, a looped file; @more begins
 * with a comma or is "". */
#define SP_DAEMON_PUSH(path, more)                                             \
  "{ \"name\": \"" path "\", \"path\": \"" path                                \
  "\", \"type\": \"mmsh_push\"" more " }"
char *sp_daemon_pull_stream (const char *path,
                             guint16 port,
                             const char *source_path,
                             const char *more_options,
                             const char *more);
char *
sp_daemon_file_stream (const char *path, const char *file, const char *more);

/* The program under test; skips the whole run (77) when there is none. */
const char *sp_daemon_program (void);

/* Members of the configuration and of its "streams" array, as JSON text
 * without the outer brackets; either may be "". An "admin" among the members
 * takes the place of an open one. Returns when it is ready. */
SpDaemon *sp_daemon_start (const char *members, const char *streams);
/* The same, with at most @nofile descriptors (0: as many as the test). */
SpDaemon *sp_daemon_start_limited (const char *members,
                                   const char *streams,
                                   guint nofile);
/* The same under a service manager that listens on @notify_socket. */
SpDaemon *sp_daemon_start_notified (const char *members,
                                    const char *streams,
                                    const char *notify_socket);
/* SIGTERM; it must end with status 0 and without a report of a sanitizer. */
void sp_daemon_stop (SpDaemon *daemon);
/* SIGKILL, and waits. */
void sp_daemon_kill (SpDaemon *daemon);
/* Again after a stop or kill, on the same ports. */
void sp_daemon_restart (SpDaemon *daemon);
void sp_daemon_free (SpDaemon *daemon);

/* A new configuration file; then a SIGHUP. */
void sp_daemon_configure (SpDaemon *daemon,
                          const char *members,
                          const char *streams);
/* The same with the file's whole text. */
void sp_daemon_configure_text (SpDaemon *daemon, const char *text);
void sp_daemon_signal (SpDaemon *daemon, int signal_number);

guint16 sp_daemon_port (SpDaemon *daemon);
guint16 sp_daemon_port6 (SpDaemon *daemon);
guint16 sp_daemon_tls_port (SpDaemon *daemon);
guint16 sp_daemon_admin_port (SpDaemon *daemon);
const char *sp_daemon_folder (SpDaemon *daemon);

/* (transfer full): what it has written to stderr. */
char *sp_daemon_log (SpDaemon *daemon);
/* TRUE when @text appears in it at or after byte @from in @deadline_s. */
gboolean sp_daemon_wait_log (SpDaemon *daemon,
                             gsize from,
                             const char *text,
                             guint deadline_s);
guint64 sp_daemon_rss_kib (SpDaemon *daemon);
/* What it alone uses, and its share of what it shares. */
guint64 sp_daemon_pss_kib (SpDaemon *daemon);
/* That of it which is in no file: heap and stacks. Who else runs does not
 * change it. */
guint64 sp_daemon_heap_kib (SpDaemon *daemon);
guint sp_daemon_n_descriptors (SpDaemon *daemon);
/* While it runs: it may have @nofile from now on. */
void sp_daemon_limit_descriptors (SpDaemon *daemon, guint nofile);
/* Processor time it has used. */
guint64 sp_daemon_cpu_ms (SpDaemon *daemon);
/* A sanitizer is in it: sizes and times say nothing. */
gboolean sp_daemon_is_sanitized (void);

/* The admin REST. (transfer full) (nullable): the answer's JSON. @body may be
 * NULL. @token may be NULL. */
JsonNode *sp_daemon_rest (SpDaemon *daemon,
                          const char *method,
                          const char *path,
                          const char *body,
                          const char *token,
                          guint *status);
/* GET @path, which must succeed. */
JsonNode *sp_daemon_get (SpDaemon *daemon, const char *path);
/* An integer of the answer to GET @path: @member is "a.b"; -1: not there. */
gint64
sp_daemon_figure (SpDaemon *daemon, const char *path, const char *member);
/* Until that figure is @value; fails after @deadline_s. */
void sp_daemon_wait_figure (SpDaemon *daemon,
                            const char *path,
                            const char *member,
                            gint64 value,
                            guint deadline_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpDaemon, sp_daemon_free)
