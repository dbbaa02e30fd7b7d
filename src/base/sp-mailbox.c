/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

typedef struct
{
  SpMailFunc func;
  gpointer target;
  gpointer payload;
} Mail;

/** Two arrays change places at each drain, so that after a while nothing is
 * allocated any more. */
struct _SpMailbox
{
  GMutex mutex; /* guards incoming */
  GArray *incoming;
  GArray *reading;       /* the reader's */
  gboolean is_signalled; /* guarded too: the reader has been woken */
  gboolean is_draining;
  int fd;
};

SpMailbox *
sp_mailbox_new (void)
{
  SpMailbox *mailbox = g_new0 (SpMailbox, 1);

  g_mutex_init (&mailbox->mutex);
  mailbox->incoming = g_array_new (FALSE, FALSE, sizeof (Mail));
  mailbox->reading = g_array_new (FALSE, FALSE, sizeof (Mail));
  mailbox->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mailbox->fd < 0)
    g_critical ("eventfd: no descriptor left");
  return mailbox;
}

/** sp_mailbox_free: delivers what is left, and what that posts in turn. Not
 * from within a delivery. */
void
sp_mailbox_free (SpMailbox *mailbox)
{
  g_return_if_fail (!mailbox->is_draining);
  while (sp_mailbox_drain (mailbox) > 0)
    ;
  close (mailbox->fd);
  g_array_unref (mailbox->incoming);
  g_array_unref (mailbox->reading);
  g_mutex_clear (&mailbox->mutex);
  g_free (mailbox);
}

/** sp_mailbox_post: @payload is @func's to free. */
void
sp_mailbox_post (SpMailbox *mailbox,
                 SpMailFunc func,
                 gpointer target,
                 gpointer payload)
{
  sp_mailbox_post_quietly (mailbox, func, target, payload);
  sp_mailbox_wake (mailbox);
}

/** sp_mailbox_post_quietly: for mail that can wait until the reader looks by
 * itself; @payload is @func's to free. */
void
sp_mailbox_post_quietly (SpMailbox *mailbox,
                         SpMailFunc func,
                         gpointer target,
                         gpointer payload)
{
  const Mail mail = { func, target, payload };

  g_mutex_lock (&mailbox->mutex);
  g_array_append_val (mailbox->incoming, mail);
  g_mutex_unlock (&mailbox->mutex);
}

void
sp_mailbox_wake (SpMailbox *mailbox)
{
  gboolean is_to_wake;

  g_mutex_lock (&mailbox->mutex);
  is_to_wake = mailbox->incoming->len > 0 && !mailbox->is_signalled;
  mailbox->is_signalled |= is_to_wake;
  g_mutex_unlock (&mailbox->mutex);
  if (is_to_wake)
    (void)eventfd_write (mailbox->fd, 1);
}

/** sp_mailbox_drain: mail that is posted meanwhile waits for the next drain; a
 * drain within a delivery delivers nothing. */
guint
sp_mailbox_drain (SpMailbox *mailbox)
{
  GArray *mails;
  eventfd_t count;
  guint n;

  if (mailbox->is_draining)
    return 0;
  (void)eventfd_read (mailbox->fd, &count);
  g_mutex_lock (&mailbox->mutex);
  mailbox->is_signalled = FALSE;
  mails = mailbox->incoming;
  mailbox->incoming = mailbox->reading;
  mailbox->reading = mails;
  g_mutex_unlock (&mailbox->mutex);
  n = mails->len;
  mailbox->is_draining = TRUE;
  for (guint i = 0; i < n; i++)
    {
      Mail mail = g_array_index (mails, Mail, i);

      mail.func (mail.target, mail.payload);
    }
  mailbox->is_draining = FALSE;
  g_array_set_size (mails, 0);
  return n;
}

int
sp_mailbox_fd (SpMailbox *mailbox)
{
  return mailbox->fd;
}

typedef struct
{
  GSource source;
  SpMailbox *mailbox;
} MailSource;

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  sp_mailbox_drain (((MailSource *)source)->mailbox);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs funcs = { .dispatch = dispatch };

/** sp_mailbox_attach: (transfer full): destroy it before the mailbox. */
GSource *
sp_mailbox_attach (SpMailbox *mailbox, GMainContext *context)
{
  GSource *source = g_source_new (&funcs, sizeof (MailSource));

  ((MailSource *)source)->mailbox = mailbox;
  g_source_add_unix_fd (source, mailbox->fd, G_IO_IN);
  g_source_set_name (source, "sp-mailbox");
  g_source_attach (source, context);
  return source;
}
