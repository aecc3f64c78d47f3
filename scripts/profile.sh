#!/usr/bin/env bash
# Makes the profile by which the compiler decides what is to be fast:
# profile.sh GUMSHOE PROFILE ingests simulated logs of each shape and notes
# where the processor's time goes.
set -euo pipefail
profile=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The profile names the program, which lies nowhere in particular.
cp "$1" "$work/gumshoe"
gumshoe=$work/gumshoe

ingest() { # NAME FLAG...
  local name=$1
  shift
  "$gumshoe" simulate --seed 1 --story none --out "$work/$name" "$@" >/dev/null
  GUMSHOE_CPUPROFILE="$work/$name.pprof" "$gumshoe" ingest --data "$work/data-$name" --enroll -o json "$work/$name/AWSLogs" >/dev/null 2>&1
}
ingest large --events 1000000 --events-per-file 10000 --principals 240
ingest tiny --events 100000 --days 18
ingest flows --events 300 --days 10 --flows 1000000
# Without symbols from the binary: those that the profiles have say more.
go tool pprof -proto -symbolize=none "$work"/*.pprof >"$profile"
