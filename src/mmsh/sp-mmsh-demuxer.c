/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-demuxer.h"

#include "sp-error.h"
#include "sp-mmsh-fragments.h"
#include "sp-mmsh-wire.h"
#include "sp-reader.h"

#include <string.h>

#define REASON_LEN 4
#define REASON_ERROR 0x80000000u /* severity bit of an HRESULT */
#define ALL G_MAXUINT16

typedef struct _PacketRule PacketRule;

/** Made and freed by whoever reads the source, used on that thread only. Takes
 * turns between collecting 4 bytes of framing header and a body, until is_over
 * (the source has said so) or error, both for good. */
struct _SpMmshDemuxer
{
  SpMmshDirection direction;
  guint8 head[SP_MMSH_FRAMING_LEN];
  guint head_len;
  const PacketRule *rule; /* of the packet whose head is complete, or NULL */
  gsize body_len;         /* bytes of it that are wanted */
  gsize skip_len;         /* and that follow and are not */
  GByteArray *body;       /* collected so far, when not in one input */
  SpMmshFragments fragments;
  guint64 offset;    /* in the body of the request or answer */
  guint64 packet_at; /* where the current packet begins */
  guint32 playlist_gen_id;
  gboolean has_header;   /* data may come */
  gboolean is_entry_end; /* $E with reason 1 was the last that counted */
  gboolean is_over;
  GError *error;
  const SpSinkClass *sink; /* during a feed */
  gpointer user_data;
};

/** What is known of a packet type in one direction. */
struct _PacketRule
{
  guint8 type; /* 0: any other */
  guint16 min; /* PacketLength */
  guint16 max;
  guint16 keep; /* bytes of the body that are looked at; the rest is skipped */
  gboolean (*handle) (SpMmshDemuxer *demuxer,
                      const guint8 *body,
                      gsize len,
                      GError **error);
};

SpMmshDemuxer *
sp_mmsh_demuxer_new (SpMmshDirection direction)
{
  SpMmshDemuxer *demuxer = g_new0 (SpMmshDemuxer, 1);

  demuxer->direction = direction;
  demuxer->body = g_byte_array_new ();
  sp_mmsh_fragments_init (&demuxer->fragments);
  return demuxer;
}

void
sp_mmsh_demuxer_free (SpMmshDemuxer *demuxer)
{
  g_byte_array_unref (demuxer->body);
  sp_mmsh_fragments_clear (&demuxer->fragments);
  g_clear_error (&demuxer->error);
  g_free (demuxer);
}

/** sp_mmsh_demuxer_next_body: what was an error stays one. Fewer than 4 bytes
 * at the end of a body are no packet, whatever they say. */
gboolean
sp_mmsh_demuxer_next_body (SpMmshDemuxer *demuxer)
{
  gboolean is_data_cut
      = demuxer->rule != NULL && demuxer->head[1] == SP_MMSH_DATA;

  demuxer->head_len = 0;
  demuxer->rule = NULL;
  demuxer->skip_len = 0;
  demuxer->offset = 0;
  demuxer->is_over = FALSE;
  g_byte_array_set_size (demuxer->body, 0);
  sp_mmsh_fragments_reset (&demuxer->fragments);
  return is_data_cut;
}

guint32
sp_mmsh_demuxer_playlist_gen_id (SpMmshDemuxer *demuxer)
{
  return demuxer->playlist_gen_id;
}

static gboolean
give_header (SpMmshDemuxer *demuxer,
             const guint8 *data,
             gsize len,
             GError **error)
{
  if (len == 0)
    return sp_error_set (error, SP_ERROR_PROTOCOL, "the header is empty");
  demuxer->has_header = TRUE;
  demuxer->is_entry_end = FALSE;
  return demuxer->sink->on_header (demuxer->user_data, data, len, error);
}

static gboolean
give_data (SpMmshDemuxer *demuxer,
           const guint8 *data,
           gsize len,
           GError **error)
{
  demuxer->is_entry_end = FALSE;
  return demuxer->sink->on_data (demuxer->user_data, data, len, error);
}

static gboolean
give_change (SpMmshDemuxer *demuxer, GError **error)
{
  demuxer->is_entry_end = FALSE;
  return demuxer->sink->on_change (demuxer->user_data, error);
}

static gboolean
give_end (SpMmshDemuxer *demuxer, GError **error)
{
  demuxer->is_over = TRUE;
  return demuxer->sink->on_end (demuxer->user_data, TRUE, error);
}

static guint32
read_reason (const guint8 *body, gsize len)
{
  SpReader reader;

  sp_reader_init (&reader, body, len);
  return sp_reader_u32le (&reader);
}

/* $E of either direction; servers repeat it to flush proxies. */
static gboolean
handle_end (SpMmshDemuxer *demuxer,
            const guint8 *body,
            gsize len,
            GError **error)
{
  if (read_reason (body, len) != SP_MMSH_REASON_ENTRY)
    return give_end (demuxer, error);
  if (demuxer->is_entry_end)
    return TRUE;
  demuxer->is_entry_end = TRUE;
  return demuxer->sink->on_end (demuxer->user_data, FALSE, error);
}

static gboolean
handle_dropped (SpMmshDemuxer *demuxer,
                const guint8 *body,
                gsize len,
                GError **error)
{
  demuxer->sink->on_dropped (demuxer->user_data, demuxer->head[1]);
  return TRUE;
}

static gboolean
handle_ignored (SpMmshDemuxer *demuxer,
                const guint8 *body,
                gsize len,
                GError **error)
{
  return TRUE;
}

/* The length of $P is not what it says (MS-WMSP 2.2.3.7), so nothing after it
 * can be found. It comes only to those who ask. */
static gboolean
handle_pair (SpMmshDemuxer *demuxer,
             const guint8 *body,
             gsize len,
             GError **error)
{
  return sp_error_set (
      error, SP_ERROR_PROTOCOL, "a packet pair that nobody asked for");
}

/* MS-WMHTTP 2.2.3.2: reason, then the new header in the same packet. */
static gboolean
handle_push_change (SpMmshDemuxer *demuxer,
                    const guint8 *body,
                    gsize len,
                    GError **error)
{
  return give_change (demuxer, error)
         && give_header (demuxer, body + REASON_LEN, len - REASON_LEN, error);
}

/* MS-WMSP 2.2.3.2: a $H follows, unless nothing good will. */
static gboolean
handle_pull_change (SpMmshDemuxer *demuxer,
                    const guint8 *body,
                    gsize len,
                    GError **error)
{
  guint32 reason = read_reason (body, len);

  if (reason == SP_MMSH_REASON_BACKWARDS || (reason & REASON_ERROR) != 0)
    return give_end (demuxer, error);
  demuxer->has_header = FALSE;
  return give_change (demuxer, error);
}

static gboolean
handle_pull_data (SpMmshDemuxer *demuxer,
                  const guint8 *body,
                  gsize len,
                  GError **error)
{
  return give_data (demuxer,
                    body + SP_MMSH_PREHEADER_LEN,
                    len - SP_MMSH_PREHEADER_LEN,
                    error);
}

/* "playlist-gen-id=N, ..." up to a NUL (MS-WMSP 2.2.4). Without a number that
 * fits, the one before stays. */
static gboolean
give_meta (SpMmshDemuxer *demuxer,
           const guint8 *data,
           gsize len,
           GError **error)
{
  static const char name[] = "playlist-gen-id=";
  const guint8 *nul = len > 0 ? memchr (data, 0, len) : NULL;
  const guint8 *end = nul != NULL ? nul : data + len;
  const char *found = g_strstr_len ((const char *)data, end - data, name);
  guint64 value = 0;

  if (found == NULL)
    return TRUE;
  for (const guint8 *at = (const guint8 *)found + sizeof name - 1;
       at < end && g_ascii_isdigit (*at) && value <= G_MAXUINT32;
       at++)
    value = value * 10 + (*at - '0');
  if (value > 0 && value <= G_MAXUINT32)
    demuxer->playlist_gen_id = (guint32)value;
  return TRUE;
}

/* $H or $M of a server. */
static gboolean
handle_fragment (SpMmshDemuxer *demuxer,
                 const guint8 *body,
                 gsize len,
                 GError **error)
{
  guint8 type = demuxer->head[1];
  const guint8 *data;
  gsize data_len;

  if (!sp_mmsh_fragments_add (
          &demuxer->fragments, type, body, len, &data, &data_len, error))
    return FALSE;
  if (data == NULL)
    return TRUE;
  return type == SP_MMSH_META ? give_meta (demuxer, data, data_len, error)
                              : give_header (demuxer, data, data_len, error);
}

/* MS-WMHTTP 2.2.3; a data packet that no $D to a viewer can hold is of no use
 * either. */
static const PacketRule push_rules[] = {
  { SP_MMSH_DATA, 1, SP_MMSH_MAX_PAYLOAD, ALL, give_data },
  { SP_MMSH_HEADER, 1, 65531, ALL, give_header },
  { SP_MMSH_CHANGE, REASON_LEN + 1, 65531, ALL, handle_push_change },
  { SP_MMSH_END, REASON_LEN, REASON_LEN, ALL, handle_end },
  { SP_MMSH_PAIR, 0, G_MAXUINT16, 0, handle_pair },
  { 0, 0, G_MAXUINT16, 0, handle_dropped },
};

/* MS-WMSP 2.2.3. VLC and FFmpeg send a longer $E, some promise more than comes;
 * its first 4 bytes are enough. */
static const PacketRule pull_rules[] = {
  { SP_MMSH_DATA,
    SP_MMSH_PREHEADER_LEN + 1,
    G_MAXUINT16,
    ALL,
    handle_pull_data },
  { SP_MMSH_HEADER, SP_MMSH_PREHEADER_LEN, G_MAXUINT16, ALL, handle_fragment },
  { SP_MMSH_META, SP_MMSH_PREHEADER_LEN, G_MAXUINT16, ALL, handle_fragment },
  { SP_MMSH_CHANGE, REASON_LEN, G_MAXUINT16, REASON_LEN, handle_pull_change },
  { SP_MMSH_END, REASON_LEN, G_MAXUINT16, REASON_LEN, handle_end },
  { SP_MMSH_TEST, 0, G_MAXUINT16, 0, handle_ignored },
  { SP_MMSH_PAIR, 0, G_MAXUINT16, 0, handle_pair },
  { 0, 0, G_MAXUINT16, 0, handle_dropped },
};

/* What may not stand at this place. */
static gboolean
check_order (SpMmshDemuxer *demuxer, guint8 type, GError **error)
{
  if (demuxer->direction == SP_MMSH_PUSH)
    return demuxer->has_header || type == SP_MMSH_HEADER
           || sp_error_set (
               error, SP_ERROR_PROTOCOL, "a push session begins with $H");
  if (demuxer->fragments.type == SP_MMSH_HEADER && type != SP_MMSH_HEADER)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, "inside a header of several $H");
  if (type == SP_MMSH_DATA && !demuxer->has_header)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, "a data packet before the header");
  return TRUE;
}

/* The framing header is complete. */
static gboolean
begin_packet (SpMmshDemuxer *demuxer, GError **error)
{
  const guint8 *head = demuxer->head;
  guint16 packet_length = (guint16)(head[2] | head[3] << 8);
  const PacketRule *rule
      = demuxer->direction == SP_MMSH_PUSH ? push_rules : pull_rules;

  if ((head[0] & SP_MMSH_MAGIC_MASK) != SP_MMSH_MAGIC)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "%s: '$' expected, %02x %02x %02x %02x found",
                         demuxer->packet_at == 0 ? "not an MMSH stream"
                                                 : "the stream is corrupt",
                         head[0],
                         head[1],
                         head[2],
                         head[3]);
  if (!check_order (demuxer, head[1], error))
    return FALSE;
  /* Only text is lost with a $M that breaks off. */
  if (head[1] != demuxer->fragments.type)
    sp_mmsh_fragments_reset (&demuxer->fragments);
  while (rule->type != 0 && rule->type != head[1])
    rule++;
  if (packet_length < rule->min || packet_length > rule->max)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "PacketLength is %u, %u to %u is right",
                         packet_length,
                         rule->min,
                         rule->max);
  demuxer->rule = rule;
  demuxer->body_len = MIN (packet_length, rule->keep);
  demuxer->skip_len = packet_length - demuxer->body_len;
  return TRUE;
}

/* Says where it is that the protocol is broken, and by which packet. */
static void
prefix_place (SpMmshDemuxer *demuxer)
{
  guint8 magic = demuxer->head[0] & SP_MMSH_MAGIC_MASK;
  guint8 type = demuxer->head[1];

  if (magic == SP_MMSH_MAGIC && g_ascii_isgraph (type))
    g_prefix_error (&demuxer->error,
                    "$%c at byte %" G_GUINT64_FORMAT ": ",
                    type,
                    demuxer->packet_at);
  else
    g_prefix_error (
        &demuxer->error, "at byte %" G_GUINT64_FORMAT ": ", demuxer->packet_at);
}

typedef struct
{
  const guint8 *data;
  gsize len;
} Input;

static const guint8 *
consume (SpMmshDemuxer *demuxer, Input *input, gsize len)
{
  const guint8 *at = input->data;

  input->data += len;
  input->len -= len;
  demuxer->offset += len;
  return at;
}

/* FALSE: more is needed. */
static gboolean
take_head (SpMmshDemuxer *demuxer, Input *input)
{
  gsize n = MIN (SP_MMSH_FRAMING_LEN - demuxer->head_len, input->len);

  if (n == 0)
    return FALSE;
  if (demuxer->head_len == 0)
    demuxer->packet_at = demuxer->offset;
  memcpy (demuxer->head + demuxer->head_len, consume (demuxer, input, n), n);
  demuxer->head_len += (guint)n;
  return demuxer->head_len == SP_MMSH_FRAMING_LEN;
}

/* FALSE: more is needed. Otherwise @body is in the input, when all of it is
 * there, or in the buffer. */
static gboolean
take_body (SpMmshDemuxer *demuxer, Input *input, const guint8 **body)
{
  gsize n = MIN (demuxer->body_len - demuxer->body->len, input->len);

  if (n == demuxer->body_len)
    {
      *body = consume (demuxer, input, n);
      return TRUE;
    }
  if (n > 0)
    g_byte_array_append (demuxer->body, consume (demuxer, input, n), (guint)n);
  *body = demuxer->body->data;
  return demuxer->body->len == demuxer->body_len;
}

/* One step; FALSE with demuxer->error, or without when more is needed. */
static gboolean
step (SpMmshDemuxer *demuxer, Input *input)
{
  const PacketRule *rule = demuxer->rule;
  const guint8 *body;
  gboolean is_good;

  if (demuxer->skip_len > 0 && rule == NULL)
    {
      gsize n = MIN (demuxer->skip_len, input->len);

      if (n == 0)
        return FALSE;
      consume (demuxer, input, n);
      demuxer->skip_len -= n;
      return TRUE;
    }
  if (rule == NULL)
    {
      if (!take_head (demuxer, input))
        return FALSE;
      return begin_packet (demuxer, &demuxer->error);
    }
  if (!take_body (demuxer, input, &body))
    return FALSE;
  is_good = rule->handle (demuxer, body, demuxer->body_len, &demuxer->error);
  demuxer->rule = NULL;
  demuxer->head_len = 0;
  g_byte_array_set_size (demuxer->body, 0);
  return is_good;
}

/** sp_mmsh_demuxer_feed: packets that lie whole in @data are handed out where
 * they lie. Once it has failed it fails for ever in the same way; after the
 * source's last word nothing is looked at. */
gboolean
sp_mmsh_demuxer_feed (SpMmshDemuxer *demuxer,
                      const guint8 *data,
                      gsize len,
                      const SpSinkClass *sink,
                      gpointer user_data,
                      GError **error)
{
  Input input = { data, len };

  demuxer->sink = sink;
  demuxer->user_data = user_data;
  if (demuxer->error == NULL)
    {
      while (!demuxer->is_over && step (demuxer, &input))
        ;
      if (g_error_matches (demuxer->error, SP_ERROR, SP_ERROR_PROTOCOL))
        prefix_place (demuxer);
    }
  demuxer->sink = NULL;
  demuxer->user_data = NULL;
  if (demuxer->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (demuxer->error));
  return FALSE;
}
