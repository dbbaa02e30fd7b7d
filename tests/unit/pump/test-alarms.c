/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-alarms.h"
#include "sp-test.h"

#define S ((gint64)G_USEC_PER_SEC)

/** A stream that is looked at, and what was told of it. */
typedef struct
{
  SpEvents *events;
  SpAlarms *alarms;
  SpStreamInfo *info;
  GString *told; /* names of events, with commas */
  SpEvent *last;
  gint64 now_us;
} House;

static void
on_event (SpEvent *event, gpointer user_data)
{
  House *house = user_data;

  g_string_append_printf (house->told,
                          "%s%s",
                          house->told->len > 0 ? "," : "",
                          sp_event_infos[event->kind].name);
  g_clear_pointer (&house->last, sp_event_unref);
  house->last = sp_event_ref (event);
}

static void
house_init (House *house)
{
  *house = (House){ .now_us = 1000 * S };
  house->events = sp_events_new ();
  house->alarms = sp_alarms_new (house->events);
  house->told = g_string_new (NULL);
  house->info = g_new0 (SpStreamInfo, 1);
  house->info->path = g_strdup ("council");
  house->info->index = 7;
  house->info->health = SP_HEALTH_ABSENT;
  sp_events_watch (house->events, on_event, house);
}

static void
house_clear (House *house)
{
  sp_alarms_free (house->alarms);
  sp_events_free (house->events);
  sp_stream_info_free (house->info);
  g_clear_pointer (&house->last, sp_event_unref);
  g_string_free (house->told, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, house_clear)

/* Looks @looks times, a second apart; @told is all that is told then. */
static void
assert_told (House *house, guint looks, const char *told)
{
  for (guint i = 0; i < looks; i++)
    {
      house->now_us += S;
      sp_alarms_stream (house->alarms, house->info, house->now_us);
    }
  g_assert_cmpstr (house->told->str, ==, told);
  g_string_truncate (house->told, 0);
}

static void
set_source (House *house, const char *label, SpHealth health)
{
  g_free (house->info->source_label);
  house->info->source_label = g_strdup (label);
  house->info->health = health;
}

static void
test_source (void)
{
  g_auto (House) house;

  house_init (&house);
  assert_told (&house, 2, "");
  set_source (&house, "push from 192.0.2.1:5", SP_HEALTH_OK);
  assert_told (&house, 5, "source_up");
  g_assert_cmpuint (house.last->stream_index, ==, 7);
  g_assert_cmpuint (house.last->source_index, ==, 1);
  g_assert_cmpstr (house.last->text, ==, "source up: push from 192.0.2.1:5");
  set_source (&house, NULL, SP_HEALTH_ABSENT);
  house.info->source_error = g_strdup ("it hung up");
  assert_told (&house, 5, "source_down");
  g_assert_cmpstr (
      house.last->text, ==, "source down: push from 192.0.2.1:5: it hung up");
  house.info->source_rank = 1;
  set_source (&house, "file slate.asf", SP_HEALTH_OK);
  assert_told (&house, 1, "source_up");
  g_assert_cmpuint (house.last->source_index, ==, 2);
  house.info->source_rank = 0;
  set_source (&house, NULL, SP_HEALTH_ABSENT);
  assert_told (&house, 5, "source_down");
  g_assert_cmpuint (house.last->source_index, ==, 2);
}

static void
test_stall (void)
{
  g_auto (House) house;

  house_init (&house);
  set_source (&house, "a", SP_HEALTH_OK);
  assert_told (&house, 1, "source_up");
  set_source (&house, "a", SP_HEALTH_STALLED);
  assert_told (&house, 9, "stream_stalled");
  set_source (&house, NULL, SP_HEALTH_ABSENT);
  assert_told (&house, 9, "source_down");
  set_source (&house, "a", SP_HEALTH_OK);
  assert_told (&house, 9, "source_up,stream_recovered");
}

static void
test_health (void)
{
  g_auto (House) house;

  house_init (&house);
  set_source (&house, "a", SP_HEALTH_OK);
  assert_told (&house, 1, "source_up");
  set_source (&house, "a", SP_HEALTH_DEGRADED);
  assert_told (&house, 9, "source_health");
  set_source (&house, "a", SP_HEALTH_LOOPING);
  house.info->health_reason = g_strdup ("nothing new for 15 s");
  assert_told (&house, 9, "source_health");
  g_assert_cmpstr (
      house.last->text, ==, "source health: looping: nothing new for 15 s");
  set_source (&house, "a", SP_HEALTH_OK);
  assert_told (&house, 9, "source_healthy");
}

static void
test_header (void)
{
  g_auto (House) house;

  house_init (&house);
  set_source (&house, "a", SP_HEALTH_OK);
  house.info->header_bytes = 5461;
  assert_told (&house, 3, "source_up");
  house.info->counters.value[SP_STREAM_header_changes] = 1;
  assert_told (&house, 3, "header_changed");
}

/* A peer that connects and hangs up, or sends headers, as fast as it can. */
static void
test_flutter (void)
{
  g_auto (House) house;
  guint64 first;

  house_init (&house);
  house.info->header_bytes = 5461;
  first = sp_events_last (house.events);
  for (guint i = 0; i < 2000; i++)
    {
      set_source (&house, i % 2 == 0 ? "a" : NULL, SP_HEALTH_OK);
      house.info->counters.value[SP_STREAM_header_changes] = i;
      house.now_us += S / 200;
      sp_alarms_stream (house.alarms, house.info, house.now_us);
    }
  g_assert_cmpuint (sp_events_last (house.events) - first, >=, 20);
  g_assert_cmpuint (sp_events_last (house.events) - first, <=, 50);
  g_string_truncate (house.told, 0);
  set_source (&house, "b", SP_HEALTH_OK);
  assert_told (&house, 1, "source_up,header_changed");
  assert_told (&house, 3, "");
}

static void
test_limit (void)
{
  g_auto (House) house;
  guint64 *refused;

  house_init (&house);
  refused = &house.info->counters.value[SP_STREAM_clients_refused_stream];
  house.info->client_limit = 100;
  house.info->clients = 100;
  assert_told (&house, 3, "");
  *refused = 1;
  assert_told (&house, 1, "stream_limit");
  for (guint i = 0; i < 200; i++)
    {
      (*refused)++;
      assert_told (&house, 1, "");
    }
  /* Calm, but above 95 percent. */
  house.info->clients = 96;
  assert_told (&house, 200, "");
  house.info->clients = 94;
  assert_told (&house, 1, "limit_over");
  /* Low, but calm only for a moment. */
  *refused += 1;
  assert_told (&house, 1, "stream_limit");
  assert_told (&house, 59, "");
  assert_told (&house, 2, "limit_over");
}

static void
test_mass_lag (void)
{
  g_auto (House) house;
  SpQuality *quality;

  house_init (&house);
  quality = &house.info->quality;
  quality->clients = 9;
  quality->behind = 9;
  assert_told (&house, 9, "");
  quality->clients = 20;
  quality->behind = 10;
  assert_told (&house, 9, "");
  quality->behind = 11;
  assert_told (&house, 2, "");
  assert_told (&house, 1, "mass_lag");
  assert_told (&house, 9, "");
  quality->behind = 6;
  assert_told (&house, 9, "");
  quality->behind = 5;
  assert_told (&house, 2, "");
  quality->behind = 9;
  assert_told (&house, 1, "");
  quality->behind = 0;
  assert_told (&house, 2, "");
  assert_told (&house, 9, "mass_lag_over");
}

/* Many looks within a second are one. */
static void
test_mass_lag_takes_time (void)
{
  g_auto (House) house;

  house_init (&house);
  house.info->quality.clients = 20;
  house.info->quality.behind = 20;
  for (guint i = 0; i < 100; i++)
    {
      house.now_us += 1000;
      sp_alarms_stream (house.alarms, house.info, house.now_us);
    }
  g_assert_cmpstr (house.told->str, ==, "");
}

static void
test_canary (void)
{
  g_auto (House) house;
  SpCanaryInfo *canary;

  house_init (&house);
  canary = &house.info->canary;
  assert_told (&house, 3, "");
  *canary = (SpCanaryInfo){ .at_us = 1, .is_ok = TRUE };
  assert_told (&house, 3, "");
  *canary = (SpCanaryInfo){ .at_us = 2 };
  assert_told (&house, 3, "canary_failed");
  *canary = (SpCanaryInfo){ .at_us = 3 };
  assert_told (&house, 3, "");
  *canary = (SpCanaryInfo){ .at_us = 4, .is_ok = TRUE };
  assert_told (&house, 3, "canary_recovered");
}

static void
cut (House *house, const char *address, guint lag_ms)
{
  SpVisit *visit = g_new0 (SpVisit, 1);

  visit->reason = SP_LEFT_CUT;
  visit->info = g_new0 (SpClientInfo, 1);
  visit->info->stream = g_strdup ("council");
  visit->info->stream_index = 7;
  visit->info->address = g_strdup (address);
  visit->info->lag_ms = lag_ms;
  sp_alarms_visit (house->alarms, visit, house->now_us);
  sp_visit_free (visit);
}

static void
test_dropped (void)
{
  g_auto (House) house;

  house_init (&house);
  cut (&house, "192.0.2.1", 9000);
  assert_told (&house, 0, "client_dropped");
  g_assert_cmpuint (house.last->repeats, ==, 1);
  g_assert_cmpuint (house.last->lag_ms, ==, 9000);
  for (guint i = 0; i < 30; i++)
    {
      cut (&house, "192.0.2.2", 100 + i);
      assert_told (&house, 1, "");
    }
  assert_told (&house, 29, "");
  assert_told (&house, 1, "client_dropped");
  g_assert_cmpuint (house.last->repeats, ==, 30);
  g_assert_cmpuint (house.last->lag_ms, ==, 129);
  g_assert_cmpstr (house.last->address, ==, "192.0.2.2");
  assert_told (&house, 200, "");
}

static void
test_certs (void)
{
  g_auto (House) house;
  g_autoptr (GPtrArray) certs
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_cert_info_free);
  SpCertInfo *cert = g_new0 (SpCertInfo, 1);

  house_init (&house);
  cert->index = 1;
  cert->file = g_strdup ("x.crt");
  cert->status = SP_CERT_VALID;
  g_ptr_array_add (certs, cert);
  sp_alarms_certs (house.alarms, certs, house.now_us);
  assert_told (&house, 0, "");
  cert->status = SP_CERT_EXPIRING;
  cert->days_left = 5;
  sp_alarms_certs (house.alarms, certs, house.now_us);
  sp_alarms_certs (house.alarms, certs, house.now_us + 3600 * S);
  assert_told (&house, 0, "cert_expiring");
  g_assert_cmpuint (house.last->cert_index, ==, 1);
  sp_alarms_certs (house.alarms, certs, house.now_us + 25 * 3600LL * S);
  assert_told (&house, 0, "cert_expiring");
  cert->status = SP_CERT_EXPIRED;
  sp_alarms_certs (house.alarms, certs, house.now_us + 26 * 3600LL * S);
  sp_alarms_certs (house.alarms, certs, house.now_us + 27 * 3600LL * S);
  assert_told (&house, 0, "cert_expiring");
  cert->status = SP_CERT_VALID;
  sp_alarms_certs (house.alarms, certs, house.now_us + 28 * 3600LL * S);
  cert->status = SP_CERT_EXPIRED;
  sp_alarms_certs (house.alarms, certs, house.now_us + 28 * 3600LL * S);
  assert_told (&house, 0, "cert_expiring");
}

static void
test_pump_limit (void)
{
  g_auto (House) house;
  SpPumpInfo info = { .clients = 10, .client_limit = 10 };

  house_init (&house);
  sp_alarms_pump (house.alarms, &info, house.now_us);
  assert_told (&house, 0, "");
  sp_stats_add (SP_PUMP_requests_limited_pump, 1);
  sp_alarms_pump (house.alarms, &info, house.now_us);
  sp_alarms_pump (house.alarms, &info, house.now_us + S);
  assert_told (&house, 0, "pump_limit");
  info.clients = 9;
  sp_alarms_pump (house.alarms, &info, house.now_us + 61 * S);
  assert_told (&house, 0, "limit_over");
}

/* Each cause has an alarm of its own, which lasts as long as the cause. */
static void
test_overload (void)
{
  g_auto (House) house;
  SpPumpInfo info = { .clients = 10,
                      .send_lateness_ms = 512,
                      .lateness_limit_ms = 400,
                      .overload = SP_OVERLOAD_LATENESS };

  house_init (&house);
  sp_alarms_pump (house.alarms, &info, house.now_us);
  assert_told (&house, 0, "");
  sp_stats_add (SP_PUMP_requests_limited_lateness, 1);
  sp_stats_add (SP_PUMP_requests_limited_pump, 1);
  sp_alarms_pump (house.alarms, &info, house.now_us);
  sp_alarms_pump (house.alarms, &info, house.now_us + S);
  assert_told (&house, 0, "pump_limit");
  g_assert_cmpstr (house.last->text,
                   ==,
                   "new clients are refused (lateness): what is sent goes out "
                   "512 ms late, the limit is 400 ms; 10 clients");
  sp_alarms_pump (house.alarms, &info, house.now_us + 100 * S);
  assert_told (&house, 0, "");
  info.overload = SP_OVERLOAD_MEMORY | SP_OVERLOAD_DESCRIPTORS;
  sp_stats_add (SP_PUMP_requests_limited_memory, 1);
  sp_stats_add (SP_PUMP_requests_limited_descriptors, 1);
  sp_stats_add (SP_PUMP_requests_limited_pump, 2);
  sp_alarms_pump (house.alarms, &info, house.now_us + 101 * S);
  assert_told (&house, 0, "limit_over,pump_limit,pump_limit");
  info.overload = 0;
  sp_alarms_pump (house.alarms, &info, house.now_us + 200 * S);
  assert_told (&house, 0, "limit_over,limit_over");
}

/* One event a minute, for all pauses since the last one. */
static void
test_pauses (void)
{
  g_auto (House) house;
  SpPumpInfo info = { .connections = 40, .descriptor_limit = 64 };

  house_init (&house);
  sp_alarms_pump (house.alarms, &info, house.now_us);
  assert_told (&house, 0, "");
  sp_stats_add (SP_PUMP_accept_pauses, 1);
  sp_alarms_pump (house.alarms, &info, house.now_us + S);
  assert_told (&house, 0, "accept_paused");
  g_assert_cmpuint (house.last->repeats, ==, 1);
  sp_stats_add (SP_PUMP_accept_pauses, 3);
  sp_alarms_pump (house.alarms, &info, house.now_us + 60 * S);
  assert_told (&house, 0, "");
  sp_alarms_pump (house.alarms, &info, house.now_us + 61 * S);
  assert_told (&house, 0, "accept_paused");
  g_assert_cmpuint (house.last->repeats, ==, 3);
  sp_alarms_pump (house.alarms, &info, house.now_us + 200 * S);
  assert_told (&house, 0, "");
}

static void
test_forget (void)
{
  g_auto (House) house;

  house_init (&house);
  set_source (&house, "a", SP_HEALTH_OK);
  assert_told (&house, 1, "source_up");
  sp_alarms_forget (house.alarms, "council");
  assert_told (&house, 1, "source_up");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/alarms/source", test_source);
  g_test_add_func ("/alarms/stall", test_stall);
  g_test_add_func ("/alarms/health", test_health);
  g_test_add_func ("/alarms/header", test_header);
  g_test_add_func ("/alarms/flutter", test_flutter);
  g_test_add_func ("/alarms/limit", test_limit);
  g_test_add_func ("/alarms/mass-lag", test_mass_lag);
  g_test_add_func ("/alarms/mass-lag/takes-time", test_mass_lag_takes_time);
  g_test_add_func ("/alarms/canary", test_canary);
  g_test_add_func ("/alarms/dropped", test_dropped);
  g_test_add_func ("/alarms/certs", test_certs);
  g_test_add_func ("/alarms/pump-limit", test_pump_limit);
  g_test_add_func ("/alarms/overload", test_overload);
  g_test_add_func ("/alarms/accept-paused", test_pauses);
  g_test_add_func ("/alarms/forget", test_forget);
  return g_test_run ();
}
