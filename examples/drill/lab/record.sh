#!/bin/bash
# Keeps the record of each recovery with `drplan drill`, as whoever follows a page does: what was measured becomes evidence, and
# `drplan drill finish` judges the recovery by its own sums, beside the verdict of the lab. Sourced, never run.

RECORD=''
STRUCK=0

at() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# record_start SCENARIO STRUCK
record_start() {
  STRUCK=$2
  mkdir -p "$LAB/drills"
  RECORD=$LAB/drills/$DISASTER.jsonl
  "$DRPLAN" drill start "$1" "$LAB/drplan.yaml" --record "$RECORD" --real --since "$(at "$2")" --by lab >/dev/null
}

# record_step NUMBER BEGAN TOOK
record_step() {
  local ended
  [ -n "$RECORD" ] || return 0
  ended=$(awk -v from="$2" -v took="$3" 'BEGIN { printf "%.2f", from + took }')
  "$DRPLAN" drill step "$1" begin --at "$(at "$2")" --record "$RECORD" >/dev/null
  "$DRPLAN" drill step "$1" --at "$(at "$ended")" --record "$RECORD" >/dev/null
}

# record_end [DATASET SECONDS]: every step was done and every promise kept, or it says otherwise; then it is evidence.
record_end() {
  local code=0
  "$DRPLAN" drill finish --record "$RECORD" ${1:+--lost "$1=$(jq -n "$2 | ceil")s"} >"$LAB/record.txt" || code=$?
  cat "$LAB/record.txt" >>"$LAB/transcript.txt"
  [ "$code" = 0 ] || { cat "$LAB/record.txt" >&2; die "the record of $DISASTER says that it was not as promised"; }
  "$DRPLAN" observe --spec "$LAB/drplan.yaml" "drill=$RECORD" -o "$LAB/observed.yaml" ||
    die "the record of $DISASTER is no evidence"
  RECORD=''
}
