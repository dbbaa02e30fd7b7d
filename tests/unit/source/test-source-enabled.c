/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-supervisor.h"

#include "sp-clock.h"
#include "sp-stream-sources.h"
#include "sp-test.h"

#define START_US (1000 * (gint64)G_USEC_PER_SEC)
#define RANKS 3

/** A source that runs, and delivers nothing. */
typedef struct
{
  SpSource base;
  guint rank;
} Fake;

static gboolean runs[RANKS];

static void
fake_free (SpSource *base)
{
  runs[((Fake *)base)->rank] = FALSE;
  g_free (base);
}

static const SpSourceClass fake_class = { fake_free };

static SpSource *
make_fake (const SpSourceConfig *config,
           SpStream *stream,
           guint rank,
           const SpSourceContext *context)
{
  Fake *fake;

  if (config->type == SP_SOURCE_MMSH_PUSH)
    return NULL;
  fake = g_new0 (Fake, 1);
  fake->base.class = &fake_class;
  fake->rank = rank;
  runs[rank] = TRUE;
  return &fake->base;
}

typedef struct
{
  SpSourceContext context;
  SpSupervisor *supervisor;
  SpStream *stream;
  GPtrArray *sources;
} Fixture;

static void
add_source (Fixture *fixture,
            SpSourceType type,
            const char *host,
            const char *path,
            const char *file)
{
  SpSourceConfig *source = g_new0 (SpSourceConfig, 1);

  source->type = type;
  source->host = (char *)host;
  source->port = 8080;
  source->path = (char *)path;
  source->user = (char *)"user";
  source->password = (char *)"secret";
  source->file = (char *)file;
  g_ptr_array_add (fixture->sources, source);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const SpStreamPolicy policy = { .is_enabled = TRUE, .n_sources = RANKS };
  SpStreamConfig config = { 0 };

  sp_clock_set_fake (START_US);
  fixture->sources = g_ptr_array_new_with_free_func (g_free);
  add_source (fixture,
              GPOINTER_TO_INT (data),
              "h\xc3\xb6ren.example",
              "/a b?token=1",
              NULL);
  add_source (fixture, SP_SOURCE_MMSH_PULL, "2001:db8::1", "/live", NULL);
  add_source (fixture, SP_SOURCE_FILE, NULL, NULL, "/srv/my slate.asf");
  fixture->stream = sp_stream_new ("T", "my path", &policy, NULL, 0);
  fixture->supervisor = sp_supervisor_new (&fixture->context);
  sp_supervisor_set_maker (fixture->supervisor, make_fake);
  config.sources = fixture->sources;
  sp_supervisor_add (fixture->supervisor, fixture->stream, &config);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sp_supervisor_free (fixture->supervisor);
  sp_stream_unref (fixture->stream);
  g_ptr_array_unref (fixture->sources);
  sp_clock_set_fake (-1);
}

static void
assert_running (const char *expected)
{
  char actual[RANKS + 1] = "---";

  for (guint rank = 0; rank < RANKS; rank++)
    if (runs[rank])
      actual[rank] = (char)('0' + rank);
  g_assert_cmpstr (actual, ==, expected);
}

static gboolean
enable (Fixture *fixture, guint source_index, gboolean is_enabled)
{
  return sp_supervisor_set_enabled (
      fixture->supervisor, fixture->stream, source_index, is_enabled);
}

/* The next one needs no grace: nothing is to be waited for. */
static void
test_next_takes_over (Fixture *fixture, gconstpointer data)
{
  assert_running ("0--");
  g_assert_true (enable (fixture, 1, FALSE));
  assert_running ("-1-");
  g_assert_true (enable (fixture, 2, FALSE));
  assert_running ("--2");
  g_assert_true (enable (fixture, 3, FALSE));
  assert_running ("---");
  sp_supervisor_tick (fixture->supervisor, START_US + G_USEC_PER_SEC);
  assert_running ("---");
  g_assert_true (enable (fixture, 1, TRUE));
  assert_running ("0--");
}

static void
test_a_fallback_that_is_off_is_passed_over (Fixture *fixture,
                                            gconstpointer data)
{
  g_assert_true (enable (fixture, 2, FALSE));
  assert_running ("0--");
  sp_supervisor_tick (fixture->supervisor, START_US + 2 * G_USEC_PER_SEC);
  assert_running ("0--");
  sp_supervisor_tick (fixture->supervisor, START_US + 3 * G_USEC_PER_SEC);
  assert_running ("0-2");
}

static void
test_a_push_that_is_off (Fixture *fixture, gconstpointer data)
{
  assert_running ("---");
  g_assert_true (enable (fixture, 1, FALSE));
  assert_running ("-1-");
  g_assert_true (enable (fixture, 1, TRUE));
  sp_supervisor_tick (fixture->supervisor, START_US + 4 * G_USEC_PER_SEC);
  assert_running ("-12"); /* the first had its chance, too */
}

static void
test_no_such_source (Fixture *fixture, gconstpointer data)
{
  g_assert_false (enable (fixture, 0, FALSE));
  g_assert_false (enable (fixture, RANKS + 1, FALSE));
  g_assert_false (enable (fixture, G_MAXUINT, FALSE));
  assert_running ("0--");
}

static void
assert_url (SpStreamInfo *info, guint rank, const char *type, const char *url)
{
  const SpSourceInfo *source = g_ptr_array_index (info->sources, rank);

  g_assert_cmpstr (source->type, ==, type);
  g_assert_cmpstr (source->url, ==, url);
}

/* Neither password nor query; ASCII alone. */
static void
test_urls_of_pulls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, START_US);

  g_assert_cmpuint (info->sources->len, ==, RANKS);
  assert_url (info, 0, "mmsh_pull", "http://xn--hren-5qa.example:8080/a%20b");
  assert_url (info, 1, "mmsh_pull", "http://[2001:db8::1]:8080/live");
  assert_url (info, 2, "file", "my%20slate.asf");
}

static void
test_url_of_a_push (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, START_US);

  assert_url (info, 0, "mmsh_push", "/streams/my%20path_push");
}

#define ADD(path, type, test)                                                  \
  g_test_add (path, Fixture, GINT_TO_POINTER (type), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/source-enabled/next-takes-over",
       SP_SOURCE_MMSH_PULL,
       test_next_takes_over);
  ADD ("/source-enabled/passed-over",
       SP_SOURCE_MMSH_PULL,
       test_a_fallback_that_is_off_is_passed_over);
  ADD ("/source-enabled/push", SP_SOURCE_MMSH_PUSH, test_a_push_that_is_off);
  ADD ("/source-enabled/none", SP_SOURCE_MMSH_PULL, test_no_such_source);
  ADD ("/source-describe/pulls", SP_SOURCE_MMSH_PULL, test_urls_of_pulls);
  ADD ("/source-describe/push", SP_SOURCE_MMSH_PUSH, test_url_of_a_push);
  return g_test_run ();
}
