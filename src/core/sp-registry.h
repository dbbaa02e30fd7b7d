/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stream.h"

/** Path -> stream. Any thread; one mutex, taken once a request. */
typedef struct _SpRegistry SpRegistry;

SpRegistry *sp_registry_new (void);
void sp_registry_free (SpRegistry *registry);
/* (transfer full) (nullable). Case-insensitive. */
SpStream *sp_registry_lookup (SpRegistry *registry, const char *path);
void sp_registry_add (SpRegistry *registry, SpStream *stream);
void sp_registry_remove (SpRegistry *registry, const char *path);
/* (transfer full) (element-type SpStream), by path */
GPtrArray *sp_registry_list (SpRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpRegistry, sp_registry_free)
