/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** The only way in to another thread: many writers, one reader, in order. Each
 * mail is a function and its two arguments, called on the reader's thread. */
typedef struct _SpMailbox SpMailbox;
typedef void (*SpMailFunc) (gpointer target, gpointer payload);

SpMailbox *sp_mailbox_new (void);
/* Mail not yet read is delivered here and now, so that nothing leaks. */
void sp_mailbox_free (SpMailbox *mailbox);
/* Any thread. Wakes the reader unless it is being woken already. */
void sp_mailbox_post (SpMailbox *mailbox,
                      SpMailFunc func,
                      gpointer target,
                      gpointer payload);
/* The same in two steps: the reader may have other mail to wake for. */
void sp_mailbox_post_quietly (SpMailbox *mailbox,
                              SpMailFunc func,
                              gpointer target,
                              gpointer payload);
/* Does nothing when there is no mail. */
void sp_mailbox_wake (SpMailbox *mailbox);
/* Reader's thread: delivers all that is there now; their number. */
guint sp_mailbox_drain (SpMailbox *mailbox);
/* An eventfd: readable when there is mail. */
int sp_mailbox_fd (SpMailbox *mailbox);
/* Drains from now on in @context (the thread-default one when NULL). */
GSource *sp_mailbox_attach (SpMailbox *mailbox, GMainContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMailbox, sp_mailbox_free)
