/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "access-visit.h"
#include "sp-access-line.h"
#include "sp-test.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Of Windows Media Services 9, in its order. */
#define FIELDS                                                                 \
  "c-ip date time c-dns cs-uri-stem c-starttime x-duration c-rate c-status "   \
  "c-playerid c-playerversion c-playerlanguage cs(User-Agent) cs(Referer) "    \
  "c-hostexe c-hostexever c-os c-osversion c-cpu filelength filesize "         \
  "avgbandwidth protocol transport audiocodec videocodec channelURL sc-bytes " \
  "c-bytes s-pkts-sent c-pkts-received c-pkts-lost-client c-pkts-lost-net "    \
  "c-pkts-lost-cont-net c-resendreqs c-pkts-recovered-ECC "                    \
  "c-pkts-recovered-resent c-buffercount c-totalbuffertime c-quality s-ip "    \
  "s-dns s-totalclients s-cpu-util cs-user-name s-session-id s-content-path "  \
  "cs-url cs-media-name c-max-bandwidth cs-media-role s-proxied"
#define OWN_FIELDS                                                             \
  "x-external-id x-left x-packets-skipped x-lag-ms x-rtt-us x-retransmits "    \
  "x-start-delay-ms"

static void
test_header (void)
{
  g_autofree char *header
      = sp_access_line_w3c_header (1709318347 * (gint64)G_USEC_PER_SEC);

  g_assert_cmpstr (header,
                   ==,
                   "#Software: Stream Pump " PACKAGE_VERSION "\n"
                   "#Version: 1.0\n"
                   "#Date: 2024-03-01 18:39:07\n"
                   "#Fields: " FIELDS " " OWN_FIELDS "\n");
}

/* What VLC and ffmpeg leave: they log nothing. */
static void
test_without_player (void)
{
  g_autoptr (SpVisit) visit = access_visit (42);
  g_autofree char *line = sp_access_line_w3c (visit, &visit->info->player);

  g_assert_cmpstr (
      line,
      ==,
      "192.0.2.7 2024-03-01 18:39:07 - /streams/council/room%207 0 62 1 200 "
      "- - - NSPlayer/12.0_(my_player) - - - - - - 0 0 559349 http TCP - - - "
      "4300000 - 523 - - - - - - - - - - 198.51.100.1 - - - - 42 - "
      "http://pump.example:8086/streams/council/room%207 - - - 0 "
      "seat\\x0a7 closed 3 120 25000 2 85");
}

static void
test_with_player (void)
{
  g_autoptr (SpVisit) visit = access_visit (42);
  g_auto (SpPlayerReport) report;
  g_autofree char *line = NULL;

  access_tell (visit, VISIT_LEFT_US + G_USEC_PER_SEC, "58");
  sp_player_get (visit->player, &report);
  line = sp_access_line_w3c (visit, &report);
  /* its address is what we see, not what it says */
  g_assert_cmpstr (
      line,
      ==,
      "192.0.2.7 2024-03-01 18:39:07 - /streams/council/room%207 0 58 1 210 "
      "- - - NSPlayer/12.0_(my_player) - - - Windows - - 0 0 559349 http TCP "
      "- - - 4300000 - 523 - - - - - - - 2 - 99 198.51.100.1 - - - - 42 - "
      "http://pump.example:8086/streams/council/room%207 - - - 0 "
      "seat\\x0a7 closed 3 120 25000 2 85");
}

static guint
count_blanks (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == ' ';
  return n;
}

/* As many columns as the header names, whatever a peer sends. */
static void
test_rubbish (void)
{
  static const char *const values[] = {
    "",
    " ",
    "a b",
    "-",
    "\"",
    "\t",
    "\r\n#Fields: x",
    "\xff\xfe",
    "\x7f",
    "\xc2\x85",
    "\xe2\x80\xa8",
    "\xc2\xa0",
    "#",
  };
  g_autofree char *header = sp_access_line_w3c_header (0);
  guint n_columns = count_blanks (strstr (header, "#Fields: ") + 9);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (SpVisit) visit = access_visit (42);
      g_auto (SpPlayerReport) report;
      g_autofree char *line = NULL;

      g_free (visit->info->user_agent);
      visit->info->user_agent = g_strdup (values[i]);
      g_free (visit->info->external_id);
      visit->info->external_id = g_strdup (values[i]);
      sp_player_report_init (&report);
      report.values = sp_player_values_new ();
      for (guint field = 0; field < SP_N_PLAYER_FIELDS; field++)
        report.values->pdata[field] = g_strdup (values[i]);
      line = sp_access_line_w3c (visit, &report);
      g_assert_cmpuint (count_blanks (line), ==, n_columns);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      g_assert_null (strpbrk (line, "\r\n\t\x7f"));
      g_assert_true (g_str_has_prefix (line, "192.0.2.7 2024-03-01 "));
      g_assert_null (strstr (line, "  "));
      /* what is to be a number is one */
      g_assert_nonnull (strstr (line, " 0 62 1 200 "));
    }
}

static void
test_bare (void)
{
  g_autoptr (SpVisit) visit = access_visit (1);
  g_autofree char *line = NULL;

  g_clear_pointer (&visit->info->user_agent, g_free);
  g_clear_pointer (&visit->info->external_id, g_free);
  g_clear_pointer (&visit->local_address, g_free);
  g_clear_pointer (&visit->host, g_free);
  visit->info->connected_us = visit->left_us;
  visit->reason = SP_LEFT_KICKED;
  line = sp_access_line_w3c (visit, NULL);
  g_assert_cmpstr (
      line,
      ==,
      "192.0.2.7 2024-03-01 18:39:07 - /streams/council/room%207 0 0 1 200 "
      "- - - - - - - - - - 0 0 - http TCP - - - 4300000 - 523 - - - - - - - - "
      "- - - - - - - 1 - - - - - 0 - kicked 3 120 25000 2 85");
}

static void
test_json (void)
{
  g_autoptr (SpVisit) visit = access_visit (42);
  g_autofree char *line = NULL;
  g_autofree char *said = NULL;
  g_auto (SpPlayerReport) report;

  line = sp_access_line_json (visit, &visit->info->player);
  g_assert_cmpstr (
      line,
      ==,
      "{\"at\":\"2024-03-01T18:40:08Z\",\"client\":42,"
      "\"stream\":\"council/room 7\",\"external_id\":\"seat\\n7\","
      "\"address\":\"192.0.2.7\",\"port\":4711,"
      "\"user_agent\":\"NSPlayer/12.0 (my player)\",\"framing\":\"mmsh\","
      "\"tls\":false,\"host\":\"pump.example:8086\","
      "\"local_address\":\"198.51.100.1\",\"local_port\":8086,\"listener\":1,"
      "\"left\":\"closed\",\"connected_since\":\"2024-03-01T18:39:07Z\","
      "\"connected_s\":61.5,\"bytes_sent\":4300000,\"packets_sent\":523,"
      "\"packets_skipped\":3,\"lag_ms\":120,\"queue_bytes\":0,"
      "\"bitrate_bps\":0,\"rtt_us\":25000,\"retransmits\":2,"
      "\"bytes_acked\":4299000,\"start_delay_ms\":85,\"player\":null}");
  access_tell (visit, VISIT_LEFT_US + G_USEC_PER_SEC, "58");
  sp_player_get (visit->player, &report);
  said = sp_access_line_json (visit, &report);
  g_assert_nonnull (strstr (
      said,
      "\"player\":{\"at\":\"2024-03-01T18:40:09Z\",\"buffering_count\":2,"
      "\"buffering_ms\":null,\"packets_received\":null,\"packets_lost\":null,"
      "\"packets_lost_net\":null,\"packets_recovered\":null,"
      "\"quality_percent\":99,\"played_s\":58,\"bandwidth_bps\":null,"
      "\"status\":null,\"version\":null,\"os\":\"Windows 6.1.0.7601\","
      "\"id\":null,\"fields\":{\"c-ip\":\"10.0.0.1\",\"x-duration\":\"58\","
      "\"c-status\":\"210\",\"c-os\":\"Windows\",\"c-buffercount\":\"2\","
      "\"c-quality\":\"99\"}}}"));
}

/* Any bytes: still one line, still JSON. */
static void
test_json_rubbish (void)
{
  g_autoptr (SpVisit) visit = access_visit (42);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = NULL;

  g_free (visit->info->user_agent);
  visit->info->user_agent = g_strdup ("a\n\"\\\xff\x01");
  line = sp_access_line_json (visit, NULL);
  g_assert_null (strpbrk (line, "\r\n"));
  node = json_from_string (line, NULL);
  g_assert_nonnull (node);
  g_assert_cmpstr (
      json_object_get_string_member (json_node_get_object (node), "user_agent"),
      ==,
      "a\n\"\\\xef\xbf\xbd\x01");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/access-line/header", test_header);
  g_test_add_func ("/access-line/without-player", test_without_player);
  g_test_add_func ("/access-line/with-player", test_with_player);
  g_test_add_func ("/access-line/rubbish", test_rubbish);
  g_test_add_func ("/access-line/bare", test_bare);
  g_test_add_func ("/access-line/json", test_json);
  g_test_add_func ("/access-line/json/rubbish", test_json_rubbish);
  return g_test_run ();
}
