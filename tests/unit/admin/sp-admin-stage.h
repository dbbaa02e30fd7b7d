/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-admin-ask.h"
#include "sp-admin.h"
#include "sp-fake-control.h"

/** The admin REST of a pump that is not there. */
typedef struct
{
  SpFakeControl fake;
  SpAdmin *admin;
  guint16 port;
} SpAdminStage;

/* Of a fixture; @token: (nullable). Warnings of the program itself are counted
 * from here on, any other fails the test. */
void sp_admin_stage_set_up (SpAdminStage *stage, gconstpointer token);
void sp_admin_stage_tear_down (SpAdminStage *stage, gconstpointer token);
/* One more of the kind that it has, or NULL. */
SpAdmin *
sp_admin_stage_open (SpAdminStage *stage, const char *token, GError **error);
/* From 0 on. */
void sp_admin_stage_count_warnings (void);
guint sp_admin_stage_warnings (void);

void
sp_admin_assert_header (SpAdminAsk *ask, const char *name, const char *value);
/* The answer has @status and what every answer has. */
void sp_admin_assert_usual (SpAdminAsk *ask, guint status);

/** A request and its answer. */
typedef struct
{
  const char *method;
  const char *target;
  const char *body; /* NULL: none */
  guint status;
  const char *member; /* NULL: only the status */
  const char *value;  /* of the member: the whole; of "detail": a part */
} SpAdminRow;

void
sp_admin_check_row (guint16 port, const SpAdminRow *row, const char *headers);

#define SP_ADMIN_TEST(path, token, func)                                       \
  g_test_add (path,                                                            \
              SpAdminStage,                                                    \
              token,                                                           \
              sp_admin_stage_set_up,                                           \
              func,                                                            \
              sp_admin_stage_tear_down)
