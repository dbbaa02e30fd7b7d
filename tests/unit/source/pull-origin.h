/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-source.h"

#include "sp-clock.h"
#include "sp-lane.h"
#include "sp-test.h"

#define DEADLINE_S 30
#define PLAY "xPlayStrm=1"

typedef struct _Origin Origin;

/** A server in this process: keeps each request's head, asks the test for the
 * bytes of the answer. */
struct _Origin
{
  GSocketService *service;
  GTlsCertificate *certificate; /* NULL: no TLS */
  guint16 port;
  GPtrArray *heads; /* char * */
  GPtrArray *links; /* of connections that are open */
  /* The whole answer, (transfer full); NULL: none at all. TRUE in @stays: the
   * connection stays open after it. */
  GByteArray *(*answer) (Origin *origin, const char *head, gboolean *stays);
  guint step; /* for the test */
};

/** An origin, and a stream with one lane that a pull feeds from it. */
typedef struct
{
  Origin *origin;
  SpMailbox *mailbox;
  SpStream *stream;
  SpSourceContext context;
  SpSourceConfig config; /* to be changed before start () */
  SpSource *source;
  GPtrArray *packets; /* that came out */
  guint64 seen;
  guint wanted;
  const char *wanted_text;
  guint turn_id; /* of a source to be removed at the end */
  gint64 now_us; /* of the fake clock; 0: it is the real one */
} Fixture;

extern guint n_warnings;
extern char *last_warning;

/* Another one: no part of the fixture. */
Origin *origin_new (void);
void origin_free (Origin *origin);

void pull_init (int *argc, char ***argv);
void set_up (Fixture *fixture, gconstpointer user_data);
void tear_down (Fixture *fixture, gconstpointer user_data);
void start (Fixture *fixture);
void stop (Fixture *fixture);

/* "HTTP/1.0 200 OK" with Rex's lines, @more ("X: y\r\n", nullable) and no
 * length. */
GByteArray *answer_ok (const char *more);
GByteArray *answer_text (const char *text);
void add_text (GByteArray *bytes, const char *text);
/* $H with the header of tests/data, or with five bytes that are none. */
void add_captured_header (GByteArray *bytes);
void add_dummy_header (GByteArray *bytes, guint8 byte);
/* $D of 50 bytes, each of them @byte. */
void add_data (GByteArray *bytes, guint8 byte);
void add_reason (GByteArray *bytes, guint8 type, guint32 reason);
/* Describe: a header; Play: the header and 3 packets, then nothing. */
GByteArray *answer_well (Origin *origin, const char *head, gboolean *stays);
gboolean is_play (const char *head);
const char *head_at (Fixture *fixture, guint index);

void wait_packets (Fixture *fixture, guint n);
void wait_requests (Fixture *fixture, guint n);
/* Until the stream says why there is none with @text in it. */
void wait_error (Fixture *fixture, const char *text);
/* Until the pull has closed all its connections. */
void wait_no_links (Fixture *fixture);
/* Turns the main loop as long as something is to do. */
void settle (void);
guint64 counted (Fixture *fixture, SpStreamCounter counter);
/* The first byte of packet @index's payload. */
guint8 byte_at (Fixture *fixture, guint index);
SpPacketKind kind_at (Fixture *fixture, guint index);

#define TEST_PULL(path, test)                                                  \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
