/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-wire.h"

static void
put_u16le (guint8 *out, guint16 value)
{
  out[0] = (guint8)(value & 0xff);
  out[1] = (guint8)(value >> 8);
}

static void
put_u32le (guint8 *out, guint32 value)
{
  put_u16le (out, (guint16)(value & 0xffff));
  put_u16le (out + 2, (guint16)(value >> 16));
}

/** sp_mmsh_write_framing: 4 bytes. The B bit is never set: several players
 * compare the whole byte with '$'. */
guint
sp_mmsh_write_framing (guint8 *out, guint8 type, guint16 packet_length)
{
  out[0] = SP_MMSH_MAGIC;
  out[1] = type;
  put_u16le (out + 2, packet_length);
  return SP_MMSH_FRAMING_LEN;
}

/** sp_mmsh_write_data_head: 12 bytes, framing header and preheader of a packet
 * whose payload of at most SP_MMSH_MAX_PAYLOAD bytes follows. */
guint
sp_mmsh_write_data_head (guint8 *out,
                         guint8 type,
                         guint32 location_id,
                         guint8 incarnation,
                         guint8 af_flags,
                         guint16 payload_len)
{
  guint16 packet_size = (guint16)(SP_MMSH_PREHEADER_LEN + payload_len);
  guint8 *preheader = out + sp_mmsh_write_framing (out, type, packet_size);

  put_u32le (preheader, location_id);
  preheader[4] = incarnation;
  preheader[5] = af_flags;
  put_u16le (preheader + 6, packet_size);
  return SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN;
}

/** sp_mmsh_write_reason: 8 bytes, the whole of a $C or $E to a viewer. */
guint
sp_mmsh_write_reason (guint8 *out, guint8 type, guint32 reason)
{
  guint len = sp_mmsh_write_framing (out, type, sizeof reason);

  put_u32le (out + len, reason);
  return len + (guint)sizeof reason;
}

/** sp_mmsh_header_parts: how many $H a header of @len bytes takes. One as long
 * as it fits, since FFmpeg does not put fragments together. */
guint
sp_mmsh_header_parts (gsize len)
{
  return len == 0 ? 1 : (guint)((len - 1) / SP_MMSH_MAX_PAYLOAD + 1);
}

/** sp_mmsh_write_header_head: the 12 bytes before part @part; its payload is
 * @*part_len bytes from part * SP_MMSH_MAX_PAYLOAD on. */
guint
sp_mmsh_write_header_head (guint8 *out, gsize len, guint part, gsize *part_len)
{
  gsize at = (gsize)part * SP_MMSH_MAX_PAYLOAD;
  guint8 af_flags = 0;

  *part_len = MIN (len - at, SP_MMSH_MAX_PAYLOAD);
  if (part == 0)
    af_flags |= SP_MMSH_AF_FIRST;
  if (at + *part_len == len)
    af_flags |= SP_MMSH_AF_LAST;
  return sp_mmsh_write_data_head (
      out, SP_MMSH_HEADER, part, 0, af_flags, (guint16)*part_len);
}

/** sp_mmsh_append_header: what a Describe answers and a Play begins with. */
void
sp_mmsh_append_header (GByteArray *out, const guint8 *header, gsize len)
{
  guint n_parts = sp_mmsh_header_parts (len);

  for (guint part = 0; part < n_parts; part++)
    {
      guint8 head[SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN];
      gsize part_len;
      guint head_len = sp_mmsh_write_header_head (head, len, part, &part_len);

      g_byte_array_append (out, head, head_len);
      g_byte_array_append (
          out, header + (gsize)part * SP_MMSH_MAX_PAYLOAD, (guint)part_len);
    }
}
