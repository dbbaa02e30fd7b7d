/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "bare-stream.h"

/** One thread that sends one stream to TLS viewers as cheaply as GnuTLS can:
 * records of up to 16 KiB out of the ring, one system call for a viewer and
 * pass. */
typedef struct _BareTlsLoop BareTlsLoop;

/* @rules: kept. */
BareTlsLoop *bare_tls_loop_new (const BareRules *rules,
                                guint16 port,
                                const char *certificate_file,
                                const char *key_file,
                                GError **error);
void bare_tls_loop_free (BareTlsLoop *loop);
guint16 bare_tls_loop_port (const BareTlsLoop *loop);
void bare_tls_loop_run (BareTlsLoop *loop, const int *is_over);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BareTlsLoop, bare_tls_loop_free)
