/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

typedef enum
{
  SP_HELLO_MORE,    /* not all of it is there */
  SP_HELLO_READY,   /* the first TLS record is whole */
  SP_HELLO_FOREIGN, /* it does not speak TLS, or is gone */
} SpHelloVerdict;

/* What waits at @fd, which stays there for the handshake to read. @scratch: at
 * least SP_HELLO_MAX bytes. */
#define SP_HELLO_MAX (5 + 16384 + 256)
SpHelloVerdict sp_hello_peek (int fd, guint8 *scratch);
