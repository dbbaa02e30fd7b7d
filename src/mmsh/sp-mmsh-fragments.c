/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-fragments.h"

#include "sp-error.h"
#include "sp-mmsh-demuxer.h"
#include "sp-mmsh-wire.h"
#include "sp-reader.h"

void
sp_mmsh_fragments_init (SpMmshFragments *fragments)
{
  *fragments = (SpMmshFragments){ .bytes = g_byte_array_new () };
}

void
sp_mmsh_fragments_clear (SpMmshFragments *fragments)
{
  g_clear_pointer (&fragments->bytes, g_byte_array_unref);
}

void
sp_mmsh_fragments_reset (SpMmshFragments *fragments)
{
  fragments->type = 0;
  g_byte_array_set_size (fragments->bytes, 0);
}

static gboolean
append (SpMmshFragments *fragments,
        guint8 type,
        guint32 location_id,
        const guint8 *data,
        gsize len,
        GError **error)
{
  if (fragments->type != 0 && location_id != fragments->location_id + 1)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "fragment %u follows fragment %u",
                         location_id,
                         fragments->location_id);
  if (len > SP_MMSH_MAX_HEADER - fragments->bytes->len)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "the fragments add up to more than %d bytes",
                         SP_MMSH_MAX_HEADER);
  fragments->type = type;
  fragments->location_id = location_id;
  if (len > 0)
    g_byte_array_append (fragments->bytes, data, (guint)len);
  return TRUE;
}

/** sp_mmsh_fragments_add: @data is valid until the next call, in @body when one
 * piece is all. What says "first" in the middle is no new beginning: servers of
 * the older protocol mark every piece but the last so (MS-MMSP 2.2.2). */
gboolean
sp_mmsh_fragments_add (SpMmshFragments *fragments,
                       guint8 type,
                       const guint8 *body,
                       gsize body_len,
                       const guint8 **data,
                       gsize *data_len,
                       GError **error)
{
  SpReader reader;
  guint32 location_id;
  gboolean is_last;

  *data = NULL;
  if (type != fragments->type)
    sp_mmsh_fragments_reset (fragments);
  sp_reader_init (&reader, body, body_len);
  location_id = sp_reader_u32le (&reader);
  sp_reader_skip (&reader, 1);
  is_last = (sp_reader_u8 (&reader) & SP_MMSH_AF_LAST) != 0;
  body += SP_MMSH_PREHEADER_LEN;
  body_len -= SP_MMSH_PREHEADER_LEN;
  if (is_last && fragments->type == 0)
    {
      *data = body;
      *data_len = body_len;
      return TRUE;
    }
  if (!append (fragments, type, location_id, body, body_len, error))
    return FALSE;
  if (!is_last)
    return TRUE;
  fragments->type = 0;
  *data = fragments->bytes->len > 0 ? fragments->bytes->data : body;
  *data_len = fragments->bytes->len;
  return TRUE;
}
