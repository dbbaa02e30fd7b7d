/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-mmsh-demuxer.h"
#include "sp-mmsh-fragments.h"
#include "sp-mmsh-wire.h"
#include "sp-test.h"

#include <string.h>

/* Nothing of it is called. */
static const SpSinkClass no_sink;

/* A packet of @type as it comes from a server. */
static GBytes *
make_piece (
    guint8 type, guint32 id, guint8 flags, const guint8 *payload, gsize len)
{
  GByteArray *wire = g_byte_array_new ();
  guint8 head[SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN];
  guint n = sp_mmsh_write_data_head (head, type, id, 0, flags, (guint16)len);

  g_byte_array_append (wire, head, n);
  if (len > 0)
    g_byte_array_append (wire, payload, (guint)len);
  return g_byte_array_free_to_bytes (wire);
}

static gboolean
feed_piece (SpMmshDemuxer *demuxer,
            guint8 type,
            guint32 id,
            guint8 flags,
            const guint8 *payload,
            gsize len,
            GError **error)
{
  g_autoptr (GBytes) piece = make_piece (type, id, flags, payload, len);
  gsize wire_len;
  const guint8 *wire = g_bytes_get_data (piece, &wire_len);
  g_autofree guint8 *exact = sp_test_exact (wire, wire_len);

  return sp_mmsh_demuxer_feed (demuxer, exact, wire_len, &no_sink, NULL, error);
}

/* A header without end holds 1 MiB of ours at the most. */
static void
test_cap (gconstpointer type)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);
  g_autofree guint8 *payload = g_malloc0 (SP_MMSH_MAX_PAYLOAD);
  g_autoptr (GError) error = NULL;
  guint32 n = 0;

  while (n < 100
         && feed_piece (demuxer,
                        *(const guint8 *)type,
                        n,
                        SP_MMSH_AF_FIRST,
                        payload,
                        SP_MMSH_MAX_PAYLOAD,
                        &error))
    n++;
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
  g_assert_cmpuint (n, ==, SP_MMSH_MAX_HEADER / SP_MMSH_MAX_PAYLOAD);
}

/* A single piece is not copied; several are joined. */
static void
test_in_place (void)
{
  static const guint8 single[] = { 5, 0, 0, 0, 0, 0x0c, 9, 0, 'x' };
  static const guint8 last[] = { 6, 0, 0, 0, 0, 0x08, 9, 0, 'y' };
  static const guint8 first[] = { 5, 0, 0, 0, 0, 0x04, 9, 0, 'x' };
  SpMmshFragments fragments;
  const guint8 *data;
  gsize len;

  sp_mmsh_fragments_init (&fragments);
  g_assert_true (sp_mmsh_fragments_add (
      &fragments, 'H', single, sizeof single, &data, &len, NULL));
  g_assert_true (data == single + 8);
  g_assert_cmpuint (len, ==, 1);
  g_assert_true (sp_mmsh_fragments_add (
      &fragments, 'H', first, sizeof first, &data, &len, NULL));
  g_assert_null (data);
  g_assert_true (sp_mmsh_fragments_add (
      &fragments, 'H', last, sizeof last, &data, &len, NULL));
  g_assert_cmpmem (data, len, "xy", 2);
  g_assert_true (sp_mmsh_fragments_add (
      &fragments, 'H', single, sizeof single, &data, &len, NULL));
  g_assert_true (data == single + 8);
  sp_mmsh_fragments_clear (&fragments);
}

static const struct
{
  const char *text;
  gsize len;
  guint32 id;
} meta_rows[] = {
#define TEXT(text) text, sizeof text - 1
  { TEXT ("playlist-gen-id=17, broadcast-id=2, features=\"x\"\0\1\2"), 17 },
  { TEXT ("playlist-gen-id=4294967295"), 4294967295u },
  { TEXT ("playlist-gen-id=4294967296"), 5 },
  { TEXT ("playlist-gen-id=99999999999999999999999999"), 5 },
  { TEXT ("broadcast-id=2, playlist-gen-id=3\0playlist-gen-id=4"), 3 },
  { TEXT ("broadcast-id=2\0playlist-gen-id=4"), 5 },
  { TEXT ("playlist-gen-id="), 5 },
  { TEXT ("playlist-gen-id=x"), 5 },
  { TEXT ("playlist-gen-id"), 5 },
  { TEXT (""), 5 },
#undef TEXT
};

static void
feed_meta (SpMmshDemuxer *demuxer, const char *text, gsize len, gsize cut)
{
  const guint8 *bytes = (const guint8 *)text;

  g_assert_true (feed_piece (
      demuxer, SP_MMSH_META, 0, SP_MMSH_AF_FIRST, bytes, cut, NULL));
  g_assert_true (feed_piece (
      demuxer, SP_MMSH_META, 1, SP_MMSH_AF_LAST, bytes + cut, len - cut, NULL));
}

/* In two pieces, cut at every offset; what says nothing leaves the 5. */
static void
test_playlist_gen_id (void)
{
  static const char before[] = "playlist-gen-id=5";

  for (guint i = 0; i < G_N_ELEMENTS (meta_rows); i++)
    for (gsize cut = 0; cut <= meta_rows[i].len; cut++)
      {
        g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);

        g_assert_cmpuint (sp_mmsh_demuxer_playlist_gen_id (demuxer), ==, 0);
        feed_meta (demuxer, before, sizeof before - 1, 3);
        feed_meta (demuxer, meta_rows[i].text, meta_rows[i].len, cut);
        g_assert_cmpuint (
            sp_mmsh_demuxer_playlist_gen_id (demuxer), ==, meta_rows[i].id);
      }
}

int
main (int argc, char **argv)
{
  static const guint8 header = SP_MMSH_HEADER;
  static const guint8 meta = SP_MMSH_META;

  sp_test_init (&argc, &argv);
  g_test_add_data_func ("/mmsh-fragments/cap/header", &header, test_cap);
  g_test_add_data_func ("/mmsh-fragments/cap/description", &meta, test_cap);
  g_test_add_func ("/mmsh-fragments/in-place", test_in_place);
  g_test_add_func ("/mmsh-fragments/playlist-gen-id", test_playlist_gen_id);
  return g_test_run ();
}
