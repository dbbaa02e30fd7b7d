/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admission.h"
#include "sp-error.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC

/* A server with one stream, "test", and somebody at the door. */
typedef struct
{
  SpRegistry *registry;
  SpAdmission *admission;
  SpStream *stream;
  GInetAddress *address;
  guint64 pump[SP_N_PUMP_COUNTERS]; /* before */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  SpStreamPolicy policy = { .is_enabled = TRUE, .n_sources = 1 };

  fixture->registry = sp_registry_new ();
  fixture->admission = sp_admission_new (fixture->registry);
  fixture->stream = sp_stream_new ("Test", "test", &policy, NULL, 0);
  fixture->address = g_inet_address_new_from_string ("192.0.2.1");
  sp_registry_add (fixture->registry, fixture->stream);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    fixture->pump[i] = sp_stats_get (i);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->address);
  sp_stream_unref (fixture->stream);
  sp_admission_free (fixture->admission);
  sp_registry_free (fixture->registry);
}

static void
set_policy (Fixture *fixture, guint max_clients, gboolean is_draining)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .n_sources = 1,
                            .max_clients = max_clients,
                            .is_draining = is_draining };

  sp_stream_set_policy (fixture->stream, &policy);
}

/* 0: let in; otherwise the code of the refusal, which is the same for a check.
 * A place that was taken is given back when @is_brief. */
static gint
ask (Fixture *fixture, const char *id, gint64 now_us, gboolean is_brief)
{
  g_autoptr (GError) checked = NULL;
  g_autoptr (GError) error = NULL;
  guint places = sp_admission_count (fixture->admission);
  gboolean may = sp_admission_check (fixture->admission,
                                     fixture->stream,
                                     fixture->address,
                                     id,
                                     now_us,
                                     &checked);

  g_assert_cmpuint (sp_admission_count (fixture->admission), ==, places);
  g_assert_cmpint (sp_admission_enter (fixture->admission,
                                       fixture->stream,
                                       fixture->address,
                                       id,
                                       now_us,
                                       &error),
                   ==,
                   may);
  if (may && is_brief)
    sp_admission_leave (fixture->admission, fixture->stream, fixture->address);
  if (may)
    return 0;
  g_assert_cmpint (checked->code, ==, error->code);
  g_assert_cmpstr (checked->message, ==, error->message);
  return error->code;
}

static guint64
pump_counter (Fixture *fixture, SpPumpCounter counter)
{
  return sp_stats_get (counter) - fixture->pump[counter];
}

/* Each refusal is asked for twice: checked, and tried. */
static void
assert_counted (Fixture *fixture,
                const SpPumpCounter *pump,
                const SpStreamCounter *stream)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, SECOND);
  guint n_pump = 0;
  guint n_stream = 0;

  for (; *pump != SP_N_PUMP_COUNTERS; pump++, n_pump++)
    g_assert_cmpuint (pump_counter (fixture, *pump), ==, 2);
  for (; *stream != SP_N_STREAM_COUNTERS; stream++, n_stream++)
    g_assert_cmpuint (info->counters.value[*stream], ==, 2);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    n_pump -= pump_counter (fixture, i) != 0;
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    n_stream -= info->counters.value[i] != 0;
  g_assert_cmpuint (n_pump, ==, 0);
  g_assert_cmpuint (n_stream, ==, 0);
}

static void
test_pump_limit (Fixture *fixture, gconstpointer unused)
{
  const SpAdmissionLimits limits = { .clients = 1 };

  sp_admission_set_limits (fixture->admission, &limits);
  g_assert_cmpint (ask (fixture, NULL, SECOND, FALSE), ==, 0);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_LIMIT);
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_limited,
                         SP_PUMP_requests_limited_pump,
                         SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused, SP_N_STREAM_COUNTERS });
}

static void
test_stream_limit (Fixture *fixture, gconstpointer unused)
{
  set_policy (fixture, 1, FALSE);
  g_assert_cmpint (ask (fixture, NULL, SECOND, FALSE), ==, 0);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_LIMIT);
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_limited, SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused,
                           SP_STREAM_clients_refused_stream,
                           SP_N_STREAM_COUNTERS });
}

static void
test_draining (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *redirect = NULL;

  sp_admission_set_draining (fixture->admission, TRUE, "http://other:8086");
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_DRAINING);
  redirect = sp_admission_redirect (fixture->admission);
  g_assert_cmpstr (redirect, ==, "http://other:8086");
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_draining, SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused, SP_N_STREAM_COUNTERS });
  sp_admission_set_draining (fixture->admission, FALSE, "http://other:8086");
  g_assert_null (sp_admission_redirect (fixture->admission));
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
}

static void
test_stream_draining (Fixture *fixture, gconstpointer unused)
{
  set_policy (fixture, 0, TRUE);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_DRAINING);
  g_assert_null (sp_admission_redirect (fixture->admission));
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_draining, SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused, SP_N_STREAM_COUNTERS });
  set_policy (fixture, 0, FALSE);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
}

static void
test_banned (Fixture *fixture, gconstpointer unused)
{
  const SpBan ban = { .external_id = "alice", .stream = "TEST" };

  sp_admission_ban (fixture->admission, &ban, 60 * SECOND, 0);
  g_assert_cmpuint (sp_admission_bans (fixture->admission), ==, 1);
  g_assert_cmpint (ask (fixture, "alice", SECOND, TRUE), ==, SP_ERROR_DENIED);
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_denied, SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_denied, SP_N_STREAM_COUNTERS });
  g_assert_cmpint (ask (fixture, "bob", SECOND, TRUE), ==, 0);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
  g_assert_cmpint (ask (fixture, "alice", 60 * SECOND, TRUE), ==, 0);
}

static void
assert_overloaded (Fixture *fixture, guint overload, SpPumpCounter counter)
{
  sp_admission_set_overload (fixture->admission, overload);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_LIMIT);
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_limited,
                         SP_PUMP_requests_limited_pump,
                         counter,
                         SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused, SP_N_STREAM_COUNTERS });
  sp_admission_set_overload (fixture->admission, 0);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
}

static void
test_late (Fixture *fixture, gconstpointer unused)
{
  assert_overloaded (
      fixture, SP_OVERLOAD_LATENESS, SP_PUMP_requests_limited_lateness);
}

static void
test_large (Fixture *fixture, gconstpointer unused)
{
  assert_overloaded (
      fixture, SP_OVERLOAD_MEMORY, SP_PUMP_requests_limited_memory);
}

static guint
count_to (gpointer user_data)
{
  return *(guint *)user_data;
}

/* The connection of whoever asks is one of them. */
static void
test_crowded (Fixture *fixture, gconstpointer unused)
{
  const SpAdmissionLimits limits = { .connections = 10 };
  guint connections = 10;

  sp_admission_set_count (fixture->admission, count_to, &connections);
  sp_admission_set_limits (fixture->admission, &limits);
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
  connections = 11;
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, SP_ERROR_LIMIT);
  assert_counted (
      fixture,
      (SpPumpCounter[]){ SP_PUMP_requests_limited,
                         SP_PUMP_requests_limited_pump,
                         SP_PUMP_requests_limited_descriptors,
                         SP_N_PUMP_COUNTERS },
      (SpStreamCounter[]){ SP_STREAM_clients_refused, SP_N_STREAM_COUNTERS });
  connections = 10;
  g_assert_cmpint (ask (fixture, NULL, SECOND, TRUE), ==, 0);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  add ("/admission/refuses/pump-limit", test_pump_limit);
  add ("/admission/refuses/stream-limit", test_stream_limit);
  add ("/admission/refuses/draining", test_draining);
  add ("/admission/refuses/stream-draining", test_stream_draining);
  add ("/admission/refuses/banned", test_banned);
  add ("/admission/refuses/late", test_late);
  add ("/admission/refuses/large", test_large);
  add ("/admission/refuses/crowded", test_crowded);
  return g_test_run ();
}
