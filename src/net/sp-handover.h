/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-listener-stats.h"
#include "sp-session.h"

/** An accepted socket on its way to a worker: made on the main thread, freed on
 * the worker's once it is a connection. */
typedef struct
{
  int fd; /* (owned) -1: taken */
  SpPeer peer;
  GTlsCertificate *certificate; /* (owned) (nullable): speak TLS */
  SpListenerStats *listener;    /* (owned) (nullable): of the port it came by */
} SpHandover;

/* @fd is its from here on. @certificate, @listener: (nullable). */
SpHandover *sp_handover_new (int fd,
                             GTlsCertificate *certificate,
                             SpListenerStats *listener);
void sp_handover_free (SpHandover *handover);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpHandover, sp_handover_free)
