/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-log.h"

#include "sp-test.h"

#include <string.h>

static gboolean
parse (SpPlayerReport *report, const char *text, gsize len)
{
  g_autofree guint8 *exact = sp_test_exact (text, len);

  return sp_mmsh_log_parse (report, (const char *)exact, len);
}

static void
read_file (SpPlayerReport *report, const char *name)
{
  g_autofree char *path = g_build_filename ("logs", name, NULL);
  g_autoptr (GBytes) bytes = sp_test_data (path);
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  g_test_message ("%s", name);
  g_assert_true (parse (report, text, len));
}

/* What the logs of one playback say in common, whatever their form. */
static void
test_figures (void)
{
  static const char *const names[]
      = { "legacy-line", "legacy-line-47", "legacy.xml", "proxy.xml" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (SpPlayerReport) report;

      read_file (&report, names[i]);
      g_assert_cmpint (report.buffering_count, ==, 2);
      g_assert_cmpint (report.buffering_ms, ==, 7000);
      g_assert_cmpint (report.packets_received, ==, 2713);
      g_assert_cmpint (report.packets_lost, ==, 4);
      g_assert_cmpint (report.packets_lost_net, ==, 9);
      g_assert_cmpint (report.packets_recovered, ==, 6);
      g_assert_cmpint (report.quality_percent, ==, 99);
      g_assert_cmpint (report.played_s, ==, 318);
      g_assert_cmpint (report.bandwidth_bps, ==, 561204);
      g_assert_cmpint (report.status, ==, 200);
      g_assert_cmpint (report.at_us, ==, 0);
      g_assert_cmpstr (report.player_version, ==, "12.0.7601.17514");
      g_assert_cmpstr (report.os, ==, "Windows 6.1.0.7601");
      g_assert_cmpstr (
          report.player_id, ==, "{3300AD50-2C39-46c0-AE0A-5D1F00C0FFEE}");
    }
}

static void
test_values (void)
{
  static const struct
  {
    const char *file;
    SpPlayerField field;
    const char *value;
  } rows[] = {
    { "legacy-line", SP_PLAYER_C_IP, "0.0.0.0" },
    { "legacy-line", SP_PLAYER_C_HOSTEXE, "wmplayer.exe" },
    { "legacy-line", SP_PLAYER_CS_REFERER, NULL },
    { "legacy-line", SP_PLAYER_S_CPU_UTIL, NULL },
    { "legacy-line", SP_PLAYER_CS_URL, NULL },
    { "legacy-line-47",
      SP_PLAYER_CS_URL,
      "http://pump.example:8086/streams/live?a=1&WMBitrate=6000000" },
    { "legacy-line-47", SP_PLAYER_CS_USER_NAME, NULL },
    { "legacy-line-47", SP_PLAYER_CS_MEDIA_NAME, "council.wmv" },
    { "legacy-line-47", SP_PLAYER_CS_MEDIA_ROLE, "ADVERTISEMENT" },
    { "legacy.xml",
      SP_PLAYER_CS_URL,
      "http://pump.example:8086/streams/live?a=1&WMBitrate=6000000" },
    { "legacy.xml", SP_PLAYER_CS_MEDIA_NAME, "council.wmv" },
    { "legacy.xml", SP_PLAYER_AUDIOCODEC, "Windows_Media_Audio_9.2" },
    /* not those of its ContentDescription, nor of a vendor */
    { "legacy.xml", SP_PLAYER_C_BUFFERCOUNT, "2" },
    { "legacy.xml", SP_PLAYER_C_QUALITY, "99" },
    { "proxy.xml", SP_PLAYER_C_IP, "192.0.2.77" },
    { "proxy.xml",
      SP_PLAYER_CS_USER_AGENT,
      "_via_HTTP/1.0_WMCacheProxy/9.00.00.3372" },
    { "proxy.xml", SP_PLAYER_C_CHANNELURL, NULL },
    { "streaming.xml", SP_PLAYER_X_DURATION, "320" },
    { "streaming.xml", SP_PLAYER_AUDIOCODEC, NULL },
    { "streaming.xml", SP_PLAYER_PROTOCOL, "http" },
    { "rendering.xml", SP_PLAYER_X_DURATION, "311" },
    { "rendering.xml", SP_PLAYER_CS_MEDIA_NAME, "council.wmv" },
    { "rendering.xml", SP_PLAYER_CS_MEDIA_ROLE, "NEWS" },
    { "rendering.xml", SP_PLAYER_S_PROXIED, "0" },
    { "rendering.xml", SP_PLAYER_C_QUALITY, NULL },
    { "rendering.xml", SP_PLAYER_PROTOCOL, NULL },
    { "connect.xml", SP_PLAYER_C_OS, "Windows" },
    { "connect.xml", SP_PLAYER_TRANSPORT, "TCP" },
    { "connect.xml", SP_PLAYER_X_DURATION, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (SpPlayerReport) report;

      read_file (&report, rows[i].file);
      g_assert_cmpstr (
          sp_player_report_value (&report, rows[i].field), ==, rows[i].value);
    }
}

/* Small texts and what is made of their c-os; NULL: it is unknown. */
static const struct
{
  const char *name;
  const char *text;
  gboolean is_good;
  const char *os;
} rows[] = {
  { "nothing", "", FALSE, NULL },
  { "blanks", " \r\n\t", FALSE, NULL },
  { "no-field", "<XML></XML>", FALSE, NULL },
  { "words", "hello world", FALSE, NULL },
  { "open-bracket", "<", FALSE, NULL },
  { "one", "<XML><c-os>Plan_9</c-os></XML>", TRUE, "Plan_9" },
  { "no-root", "<c-os>Plan_9</c-os>", TRUE, "Plan_9" },
  { "no-end", "<XML><c-os>Plan_9</c-os>", TRUE, "Plan_9" },
  { "lower-case", "<xml><C-OS>a</C-OS></xml>", TRUE, "a" },
  { "byte-order-mark", "\xef\xbb\xbf<c-os>a</c-os>", TRUE, "a" },
  { "declaration", "<?xml version='1.0'?><c-os>a</c-os>", TRUE, "a" },
  { "attribute", "<c-os a='b'>a</c-os>", TRUE, "a" },
  { "blanks-around", "<c-os>\r\n a b \t</c-os>", TRUE, "a b" },
  { "dash", "<c-os>-</c-os>", TRUE, NULL },
  { "empty", "<c-os></c-os>", TRUE, NULL },
  { "empty-element", "<c-os/>a<c-cpu>b</c-cpu>", TRUE, NULL },
  { "not-closed", "<c-os>a<c-cpu>b</c-cpu>", TRUE, "a" },
  { "closed-wrongly", "<c-os>a<c-os><c-cpu>b<c-cpu>", TRUE, "a" },
  { "twice", "<c-os>a</c-os><c-os>b</c-os>", TRUE, "b" },
  { "dash-takes-nothing-back", "<c-os>a</c-os><c-os>-</c-os>", TRUE, "a" },
  { "cut", "<c-cpu>a</c-cpu><c-os>Windo", TRUE, NULL },
  { "in-vendor", "<V><c-os>a</c-os></V><c-cpu>b</c-cpu>", TRUE, NULL },
  { "vendor-not-closed", "<V><c-os>a</c-os>", FALSE, NULL },
  { "ampersand", "<c-os>a&b=c&amp;d</c-os>", TRUE, "a&b=c&d" },
  { "entities",
    "<c-os>&lt;&gt;&quot;&apos;&#65;&#x42;</c-os>",
    TRUE,
    "<>\"'AB" },
  { "html-entity", "<c-os>&nbsp;&eacute;</c-os>", TRUE, "&nbsp;&eacute;" },
  { "bad-numbers",
    "<c-os>&#0;&#;&#x;&#xd800;&#x110000;&#-1;</c-os>",
    TRUE,
    "&#0;&#;&#x;&#xd800;&#x110000;&#-1;" },
  { "control", "<c-os>a\nb\x1b[2J&#10;c\x7f</c-os>", TRUE, "a?b?[2J?c?" },
  { "line-separator",
    "<c-os>a\xe2\x80\xa8"
    "b</c-os>",
    TRUE,
    "a?b" },
  { "latin-1", "<c-os>\xe9t\xe9</c-os>", TRUE, "\xef\xbf\xbdt\xef\xbf\xbd" },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (SpPlayerReport) report;

      g_test_message ("%s", rows[i].name);
      g_assert_cmpint (parse (&report, rows[i].text, strlen (rows[i].text)),
                       ==,
                       rows[i].is_good);
      g_assert_cmpstr (report.os, ==, rows[i].os);
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *text;
    gint64 count;
  } numbers[] = { { "0", 0 },           { "4294967295", 4294967295 },
                  { "4294967296", -1 }, { "-1", -1 },
                  { "1.5", -1 },        { "1 2", -1 },
                  { "0x10", -1 },       { "many", -1 } };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("<c-buffercount>%s</c-buffercount>"
                             "<c-totalbuffertime>%s</c-totalbuffertime>",
                             numbers[i].text,
                             numbers[i].text);
      g_auto (SpPlayerReport) report;

      g_assert_true (parse (&report, text, strlen (text)));
      g_assert_cmpint (report.buffering_count, ==, numbers[i].count);
      g_assert_cmpint (report.buffering_ms,
                       ==,
                       numbers[i].count < 0 ? -1 : numbers[i].count * 1000);
    }
}

/* Cut anywhere, a field is whole or is not there. */
static void
test_cut (void)
{
  static const char *const names[] = { "legacy.xml", "connect.xml" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename ("logs", names[i], NULL);
      g_autoptr (GBytes) bytes = sp_test_data (path);
      gsize len;
      const char *text = g_bytes_get_data (bytes, &len);
      g_auto (SpPlayerReport) whole;

      g_assert_true (parse (&whole, text, len));
      for (gsize at = 0; at <= len; at++)
        {
          g_auto (SpPlayerReport) part;

          parse (&part, text, at);
          for (guint field = 0; field < SP_N_PLAYER_FIELDS; field++)
            if (sp_player_report_value (&part, field) != NULL)
              g_assert_cmpstr (sp_player_report_value (&part, field),
                               ==,
                               sp_player_report_value (&whole, field));
        }
    }
}

/* A line has all of its first 44 fields, or none. */
static void
test_cut_line (void)
{
  g_autoptr (GBytes) bytes = sp_test_data ("logs/legacy-line");
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  for (gsize at = 0; at < len - 1; at++)
    {
      g_auto (SpPlayerReport) report;

      g_assert_false (parse (&report, text, at));
      g_assert_cmpint (report.status, ==, SP_PLAYER_UNKNOWN);
    }
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("<XML>");
  g_auto (SpPlayerReport) report;
  gsize total = 0;

  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    {
      const char *name = sp_player_field_names[i];

      g_string_append_printf (text, "<%s>\xc3\xa9", name);
      for (guint n = 0; n < 2000; n++)
        g_string_append (text, "&amp;");
      g_string_append_printf (text, "</%s>", name);
    }
  g_assert_cmpuint (text->len, >, 64 * 1024);
  g_assert_true (parse (&report, text->str, text->len));
  g_assert_cmpuint (
      strlen (sp_player_report_value (&report, SP_PLAYER_C_IP)), ==, 1024);
  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    if (sp_player_report_value (&report, i) != NULL)
      total += strlen (sp_player_report_value (&report, i));
  g_assert_cmpuint (total, <=, 8192);
  g_assert_null (sp_player_report_value (&report, SP_PLAYER_S_PROXIED));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mmsh-log/figures", test_figures);
  g_test_add_func ("/mmsh-log/values", test_values);
  g_test_add_func ("/mmsh-log/rows", test_rows);
  g_test_add_func ("/mmsh-log/numbers", test_numbers);
  g_test_add_func ("/mmsh-log/cut", test_cut);
  g_test_add_func ("/mmsh-log/cut-line", test_cut_line);
  g_test_add_func ("/mmsh-log/bounds", test_bounds);
  return g_test_run ();
}
