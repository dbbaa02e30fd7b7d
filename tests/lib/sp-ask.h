/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** One answer as it came from the wire. Everything here blocks, with deadlines,
 * and is for tests only. */
typedef struct
{
  guint status;       /* 0: no answer, the connection was closed */
  guint minor;        /* of HTTP/1.minor */
  char *head;         /* status line and headers; "" without an answer */
  GByteArray *body;   /* as long as Content-Length says, else until the end */
  gboolean is_closed; /* the server has ended the connection */
  gboolean is_late;   /* neither complete nor closed at the deadline */
  gint64 took_us;
} SpAnswer;

/* A TCP connection to @host (an address), -1 when refused. */
int sp_ask_connect (const char *host, guint16 port);
/* FALSE when the peer has gone. */
gboolean sp_ask_send (int fd, const void *data, gsize len);
gboolean sp_ask_send_text (int fd, const char *text);
/* 1: bytes to read or the end; 0: nothing in @timeout_ms. */
gboolean sp_ask_readable (int fd, guint timeout_ms);
/* Closes so that the peer sees a reset. */
void sp_ask_reset (int fd);

/* One answer from @fd; @has_body FALSE for one that ends with its head, as
 * that of a Play. */
SpAnswer *sp_ask_read (int fd, gboolean has_body, guint timeout_ms);
/* Reads and drops until the end; TRUE when it came in @timeout_ms. */
gboolean sp_ask_drain (int fd, guint timeout_ms);
/* A connection of its own to 127.0.0.1: @request out, one answer in, and
 * whether the server closes at once (within 500 ms) after it. */
SpAnswer *sp_ask (guint16 port, const char *request);
/* "GET @path HTTP/1.1", Host, and @headers (each ended by CRLF). */
SpAnswer *sp_ask_get (guint16 port, const char *path, const char *headers);

/* (transfer full) (nullable): all values of @name, joined by ", ". */
char *sp_answer_header (const SpAnswer *answer, const char *name);
/* (transfer full): the body as text. */
char *sp_answer_text (const SpAnswer *answer);
void sp_answer_free (SpAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAnswer, sp_answer_free)
