/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-health-meter.h"
#include "sp-test.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define LOOK_US (SECOND / 4)
#define PACKET_LEN 1250 /* at 10 a second: 100 kbit/s */
#define MAX_PHASES 5
#define CALM SP_HEALTH_OK, NULL

/** So many seconds of one behaviour, and what is shown at their end. */
typedef struct
{
  guint seconds; /* 0: no more phases */
  guint packets_per_s;
  gint send_percent; /* send times run so fast */
  guint loop;        /* packets that come again and again; 0: none do */
  guint key_every_s; /* 0: never */
  guint bad_per_s;   /* packets that cannot be understood */
  gint leap_ms;      /* of the send time, at the start */
  SpHealth health;
  const char *reason;
} Phase;

typedef struct
{
  const char *name;
  SpHealthPromise promise;
  gboolean may_repeat;
  Phase phases[MAX_PHASES];
} Row;

typedef struct
{
  SpHealthMeter meter;
  gint64 now_us;
  gint64 send_us;
  guint32 number;
  gint64 key_us;
  guint repeats_s;
} Source;

#define UNDERSTOOD                                                             \
  {                                                                            \
    .is_understood = TRUE                                                      \
  }
#define PROMISED                                                               \
  {                                                                            \
    .is_understood = TRUE, .nominal_bps = 100000                               \
  }
#define WITH_KEYS                                                              \
  {                                                                            \
    .is_understood = TRUE, .has_key_frames = TRUE                              \
  }
#define GOOD(s)                                                                \
  {                                                                            \
    s, 10, 100, 0, 0, 0, 0, CALM                                               \
  }
#define SILENT(s, health, reason)                                              \
  {                                                                            \
    s, 0, 100, 0, 0, 0, 0, health, reason                                      \
  }

static const Row rows[] = {
  { "good", PROMISED, FALSE, { GOOD (120) } },
  { "opaque", { 0 }, FALSE, { { 120, 10, 0, 0, 0, 0, 0, CALM } } },
  { "silent-for-3s",
    PROMISED,
    FALSE,
    { GOOD (5), SILENT (3, SP_HEALTH_OK, NULL) } },
  { "stalled",
    PROMISED,
    FALSE,
    { GOOD (5),
      SILENT (4, SP_HEALTH_STALLED, "no packet for 4.0 s"),
      SILENT (20, SP_HEALTH_STALLED, "no packet for 24.0 s") } },
  { "stalled/from-the-start",
    PROMISED,
    FALSE,
    { SILENT (4, SP_HEALTH_STALLED, "no packet for 4.0 s") } },
  { "stalled/ok-after-5s",
    UNDERSTOOD,
    FALSE,
    { GOOD (5),
      SILENT (4, SP_HEALTH_STALLED, "no packet for 4.0 s"),
      { 4, 10, 100, 0, 0, 0, 4000, SP_HEALTH_STALLED, "no packet for 4.0 s" },
      GOOD (2) } },
  { "behind",
    UNDERSTOOD,
    FALSE,
    { GOOD (30),
      { 20,
        10,
        40,
        0,
        0,
        0,
        0,
        SP_HEALTH_DEGRADED,
        "packet times run 11 s behind the clock" } } },
  { "behind/forgotten-after-minutes",
    UNDERSTOOD,
    FALSE,
    { GOOD (30),
      { 20, 10, 40, 0, 0, 0, 0, SP_HEALTH_DEGRADED, NULL },
      { 300, 10, 100, 0, 0, 0, 0, SP_HEALTH_DEGRADED, NULL },
      GOOD (120) } },
  { "behind/slow-for-long",
    UNDERSTOOD,
    FALSE,
    { GOOD (30), { 200, 10, 95, 0, 0, 0, 0, SP_HEALTH_DEGRADED, NULL } } },
  { "stalled/goes-on-where-it-was",
    UNDERSTOOD,
    FALSE,
    { GOOD (30),
      { 13, 0, 0, 0, 0, 0, 0, SP_HEALTH_STALLED, "no packet for 13.0 s" },
      GOOD (6),
      GOOD (300) } },
  { "stalled/catches-up",
    UNDERSTOOD,
    FALSE,
    { GOOD (30),
      { 13, 0, 0, 0, 0, 0, 0, SP_HEALTH_STALLED, "no packet for 13.0 s" },
      { 2, 100, 750, 0, 0, 0, 0, SP_HEALTH_STALLED, NULL },
      GOOD (6),
      GOOD (300) } },
  { "ahead",
    UNDERSTOOD,
    FALSE,
    { GOOD (30),
      { 10,
        10,
        200,
        0,
        0,
        0,
        0,
        SP_HEALTH_DEGRADED,
        "packet times run 9 s ahead of the clock" } } },
  { "a-burst-at-first-is-no-drift",
    UNDERSTOOD,
    FALSE,
    { { 2, 40, 600, 0, 0, 0, 0, CALM }, GOOD (60) } },
  { "clocks-that-differ-by-200ppm",
    UNDERSTOOD,
    FALSE,
    { { 100000, 1, 0, 0, 0, 0, 0, CALM } } }, /* see clock_ppm */
  { "an-encoder-that-began-anew",
    UNDERSTOOD,
    FALSE,
    { GOOD (30), { 30, 10, 100, 0, 0, 0, -29000, CALM } } },
  { "a-leap-of-an-hour",
    UNDERSTOOD,
    FALSE,
    { GOOD (30), { 30, 10, 100, 0, 0, 0, 3600000, CALM } } },
  { "half-the-bitrate", PROMISED, FALSE, { { 60, 5, 100, 0, 0, 0, 0, CALM } } },
  { "a-third-of-the-bitrate",
    PROMISED,
    FALSE,
    { { 30, 3, 100, 0, 0, 0, 0, CALM },
      { 10,
        3,
        100,
        0,
        0,
        0,
        0,
        SP_HEALTH_DEGRADED,
        "delivers 30 % of the announced bitrate" },
      GOOD (40) } },
  { "key-frames", WITH_KEYS, FALSE, { { 90, 10, 100, 0, 10, 0, 0, CALM } } },
  { "no-key-frame",
    WITH_KEYS,
    FALSE,
    { { 20, 10, 100, 0, 10, 0, 0, CALM },
      { 41, 10, 100, 0, 0, 0, 0, SP_HEALTH_DEGRADED, "no key frame for 41 s" },
      { 10, 10, 100, 0, 2, 0, 0, CALM } } },
  { "malformed",
    UNDERSTOOD,
    FALSE,
    { GOOD (5),
      { 9,
        10,
        100,
        0,
        0,
        3,
        0,
        SP_HEALTH_DEGRADED,
        "27 packets out of order or malformed in the last minute" },
      { 50,
        10,
        100,
        0,
        0,
        0,
        0,
        SP_HEALTH_DEGRADED,
        "27 packets out of order or malformed in the last minute" },
      GOOD (20) } },
  { "looping",
    UNDERSTOOD,
    FALSE,
    { GOOD (20),
      { 30,
        10,
        100,
        100,
        0,
        0,
        0,
        SP_HEALTH_LOOPING,
        "has sent nothing new for 20 s" },
      GOOD (7) } },
  { "one-packet-again-and-again",
    UNDERSTOOD,
    FALSE,
    { GOOD (5),
      { 16,
        10,
        100,
        1,
        0,
        0,
        0,
        SP_HEALTH_LOOPING,
        "has sent nothing new for 15 s" } } },
  { "a-long-loop",
    UNDERSTOOD,
    FALSE,
    { { 60, 100, 100, 4000, 0, 0, 0, SP_HEALTH_LOOPING, NULL } } },
  { "a-loop-too-long-to-see",
    UNDERSTOOD,
    FALSE,
    { { 120, 100, 100, 5000, 0, 0, 0, CALM } } },
  { "a-file-loops", UNDERSTOOD, TRUE, { { 60, 10, 100, 10, 0, 0, 0, CALM } } },
  { "9s-of-the-same-are-no-loop",
    UNDERSTOOD,
    FALSE,
    { GOOD (5), { 9, 10, 100, 1, 0, 0, 0, CALM }, GOOD (5) } },
  { "stalled-is-worse-than-looping",
    UNDERSTOOD,
    FALSE,
    { { 30, 10, 100, 1, 0, 0, 0, SP_HEALTH_LOOPING, NULL },
      SILENT (4, SP_HEALTH_STALLED, "no packet for 4.0 s") } },
};

static void
put (Source *source, const Phase *phase, gboolean is_bad)
{
  gboolean is_key
      = phase->key_every_s > 0
        && source->now_us - source->key_us >= phase->key_every_s * SECOND;
  const SpHealthPacket packet = {
    .len = PACKET_LEN,
    .is_key = is_key,
    .has_send_time = source->meter.promise.is_understood && !is_bad,
    .send_time_ms = (guint32)(source->send_us / 1000),
    .media_hash = phase->loop > 0 ? 0x10000000 + source->number % phase->loop
                                  : source->number,
  };

  if (is_key)
    source->key_us = source->now_us;
  source->number++;
  source->repeats_s
      += sp_health_meter_packet (&source->meter, &packet, source->now_us);
}

/* The clock of the sender is 200 ppm slow where a row is so long. */
static gint64
send_step_us (const Phase *phase, gint64 step_us)
{
  if (phase->seconds > 10000)
    return step_us - step_us * 200 / 1000000;
  return step_us * phase->send_percent / 100;
}

static void
run_phase (Source *source, const Phase *phase)
{
  guint per_packet = phase->packets_per_s < 4 ? 4 : 1;
  guint per_s = MAX (phase->packets_per_s, 1) * per_packet;
  gint64 step_us = SECOND / per_s;
  guint n_steps = phase->seconds * per_s;
  gint64 look_us = source->now_us;

  source->send_us += (gint64)phase->leap_ms * 1000;
  for (guint i = 0; i < n_steps; i++)
    {
      source->now_us += step_us;
      source->send_us += send_step_us (phase, step_us);
      if (phase->packets_per_s > 0 && i % per_packet == 0)
        put (source, phase, i % per_s < phase->bad_per_s);
      if (source->now_us - look_us >= LOOK_US)
        {
          (void)sp_health_meter_look (&source->meter, source->now_us);
          look_us = source->now_us;
        }
    }
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  /* Send times wrap on the way. */
  Source source
      = { .now_us = START, .send_us = ((gint64)1 << 32) * 1000 - 8 * SECOND };

  source.meter.may_repeat = row->may_repeat;
  sp_health_meter_start (&source.meter, START);
  sp_health_meter_promise (&source.meter, &row->promise, START);
  source.key_us = START;
  for (guint i = 0; i < MAX_PHASES && row->phases[i].seconds > 0; i++)
    {
      const Phase *phase = &row->phases[i];
      SpHealth health;

      run_phase (&source, phase);
      health = sp_health_meter_look (&source.meter, source.now_us);
      g_test_message (
          "phase %u: %s %s", i, sp_health_name (health), source.meter.reason);
      g_assert_cmpstr (
          sp_health_name (health), ==, sp_health_name (phase->health));
      if (phase->reason != NULL)
        g_assert_cmpstr (source.meter.reason, ==, phase->reason);
    }
  sp_health_meter_stop (&source.meter);
}

/* A second counts when it is over. */
static void
test_repeats_are_counted (void)
{
  static const Phase good = GOOD (10);
  static const Phase same = { 30, 10, 100, 10, 0, 0, 0, CALM };
  Source source = { .now_us = START };

  sp_health_meter_start (&source.meter, START);
  run_phase (&source, &good);
  g_assert_cmpuint (source.repeats_s, ==, 0);
  run_phase (&source, &same);
  g_assert_cmpuint (source.repeats_s, >=, 28);
  g_assert_cmpuint (source.repeats_s, <=, 30);
  sp_health_meter_stop (&source.meter);
}

/* A refused packet never comes here; it is told. */
static void
test_refused (void)
{
  static const Phase good = GOOD (1);
  Source source = { .now_us = START };

  sp_health_meter_start (&source.meter, START);
  run_phase (&source, &good);
  for (guint i = 0; i < 4; i++)
    sp_health_meter_bad (&source.meter, source.now_us);
  g_assert_cmpint (
      sp_health_meter_look (&source.meter, source.now_us), ==, SP_HEALTH_OK);
  sp_health_meter_bad (&source.meter, source.now_us);
  g_assert_cmpint (sp_health_meter_look (&source.meter, source.now_us),
                   ==,
                   SP_HEALTH_DEGRADED);
  sp_health_meter_stop (&source.meter);
}

/* The clock may begin at 0. */
static void
test_early (void)
{
  static const Phase good = GOOD (30);
  Source source = { .now_us = 0 };

  sp_health_meter_start (&source.meter, 0);
  run_phase (&source, &good);
  g_assert_cmpint (
      sp_health_meter_look (&source.meter, source.now_us), ==, SP_HEALTH_OK);
  sp_health_meter_stop (&source.meter);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/health-meter/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/health-meter/repeats-are-counted",
                   test_repeats_are_counted);
  g_test_add_func ("/health-meter/refused", test_refused);
  g_test_add_func ("/health-meter/early", test_early);
  return g_test_run ();
}
