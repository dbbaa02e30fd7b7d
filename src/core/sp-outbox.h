/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-framer.h"
#include "sp-stream.h"

/** What the connection does once the reply bytes are out. */
typedef enum
{
  SP_NEXT_READ,  /* go on reading */
  SP_NEXT_CLOSE, /* half-close, drain for a moment, close */
  SP_NEXT_VIEW,  /* hand the write half to a viewer of @stream */
} SpNext;

/** What a session wants; made by the connection, filled by the session. */
typedef struct
{
  GByteArray *reply;
  SpNext next;
  SpStream *stream;            /* VIEW: (owned) */
  const SpFramerClass *framer; /* VIEW */
  gboolean is_chunked;         /* VIEW */
  char *user_agent;            /* VIEW: (owned) (nullable) */
  char *external_id;           /* VIEW: (owned) (nullable) */
  char *host;                  /* VIEW: (owned) (nullable): that it asked */
  gint64 requested_us;         /* VIEW: when it asked; 0: now */
  gboolean is_canary; /* VIEW: the pump itself: counted nowhere but in bytes and
                         packets, listed nowhere, held to no limit */
  const char *bad_input; /* (nullable): static words for the one log line */
} SpOutbox;

void sp_outbox_init (SpOutbox *outbox);
void sp_outbox_clear (SpOutbox *outbox);
