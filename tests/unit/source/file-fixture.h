/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-source.h"

#include "sp-asf-packet.h"
#include "sp-clock.h"
#include "sp-lane.h"
#include "sp-publisher.h"
#include "sp-test.h"

#include <glib/gstdio.h>
#include <string.h>

#define START_US (1000 * (gint64)G_USEC_PER_SEC)
#define STEP_US 400000 /* of the fake clock, each time the test looks */
#define DEADLINE_S 60
#define CLIP_HEADER_LEN 659 /* of the Header Object */
#define CLIP_PACKETS 45
#define CLIP_PACKET_SIZE 1000
#define CLIP_LENGTH_MS 2046

/** A stream with one lane, a file source at rank 0 that feeds it, and all the
 * packets that have come out of it. */
typedef struct
{
  char *path;
  SpMailbox *mailbox;
  SpStream *stream;
  SpSource *source;
  GPtrArray *packets;
  guint64 seen; /* of the ring */
  guint wanted;
  gint64 now_us;
  gint64 step_us;
} Fixture;

static guint n_warnings;
static guint n_infos;

/* Log lines are counted; a test says how many it expects. */
static inline GLogWriterOutput
on_log (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  n_warnings += level & G_LOG_LEVEL_WARNING ? 1 : 0;
  n_infos += level & G_LOG_LEVEL_INFO ? 1 : 0;
  return level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO)
             ? G_LOG_WRITER_HANDLED
             : g_log_writer_default (level, fields, n_fields, user_data);
}

static inline void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const SpStreamPolicy policy
      = { .is_enabled = TRUE, .n_sources = 1, .slow_viewer_ms = 3600 * 1000 };
  SpLaneHost host = { 0 };

  n_warnings = 0;
  n_infos = 0;
  fixture->path = g_build_filename (g_get_user_data_dir (), "film.asf", NULL);
  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  fixture->mailbox = sp_mailbox_new ();
  host.mailbox = fixture->mailbox;
  fixture->stream = sp_stream_new ("Film", "film", &policy, &host, 1);
  fixture->packets
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_packet_unref);
  fixture->now_us = START_US;
  fixture->step_us = STEP_US;
  sp_clock_set_fake (START_US);
}

static inline void
stop (Fixture *fixture)
{
  if (fixture->source != NULL)
    fixture->source->class->free (fixture->source);
  fixture->source = NULL;
}

static inline void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  stop (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  sp_mailbox_drain (fixture->mailbox);
  sp_stream_unref (fixture->stream);
  sp_mailbox_free (fixture->mailbox);
  g_ptr_array_unref (fixture->packets);
  (void)g_remove (fixture->path);
  g_free (fixture->path);
  sp_clock_set_fake (-1);
}

static inline void
start (Fixture *fixture)
{
  SpSourceConfig config
      = { .type = SP_SOURCE_FILE, .file = fixture->path, .retry_ms = 20 };

  fixture->source = sp_file_new (&config, fixture->stream, 0);
}

static inline void
write_file (Fixture *fixture, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->path, data, (gssize)len, &error);
  g_assert_no_error (error);
}

/* (transfer full): a copy of a file of tests/data that may be changed. */
static inline GByteArray *
load (const char *name)
{
  return g_bytes_unref_to_array (sp_test_data (name));
}

static inline void
write_array (Fixture *fixture, GByteArray *array)
{
  write_file (fixture, array->data, array->len);
}

/* What has come since; the clock goes on a little. */
static inline void
collect (Fixture *fixture)
{
  SpLane *lane = sp_stream_lane (fixture->stream, 0);

  sp_mailbox_drain (fixture->mailbox);
  for (; fixture->seen < sp_ring_end (lane->ring); fixture->seen++)
    g_ptr_array_add (fixture->packets,
                     sp_packet_ref (sp_ring_get (lane->ring, fixture->seen)));
  fixture->now_us += fixture->step_us;
  sp_clock_set_fake (fixture->now_us);
}

static inline gboolean
has_wanted (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return fixture->packets->len >= fixture->wanted;
}

/* Plays until there are @n packets, headers included. */
static inline void
play (Fixture *fixture, guint n)
{
  fixture->wanted = n;
  sp_test_wait (NULL, has_wanted, fixture, DEADLINE_S);
}

static inline SpPacket *
packet_at (Fixture *fixture, guint index)
{
  g_assert_cmpuint (index, <, fixture->packets->len);
  return g_ptr_array_index (fixture->packets, index);
}

static inline void
parse (Fixture *fixture, guint index, SpAsfPacket *parsed)
{
  SpPacket *header = packet_at (fixture, 0);
  SpPacket *packet = packet_at (fixture, index);
  SpAsfHeader asf;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (packet->meta.kind, ==, SP_PACKET_DATA);
  sp_asf_header_parse (&asf, header->payload, header->len, &error);
  g_assert_no_error (error);
  sp_asf_packet_parse (parsed, &asf, packet->payload, packet->len, &error);
  g_assert_no_error (error);
}

static inline guint64
counted (Fixture *fixture, SpStreamCounter counter)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, fixture->now_us);

  return info->counters.value[counter];
}

#define SP_TEST_FILE(path, data, test)                                         \
  g_test_add (path, Fixture, data, set_up, test, tear_down)
