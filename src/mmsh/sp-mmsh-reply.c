/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-reply.h"

#include "sp-http-response.h"
#include "sp-mmsh-clients.h"
#include "sp-mmsh-wire.h"

#include <string.h>

#define SUPPORTED "com.microsoft.wm.sswitch, com.microsoft.wm.predstrm"

static void
start (GByteArray *out, const SpMmshReply *reply, guint minor, guint status)
{
  sp_http_response_start (out, minor, status);
  sp_http_response_header (
      out, "Server", "%s StreamPump/" PACKAGE_VERSION, reply->server_token);
  sp_http_response_date (out);
  sp_http_response_header (out, "Cache-Control", "no-cache");
  sp_http_response_header (out, "Pragma", "no-cache");
  if (reply->via != NULL)
    sp_http_response_header (out, "Via", "%s", reply->via);
}

/* Several Pragma lines: old players want it so. */
static void
session (GByteArray *out, const SpMmshReply *reply)
{
  if (reply->client_id == 0)
    return;
  sp_http_response_header (
      out, "Pragma", "client-id=%" G_GUINT32_FORMAT, reply->client_id);
  sp_http_response_header (out, "Pragma", "timeout=%d", SP_MMSH_ADVERTISED_MS);
  if (reply->is_reset)
    sp_http_response_header (out, "Pragma", "xResetStrm=1");
}

static void
features (GByteArray *out, const SpMmshReply *reply)
{
  session (out, reply);
  sp_http_response_header (out, "Pragma", "features=\"broadcast,playlist\"");
  if (reply->playlist_gen_id != 0)
    sp_http_response_header (out,
                             "Pragma",
                             "playlist-gen-id=%" G_GUINT32_FORMAT,
                             reply->playlist_gen_id);
  if (reply->has_supported)
    sp_http_response_header (out, "Supported", "%s", SUPPORTED);
}

static void
connection (GByteArray *out, const SpMmshReply *reply)
{
  if (!reply->is_kept)
    sp_http_response_header (out, "Connection", "close");
  else if (reply->minor == 0)
    sp_http_response_header (out, "Connection", "Keep-Alive");
}

void
sp_mmsh_reply_describe (GByteArray *out,
                        const SpMmshReply *reply,
                        const guint8 *header,
                        gsize len)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  sp_mmsh_append_header (body, header, len);
  start (out, reply, reply->minor, 200);
  features (out, reply);
  sp_http_response_header (
      out, "Content-Type", "application/vnd.ms.wms-hdr.asfv1");
  sp_http_response_header (out, "Content-Length", "%u", body->len);
  connection (out, reply);
  sp_http_response_end (out);
  g_byte_array_append (out, body->data, body->len);
}

void
sp_mmsh_reply_play (GByteArray *out,
                    const SpMmshReply *reply,
                    gboolean is_chunked)
{
  /* Without chunks the end is the close, as HTTP/1.0 has it (V31). */
  start (out, reply, is_chunked ? 1 : 0, 200);
  features (out, reply);
  sp_http_response_header (out, "Content-Type", "application/x-mms-framed");
  if (is_chunked)
    sp_http_response_header (out, "Transfer-Encoding", "chunked");
  else
    sp_http_response_header (out, "Connection", "close");
  sp_http_response_end (out);
}

void
sp_mmsh_reply_bare (GByteArray *out, const SpMmshReply *reply)
{
  start (out, reply, 0, 200);
  sp_http_response_header (out, "Content-Type", "video/x-ms-asf");
  sp_http_response_header (out, "Connection", "close");
  sp_http_response_end (out);
}

void
sp_mmsh_reply_empty (GByteArray *out,
                     const SpMmshReply *reply,
                     guint status,
                     const char *extra)
{
  start (out, reply, reply->minor, status);
  session (out, reply);
  if (extra != NULL)
    g_byte_array_append (out, (const guint8 *)extra, (guint)strlen (extra));
  sp_http_response_header (out, "Content-Length", "0");
  connection (out, reply);
  sp_http_response_end (out);
}

void
sp_mmsh_reply_push (GByteArray *out,
                    const SpMmshReply *reply,
                    const char *push_id)
{
  sp_http_response_start (out, reply->minor, 204);
  sp_http_response_header (out, "Server", SP_MMSH_PUSH_SERVER);
  sp_http_response_date (out);
  sp_http_response_header (out, "Cache-Control", "no-cache");
  sp_http_response_header (out, "Pragma", "no-cache, timeout=%d", 60000);
  if (push_id != NULL)
    sp_http_response_header (out, "Set-Cookie", "push-id=%s", push_id);
  sp_http_response_header (out, "Content-Length", "0");
  connection (out, reply);
  sp_http_response_end (out);
}

void
sp_mmsh_reply_asx (GByteArray *out, const SpMmshReply *reply, const char *url)
{
  g_autofree char *body = g_markup_printf_escaped (
      "<ASX VERSION=\"3.0\">\r\n<ENTRY>\r\n<REF HREF=\"%s\"/>\r\n"
      "</ENTRY>\r\n</ASX>\r\n",
      url);

  start (out, reply, reply->minor, 200);
  sp_http_response_header (out, "Content-Type", "video/x-ms-asf");
  sp_http_response_header (out, "Content-Length", "%u", (guint)strlen (body));
  connection (out, reply);
  sp_http_response_end (out);
  g_byte_array_append (out, (const guint8 *)body, (guint)strlen (body));
}
