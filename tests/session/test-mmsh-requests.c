/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *request;
  const char *starts; /* the status line */
  const char *holds;  /* blank: ';'-separated pieces that must be there */
  const char *lacks;
  SpNext next;
} Row;

static const Row rows[] = {
  { "describe-1.0-closes",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 200 OK",
    "Connection: close;Content-Length: 17;Content-Type: "
    "application/vnd.ms.wms-hdr.asfv1;"
    "Server: Rex/;client-id=;features=\"broadcast,playlist\";$H",
    "xResetStrm;Transfer-Encoding;Supported;playlist-gen-id",
    SP_NEXT_CLOSE },
  { "describe-1.0-keep-alive",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER "Connection: Keep-Alive\r\n\r\n",
    "HTTP/1.0 200 OK",
    "Connection: Keep-Alive;Content-Length: 17",
    "close",
    SP_NEXT_READ },
  { "describe-1.1-stays-open",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER "\r\n",
    "HTTP/1.1 200 OK",
    "Content-Length: 17",
    "close;chunked",
    SP_NEXT_READ },
  { "describe-any-case-and-slash",
    "GET /Streams/LIVE/ HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 200 OK",
    "$H",
    "",
    SP_NEXT_CLOSE },
  { "describe-with-query",
    "GET /streams/live?WMCache=0 HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 200 OK",
    "$H",
    "",
    SP_NEXT_CLOSE },
  { "describe-new-client-says-supported",
    "GET /streams/live HTTP/1.0\r\nUser-Agent: NSPlayer/9.0.0.2980\r\n\r\n",
    "HTTP/1.0 200 OK",
    "Supported: ",
    "",
    SP_NEXT_CLOSE },
  { "describe-unknown-client-id-resets",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER "Pragma: client-id=77\r\n\r\n",
    "HTTP/1.0 200 OK",
    "xResetStrm=1;client-id=",
    "client-id=77\r",
    SP_NEXT_CLOSE },
  { "play-is-1.0-and-plain",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER PLAY "\r\n",
    "HTTP/1.0 200 OK",
    "Content-Type: application/x-mms-framed;Connection: close",
    "chunked;Content-Length;$H",
    SP_NEXT_VIEW },
  { "play-chunked-when-asked",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: "
    "NSPlayer/9.0\r\nPragma: version11-enabled=1\r\n" PLAY "\r\n",
    "HTTP/1.1 200 OK",
    "Transfer-Encoding: chunked",
    "Connection: close",
    SP_NEXT_VIEW },
  { "play-of-ffmpeg",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Pragma: xPlayStrm=1\r\nPragma: stream-switch-count=1\r\nPragma: "
    "stream-switch-entry=ffff:1:0 \r\n"
    "Pragma: no-cache,rate=1.000000,stream-time=0Connection: Close\r\n\r\n",
    "HTTP/1.0 200 OK",
    "x-mms-framed",
    "",
    SP_NEXT_VIEW },
  { "play-without-an-agent",
    "GET /streams/live HTTP/1.0\r\n" PLAY "\r\n",
    "HTTP/1.0 200 OK",
    "x-mms-framed",
    "",
    SP_NEXT_VIEW },
  { "range-is-ignored",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\nRange: bytes=0-\r\nUser-Agent: "
    "Lavf/59\r\n\r\n",
    "HTTP/1.0 200 OK",
    "video/x-ms-asf",
    "Accept-Ranges;Content-Length",
    SP_NEXT_VIEW },
  { "bare-asf-to-others",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: VLC/3.0\r\n\r\n",
    "HTTP/1.0 200 OK",
    "video/x-ms-asf",
    "client-id",
    SP_NEXT_VIEW },
  { "browser-lands",
    "GET /streams/live HTTP/1.1\r\nHost: pump.example:8086\r\nUser-Agent: "
    "Mozilla/5.0\r\n\r\n",
    "HTTP/1.1 200 OK",
    "<ASX;HREF=\"mms://pump.example:8086/streams/live\"",
    "http://pump",
    SP_NEXT_READ },
  { "browser-id-is-escaped",
    "GET /streams/live/a%22%3Eb HTTP/1.0\r\nHost: h\r\nUser-Agent: "
    "Mozilla/5.0\r\n\r\n",
    "HTTP/1.0 200 OK",
    "mms://h/streams/live/a%22%3Eb\"",
    "",
    SP_NEXT_CLOSE },
  { "asx",
    "GET /streams/live.asx HTTP/1.0\r\nHost: h\r\nUser-Agent: VLC/3\r\n\r\n",
    "HTTP/1.0 200 OK",
    "mmsh://h/streams/live\"",
    "",
    SP_NEXT_CLOSE },
  { "unknown-path",
    "GET /streams/nothing HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 404 ",
    "Connection: close;Server: Rex/;Cache-Control: no-cache;"
    "Pragma: no-cache\r",
    "Location",
    SP_NEXT_CLOSE },
  { "head-has-no-body",
    "HEAD /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER "\r\n",
    "HTTP/1.1 405 ",
    "Allow: GET, POST, OPTIONS;Content-Length: ",
    "only GET",
    SP_NEXT_CLOSE },
  { "no-source",
    "GET /streams/in HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 503 ",
    "Retry-After;no encoder is connected",
    "",
    SP_NEXT_CLOSE },
  { "switched-off",
    "GET /streams/off HTTP/1.0\r\n" NSPLAYER "\r\n",
    "HTTP/1.0 503 ",
    "switched off",
    "",
    SP_NEXT_CLOSE },
  { "loop-by-via",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER
    "Via: 1.0 other, 1.1 this-pump\r\n\r\n",
    "HTTP/1.0 508 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "loop-by-max-forwards",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER "Max-Forwards: 0\r\n\r\n",
    "HTTP/1.0 508 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "via-of-others",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER
    "Via: 1.0 other\r\nMax-Forwards: 8\r\n\r\n",
    "HTTP/1.0 200 OK",
    "Via: 1.1 this-pump\r\n",
    "",
    SP_NEXT_CLOSE },
  { "via-is-for-pumps",
    "GET /streams/live HTTP/1.0\r\n" NSPLAYER PLAY "\r\n",
    "HTTP/1.0 200 OK",
    "",
    "Via:",
    SP_NEXT_VIEW },
  { "options",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\n" NSPLAYER "\r\n",
    "HTTP/1.1 200 OK",
    "Public: GET, POST, OPTIONS;Content-Length: 0",
    "",
    SP_NEXT_READ },
  { "put",
    "PUT /streams/live HTTP/1.1\r\nHost: h\r\n\r\n",
    "HTTP/1.1 405 ",
    "Allow: GET, POST, OPTIONS",
    "",
    SP_NEXT_CLOSE },
  { "post-of-nothing-known",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 400 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "pipeline-was-not-offered",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Pragma: pipeline-request=1\r\n\r\n",
    "HTTP/1.1 400 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "content-info",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Content-Type: application/x-wms-getcontentinfo\r\nContent-Length: "
    "1\r\n\r\nx",
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    "client-id",
    SP_NEXT_READ },
  { "send-event",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Content-Type: application/x-wms-sendevent\r\nContent-Length: 2\r\n\r\nxy",
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    "",
    SP_NEXT_READ },
  { "send-event-of-an-unknown-client",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Pragma: client-id=77\r\n"
    "Content-Type: application/x-wms-sendevent\r\nContent-Length: 2\r\n\r\nxy",
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    "client-id",
    SP_NEXT_READ },
  { "log-without-client-id",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Content-Type: application/x-wms-LogStats\r\nContent-Length: 2\r\n\r\nxy",
    "HTTP/1.1 400 ",
    "client-id",
    "",
    SP_NEXT_CLOSE },
  { "body-too-large",
    "POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
    "Content-Type: application/x-wms-sendevent\r\nContent-Length: "
    "65537\r\n\r\n",
    "HTTP/1.1 413 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "mmst-hello", "\x01\x02\x03\x04", "", "", "HTTP", SP_NEXT_CLOSE },
  { "rtsp-hello",
    "OPTIONS rtsp://h/ RTSP/1.0\r\n\r\n",
    "",
    "",
    "HTTP",
    SP_NEXT_CLOSE },
  { "push-setup",
    "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nUser-Agent: "
    "WMEncoder/12.0\r\nContent-Type: application/x-wms-pushsetup\r\n"
    "Cookie: push-id=0\r\nContent-Length: 16\r\n\r\nAutoDestroy: 1\r\n",
    "HTTP/1.1 204 ",
    "Server: Cougar/9;Set-Cookie: push-id=;Content-Length: 0;timeout=60000",
    "",
    SP_NEXT_READ },
  { "push-setup-unknown-id",
    "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushsetup\r\n"
    "Cookie: push-id=nobody\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 400 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "push-setup-no-length",
    "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushsetup\r\n\r\n",
    "HTTP/1.1 411 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "push-start-no-length",
    "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushstart\r\n\r\n",
    "HTTP/1.1 411 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "push-to-a-pull",
    "POST /streams/live_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushsetup\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 403 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "push-to-no-push-path",
    "POST /streams/in HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushsetup\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 ",
    "",
    "",
    SP_NEXT_CLOSE },
  { "push-garbage",
    "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
    "application/x-wms-pushstart\r\nContent-Length: 2147483647\r\n\r\nabcdefgh",
    "HTTP/1.1 400 ",
    "",
    "",
    SP_NEXT_CLOSE },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  const gsize steps[] = { 100000, 1, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      House house;
      Line line;
      g_autofree char *reply = NULL;

      house_open (&house);
      line_open (&line, &house);
      line_feed (&line, row->request, strlen (row->request), steps[i]);
      g_assert_cmpint (line.outbox.next, ==, row->next);
      reply = line_reply (&line);
      if (!g_str_has_prefix (reply, row->starts))
        g_error ("'%s' does not start: %s", row->starts, reply);
      assert_pieces (reply, row->holds, TRUE);
      assert_pieces (reply, row->lacks, FALSE);
      line_close (&line);
      house_close (&house);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/session/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
