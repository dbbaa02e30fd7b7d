/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-header.h"

#include "sp-error.h"
#include "sp-test.h"

#define FRAMING_LEN 12 /* of the captured file */
#define CLIP_HEADER_LEN 659

#define HEADER "3026b275 8e66cf11 a6d900aa 0062ce6c"
#define DATA "3626b275 8e66cf11 a6d900aa 0062ce6c"
#define ZERO_16 "00000000 00000000 00000000 00000000"

static void
test_measure (void)
{
  g_autoptr (GBytes) file = sp_test_data ("ee4-to-wmp9-header.bin");
  const guint8 *data
      = (const guint8 *)g_bytes_get_data (file, NULL) + FRAMING_LEN;
  g_autoptr (GError) error = NULL;
  gsize total = 1;

  for (gsize len = 0; len <= 40; len++)
    {
      g_autofree guint8 *exact = sp_test_exact (data, len);

      g_assert_true (sp_asf_header_measure (exact, len, 65536, &total, &error));
      g_assert_cmpuint (total, ==, len < 24 ? 0 : 5487);
    }
  g_assert_true (sp_asf_header_measure (data, 24, 5487, &total, &error));
  g_assert_cmpuint (total, ==, 5487);
  g_assert_false (sp_asf_header_measure (data, 24, 5486, &total, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
}

static void
test_measure_refuses (void)
{
  static const char *const rows[] = {
    "31",
    "3026b275 8e66cf11 a6d900aa 0062ce6d",
    HEADER "1d00000000000000",
    HEADER "0000000000000000",
    HEADER "ffffffffffffffff",
    HEADER "cfffffffffffffff",
    "3c68746d6c3e",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = sp_test_hex (rows[i]);
      g_autofree guint8 *exact = sp_test_exact (g_bytes_get_data (bytes, NULL),
                                                g_bytes_get_size (bytes));
      g_autoptr (GError) error = NULL;
      gsize total;

      g_test_message ("%s", rows[i]);
      g_assert_false (sp_asf_header_measure (
          exact, g_bytes_get_size (bytes), G_MAXSIZE, &total, &error));
      g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
    }
}

/* What differs between @before and @after, as a list of offsets. */
static void
assert_same_but (const guint8 *before,
                 const guint8 *after,
                 gsize len,
                 gsize properties_at,
                 gsize data_at)
{
  for (gsize i = 0; i < len; i++)
    {
      gsize in_properties = i - properties_at;
      gsize in_data = i - data_at;
      gboolean is_free
          = (in_properties >= 40 && in_properties < 48)    /* file size */
            || (in_properties >= 56 && in_properties < 80) /* counts */
            || (in_properties >= 88 && in_properties < 92) /* flags */
            || (in_data >= 16 && in_data < 24)             /* its size */
            || (in_data >= 40 && in_data < 48);            /* packets */

      if (!is_free)
        g_assert_cmphex (after[i], ==, before[i]);
    }
}

static void
test_as_live (void)
{
  g_autoptr (GBytes) file = sp_test_data ("clip.asf");
  const guint8 *data = g_bytes_get_data (file, NULL);
  g_autoptr (GBytes) live = NULL;
  g_autoptr (GBytes) again = NULL;
  const guint8 *made;
  SpAsfHeader before;
  SpAsfHeader header;
  gsize len;

  g_assert_true (
      sp_asf_header_parse (&before, data, g_bytes_get_size (file), NULL));
  live = sp_asf_header_as_live (data, g_bytes_get_size (file), NULL);
  g_assert_nonnull (live);
  made = g_bytes_get_data (live, &len);
  g_assert_cmpuint (len, ==, before.header_len + SP_ASF_DATA_OBJECT_HEAD);
  g_assert_true (sp_asf_header_parse (&header, made, len, NULL));
  g_assert_cmphex (header.flags, ==, 1);
  g_assert_cmpuint (header.data_packets, ==, 0xffffffff);
  g_assert_cmpuint (header.play_duration_100ns, ==, 0);
  g_assert_cmpuint (header.send_duration_100ns, ==, 0);
  g_assert_cmpuint (header.preroll_ms, ==, 3100);
  sp_test_assert_hex (made + before.header_len,
                      SP_ASF_DATA_OBJECT_HEAD,
                      DATA "3200000000000000" ZERO_16 "0000000000000000 0101");
  assert_same_but (data, made, len, 30, before.header_len);
  sp_test_assert_hex (made + 30 + 40, 8, "c502000000000000");
  again = sp_asf_header_as_live (made, len, NULL);
  g_assert_true (g_bytes_equal (again, live));
}

static void
test_as_live_refuses (void)
{
  g_autoptr (GBytes) file = sp_test_data ("clip.asf");
  gsize total = CLIP_HEADER_LEN + SP_ASF_DATA_OBJECT_HEAD;
  g_autofree guint8 *exact = NULL;

  for (gsize len = 0; len < total; len++)
    {
      g_autofree guint8 *part
          = sp_test_exact (g_bytes_get_data (file, NULL), len);
      g_autoptr (GError) error = NULL;

      g_assert_null (sp_asf_header_as_live (part, len, &error));
      g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
    }
  exact = sp_test_exact (g_bytes_get_data (file, NULL), total);
  exact[CLIP_HEADER_LEN] ^= 1;
  g_assert_null (sp_asf_header_as_live (exact, total, NULL));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/asf-header/measure/cut-anywhere", test_measure);
  g_test_add_func ("/asf-header/measure/refuses", test_measure_refuses);
  g_test_add_func ("/asf-header/as-live/changes-only-what-it-must",
                   test_as_live);
  g_test_add_func ("/asf-header/as-live/refuses", test_as_live_refuses);
  return g_test_run ();
}
