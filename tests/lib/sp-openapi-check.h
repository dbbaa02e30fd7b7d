/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/* Lets tests/openapi/check-openapi.py compare the admin REST at @port with its
 * own document, while the default context runs. Skips the test when something
 * is missing. @token: (nullable). */
void sp_openapi_check (guint16 port, const char *token);
