/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mmsh-service.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)
#define START_HEAD                                                             \
  "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nUser-Agent: "                  \
  "WMEncoder/12.0\r\n"                                                         \
  "Content-Type: application/x-wms-pushstart\r\n"

/* A push point with one lane; the test reads the lane's mail. */
typedef struct
{
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshService *service;
  SpHttpService http;
  SpMailbox *mailbox;
  SpStream *stream;
  SpPeer peer;
  gint64 now_us;
} House;

typedef struct
{
  House *house;
  SpSession *session;
  SpOutbox outbox;
} Line;

void set_up (House *house, gconstpointer data);
void tear_down (House *house, gconstpointer data);
void line_open (Line *line, House *house);
void line_close (Line *line);
void feed (Line *line, gconstpointer bytes, gsize len);
void feed_text (Line *line, const char *format, ...);
void feed_packet (Line *line, guint8 type, const char *payload);
void feed_end (Line *line, guint32 reason);
void assert_status (Line *line, guint status);
void assert_received (House *house, const char *expected);
char *setup (Line *line);
void start (Line *line, const char *id, guint64 length);
