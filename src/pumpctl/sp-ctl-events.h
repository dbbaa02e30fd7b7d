/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl.h"

/* (transfer full): one event in one line, without an end. Pure. */
char *sp_ctl_event_line (JsonObject *event, gboolean is_color);

/* Prints events as they happen until it is stopped; gives the exit status.
 * @after: (nullable): first those after that number. @kinds: (nullable) */
int sp_ctl_follow (SpCtl *ctl, const char *after, const char *kinds);
/* (transfer full): a path of the REST. @after and @kinds may be NULL; @limit 0:
 * the stream of events, else that many as JSON. */
char *sp_ctl_events_path (const char *after, guint limit, const char *kinds);
