/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <poll.h>

#include "sp-mailbox.h"
#include "sp-test.h"

#define N_WRITERS 4
#define N_MAILS 20000

typedef struct
{
  GString *text;
  SpMailbox *mailbox;
} Reader;

static gboolean
is_readable (SpMailbox *mailbox)
{
  struct pollfd fd = { .fd = sp_mailbox_fd (mailbox), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

static void
note (gpointer target, gpointer payload)
{
  g_string_append ((GString *)target, payload);
}

static void
post (SpMailbox *mailbox, SpMailFunc func, gpointer target, const char *text)
{
  sp_mailbox_post (mailbox, func, target, (gpointer)text);
}

static void
test_order (void)
{
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint round = 0; round < 3; round++)
    {
      post (mailbox, note, text, "a");
      post (mailbox, note, text, "b");
      post (mailbox, note, text, "c");
      g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 3);
    }
  g_assert_cmpstr (text->str, ==, "abcabcabc");
  g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 0);
}

/* Readable from the first mail on until the drain. */
static void
test_fd (void)
{
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_false (is_readable (mailbox));
  post (mailbox, note, text, "a");
  g_assert_true (is_readable (mailbox));
  post (mailbox, note, text, "b");
  sp_mailbox_drain (mailbox);
  g_assert_false (is_readable (mailbox));
  post (mailbox, note, text, "c");
  g_assert_true (is_readable (mailbox));
  sp_mailbox_drain (mailbox);
  g_assert_cmpstr (text->str, ==, "abc");
}

/* In order with the rest, but nobody is woken for it alone. */
static void
test_quiet (void)
{
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  sp_mailbox_wake (mailbox);
  g_assert_false (is_readable (mailbox));
  sp_mailbox_post_quietly (mailbox, note, text, (gpointer) "a");
  g_assert_false (is_readable (mailbox));
  post (mailbox, note, text, "b");
  g_assert_true (is_readable (mailbox));
  sp_mailbox_post_quietly (mailbox, note, text, (gpointer) "c");
  g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 3);
  g_assert_false (is_readable (mailbox));
  sp_mailbox_post_quietly (mailbox, note, text, (gpointer) "d");
  sp_mailbox_wake (mailbox);
  g_assert_true (is_readable (mailbox));
  sp_mailbox_drain (mailbox);
  g_assert_cmpstr (text->str, ==, "abcd");
}

static void
post_again (gpointer target, gpointer payload)
{
  Reader *reader = target;

  g_string_append (reader->text, payload);
  post (reader->mailbox, note, reader->text, "later ");
  g_assert_cmpuint (sp_mailbox_drain (reader->mailbox), ==, 0);
}

static void
test_during_drain (void)
{
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Reader reader = { text, mailbox };

  post (mailbox, post_again, &reader, "one ");
  post (mailbox, note, text, "two ");
  g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 2);
  g_assert_cmpstr (text->str, ==, "one two ");
  g_assert_true (is_readable (mailbox));
  g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 1);
  g_assert_cmpstr (text->str, ==, "one two later ");
}

static void
test_free (void)
{
  SpMailbox *mailbox = sp_mailbox_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Reader reader = { text, mailbox };

  post (mailbox, note, text, "left ");
  post (mailbox, post_again, &reader, "and ");
  sp_mailbox_free (mailbox);
  g_assert_cmpstr (text->str, ==, "left and later ");
}

typedef struct
{
  SpMailbox *mailbox;
  guint next[N_WRITERS]; /* the number expected of each */
  guint n;
} Count;

static void
count_one (gpointer target, gpointer payload)
{
  Count *count = target;
  guint number = GPOINTER_TO_UINT (payload);
  guint writer = number % N_WRITERS;

  g_assert_cmpuint (number / N_WRITERS, ==, count->next[writer]);
  count->next[writer]++;
  count->n++;
}

typedef struct
{
  Count *count;
  guint index;
} Writer;

static gpointer
write_mails (gpointer data)
{
  Writer *writer = data;

  for (guint i = 0; i < N_MAILS; i++)
    sp_mailbox_post (writer->count->mailbox,
                     count_one,
                     writer->count,
                     GUINT_TO_POINTER (i * N_WRITERS + writer->index));
  return NULL;
}

static gboolean
is_all_there (gpointer data)
{
  return ((Count *)data)->n == N_WRITERS * N_MAILS;
}

/* Several threads write while the reader's main context delivers. */
static void
test_threads (void)
{
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  GSource *source = sp_mailbox_attach (mailbox, context);
  Count count = { .mailbox = mailbox };
  Writer writers[N_WRITERS];
  GThread *threads[N_WRITERS];

  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i] = (Writer){ &count, i };
      threads[i] = g_thread_new ("writer", write_mails, &writers[i]);
    }
  sp_test_wait (context, is_all_there, &count, 60);
  for (guint i = 0; i < N_WRITERS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count.n, ==, N_WRITERS * N_MAILS);
  g_assert_cmpuint (sp_mailbox_drain (mailbox), ==, 0);
  g_source_destroy (source);
  g_source_unref (source);
}

/* A detached mailbox delivers nothing by itself. */
static void
test_detached (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SpMailbox) mailbox = sp_mailbox_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  GSource *source = sp_mailbox_attach (mailbox, context);

  post (mailbox, note, text, "a");
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_cmpstr (text->str, ==, "a");
  g_source_destroy (source);
  g_source_unref (source);
  post (mailbox, note, text, "b");
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_cmpstr (text->str, ==, "a");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mailbox/delivers-in-order", test_order);
  g_test_add_func ("/mailbox/fd-is-readable-while-mail-is-there", test_fd);
  g_test_add_func ("/mailbox/quiet", test_quiet);
  g_test_add_func ("/mailbox/mail-of-a-drain-waits", test_during_drain);
  g_test_add_func ("/mailbox/free-delivers-the-rest", test_free);
  g_test_add_func ("/mailbox/many-threads-write", test_threads);
  g_test_add_func ("/mailbox/attach-and-destroy", test_detached);
  return g_test_run ();
}
