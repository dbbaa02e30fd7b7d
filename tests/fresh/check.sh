# SPDX-License-Identifier: GPL-3.0-only
# Read by the trials beside it: facts are checked one a line and counted.
passed=0 failed=0

# check FACT COMMAND...
check ()
{
  fact=$1
  shift
  if "$@" >/tmp/check.out 2>&1; then
    passed=$((passed + 1))
    echo "ok      $fact"
  else
    failed=$((failed + 1))
    echo "NOT OK  $fact: $*"
    tail -n 15 /tmp/check.out
  fi
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for ()
{
  left=$1
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 1
  done
}

# decodes SECONDS URL [OPTION...]: ffmpeg decodes so many seconds of frames
decodes ()
{
  seconds=$1 url=$2
  shift 2
  timeout 60 ffmpeg -nostdin -hide_banner -loglevel info "$@" -i "$url" -t "$seconds" \
    -f null - >/tmp/ffmpeg.log 2>&1 || { tail -n 5 /tmp/ffmpeg.log; return 1; }
  tr '\r' '\n' </tmp/ffmpeg.log | grep '^frame=' | tail -n 1 | tee /tmp/ffmpeg.frames
  [ "$(sed -n 's/^frame= *\([0-9]*\).*/\1/p' /tmp/ffmpeg.frames)" -ge $((seconds * 10)) ]
}

finish ()
{
  printf '\n%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
  exit
}
