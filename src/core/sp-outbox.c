/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-outbox.h"

/** sp_outbox_init: empty, with a reply buffer of its own. */
void
sp_outbox_init (SpOutbox *outbox)
{
  *outbox = (SpOutbox){ .reply = g_byte_array_new () };
}

/** sp_outbox_clear: frees what the outbox still owns. */
void
sp_outbox_clear (SpOutbox *outbox)
{
  g_clear_pointer (&outbox->reply, g_byte_array_unref);
  g_clear_pointer (&outbox->stream, sp_stream_unref);
  g_clear_pointer (&outbox->user_agent, g_free);
  g_clear_pointer (&outbox->external_id, g_free);
  g_clear_pointer (&outbox->host, g_free);
}
