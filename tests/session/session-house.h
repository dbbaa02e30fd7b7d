/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mmsh-service.h"
#include "sp-publisher.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)
#define PLAY "Pragma: xPlayStrm=1\r\n"
#define NSPLAYER "User-Agent: NSPlayer/4.1.0.3856\r\n"

/* A service with a live stream "live", a push point "in" without a source, an
 * on-demand one "asked", a switched-off one "off". No socket anywhere. */
typedef struct
{
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshService *service;
  SpHttpService http;
  SpPublisher *publisher;
  SpPeer peer;
} House;

/* One connection: what it was fed and what it wants. */
typedef struct
{
  SpSession *session;
  SpOutbox outbox;
} Line;

void house_open (House *house);
void house_close (House *house);
void line_open (Line *line, House *house);
void line_close (Line *line);
void line_feed (Line *line, const char *bytes, gsize len, gsize step);
char *line_reply (Line *line);
void assert_pieces (const char *reply, const char *pieces, gboolean expected);
