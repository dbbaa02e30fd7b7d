/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-server.h"

/** What else is looked at in a run. */
typedef enum
{
  COMPARE_PLAIN,
  COMPARE_KERNEL,  /* kernel memory of the sockets of stalled viewers */
  COMPARE_LARGEST, /* the most viewers, by bisection */
  COMPARE_SOAK,    /* memory, descriptors and counters over a long time */
} CompareManner;

/** A row of what is run. */
typedef struct
{
  const char *name;
  const char *group; /* claims and tables are made for groups */
  CompareManner manner;
  CompareKind kinds[6]; /* in the order in which they take turns */
  guint n_kinds;
  guint viewers; /* LARGEST: the most that are tried */
  CompareFeed feed;
  guint ramp; /* joins a second */
  guint seconds;
  guint runs;
  const char *load_options; /* for the load client, nullable */
} CompareScenario;

extern const CompareScenario compare_scenarios[];
extern const guint compare_n_scenarios;
/* The one that a test runs, and nobody else who does not name it. */
#define COMPARE_QUICK "quick"

/** How the figure of a claim is made of the medians of a server. */
typedef enum
{
  COMPARE_RATIO,      /* to those of another server or scenario */
  COMPARE_ABSOLUTE,   /* as it is */
  COMPARE_PER_VIEWER, /* growth against another scenario, by viewers */
} CompareMeasure;

/** What a group of scenarios has to show. */
typedef struct
{
  const char *group;
  const char *text;
  CompareMeasure measure;
  const char *metric; /* see compare_metric() */
  CompareKind of;
  CompareKind against;          /* RATIO */
  const char *against_scenario; /* nullable: the same */
  double bound;
  gboolean is_least; /* the figure must reach @bound, else stay within */
} CompareClaim;

extern const CompareClaim compare_claims[];
extern const guint compare_n_claims;

/* (nullable) */
const CompareScenario *compare_scenario_find (const char *name);
