/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-chunk.h"

#include <glib.h>

#define SP_LOAD_ANSWER_LINE 40 /* bytes of a header line that are looked at */

/** An HTTP answer as it comes, resumable at every byte: its status, then its
 * body without chunks. Pure; allocates nothing. */
typedef struct
{
  guint8 state;
  gboolean is_chunked : 1;
  guint status; /* 0: not known yet */
  guint head_bytes;
  guint line_len; /* of all of the line */
  char line[SP_LOAD_ANSWER_LINE];
  SpHttpChunk chunk;
} SpLoadAnswer;

typedef enum
{
  SP_LOAD_ANSWER_MORE, /* all input is used */
  SP_LOAD_ANSWER_BODY, /* *@body, *@body_len: inside the input; call again */
  SP_LOAD_ANSWER_END,  /* of a chunked body */
  SP_LOAD_ANSWER_BAD,
} SpLoadAnswerVerdict;

void sp_load_answer_init (SpLoadAnswer *answer);
/* *@used: bytes of the input that are done with. */
SpLoadAnswerVerdict sp_load_answer_next (SpLoadAnswer *answer,
                                         const guint8 *data,
                                         gsize len,
                                         gsize *used,
                                         const guint8 **body,
                                         gsize *body_len);
