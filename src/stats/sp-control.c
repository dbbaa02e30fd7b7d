/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-control.h"

/** sp_stream_state_name: the word of REST, MIB and log for @state. */
const char *
sp_stream_state_name (SpStreamState state)
{
  switch (state)
    {
    case SP_STREAM_DISABLED:
      return "disabled";
    case SP_STREAM_IDLE:
      return "idle";
    case SP_STREAM_WAITING:
      return "waiting";
    case SP_STREAM_HOLDING:
      return "holding";
    case SP_STREAM_LIVE:
      return "live";
    case SP_STREAM_FALLBACK:
      return "fallback";
    }
  g_return_val_if_reached ("unknown");
}

void
sp_stream_info_free (SpStreamInfo *info)
{
  g_free (info->name);
  g_free (info->path);
  g_free (info->source_type);
  g_free (info->source_label);
  g_free (info->source_error);
  g_free (info);
}

void
sp_client_info_free (SpClientInfo *info)
{
  g_free (info->stream);
  g_free (info->address);
  g_free (info->user_agent);
  g_free (info->external_id);
  g_free (info->framing);
  g_free (info);
}

static gboolean
is_address_in (GInetAddressMask *mask, const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  return inet != NULL && g_inet_address_mask_matches (mask, inet);
}

/** sp_client_filter_matches: TRUE when every member of @filter that is set fits
 * @info; an empty filter fits everybody. */
gboolean
sp_client_filter_matches (const SpClientFilter *filter,
                          const SpClientInfo *info)
{
  if (filter->client != 0 && filter->client != info->id)
    return FALSE;
  if (filter->stream != NULL
      && g_ascii_strcasecmp (filter->stream, info->stream) != 0)
    return FALSE;
  if (filter->external_id != NULL
      && g_strcmp0 (filter->external_id, info->external_id) != 0)
    return FALSE;
  return filter->address == NULL
         || is_address_in (filter->address, info->address);
}
