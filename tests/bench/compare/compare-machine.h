/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* All (transfer full). Blocks on small programs. */
/* "2 x AMD EPYC, 24 GiB". */
char *compare_machine (void);
char *compare_kernel (void);
/* Of the source tree; "unknown" outside of one. */
char *compare_commit (void);
/* (nullable): the version of a Debian package that is installed. */
char *compare_package_version (const char *package);
/* (nullable): what @argv says, without the last line end. */
char *compare_output (const char *const *argv, const char *input);
