/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-picture.h"

/** Lines of the text format of Prometheus. */

typedef struct
{
  const char *name;  /* NULL: the end */
  const char *value; /* any bytes */
} SpAdminLabel;

/* Help and type of @name, before its samples. */
void sp_admin_sample_begin (GString *text,
                            const char *name,
                            const char *type,
                            const char *help);
void sp_admin_sample (GString *text,
                      const char *name,
                      const SpAdminLabel *labels,
                      gdouble value);
/* (transfer full): "stream_pump_requests_total"; milliseconds are seconds. */
char *sp_admin_sample_counter_name (const char *prefix,
                                    const SpCounterInfo *info);
/* To the last digit. @label: NULL: none. */
void sp_admin_sample_counter (GString *text,
                              const char *name,
                              const char *label,
                              const char *label_value,
                              const SpCounterInfo *info,
                              guint64 value);
/* sp-admin-sample-streams.c: what is measured of each stream. */
void sp_admin_sample_streams (GString *text, const SpPicture *picture);
