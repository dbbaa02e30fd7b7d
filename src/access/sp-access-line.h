/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

/* A client that has ended as one line of text, without a line feed. Pure.
 * @player: (nullable): what its player said last. */

/* (transfer full): the fields and their order as Windows Media Services 9
 * writes them, then some of our own, "x-...". Unknown ones are "-", blanks "_",
 * control characters \xNN. */
char *sp_access_line_w3c (const SpVisit *visit, const SpPlayerReport *player);
/* (transfer full): the lines before the first, each with its line feed. */
char *sp_access_line_w3c_header (gint64 now_unix_us);
/* (transfer full): an object; names are those of the admin REST. */
char *sp_access_line_json (const SpVisit *visit, const SpPlayerReport *player);
