/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-framer.h"

/* MS-WMSP to viewers: $H, $D, $C + $H at a change, $E(0); plain or chunked. */
extern const SpFramerClass sp_mmsh_framer;
/* Bare ASF to every other player: header, then packets zero-filled to the
 * packet size with the padding length mended; a changed header is chained. */
extern const SpFramerClass sp_bare_framer;
