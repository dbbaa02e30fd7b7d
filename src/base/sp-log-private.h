/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-log.h"

/* (transfer full): control bytes and what is not UTF-8 as \xNN. @len -1: up to
 * its NUL. */
char *sp_log_escape (const char *text, gssize len);
/* (transfer full): the line for people, with its line feed. */
char *
sp_log_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields);
/* (transfer container): @fields fit for people; what is new goes to @texts. */
GLogField *
sp_log_clean (const GLogField *fields, gsize n_fields, GPtrArray *texts);
/* Is an entry of @domain (nullable) shown where G_MESSAGES_DEBUG is @debug
 * (nullable)? */
gboolean sp_log_is_shown (GLogLevelFlags level,
                          const char *domain,
                          const char *debug,
                          gboolean has_journal);
/* Has @domain (nullable) warned so often that this one is left out? */
gboolean sp_log_is_flood (SpLogLimit *limit,
                          GLogLevelFlags level,
                          const char *domain,
                          gint64 now_us);
