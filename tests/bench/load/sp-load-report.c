/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-report.h"

#include <glib/gi18n.h>

#include "sp-json-build.h"

#define GIGA 1e9
#define NAME_COLUMNS 22 /* of the table */

static double
ms (gint64 us)
{
  return (double)us / 1000;
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_quantile (JsonBuilder *builder,
              const char *name,
              const SpHistogram *histogram,
              double share)
{
  add_double (builder, name, ms (sp_histogram_quantile_us (histogram, share)));
}

static void
add_times (JsonBuilder *builder, const char *name, const SpHistogram *histogram)
{
  sp_json_build_object (builder, name);
  add_quantile (builder, "p50", histogram, 0.5);
  add_quantile (builder, "p90", histogram, 0.9);
  add_quantile (builder, "p99", histogram, 0.99);
  add_quantile (builder, "p999", histogram, 0.999);
  add_double (builder, "max", ms (sp_histogram_max_us (histogram)));
  sp_json_build_integer (builder, "count", sp_histogram_count (histogram));
  json_builder_end_object (builder);
}

static void
add_tally (JsonBuilder *builder, const SpLoadTally *tally)
{
  sp_json_build_integer (builder, "joined", tally->joined);
  sp_json_build_integer (builder, "left", tally->left);
  sp_json_build_integer (builder, "refused", tally->refused);
  sp_json_build_integer (builder, "lost", tally->lost);
  sp_json_build_integer (builder, "bad_framing", tally->bad_framing);
  sp_json_build_integer (builder, "skips", tally->skips);
  sp_json_build_integer (builder, "stalls", tally->stalls);
  sp_json_build_integer (builder, "behind", tally->behind);
  sp_json_build_integer (builder, "bytes", tally->bytes);
  sp_json_build_integer (builder, "packets", tally->packets);
  add_times (builder, "late_ms", tally->late);
  add_times (builder, "first_byte_ms", tally->first_byte);
  add_times (builder, "first_byte_window_ms", tally->first_byte_window);
}

static void
add_kind (JsonBuilder *builder, const char *name, const SpLoadTally *tally)
{
  sp_json_build_object (builder, name);
  add_tally (builder, tally);
  json_builder_end_object (builder);
}

static guint64
all_bytes (const SpLoadResult *result)
{
  guint64 bytes = 0;

  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    bytes += result->tallies[i]->bytes;
  return bytes;
}

static double
cpu_s (const SpLoadResult *result)
{
  return result->server_end.cpu_s - result->server_start.cpu_s;
}

static void
add_server (JsonBuilder *builder, const SpLoadResult *result)
{
  double bytes = (double)all_bytes (result);

  if (!result->has_server)
    {
      sp_json_build_null (builder, "server");
      return;
    }
  sp_json_build_object (builder, "server");
  add_double (builder, "cpu_s", cpu_s (result));
  add_double (
      builder, "cpu_s_per_gb", bytes > 0 ? cpu_s (result) / (bytes / GIGA) : 0);
  sp_json_build_integer (
      builder, "memory_kib_start", result->server_start.memory_kib);
  sp_json_build_integer (
      builder, "memory_kib_end", result->server_end.memory_kib);
  sp_json_build_integer (
      builder, "descriptors", result->server_end.descriptors);
  json_builder_end_object (builder);
}

static void
add_reasons (JsonBuilder *builder, const SpLoadResult *result)
{
  GHashTableIter iter;
  gpointer reason;
  gpointer n;

  sp_json_build_object (builder, "reasons");
  g_hash_table_iter_init (&iter, result->reasons);
  while (g_hash_table_iter_next (&iter, &reason, &n))
    sp_json_build_integer (builder, reason, GPOINTER_TO_UINT (n));
  json_builder_end_object (builder);
}

char *
sp_load_report_json (const SpLoadOptions *options, const SpLoadResult *result)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  g_autoptr (SpLoadTally) sum = sp_load_result_sum (result);
  g_autoptr (JsonNode) node = NULL;

  sp_json_build_integer (builder, "viewers", options->n_viewers);
  sp_json_build_integer (builder, "asked", result->n_asked);
  sp_json_build_integer (builder, "pending", result->n_pending);
  add_tally (builder, sum);
  add_double (builder, "seconds", result->seconds);
  add_double (builder, "joining_s", result->joining_s);
  add_double (builder,
              "rate_mbps",
              (double)all_bytes (result) * 8 / 1e6 / result->seconds);
  add_kind (builder, "good", result->tallies[SP_LOAD_GOOD]);
  add_kind (builder, "slow", result->tallies[SP_LOAD_SLOW]);
  add_kind (builder, "stalled", result->tallies[SP_LOAD_STALLED]);
  add_reasons (builder, result);
  add_double (builder, "client_cpu_s", result->client_cpu_s);
  add_server (builder, result);
  node = sp_json_build_end (builder);
  return json_to_string (node, TRUE);
}

static void G_GNUC_PRINTF (3, 4)
    add_line (GString *out, const char *name, const char *format, ...)
{
  int missing = NAME_COLUMNS - (int)g_utf8_strlen (name, -1);
  va_list arguments;

  g_string_append_printf (out, "%s%*s", name, MAX (missing, 1), "");
  va_start (arguments, format);
  g_string_append_vprintf (out, format, arguments);
  va_end (arguments);
  g_string_append_c (out, '\n');
}

static void
add_times_line (GString *out, const char *name, const SpHistogram *histogram)
{
  if (sp_histogram_count (histogram) == 0)
    return;
  add_line (out,
            name,
            _ ("p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.1f ms"),
            ms (sp_histogram_quantile_us (histogram, 0.5)),
            ms (sp_histogram_quantile_us (histogram, 0.9)),
            ms (sp_histogram_quantile_us (histogram, 0.99)),
            ms (sp_histogram_quantile_us (histogram, 0.999)),
            ms (sp_histogram_max_us (histogram)));
}

static void
add_kind_lines (GString *out, const char *title, const SpLoadTally *tally)
{
  if (tally->joined + tally->refused + tally->bad_framing == 0)
    return;
  g_string_append_printf (out, "%s\n", title);
  add_line (out,
            _ ("  joined"),
            _ ("%lu, refused %lu, lost %lu, badly framed %lu, left %lu"),
            (gulong)tally->joined,
            (gulong)tally->refused,
            (gulong)tally->lost,
            (gulong)tally->bad_framing,
            (gulong)tally->left);
  add_line (out,
            _ ("  packets"),
            _ ("%lu, skipped %lu, stalls %lu, viewers behind %lu"),
            (gulong)tally->packets,
            (gulong)tally->skips,
            (gulong)tally->stalls,
            (gulong)tally->behind);
  add_times_line (out, _ ("  lateness"), tally->late);
  add_times_line (out, _ ("  first media"), tally->first_byte);
  add_times_line (out, _ ("  in the window"), tally->first_byte_window);
}

static void
add_server_lines (GString *out, const SpLoadResult *result)
{
  double bytes = (double)all_bytes (result);

  if (!result->has_server)
    return;
  add_line (out,
            _ ("server CPU"),
            _ ("%.2f s, %.1f %% of a core, %.3f s a GB"),
            cpu_s (result),
            cpu_s (result) / result->seconds * 100,
            bytes > 0 ? cpu_s (result) / (bytes / GIGA) : 0);
  add_line (out,
            _ ("server memory"),
            _ ("%lu KiB, then %lu KiB; %u descriptors"),
            (gulong)result->server_start.memory_kib,
            (gulong)result->server_end.memory_kib,
            result->server_end.descriptors);
}

static void
add_reason_lines (GString *out, const SpLoadResult *result)
{
  GHashTableIter iter;
  gpointer reason;
  gpointer n;

  g_hash_table_iter_init (&iter, result->reasons);
  while (g_hash_table_iter_next (&iter, &reason, &n))
    g_string_append_printf (
        out, _ ("%u times: %s\n"), GPOINTER_TO_UINT (n), (char *)reason);
  if (result->n_pending > 0)
    g_string_append_printf (
        out, _ ("%u viewers still wait for media\n"), result->n_pending);
}

char *
sp_load_report_table (const SpLoadOptions *options, const SpLoadResult *result)
{
  GString *out = g_string_new (NULL);

  add_kind_lines (out, _ ("viewers"), result->tallies[SP_LOAD_GOOD]);
  add_kind_lines (out, _ ("slow viewers"), result->tallies[SP_LOAD_SLOW]);
  add_kind_lines (out, _ ("stalled viewers"), result->tallies[SP_LOAD_STALLED]);
  add_reason_lines (out, result);
  add_line (out,
            _ ("received"),
            _ ("%.3f GB in %g s: %.1f Mbit/s"),
            (double)all_bytes (result) / GIGA,
            result->seconds,
            (double)all_bytes (result) * 8 / 1e6 / result->seconds);
  add_line (out,
            _ ("this program's CPU"),
            _ ("%.2f s, %.1f %% of a core"),
            result->client_cpu_s,
            result->client_cpu_s / result->seconds * 100);
  add_server_lines (out, result);
  return g_string_free (out, FALSE);
}
