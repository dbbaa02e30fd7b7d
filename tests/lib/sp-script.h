/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** A server in a thread that takes one connection after another, reads a
 * request and sends what is next in its script, whatever was asked. */
typedef struct _SpScript SpScript;

/** What one connection gets. */
typedef struct
{
  const char *text;
  gsize filler;     /* that many times "x" more */
  gboolean is_held; /* stays open without a word, until the peer ends it */
} SpScriptAnswer;

/* At @socket (nullable: a free port of 127.0.0.1). @answers: (transfer none):
 * the last one has a NULL text. */
SpScript *sp_script_new (const char *socket, const SpScriptAnswer *answers);
guint16 sp_script_port (SpScript *script);
/* Ends it; (transfer full): head and body of each request. */
GStrv sp_script_end (SpScript *script);

/* An answer with a body, and without a length: its end is that of the
 * connection. */
#define SP_SCRIPT(status, type, body)                                          \
  "HTTP/1.1 " status "\r\nContent-Type: " type                                 \
  "\r\nConnection: close\r\n\r\n" body
