/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

/* A document with one stream, a pull, or with one member of the root. */
#define STREAM(members) "{\"streams\":[{" members "}]}"
#define PUSH(members) STREAM ("\"path\":\"a\",\"type\":\"mmsh_push\"" members)
#define PULL(options)                                                          \
  STREAM ("\"path\":\"a\",\"type\":\"mmsh_pull\",\"source_options\":{" options \
          "}")
#define FILE_SOURCE(options)                                                   \
  STREAM ("\"path\":\"a\",\"type\":\"file\",\"source_options\":{" options "}")
#define PATH(path) STREAM ("\"type\":\"mmsh_push\",\"path\":\"" path "\"")
#define SEGMENT_PROBLEM                                                        \
  " may hold only letters, digits, _, - and ., in parts with / between them"
#define HOST_PROBLEM                                                           \
  "must be a host name or an address; a port and a path have keys of their "   \
  "own"
#define REDIRECT_PROBLEM                                                       \
  "redirect_404_to: must be a complete URL that begins with http, https, "     \
  "mms, mmsh or rtsp"
#define REX_PROBLEM                                                            \
  "server_token: must be Rex/ and a version, 9.0 or above: "                   \
  "\"Rex/12.0.7600.16385\""
#define X16 "xxxxxxxxxxxxxxxx"
#define X128 X16 X16 X16 X16 X16 X16 X16 X16

typedef struct
{
  const char *name;
  const char *text;
  const char
      *problems; /* "" none; lines, without the file; DIR is its folder */
} Row;

static const Row rows[] = {
  /* the document */
  { "nothing", "{}", "" },
  { "array", "[]", "a configuration is one object: { ... }" },
  { "syntax", "{\n \"port\": }", "2:10: a value must stand here" },
  { "unknown-key",
    "{\"prot\":1}",
    "prot: unknown key; did you mean \"port\"?" },
  { "every-problem",
    "{\"port\":-1,\"colour\":1,\"streams\":[{\"path\":\"a b\",\"type\":"
    "\"radio\"}]}",
    "port: must be a whole number from 0 to 65535, not -1\n"
    "streams[0].path: \"a b\"" SEGMENT_PROBLEM "\n"
    "streams[0].type: must be one of \"mmsh_pull\", \"mmsh_push\", \"file\", "
    "not \"radio\"\n"
    "colour: unknown key; known here are access_log, admin, "
    "canary_ms, certificate_warn_days, drain, group, house, http_proxy_host, "
    "http_proxy_port, limits, listen, port, "
    "redirect_404_to, server_token, snmp, ssl, ssl_cert, ssl_key, ssl_port, "
    "stream_defaults, streams, ua_check, use_http_proxy, "
    "use_proxy_for_local_addresses, user, workers" },
  { "of-2011",
    "{\"port\":\"7070\",\"ssl\":false,\"ssl_key\":\"\",\"ssl_cert\":\"\","
    "\"use_http_proxy\":false,\"http_proxy_host\":\"\",\"http_proxy_port\":"
    "\"\",\"use_proxy_for_local_addresses\":false,\"redirect_404_to\":\"\","
    "\"streams\":[{\"path\":\"a\",\"name\":\"A\",\"type\":\"mmsh_pull\","
    "\"source_options\":{\"host\":\"encoder\",\"port\":\"8080\",\"path\":"
    "\"/\"}},{\"path\":\"b\",\"type\":\"mmsh_push\",\"source_options\":{}}]}",
    "" },

  /* addresses and ports */
  { "listen-one", "{\"listen\":\"127.0.0.1\"}", "" },
  { "listen-none", "{\"listen\":[]}", "listen: must name 1 to 64 addresses" },
  { "listen-host",
    "{\"listen\":[\"::\",\"pump.example.org\"]}",
    "listen[1]: must be an IP address or \"localhost\"" },
  { "listen-brackets",
    "{\"listen\":\"[::1]\"}",
    "listen[0]: must be an IP address or \"localhost\"" },
  { "listen-twice",
    "{\"listen\":[\"127.0.0.1\",\"localhost\"]}",
    "listen[1]: localhost is there already" },
  { "port-zero", "{\"port\":0}", "" },
  { "port-large",
    "{\"port\":70000}",
    "port: must be a whole number from 0 to 65535, not 70000" },
  { "ssl-without-files",
    "{\"ssl\":true}",
    "ssl_key: is needed where \"ssl\" is true\n"
    "ssl_cert: is needed where \"ssl\" is true" },
  { "ssl-files",
    "{\"ssl\":true,\"ssl_key\":\"none.key\",\"ssl_cert\":\"folder\"}",
    "ssl_key: DIR/none.key cannot be read: No such file or directory\n"
    "ssl_cert: DIR/folder cannot be read: Is a directory" },
  { "ssl-pipe",
    "{\"ssl\":true,\"ssl_key\":\"pipe\",\"ssl_cert\":\"file.asf\"}",
    "ssl_key: DIR/pipe cannot be read: Invalid argument" },
  { "ssl-good",
    "{\"ssl\":true,\"ssl_key\":\"file.asf\",\"ssl_cert\":\"file.asf\"}",
    "" },
  { "ssl-off-files", "{\"ssl\":false,\"ssl_key\":\"none.key\"}", "" },
  { "ssl-same-port",
    "{\"ssl\":true,\"ssl_key\":\"file.asf\",\"ssl_cert\":\"file.asf\","
    "\"ssl_port\":8086}",
    "ssl_port: 8086 is \"port\" already" },

  /* proxy, redirect, accounts */
  { "proxy-without-host",
    "{\"use_http_proxy\":true}",
    "http_proxy_host: is needed where \"use_http_proxy\" is true" },
  { "proxy-blank-host",
    "{\"use_http_proxy\":true,\"http_proxy_host\":\"\"}",
    "http_proxy_host: is needed where \"use_http_proxy\" is true" },
  { "proxy-host",
    "{\"http_proxy_host\":\"proxy:8080\"}",
    "http_proxy_host: " HOST_PROBLEM },
  { "proxy-port",
    "{\"http_proxy_port\":0}",
    "http_proxy_port: must be a whole number from 1 to 65535, not 0" },
  { "redirect", "{\"redirect_404_to\":\"mms://example.org/a?b=%20\"}", "" },
  { "redirect-relative",
    "{\"redirect_404_to\":\"/elsewhere\"}",
    REDIRECT_PROBLEM },
  { "redirect-scheme",
    "{\"redirect_404_to\":\"javascript:alert(1)\"}",
    REDIRECT_PROBLEM },
  { "redirect-no-host",
    "{\"redirect_404_to\":\"http:///x\"}",
    REDIRECT_PROBLEM },
  { "redirect-split",
    "{\"redirect_404_to\":\"http://a/\\r\\nSet-Cookie: x\"}",
    REDIRECT_PROBLEM },
  { "redirect-long",
    "{\"redirect_404_to\":\"http://a/" X128 X128 X128 X128 X128 X128 X128 X128
    "\"}",
    "redirect_404_to: is longer than 1024 bytes" },
  { "user-empty",
    "{\"user\":\"\",\"group\":\"\"}",
    "user: may not be empty\ngroup: may not be empty" },
  { "user-control",
    "{\"user\":\"a\\u0007\"}",
    "user: may not hold control characters" },
  { "workers",
    "{\"workers\":257}",
    "workers: must be a whole number from 0 to 256, not 257" },
  { "limits",
    "{\"limits\":{\"clients\":-1,\"client\":1}}",
    "limits.clients: must be a whole number from 0 to 2147483647, not -1\n"
    "limits.client: unknown key; did you mean \"clients\"?" },

  /* admin */
  { "admin-defaults", "{\"admin\":{}}", "" },
  { "admin-no-object",
    "{\"admin\":false}",
    "admin: must be an object, not false" },
  { "admin-listen",
    "{\"admin\":{\"listen\":\"here\"}}",
    "admin.listen: must be an IP address or \"localhost\"" },
  { "admin-open",
    "{\"admin\":{\"listen\":\"0.0.0.0\"}}",
    "admin.listen: 0.0.0.0 can be reached from outside, so a \"token_file\" "
    "is needed" },
  { "admin-open-token",
    "{\"admin\":{\"listen\":\"::\",\"token_file\":\"good.token\"}}",
    "" },
  { "admin-port-taken",
    "{\"admin\":{\"port\":8086}}",
    "admin.port: 8086 is a port for media already" },
  { "admin-port-other-address",
    "{\"listen\":\"127.0.0.1\",\"admin\":{\"listen\":\"::1\",\"port\":8086}}",
    "" },
  { "admin-ports-zero", "{\"port\":0,\"admin\":{\"port\":0}}", "" },
  { "token-absent",
    "{\"admin\":{\"token_file\":\"no.token\"}}",
    "admin.token_file: DIR/no.token cannot be read: No such file or "
    "directory" },
  { "token-empty",
    "{\"admin\":{\"token_file\":\"empty.token\"}}",
    "admin.token_file: DIR/empty.token must hold a token: visible ASCII "
    "without spaces" },
  { "token-words",
    "{\"admin\":{\"token_file\":\"words.token\"}}",
    "admin.token_file: DIR/words.token must hold a token: visible ASCII "
    "without spaces" },
  { "token-large",
    "{\"admin\":{\"token_file\":\"large.token\"}}",
    "admin.token_file: DIR/large.token must hold one line of at most 4096 "
    "bytes" },

  /* words */
  { "ua-check",
    "{\"ua_check\":\"on\"}",
    "ua_check: must be one of \"browser\", \"strict\", \"off\", not \"on\"" },
  { "rex", "{\"server_token\":\"Rex/9.0.0.2980 StreamPump/1.0\"}", "" },
  { "rex-old", "{\"server_token\":\"Rex/4.1\"}", REX_PROBLEM },
  { "rex-none", "{\"server_token\":\"Apache/2.4\"}", REX_PROBLEM },
  { "rex-no-version", "{\"server_token\":\"Rex/\"}", REX_PROBLEM },
  { "rex-empty", "{\"server_token\":\"\"}", REX_PROBLEM },
  { "rex-split", "{\"server_token\":\"Rex/12.0\\r\\nX: y\"}", REX_PROBLEM },
  { "rex-long",
    "{\"server_token\":\"Rex/12.0 " X16 X16 X16 X16 "\"}",
    "server_token: is longer than 64 bytes" },
  { "cougar",
    "{\"server_token\":\"Cougar/9.6\"}",
    "server_token: players expect from Cougar what this version does not "
    "send; only Rex/9.0 and above will do" },
  { "house",
    "{\"house\":{\"url\":\"https://house\"}}",
    "house: this version does not know the Pump House" },
  { "snmp",
    "{\"snmp\":{\"enabled\":true,\"agentx\":\"unix:/var/agentx/master\","
    "\"root_oid\":\"1.3.6.1\",\"context\":\"\",\"ping_s\":5,\"max_age_ms\":"
    "2000,\"client_table\":\"full\",\"writes\":false,\"notify\":true,"
    "\"notify_rate\":10}}",
    "" },
  { "access-log-without-file",
    "{\"access_log\":{\"to\":\"file\"}}",
    "access_log.file: is needed where \"to\" is \"file\"" },
  { "drain-bad",
    "{\"drain\":{\"grace_ms\":-1,\"redirect\":\"here\"}}",
    "drain.grace_ms: must be a whole number from 0 to 86400000, not -1\n"
    "drain.redirect: must be a complete URL that begins with http, https, mms, "
    "mmsh or rtsp" },
  { "snmp-bad",
    "{\"snmp\":{\"root_oid\":\"1.x\",\"client_table\":\"some\",\"pings\":1}}",
    "snmp.root_oid: must be an object identifier in digits and dots\n"
    "snmp.client_table: must be one of \"off\", \"anonymous\", \"full\", not "
    "\"some\"\n"
    "snmp.pings: unknown key; did you mean \"ping_s\"?" },

  /* streams */
  { "streams-no-array",
    "{\"streams\":{}}",
    "streams: must be an array of objects, not an object" },
  { "stream-no-object",
    "{\"streams\":[7]}",
    "streams[0]: must be an object, not 7" },
  { "stream-empty",
    "{\"streams\":[{}]}",
    "streams[0].path: is missing\nstreams[0].type: is missing" },
  { "path-parts", PATH ("Hall_1/camera-2.main"), "" },
  { "path-empty", PATH (""), "streams[0].path: \"\"" SEGMENT_PROBLEM },
  { "path-slash", PATH ("/a"), "streams[0].path: \"/a\"" SEGMENT_PROBLEM },
  { "path-two-slashes",
    PATH ("a//b"),
    "streams[0].path: \"a//b\"" SEGMENT_PROBLEM },
  { "path-last-slash", PATH ("a/"), "streams[0].path: \"a/\"" SEGMENT_PROBLEM },
  { "path-dots",
    PATH ("a/../b"),
    "streams[0].path: \"a/../b\"" SEGMENT_PROBLEM },
  { "path-dot", PATH ("."), "streams[0].path: \".\"" SEGMENT_PROBLEM },
  { "path-letters",
    PATH ("\\u00e9t\\u00e9"),
    "streams[0].path: \"\u00e9t\u00e9\"" SEGMENT_PROBLEM },
  { "path-control",
    PATH ("a\\u001b[2J"),
    "streams[0].path: \"a\\x1b[2J\"" SEGMENT_PROBLEM },
  { "path-long", PATH (X128 "x"), "streams[0].path: is longer than 128 bytes" },
  { "path-push",
    PATH ("a_Push"),
    "streams[0].path: \"a_Push\" may not end in _push, which has a meaning of "
    "its own in URLs" },
  { "path-asx",
    PATH ("a.asx"),
    "streams[0].path: \"a.asx\" may not end in .asx, which has a meaning of "
    "its own in URLs" },
  { "path-type",
    STREAM ("\"type\":\"mmsh_push\",\"path\":7"),
    "streams[0].path: must be a string, not 7" },
  { "path-twice",
    "{\"streams\":[{\"path\":\"a\",\"type\":\"mmsh_push\"},{\"path\":\"A\","
    "\"type\":\"mmsh_push\"}]}",
    "streams[1].path: \"A\" is the path of another stream already (capitals "
    "make no difference)" },
  { "name-control",
    PUSH (",\"name\":\"a\\nb\""),
    "streams[0].name: may not hold control characters" },
  { "name-long",
    PUSH (",\"name\":\"" X128 X128 "\""),
    "streams[0].name: is longer than 200 bytes" },
  { "type-later",
    STREAM ("\"path\":\"a\",\"type\":\"rtmp_pull\",\"source_options\":{}"),
    "streams[0].type: rtmp is not supported by this version" },
  { "type-number",
    STREAM ("\"path\":\"a\",\"type\":7"),
    "streams[0].type: must be a string, not 7" },
  { "push-options",
    PUSH (",\"source_options\":{\"host\":\"x\"}"),
    "streams[0].source_options.host: unknown key; there are none here" },
  { "locks",
    PUSH (",\"push_auth\":{},\"viewer_auth\":{}"),
    "streams[0].push_auth: this version cannot ask encoders who they are; "
    "without this key any encoder is let in\n"
    "streams[0].viewer_auth: this version cannot ask clients who they are; "
    "without this key any client is let in" },
  { "push-on-demand",
    PUSH (",\"on_demand\":true"),
    "streams[0].on_demand: an encoder that pushes cannot be started on "
    "demand" },
  { "push-on-demand-by-default",
    "{\"stream_defaults\":{\"on_demand\":true},\"streams\":[{\"path\":\"a\","
    "\"type\":\"mmsh_push\"}]}",
    "" },
  { "policy",
    PUSH (",\"burst_ms\":60001,\"hold_ms\":-1,\"flush_ms\":\"x\","
          "\"push_takeover_ms\":1.5,\"linger_ms\":null,\"slow_viewer\":"
          "\"drop\",\"slow_viewer_ms\":99,\"enabled\":1,\"limits\":[]"),
    "streams[0].enabled: must be true or false, not 1\n"
    "streams[0].burst_ms: must be a whole number from 0 to 60000, not 60001\n"
    "streams[0].hold_ms: must be a whole number from 0 to 86400000, not -1\n"
    "streams[0].flush_ms: must be a whole number from 0 to 10000, not \"x\"\n"
    "streams[0].push_takeover_ms: must be a whole number from 0 to 86400000, "
    "not 1.5\n"
    "streams[0].linger_ms: must be a whole number from 0 to 86400000, not "
    "null\n"
    "streams[0].slow_viewer: must be one of \"skip\", \"hold\", \"cut\", not "
    "\"drop\"\n"
    "streams[0].slow_viewer_ms: must be a whole number from 100 to 600000, "
    "not 99\n"
    "streams[0].limits: must be an object, not an array" },
  { "defaults",
    "{\"stream_defaults\":{\"burst_ms\":-1,\"viewer_auth\":{},\"path\":"
    "\"a\"}}",
    "stream_defaults.burst_ms: must be a whole number from 0 to 60000, not "
    "-1\n"
    "stream_defaults.viewer_auth: this version cannot ask clients who they "
    "are; without this key any client is let in\n"
    "stream_defaults.path: unknown key; known here are burst_ms, flush_ms, "
    "hold_ms, limits, linger_ms, on_demand, push_auth, push_takeover_ms, "
    "slow_viewer, slow_viewer_ms, viewer_auth" },

  /* pulls */
  { "pull-no-options",
    STREAM ("\"path\":\"a\",\"type\":\"mmsh_pull\""),
    "streams[0].source_options: is missing" },
  { "pull-no-host", PULL (""), "streams[0].source_options.host: is missing" },
  { "pull-blank-host",
    PULL ("\"host\":\"\""),
    "streams[0].source_options.host: may not be empty" },
  { "pull-hosts", PULL ("\"host\":\"192.0.2.1\""), "" },
  { "pull-host-v6", PULL ("\"host\":\"2001:db8::1\""), "" },
  { "pull-host-brackets", PULL ("\"host\":\"[2001:db8::1]\""), "" },
  { "pull-host-letters", PULL ("\"host\":\"b\\u00fccher.example\""), "" },
  { "pull-host-url",
    PULL ("\"host\":\"http://encoder/\""),
    "streams[0].source_options.host: " HOST_PROBLEM },
  { "pull-host-port",
    PULL ("\"host\":\"encoder:8080\""),
    "streams[0].source_options.host: " HOST_PROBLEM },
  { "pull-host-in-brackets",
    PULL ("\"host\":\"[encoder]\""),
    "streams[0].source_options.host: " HOST_PROBLEM },
  { "pull-port",
    PULL ("\"host\":\"x\",\"port\":0"),
    "streams[0].source_options.port: must be a whole number from 1 to 65535, "
    "not 0" },
  { "pull-path",
    PULL ("\"host\":\"x\",\"path\":\"live\""),
    "streams[0].source_options.path: must begin with /" },
  { "pull-path-space",
    PULL ("\"host\":\"x\",\"path\":\"/a b\""),
    "streams[0].source_options.path: spaces, # and what is not ASCII must be "
    "percent-encoded" },
  { "pull-path-fragment",
    PULL ("\"host\":\"x\",\"path\":\"/a#b\""),
    "streams[0].source_options.path: spaces, # and what is not ASCII must be "
    "percent-encoded" },
  { "pull-path-query", PULL ("\"host\":\"x\",\"path\":\"/a?b=c%20d\""), "" },
  { "pull-ca",
    PULL ("\"host\":\"x\",\"tls\":true,\"ca\":\"no.pem\""),
    "streams[0].source_options.ca: DIR/no.pem cannot be read: No such file or "
    "directory" },
  { "pull-ca-without-tls",
    PULL ("\"host\":\"x\",\"ca\":\"file.asf\""),
    "streams[0].source_options.ca: is of use only where \"tls\" is true" },
  { "pull-user",
    PULL ("\"host\":\"x\",\"user\":\"a:b\",\"password\":\"p\""),
    "streams[0].source_options.user: may not hold a colon" },
  { "pull-password",
    PULL ("\"host\":\"x\",\"password\":\"p\""),
    "streams[0].source_options.password: needs a user" },
  { "pull-agent",
    PULL ("\"host\":\"x\",\"user_agent\":\"a\\r\\nb\""),
    "streams[0].source_options.user_agent: may hold only visible ASCII" },
  { "pull-times",
    PULL ("\"host\":\"x\",\"connect_ms\":99,\"stall_ms\":0,\"retry_ms\":"
          "3600001"),
    "streams[0].source_options.connect_ms: must be a whole number from 100 to "
    "3600000, not 99\n"
    "streams[0].source_options.stall_ms: must be a whole number from 100 to "
    "3600000, not 0\n"
    "streams[0].source_options.retry_ms: must be a whole number from 100 to "
    "3600000, not 3600001" },

  /* files and fallbacks */
  { "file", FILE_SOURCE ("\"path\":\"file.asf\""), "" },
  { "file-no-path",
    FILE_SOURCE (""),
    "streams[0].source_options.path: is missing" },
  { "file-absent",
    FILE_SOURCE ("\"path\":\"slate.asf\""),
    "streams[0].source_options.path: DIR/slate.asf cannot be read: No such "
    "file or directory" },
  { "file-host",
    FILE_SOURCE ("\"path\":\"file.asf\",\"host\":\"x\""),
    "streams[0].source_options.host: unknown key; known here are path, "
    "retry_ms" },
  { "fallback",
    PUSH (",\"fallback\":[{\"type\":\"file\",\"source_options\":{\"path\":"
          "\"file.asf\"}},{\"type\":\"mmsh_pull\",\"source_options\":{"
          "\"host\":\"x\"}}]"),
    "" },
  { "fallback-push",
    PUSH (",\"fallback\":[{\"type\":\"mmsh_push\"}]"),
    "streams[0].fallback[0].type: an encoder's push can only be the main "
    "source" },
  { "fallback-bad",
    PUSH (",\"fallback\":[7,{\"type\":\"file\",\"burst_ms\":1}]"),
    "streams[0].fallback[0]: must be an object, not 7\n"
    "streams[0].fallback[1].source_options: is missing\n"
    "streams[0].fallback[1].burst_ms: unknown key; known here are "
    "source_options, type" },
  { "fallback-many",
    PUSH (",\"fallback\":[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7]"),
    "streams[0].fallback: at most 16 are possible\n*" },
};
