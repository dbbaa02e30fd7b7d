/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"

/* By this header the pump knows itself when it plays its own streams. */
#define SP_MMSH_CANARY_HEADER "X-Stream-Pump-Canary"

/* (transfer full): unguessable, new each time. */
char *sp_mmsh_canary_secret (void);
/* @request comes from the one who knows @secret. In constant time. */
gboolean sp_mmsh_is_canary (const SpHttpRequest *request, const char *secret);
