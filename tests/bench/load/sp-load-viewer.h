/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-reader.h"
#include "sp-load-tally.h"
#include "sp-load-target.h"
#include "sp-load-tls.h"

typedef enum
{
  SP_LOAD_VIEWER_OFF, /* not there yet, or gone */
  SP_LOAD_VIEWER_CONNECTING,
  SP_LOAD_VIEWER_SHAKING_HANDS, /* of TLS */
  SP_LOAD_VIEWER_WAITING,       /* has asked; no media yet */
  SP_LOAD_VIEWER_PLAYING,
} SpLoadViewerState;

/** One connection after the other, of one crowd and on its thread. */
typedef struct
{
  int fd; /* -1: none */
  SpLoadViewerState state;
  SpLoadKind kind;
  guint index;               /* among all viewers */
  gint64 play_us;            /* when it asked */
  gint64 media_us;           /* when its newest packet came */
  gint64 newest_us;          /* when that was sent; without a stamp: came */
  SpLoadTlsSession *session; /* NULL: no TLS */
  SpLoadReader reader;
} SpLoadViewer;

typedef enum
{
  SP_LOAD_ASKING_READ,  /* not yet: call again when it can be read */
  SP_LOAD_ASKING_WRITE, /* or written */
  SP_LOAD_ASKING_DONE,
  SP_LOAD_ASKING_FAILED, /* sp_load_viewer_why() */
} SpLoadAsking;

/* FALSE: errno says why. @from: (nullable): the address to come from;
 * @receive_bytes: of the kernel's buffer, 0: as it likes. */
gboolean sp_load_viewer_connect (SpLoadViewer *viewer,
                                 const SpLoadTarget *target,
                                 const struct sockaddr_storage *from,
                                 socklen_t from_len,
                                 guint receive_bytes);
/* Once it can be written to: goes on until it has asked. @tls: of a target with
 * TLS. */
SpLoadAsking sp_load_viewer_ask (SpLoadViewer *viewer,
                                 const SpLoadTarget *target,
                                 const SpLoadTls *tls,
                                 const char *request);
/* As of recv(2). */
gssize sp_load_viewer_receive (SpLoadViewer *viewer, guint8 *at, gsize len);
/* After errno has said that something failed: words that last as long as the
 * connection. */
const char *sp_load_viewer_why (const SpLoadViewer *viewer);
void sp_load_viewer_close (SpLoadViewer *viewer);
