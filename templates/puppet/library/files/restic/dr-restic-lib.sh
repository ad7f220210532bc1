#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Shared by the restic scripts; sourced after dr-lib.sh, never run. It opens the repository of a job, and refuses one
# that is not the repository the job has used so far: a store that was replaced by an empty one must not pass for it.
# What begins with `tool_` is what dr-backup-lib.sh and dr-restore-lib.sh ask of every tool.

# shellcheck disable=SC2034 # for the libraries
DR_TOOL=restic
DR_RESTIC_DIR=$DR_CONFIG_DIR/restic
DR_WORK=''
DR_WATCHED=''
# Why restic was ended, for the message of the failure.
DR_IDLE=''

# dr_restic_load JOB: settings and credentials of the job, for restic.
dr_restic_load() {
  DR_RESTIC_JOB=$1
  local base=$DR_RESTIC_DIR/$1
  # shellcheck disable=SC2034 # for the libraries
  DR_BASE=$base
  dr_load "$base.env"
  [ -s "$base.password" ] || dr_die "$DR_UNCONFIGURED" "$base.password is missing or empty"
  if [ -e "$base.credentials" ]; then
    set -a
    dr_load "$base.credentials"
    set +a
  fi
  mapfile -t DR_PATHS <"$base.paths"
  [ "${#DR_PATHS[@]}" -gt 0 ] || dr_die "$DR_UNCONFIGURED" "$base.paths names no path"
  command -v restic >/dev/null || dr_die "$DR_UNCONFIGURED" 'restic is not installed'
  export RESTIC_REPOSITORY=$DR_REPOSITORY RESTIC_PASSWORD_FILE=$base.password
  export RESTIC_CACHE_DIR=${RESTIC_CACHE_DIR:-/var/cache/restic}
  # Our ssh: the key of the plan, known hosts, and an end to connections that hang.
  export PATH="${DR_LIB_DIR:-/usr/local/lib/dr}/bin:$PATH"
  DR_WORK=$(mktemp -d)
  dr_cleanup dr_restic_cleanup
}

# dr_restic_exclusive ARGUMENT...: restic, waiting up to ten minutes for the lock of another one.
dr_restic_exclusive() {
  local end=$((SECONDS + ${DR_LOCK_WAIT_SEC:-600})) rc
  while true; do
    rc=0
    restic "$@" >"$DR_WORK/out" 2>"$DR_WORK/err" || rc=$?
    cat "$DR_WORK/err" >&2
    if [ "$rc" = 0 ]; then
      return 0
    fi
    if ! grep -q 'already locked' "$DR_WORK/err" || [ "$SECONDS" -ge "$end" ]; then
      cat "$DR_WORK/out"
      return "$rc"
    fi
    dr_say 'the repository is locked, trying again'
    sleep 10
    restic unlock >/dev/null 2>&1 || true
  done
}

# dr_restic_watched ARGUMENT...: restic, ended when for half an hour it has read and written next to nothing; it gives up an
# answer that does not come after a quarter of one. Some versions (0.14) wait for ever when the repository gets full while
# several packs are under way, and a job that waits says neither that it failed nor lets the next one run.
dr_restic_watched() {
  local limit=${DR_STALL_SEC:-1800} pid timer moved rc=0 last=-65536 since=$SECONDS
  DR_IDLE=''
  restic "$@" &
  pid=$!
  DR_WATCHED=$pid
  while kill -0 "$pid" 2>/dev/null; do
    # Where it may not be seen (restic with capabilities), it counts as moving.
    moved=$(awk '/^[rw]char:/ { sum += $2 } END { print NR ? sum : "" }' "/proc/$pid/io" 2>/dev/null) || moved=''
    if [ -z "$moved" ] || [ $((moved - last)) -ge 65536 ]; then
      last=${moved:-$last}
      since=$SECONDS
    elif [ $((SECONDS - since)) -ge "$limit" ]; then
      DR_IDLE=" as it had done nothing for $limit s"
      kill -s KILL "$pid" 2>/dev/null || true
    fi
    sleep $((limit / 60 + 1)) >/dev/null 2>&1 &
    timer=$!
    DR_WATCHED="$pid $timer"
    wait -n "$pid" "$timer" || true
    kill "$timer" 2>/dev/null || true
  done
  wait "$pid" || rc=$?
  DR_WATCHED=''
  return "$rc"
}

# Reading takes no lock: one that a lost host has left behind must not stop a restore.
dr_restic_id() { restic cat config --quiet --no-lock 2>"$DR_WORK/err" | jq -ers '.[0].id'; }

# dr_restic_open [INIT-ARGUMENT...]: opens the repository for writing; creates it only if this job never had one.
dr_restic_open() {
  local known=$DR_STATE_DIR/restic/$DR_RESTIC_JOB.repository id
  [ -d "$DR_STATE_DIR/restic" ] || dr_die "$DR_UNCONFIGURED" "$DR_STATE_DIR/restic is missing"
  if ! id=$(dr_restic_id); then
    cat "$DR_WORK/err" >&2
    if [ -e "$known" ]; then
      dr_fail "the repository cannot be opened; as this job has used it before, it is not created again (if it is lost for good, remove $known)"
    fi
    dr_say 'no repository yet: creating it'
    restic init --quiet "$@" || dr_fail 'the repository can neither be opened nor created'
    id=$(dr_restic_id) || dr_fail 'the new repository cannot be opened'
  fi
  if [ -e "$known" ] && [ "$(cat "$known")" != "$id" ]; then
    dr_fail "this is not the repository that the job has used before (if that is intended, remove $known)"
  fi
  printf '%s\n' "$id" >"$known.new"
  mv -f "$known.new" "$known"
  # Only locks of dead processes of this host, and those older than half an hour.
  restic unlock --quiet || dr_fail 'stale locks cannot be removed'
}

# dr_restic_snapshots: snapshots of the job, oldest first, as a JSON array.
dr_restic_snapshots() {
  restic snapshots --json --no-lock --tag "$DR_TAG" | jq -ces '
    def seconds:
      capture("^(?<t>[0-9T:-]{19})(?<f>[.][0-9]+)?(?<z>Z|[+-][0-9]{2}:[0-9]{2})$") as $c
      | ($c.t + "Z" | fromdateiso8601) + ("0" + ($c.f // "") | tonumber)
        - (if $c.z == "Z" then 0
           else ($c.z[1:3] | tonumber) * 3600 + ($c.z[4:6] | tonumber) * 60 | if $c.z[0:1] == "-" then -. else . end end);
    .[0] | if type == "array" then . else error("no answer") end | map(. + {seconds: (.time | seconds)}) | sort_by(.seconds)'
}

# dr_restic_has ID: does the repository hold this snapshot of the job?
dr_restic_has() { dr_restic_snapshots | dr_has "$1"; }

# dr_restic_verify ID: the repository is sound and holds the snapshot.
dr_restic_verify() {
  # Without a lock: nobody else writes here, and a long restore must not stop the backups.
  local check=(check --quiet --no-lock)
  case "$DR_VERIFICATION" in
    structure) check+=(--with-cache) ;;
    sample) check+=(--read-data-subset=5%) ;;
    full) check+=(--read-data) ;;
    *) dr_fail "unknown verification $DR_VERIFICATION" ;;
  esac
  dr_restic_exclusive "${check[@]}" || dr_fail 'verification: the repository has errors, nothing old is removed'
  dr_restic_has "$1" || dr_fail "verification: snapshot $1 is not there"
}

# dr_restic_forget ID: removes what retention does not keep; only while the new snapshot is the newest.
dr_restic_forget() {
  [ -n "$DR_FORGET_ARGS" ] || { dr_say 'everything is kept'; return 0; }
  [ "$(dr_restic_snapshots | jq -r '.[-1].id')" = "$1" ] ||
    dr_fail 'retention: the new snapshot is not the newest one, check the clock; nothing is removed'
  # shellcheck disable=SC2086 # a list of options
  dr_restic_exclusive forget --quiet --tag "$DR_TAG" --group-by tags --prune $DR_FORGET_ARGS ||
    dr_fail 'retention: forget or prune failed'
  dr_restic_has "$1" || dr_fail "retention: the new snapshot $1 is gone"
}

# dr_restic_point SECONDS|latest: newest snapshot of the job not after that instant, as JSON; empty if there is none.
dr_restic_point() {
  local list line when
  list=$(dr_restic_snapshots) || return 1
  while IFS= read -r line; do
    if [ "$1" != latest ]; then
      when=$(date -d "$(jq -r .time <<<"$line")" +%s)
      [ "$when" -le "${1%.*}" ] || continue
    fi
    printf '%s\n' "$line"
    return 0
  done < <(jq -c 'reverse | .[]' <<<"$list")
}

# dr_restic_seconds SNAPSHOT-JSON: its time as seconds since 1970.
dr_restic_seconds() { date -d "$(jq -r .time <<<"$1")" +%s.%N; }

# dr_restic_count ID [PATH...]: "FILES BYTES" of a snapshot, or of what it holds at and below these paths.
dr_restic_count() {
  local id=$1 paths
  shift
  paths=$(jq -cn '$ARGS.positional' --args "$@")
  restic ls --json --no-lock "$id" | jq -cn --argjson paths "$paths" -r '
    reduce (inputs | select(.struct_type == "node" and .type == "file") | .path as $path
      | select($paths == [] or any($paths[]; . as $p | $path == $p or ($path | startswith($p + "/"))))) as $file
    ({files: 0, bytes: 0}; .files += 1 | .bytes += ($file.size // 0)) | "\(.files) \(.bytes)"'
}

dr_restic_cleanup() {
  # shellcheck disable=SC2086 # a list of processes
  [ -z "$DR_WATCHED" ] || kill $DR_WATCHED 2>/dev/null
  [ -z "$DR_WORK" ] || rm -rf "$DR_WORK"
}

tool_load() { dr_restic_load "$@"; }
tool_open() { dr_restic_open "$@"; }
tool_verify() { dr_restic_verify "$1"; }
tool_forget() { dr_restic_forget "$1"; }
tool_count() { dr_restic_count "$@"; }
tool_cleanup() { dr_restic_cleanup; }

tool_points() {
  dr_restic_snapshots | jq -c 'map({id, name: .id[0:8], time: .seconds, host: .hostname})'
}

tool_maker() { tool_points | jq -r --arg id "$1" '.[] | select(.id == $id) | .host'; }

# A snapshot that misses a file is marked as partial: kept, for what it is worth, but no longer a copy of this job.
tool_disown() { dr_restic_exclusive tag --quiet --set "$DR_TAG.partial" "$1" || true; }

# shellcheck disable=SC2034 # for the libraries
tool_make() {
  local rc=0 summary
  # The snapshot carries the time at which the run began: what a command before it dumped is no newer than that.
  TZ=UTC dr_restic_watched backup --json --quiet --time "$(date -u -d "@${DR_STARTED%.*}" '+%F %T')" --tag "$DR_TAG" \
    --exclude-file "$DR_BASE.exclude" --files-from-verbatim "$DR_BASE.paths" >"$DR_WORK/backup.json" || rc=$?
  summary=$(jq -c 'select(.message_type == "summary")' "$DR_WORK/backup.json" 2>/dev/null || true)
  DR_NEW=$(jq -r '.snapshot_id // empty' <<<"$summary")
  DR_SUMMARY=$(jq -c '{source_bytes: .total_bytes_processed, stored_bytes: .data_added, files: (.total_files_processed // 0)}' <<<"${summary:-null}")
  case "$rc" in
    0) [ -n "$DR_NEW" ] || dr_fail 'back up: restic reported no snapshot' ;;
    3) DR_PARTIAL='some files could not be read' ;;
    *) dr_fail "back up: restic failed with code $rc$DR_IDLE" ;;
  esac
  if [ -z "$DR_PARTIAL" ]; then
    DR_NEW=$(dr_restic_snapshots | jq -er --arg id "$DR_NEW" '[.[] | select(.id | startswith($id))] | .[0].id') ||
      dr_fail 'back up: the snapshot is not there'
  fi
}

tool_fetch() {
  local id=$1 dir=$2 include=() path
  shift 2
  for path in "$@"; do include+=(--include "$(dr_restic_literal "$path")"); done
  restic restore "$id" --no-lock --target "$dir" --verify "${include[@]}"
}

# Patterns of restic read these characters as wildcards.
dr_restic_literal() { printf '%s' "$1" | sed 's/[][*?\\$]/\\&/g'; }
