/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-intake.h"

#include "sp-asf-packet.h"
#include "sp-error.h"

/** Made by whoever feeds a publisher, used on that thread. */
struct _SpAsfIntake
{
  SpPublisher *publisher;
  gboolean has_header;
  gboolean is_opaque; /* @header means nothing */
  SpAsfHeader header;
};

SpAsfIntake *
sp_asf_intake_new (SpPublisher *publisher)
{
  SpAsfIntake *intake = g_new0 (SpAsfIntake, 1);

  intake->publisher = publisher;
  return intake;
}

/** sp_asf_intake_free: the publisher stays its owner's. */
void
sp_asf_intake_free (SpAsfIntake *intake)
{
  g_free (intake);
}

gboolean
sp_asf_intake_has_header (SpAsfIntake *intake)
{
  return intake->has_header;
}

static void
count (SpAsfIntake *intake, SpStreamCounter counter)
{
  sp_stream_count (sp_publisher_stream (intake->publisher), counter, 1);
}

static void
count_bad (SpAsfIntake *intake, gint64 now_us)
{
  count (intake, SP_STREAM_packets_bad);
  sp_publisher_note_bad (intake->publisher, now_us);
}

static void
promise (SpAsfIntake *intake, const SpAsfHeader *header, gint64 now_us)
{
  SpHealthPromise what = { 0 };

  if (header != NULL)
    what = (SpHealthPromise){
      .nominal_bps = header->nominal_bps,
      .has_key_frames = header->has_video,
      .is_understood = TRUE,
    };
  sp_publisher_promise (intake->publisher, &what, now_us);
}

/** sp_asf_intake_header: fails only for an empty header (counted) or with the
 * publisher; then the header before stays in force. */
gboolean
sp_asf_intake_header (SpAsfIntake *intake,
                      const guint8 *data,
                      gsize len,
                      gint64 now_us,
                      GError **error)
{
  SpAsfHeader header;
  gboolean is_opaque = !sp_asf_header_parse (&header, data, len, NULL);

  if (len == 0)
    {
      count_bad (intake, now_us);
      return sp_error_set (error, SP_ERROR_PROTOCOL, "an empty stream header");
    }
  if (!sp_publisher_put_header (intake->publisher,
                                data,
                                len,
                                is_opaque ? 0 : header.packet_size,
                                now_us,
                                error))
    return FALSE;
  promise (intake, is_opaque ? NULL : &header, now_us);
  intake->has_header = TRUE;
  intake->is_opaque = is_opaque;
  intake->header = header;
  return TRUE;
}

/* A short single payload ends where the packet ends; when zeros are appended
 * they would become payload, unless Padding Length says how many they are. */
static void
note_padding (const SpAsfIntake *intake,
              const SpAsfPacket *packet,
              gsize len,
              SpPacketMeta *meta)
{
  gsize missing = intake->header.packet_size - len;

  if (missing == 0 || packet->is_multiple || packet->has_packet_length
      || packet->padding_len != 0)
    return;
  if (packet->padding_width < 4 && missing >> (8 * packet->padding_width) != 0)
    return;
  meta->padding_at = packet->padding_at;
  meta->padding_width = packet->padding_width;
}

/* Nobody knows where the media of such a packet are: both its ends count. */
static guint32
hash_whole (const guint8 *data, gsize len)
{
  return sp_repeats_hash (data, MIN (len, 64)) + sp_repeats_hash (data, len);
}

/* What can be said of the packet; FALSE for one too large for the stream. */
static gboolean
understand (SpAsfIntake *intake,
            const guint8 *data,
            gsize len,
            SpPacketMeta *meta,
            GError **error)
{
  SpAsfPacket packet;

  meta->is_join_point = intake->is_opaque || !intake->header.has_video;
  if (!intake->is_opaque && len > intake->header.packet_size)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "a data packet of %" G_GSIZE_FORMAT
                         " bytes where the header says %u",
                         len,
                         intake->header.packet_size);
  if (intake->is_opaque
      || !sp_asf_packet_parse (&packet, &intake->header, data, len, NULL))
    {
      count (intake, SP_STREAM_packets_opaque);
      meta->media_hash = hash_whole (data, len);
      return TRUE;
    }
  if (packet.is_key)
    meta->is_join_point = TRUE;
  meta->has_send_time = TRUE;
  meta->send_time_ms = packet.send_time_ms;
  meta->media_hash = sp_repeats_hash (data + packet.media_at, packet.media_len);
  note_padding (intake, &packet, len, meta);
  return TRUE;
}

/** sp_asf_intake_data: a packet that is refused is counted here; whether the
 * source goes on after it is the caller's to say. */
gboolean
sp_asf_intake_data (SpAsfIntake *intake,
                    const guint8 *data,
                    gsize len,
                    gint64 now_us,
                    GError **error)
{
  SpPacketMeta meta = { .kind = SP_PACKET_DATA };

  if (!intake->has_header || len == 0)
    {
      count_bad (intake, now_us);
      return sp_error_set (error,
                           SP_ERROR_PROTOCOL,
                           intake->has_header
                               ? "an empty data packet"
                               : "a data packet before any header");
    }
  if (!understand (intake, data, len, &meta, error))
    {
      count_bad (intake, now_us);
      return FALSE;
    }
  return sp_publisher_put_data (
      intake->publisher, &meta, data, len, now_us, error);
}
