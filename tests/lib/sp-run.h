/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** A program that has run to its end. */
typedef struct
{
  int status; /* of its exit; -1: a signal ended it */
  char *out;
  char *err;
} SpRun;

/* Runs @program with @arguments (nullable, one string, taken apart as a shell
 * does) and @environment ("NAME=VALUE", NULL-terminated, nullable) on top of a
 * plain one. Fails the test when it takes longer than @deadline_s. */
SpRun *sp_run (const char *program,
               const char *arguments,
               const char *const *environment,
               guint deadline_s);
void sp_run_free (SpRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpRun, sp_run_free)
