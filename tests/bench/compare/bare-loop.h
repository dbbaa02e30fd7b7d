/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "bare-stream.h"

typedef struct _BareLoop BareLoop;

BareLoop *bare_loop_new (const BareRules *rules,
                         guint n_streams,
                         guint16 port,
                         GError **error);
void bare_loop_free (BareLoop *loop);
guint16 bare_loop_port (const BareLoop *loop);
void bare_loop_run (BareLoop *loop, const int *is_over);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BareLoop, bare_loop_free)
