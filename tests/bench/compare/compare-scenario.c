/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-scenario.h"

/* 1 Mbit/s is 90 packets a second of 1,400 bytes. */
#define PACKET 1400
#define RAMP 2500         /* viewers that join in a second */
#define RAMP_LARGEST 1000 /* what joins get at once takes room, too */
#define RAMP_TLS 400      /* handshakes cost much */
#define SECONDS 8         /* of a window */
#define SECONDS_SLOW 15   /* until the slow ones' buffers are full */
#define RUNS 5            /* of which the median counts */
#define RUNS_CURVE 3      /* of a point in a plot */
#define DESCRIPTORS 19900 /* viewers that a process can have here */

#define FEED(rate, size, streams, flush)                                       \
  {                                                                            \
    .kbps = rate, .packet_size = size, .n_streams = streams, .flush_ms = flush \
  }
#define BOTH { COMPARE_PUMP, COMPARE_BARE }, 2
#define BOTH_TLS { COMPARE_PUMP_TLS, COMPARE_BARE_TLS }, 2
#define LIMITS { COMPARE_PUMP, COMPARE_BARE, COMPARE_BARE_FILE }, 3
#define PEERS                                                                  \
  {                                                                            \
    COMPARE_PUMP, COMPARE_BARE, COMPARE_CUBEMAP, COMPARE_ICECAST, COMPARE_VLC  \
  },                                                                           \
      5
#define ALONE { COMPARE_PUMP }, 1
#define LIMIT(name, servers, viewers, rate, flush)                             \
  {                                                                            \
    name, "limit", COMPARE_PLAIN, servers, viewers,                            \
        FEED (rate, PACKET, 1, flush), RAMP, SECONDS, RUNS, NULL               \
  }
#define CURVE(name, group, viewers, size, streams)                             \
  {                                                                            \
    name, group, COMPARE_PLAIN, BOTH, viewers,                                 \
        FEED (1000, size, streams, 100), RAMP, SECONDS, RUNS_CURVE, NULL       \
  }
#define ONE(name, group, manner, viewers, seconds, runs, options)              \
  {                                                                            \
    name, group, manner, ALONE, viewers, FEED (1000, PACKET, 1, 100), RAMP,    \
        seconds, runs, options                                                 \
  }

/* clang-format off */
const CompareScenario compare_scenarios[] = {
  LIMIT ("limit-1000-50", BOTH, 1000, 1000, 50),
  LIMIT ("limit-1000-100", BOTH, 1000, 1000, 100),
  LIMIT ("limit-1000-250", LIMITS, 1000, 1000, 250),
  LIMIT ("limit-5000-50", BOTH, 5000, 1000, 50),
  LIMIT ("limit-5000-100", BOTH, 5000, 1000, 100),
  LIMIT ("limit-5000-250", BOTH, 5000, 1000, 250),
  LIMIT ("limit-10000-50", BOTH, 10000, 1000, 50),
  LIMIT ("limit-10000-100", BOTH, 10000, 1000, 100),
  LIMIT ("limit-10000-250", LIMITS, 10000, 1000, 250),
  LIMIT ("limit-8mbit-50", BOTH, 1000, 8000, 50),
  LIMIT ("limit-8mbit-100", BOTH, 1000, 8000, 100),
  LIMIT ("limit-8mbit-250", BOTH, 1000, 8000, 250),

  { "peers-100", "peers", COMPARE_PLAIN, PEERS, 1000,
    FEED (1000, PACKET, 1, 100), RAMP, SECONDS, RUNS, NULL },
  { "peers-250", "peers", COMPARE_PLAIN, PEERS, 1000,
    FEED (1000, PACKET, 1, 250), RAMP, SECONDS, RUNS, NULL },

  ONE ("minute", "minute", COMPARE_PLAIN, 10000, 60, 3, NULL),
  { "largest-100", "largest", COMPARE_LARGEST, BOTH, DESCRIPTORS,
    FEED (1000, PACKET, 1, 100), RAMP_LARGEST, SECONDS, 1, NULL },
  { "largest-250", "largest", COMPARE_LARGEST, BOTH, DESCRIPTORS,
    FEED (1000, PACKET, 1, 250), RAMP_LARGEST, SECONDS, 1, NULL },

  ONE ("good-800", "good", COMPARE_PLAIN, 800, SECONDS_SLOW, RUNS, NULL),
  ONE ("slow-20", "slow", COMPARE_PLAIN, 1000, SECONDS_SLOW, RUNS, "--slow 20 --slow-kbps 500"),
  ONE ("good-500", "good", COMPARE_PLAIN, 500, SECONDS_SLOW, RUNS, NULL),
  ONE ("stalled-1000", "stalled", COMPARE_PLAIN, 500, SECONDS_SLOW, RUNS, "--stalled 1000"),
  ONE ("stalled-kernel", "kernel", COMPARE_KERNEL, 100, 20, 3, "--stalled 100"),
  ONE ("join", "join", COMPARE_PLAIN, 5000, 10, RUNS, "--churn 10"),

  { "tls-1000-100", "tls", COMPARE_PLAIN, BOTH_TLS, 1000,
    FEED (1000, PACKET, 1, 100), RAMP_TLS, SECONDS, RUNS, "--insecure" },
  { "tls-1000-250", "tls", COMPARE_PLAIN, BOTH_TLS, 1000,
    FEED (1000, PACKET, 1, 250), RAMP_TLS, SECONDS, RUNS, "--insecure" },
  { "largest-tls", "largest-tls", COMPARE_LARGEST, BOTH_TLS, 10000,
    FEED (1000, PACKET, 1, 250), RAMP_TLS, SECONDS, 1, "--insecure" },

  CURVE ("n-100", "n", 100, PACKET, 1),
  CURVE ("n-300", "n", 300, PACKET, 1),
  CURVE ("n-3000", "n", 3000, PACKET, 1),
  CURVE ("n-15000", "n", 15000, PACKET, 1),
  CURVE ("size-200", "size", 1000, 200, 1),
  CURVE ("size-700", "size", 1000, 700, 1),
  CURVE ("size-2800", "size", 1000, 2800, 1),
  CURVE ("size-8000", "size", 1000, 8000, 1),
  CURVE ("streams-10", "streams", 1000, PACKET, 10),
  CURVE ("streams-100", "streams", 1000, PACKET, 100),

  ONE ("soak", "soak", COMPARE_SOAK, 11300, 600, 1, "--churn 5"),

  { COMPARE_QUICK, "quick", COMPARE_PLAIN, BOTH, 50, FEED (1000, PACKET, 1, 50),
    RAMP, 1, 1, "--warmup 1" },
};
const guint compare_n_scenarios = G_N_ELEMENTS (compare_scenarios);

const CompareClaim compare_claims[] = {
  { "limit", "CPU per GB against the bare loop", COMPARE_RATIO,
    "cpu", COMPARE_PUMP, COMPARE_BARE, NULL, 1.15, FALSE },
  { "limit", "p99 lateness against the bare loop", COMPARE_RATIO,
    "p99", COMPARE_PUMP, COMPARE_BARE, NULL, 1.15, FALSE },
  { "peers", "CPU per GB against icecast2", COMPARE_RATIO,
    "cpu", COMPARE_PUMP, COMPARE_ICECAST, NULL, 0.25, FALSE },
  { "peers", "CPU per GB against VLC", COMPARE_RATIO,
    "cpu", COMPARE_PUMP, COMPARE_VLC, NULL, 0.5, FALSE },
  { "peers", "CPU per GB against cubemap", COMPARE_RATIO,
    "cpu", COMPARE_PUMP, COMPARE_CUBEMAP, NULL, 1.0, FALSE },
  { "minute", "viewers lost, skipped or behind in 60 s", COMPARE_ABSOLUTE,
    "harmed", COMPARE_PUMP, COMPARE_PUMP, NULL, 0, FALSE },
  { "minute", "p99 lateness, ms", COMPARE_ABSOLUTE,
    "p99", COMPARE_PUMP, COMPARE_PUMP, NULL, 450, FALSE },
  { "largest", "most viewers, against the bare loop", COMPARE_RATIO,
    "largest", COMPARE_PUMP, COMPARE_BARE, NULL, 0.9, TRUE },
  { "limit-10000-100", "user memory a viewer, KiB (growth from 1,000)",
    COMPARE_PER_VIEWER,
    "memory", COMPARE_PUMP, COMPARE_PUMP, "limit-1000-100", 0.5, FALSE },
  { "kernel", "kernel memory of a stalled viewer, KiB", COMPARE_ABSOLUTE,
    "kernel", COMPARE_PUMP, COMPARE_PUMP, NULL, 256, FALSE },
  { "slow", "p99 of the others with 20 % slow viewers, against none",
    COMPARE_RATIO,
    "good-p99", COMPARE_PUMP, COMPARE_PUMP, "good-800", 1.2, FALSE },
  { "stalled", "p99 of 500 viewers beside 1,000 stalled, against none",
    COMPARE_RATIO,
    "good-p99", COMPARE_PUMP, COMPARE_PUMP, "good-500", 1.2, FALSE },
  { "join", "first media byte after Play, p99, ms", COMPARE_ABSOLUTE,
    "first-p99", COMPARE_PUMP, COMPARE_PUMP, NULL, 50, FALSE },
  { "tls", "CPU per GB against a bare GnuTLS loop", COMPARE_RATIO,
    "cpu", COMPARE_PUMP_TLS, COMPARE_BARE_TLS, NULL, 1.15, FALSE },
  { "largest-tls", "most TLS viewers, against the bare GnuTLS loop",
    COMPARE_RATIO,
    "largest", COMPARE_PUMP_TLS, COMPARE_BARE_TLS, NULL, 0.9, TRUE },
  { "soak", "memory at the end against the middle of 10 minutes",
    COMPARE_ABSOLUTE,
    "drift", COMPARE_PUMP, COMPARE_PUMP, NULL, 1.02, FALSE },
  { "soak", "clients that the counters do not account for", COMPARE_ABSOLUTE,
    "unbalanced", COMPARE_PUMP, COMPARE_PUMP, NULL, 0, FALSE },
  { "soak", "descriptors left behind", COMPARE_ABSOLUTE,
    "descriptors-left", COMPARE_PUMP, COMPARE_PUMP, NULL, 0, FALSE },
};
const guint compare_n_claims = G_N_ELEMENTS (compare_claims);
/* clang-format on */

const CompareScenario *
compare_scenario_find (const char *name)
{
  for (guint i = 0; i < compare_n_scenarios; i++)
    if (g_str_equal (compare_scenarios[i].name, name))
      return &compare_scenarios[i];
  return NULL;
}
