#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# sh tests/fresh/service.sh
# For a machine nobody has touched, booted with systemd: it installs Stream Pump
# as a service, on ports below 1024 with TLS, and lives through an operator's
# day. It changes the machine: never run it on one that matters.
set -eu
cd "$(dirname "$0")/../.."
. tests/fresh/check.sh
[ -d /run/systemd/system ] || { echo 'systemd is not running here'; exit 77; }
sh data/prepare.sh curl ffmpeg openssl man-db locales procps snmpd snmp

etc=/etc/stream-pump
config=$etc/stream-pump.json
admin=http://127.0.0.1:8187/admin
token='Authorization: Bearer a-secret-of-this-trial'

# property NAME: of the unit
property ()
{
  systemctl show stream-pump --property "$1" --value
}

# logged TEXT JOURNAL-MATCH...: the journal's JSON of the unit holds it
logged ()
{
  text=$1
  shift
  journalctl --sync
  journalctl -u stream-pump -o json "$@" | grep -q "$text"
}

grows ()
{
  before=$(stat -c %s "$1")
  wait_for 10 sh -c "[ \$(stat -c %s $1) -gt $before ]"
}

install_all ()
{
  meson setup build-service --prefix=/usr --buildtype=release &&
    meson compile -C build-service &&
    meson install -C build-service
}

configure ()
{
  cat >$config <<JSON
{
  "port": 80, "ssl": true, "ssl_port": 443, "ssl_key": "pump.key", "ssl_cert": "pump.crt",
  "user": "stream-pump", "group": "stream-pump",
  "admin": { "listen": "127.0.0.1", "port": 8187, "token_file": "admin.token" },
  "snmp": { "ping_s": 1 }, "access_log": { "to": "journal", "format": "json" },
  "drain": { "grace_ms": ${grace_ms:-0} },
  "streams": [
    { "name": "Film", "path": "film", "type": "file",
      "source_options": { "path": "/srv/stream-pump/demo.asf" } }$1
  ]
}
JSON
}

check 'meson install' install_all
check 'a first configuration is there' test -f $config
check 'the first configuration is good' stream-pump --check-config
check 'the example is good' stream-pump --check-config \
  --config /usr/share/doc/stream-pump/stream-pump.json.example
check 'schema' test -f /usr/share/stream-pump/stream-pump.schema.json
check 'stream-pump(8)' man -w 8 stream-pump
check 'stream-pump.json(5)' man -w 5 stream-pump.json
check 'catalogue' test -f /usr/share/locale/fr/LC_MESSAGES/stream-pump.mo
check 'system user' id stream-pump
localedef -i fr_FR -f UTF-8 fr_FR.UTF-8 || true
LC_ALL=fr_FR.UTF-8 stream-pump --help | head -n 20
check 'French help' sh -c '[ "$(LC_ALL=fr_FR.UTF-8 stream-pump --help)" != "$(LC_ALL=C stream-pump --help)" ]'

check 'it starts as installed' systemctl start stream-pump
check 'it stops as installed' systemctl stop stream-pump
check 'as installed: result success' test "$(property Result)" = success

mkdir -p /srv/stream-pump
cp data/demo.asf /srv/stream-pump/
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
  -keyout $etc/pump.key -out $etc/pump.crt 2>/dev/null
echo a-secret-of-this-trial >$etc/admin.token
chgrp stream-pump $etc/pump.key $etc/admin.token
chmod 640 $etc/pump.key $etc/admin.token
configure ''
check 'start with TLS, ports 80 and 443' systemctl start stream-pump
systemctl status --no-pager stream-pump | head -n 12
pid=$(property MainPID)
check 'it is not root' test "$(ps -o user= -p "$pid")" != root
grep -E '^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' "/proc/$pid/status"
check 'one capability' grep -q '^CapEff:.*0000000000000400$' "/proc/$pid/status"
check 'ready once the stream is there' wait_for 20 sh -c \
  "curl -fsS -H '$token' $admin/streams/film | grep -q '\"live\"'"
check 'no answer without the token' test \
  "$(curl -s -o /dev/null -w '%{http_code}' $admin/status)" = 401
check '5 s over mmsh://' decodes 5 mmsh://127.0.0.1:80/streams/film
check '5 s over http://' decodes 5 http://127.0.0.1:80/streams/film
check '5 s over https://' decodes 5 https://127.0.0.1:443/streams/film
check '5 s over IPv6' decodes 5 'http://[::1]:80/streams/film'
check 'journal: stream' logged '"STREAM_PUMP_STREAM":"film"'
check 'journal: client' logged '"STREAM_PUMP_CLIENT":"[0-9]'
check 'journal: started' logged '"MESSAGE"' MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c01
check 'journal: source up' logged '"MESSAGE"' MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c05
check 'journal: client in' logged '"MESSAGE"' MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c08
journalctl -u stream-pump -o json --output-fields=MESSAGE,MESSAGE_ID,PRIORITY,STREAM_PUMP_STREAM,STREAM_PUMP_CLIENT,STREAM_PUMP_PEER |
  grep STREAM_PUMP_ | tail -n 3

check 'pumpctl over the socket of the service' sh -c \
  'pumpctl streams --no-color | grep -q film'
check 'the socket lets in its group, no others' test \
  "$(stat -L -c '%a %G' /run/stream-pump/admin.sock)" = '660 stream-pump'
check 'streams keep their numbers' grep -q '"film"' /var/lib/stream-pump/stream-numbers.json
check 'journal: a line of the access log' wait_for 15 logged 'external_id' \
  MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c0d

# as data/monitoring/README.md has it
cp /usr/share/stream-pump/monitoring/snmpd/stream-pump.conf /etc/snmp/snmpd.conf.d/
chmod 755 /var/agentx
check 'the SNMP agent of the host' systemctl restart snmpd
check 'SNMP: the stream is seen' wait_for 20 sh -c \
  'snmpwalk -v2c -c public localhost 1.3.6.1.4.1.8072.9999.9999.7867.1.1.2.2.1.2 | grep -q film'
check 'SNMP: connected, in the journal' logged 'SNMP' \
  MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c14

openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=renewed \
  -keyout $etc/pump.key -out $etc/pump.crt 2>/dev/null
check 'reload with a new certificate' systemctl reload stream-pump
check 'it is shown' sh -c 'openssl s_client -connect 127.0.0.1:443 </dev/null 2>/dev/null |
  openssl x509 -noout -subject | grep -q renewed'

for scheme in http https; do
  port=80
  [ $scheme = https ] && port=443
  curl -sSk --no-buffer -A NSPlayer/9.0 -H 'Pragma: xPlayStrm=1' -o /tmp/viewer.$scheme \
    $scheme://127.0.0.1:$port/streams/film &
  eval "viewer_$scheme=$!"
done
check 'two who watch' wait_for 10 sh -c \
  '[ -s /tmp/viewer.http ] && [ -s /tmp/viewer.https ]'
configure ', { "name": "Field", "path": "field", "type": "mmsh_push" }'
check 'reload' systemctl reload stream-pump
check 'the new stream is there' wait_for 10 sh -c \
  "curl -fsS -H '$token' $admin/streams | grep -q '\"field\"'"
check 'the process is the same' test "$(property MainPID)" = "$pid"
check 'the viewer goes on' grows /tmp/viewer.http
check 'the TLS viewer goes on' grows /tmp/viewer.https
check 'journal: reloaded' logged '"MESSAGE"' MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c03
cp $config /tmp/good.json
echo '{ "prot": 80 }' >$config
systemctl reload stream-pump || true
check 'journal: a bad file is refused' wait_for 10 logged '"MESSAGE"' \
  MESSAGE_ID=6f0d7a6a41d54b0c9c7a3d1f5e8b2c04
check 'the viewer goes on all the same' grows /tmp/viewer.http
cp /tmp/good.json $config

began=$(date +%s%N)
check 'stop while they watch' systemctl stop stream-pump
echo "stopped in $((($(date +%s%N) - began) / 1000000)) ms"
check 'with result success' test "$(property Result)" = success
for scheme in http https; do
  eval "pid=\$viewer_$scheme"
  wait_for 5 sh -c "! kill -0 $pid" || kill "$pid"
  wait "$pid" && ended=0 || ended=$?
  check "$scheme viewer: curl ends well" test "$ended" = 0
  check "$scheme viewer: \$E(0) at the end" test \
    "$(tail -c 8 /tmp/viewer.$scheme | od -An -tx1 | tr -d ' ')" = 2445040000000000
done

echo '{ "prot": 80 }' >$config
systemctl start stream-pump 2>/dev/null || true
check 'a bad configuration is no reason to try again' test \
  "$(property ExecMainStatus) $(property NRestarts) $(property ActiveState)" = '1 0 failed'
check 'journal: why' logged 'prot'
cp /tmp/good.json $config

grace_ms=60000
configure ''
check 'starts with a grace' systemctl start stream-pump
curl -sS --no-buffer -A NSPlayer/9.0 -H 'Pragma: xPlayStrm=1' -o /tmp/viewer.last \
  http://127.0.0.1:80/streams/film &
viewer=$!
check 'one who watches' wait_for 10 sh -c '[ -s /tmp/viewer.last ]'
systemctl stop --no-block stream-pump
check 'the stop waits, and says for whom' wait_for 10 sh -c \
  'systemctl show stream-pump -p StatusText --value | grep -q "^draining: 1 clients remain, "'
check 'the viewer goes on meanwhile' grows /tmp/viewer.last
kill "$viewer"
check 'with the last one it ends' wait_for 20 sh -c \
  '[ "$(systemctl show stream-pump -p ActiveState --value)" = inactive ]'
check 'the drained stop is a success' test "$(property Result)" = success
cp /tmp/good.json $config

check 'starts again' systemctl start stream-pump
pid=$(property MainPID)
kill -STOP "$pid"
check 'a hung daemon is restarted by the watchdog' wait_for 60 sh -c \
  '[ "$(systemctl show stream-pump -p NRestarts --value)" = 1 ] && systemctl is-active -q stream-pump'
check 'and plays again' decodes 3 mmsh://127.0.0.1:80/streams/film
kill -KILL "$(property MainPID)"
check 'a killed daemon is restarted' wait_for 15 sh -c \
  '[ "$(systemctl show stream-pump -p NRestarts --value)" = 2 ] && systemctl is-active -q stream-pump'
systemctl stop stream-pump

stream-pump --config $config >/tmp/by-hand.log 2>&1 &
pid=$!
check 'started by root by hand: it drops to its user' wait_for 10 sh -c \
  "[ \"\$(ps -o user= -p $pid)\" = stream-p+ ] || [ \"\$(ps -o user= -p $pid)\" = stream-pump ]"
grep -E '^(Uid|Gid|Groups|CapEff):' "/proc/$pid/status"
check 'and plays' decodes 3 mmsh://127.0.0.1:80/streams/film
kill "$pid"
wait "$pid" && ended=0 || ended=$?
check 'SIGTERM ends it with 0' test "$ended" = 0

systemd-analyze security --no-pager stream-pump | tail -n 1 | tee /tmp/exposure
check 'exposure at most 2.0' systemd-analyze security --no-pager --threshold=20 stream-pump
systemd-analyze security --no-pager stream-pump | grep -E '^(✗| *✗)' || true
journalctl -u stream-pump --no-pager -p warning | tail -n 20
finish
