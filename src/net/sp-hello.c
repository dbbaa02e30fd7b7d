/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-hello.h"

#include <errno.h>
#include <sys/socket.h>

#define RECORD_HEAD 5
#define HANDSHAKE_TYPE 22
#define MAJOR 3

/* The first @len bytes of a connection (RFC 8446 5.1). */
static SpHelloVerdict
check (const guint8 *data, gsize len)
{
  gsize record;

  if ((len > 0 && data[0] != HANDSHAKE_TYPE) || (len > 1 && data[1] != MAJOR))
    return SP_HELLO_FOREIGN;
  if (len < RECORD_HEAD)
    return SP_HELLO_MORE;
  record = (gsize)data[3] << 8 | data[4];
  if (record == 0 || RECORD_HEAD + record > SP_HELLO_MAX)
    return SP_HELLO_FOREIGN;
  return len < RECORD_HEAD + record ? SP_HELLO_MORE : SP_HELLO_READY;
}

SpHelloVerdict
sp_hello_peek (int fd, guint8 *scratch)
{
  gssize n = recv (fd, scratch, SP_HELLO_MAX, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return SP_HELLO_MORE;
  return n <= 0 ? SP_HELLO_FOREIGN : check (scratch, (gsize)n);
}
