#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Borg for dr-backup-lib.sh and dr-restore-lib.sh, which say what each `tool_` function is; sourced after them, never run.
# An archive is made as `new.JOB-STAMP`, which is no point, and gets its name only when it is verified. What is kept is
# decided by dr-keep-lib.sh and not by `borg prune`, whose rules are others.

# shellcheck disable=SC2034 # for the libraries
DR_TOOL=borg
DR_WORK=''

tool_load() {
  local base=$DR_CONFIG_DIR/borg/$1
  DR_BASE=$base
  dr_load "$base.env"
  [ -s "$base.password" ] || dr_die "$DR_UNCONFIGURED" "$base.password is missing or empty"
  mapfile -t DR_PATHS <"$base.paths"
  [ "${#DR_PATHS[@]}" -gt 0 ] || dr_die "$DR_UNCONFIGURED" "$base.paths names no path"
  command -v borg >/dev/null || dr_die "$DR_UNCONFIGURED" 'borg is not installed'
  export BORG_REPO=$DR_REPOSITORY BORG_PASSCOMMAND="cat $base.password" BORG_BASE_DIR=${BORG_BASE_DIR:-/var/cache/dr-borg}
  # The repository is known by its id, wherever it lies; a question would end in a failure, since nobody can answer.
  export BORG_RELOCATED_REPO_ACCESS_IS_OK=yes BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=no
  export BORG_RSH="${DR_LIB_DIR:-/usr/local/lib/dr}/bin/ssh -o IdentityFile=$DR_CONFIG_DIR/borg/id_ed25519"
  DR_BORG_WAIT=(--lock-wait "${DR_LOCK_WAIT_SEC:-600}")
  DR_WORK=$(mktemp -d)
}

tool_cleanup() { [ -z "$DR_WORK" ] || rm -rf "$DR_WORK"; }

dr_borg_id() { borg "${DR_BORG_WAIT[@]}" info --json 2>"$DR_WORK/err" | jq -ers '.[0].repository.id'; }

# A store that was replaced by an empty one must not pass for the one that the job has used so far.
tool_open() {
  local known id
  known=$DR_STATE_DIR/borg/${DR_BASE##*/}.repository
  [ -d "$DR_STATE_DIR/borg" ] || dr_die "$DR_UNCONFIGURED" "$DR_STATE_DIR/borg is missing"
  if ! id=$(dr_borg_id); then
    cat "$DR_WORK/err" >&2
    if [ -e "$known" ]; then
      dr_fail "the repository cannot be opened; as this job has used it before, it is not created again (if it is lost for good, remove $known)"
    fi
    dr_say 'no repository yet: creating it'
    borg init --encryption repokey-blake2 || dr_fail 'the repository can neither be opened nor created'
    id=$(dr_borg_id) || dr_fail 'the new repository cannot be opened'
  fi
  if [ -e "$known" ] && [ "$(cat "$known")" != "$id" ]; then
    dr_fail "this is not the repository that the job has used before (if that is intended, remove $known)"
  fi
  printf '%s\n' "$id" >"$known.new"
  mv -f "$known.new" "$known"
}

# dr_borg_list GLOB: archives by name, oldest first, as a JSON array of {name, time, host}. borg tells times without a zone.
# Without a lock: one that a lost host has left behind must not stop a restore.
dr_borg_list() {
  TZ=UTC borg "${DR_BORG_WAIT[@]}" --bypass-lock list --json --glob-archives "$1" --format '{name}{hostname}{start}' | jq -ces '
    [.[0].archives | if type == "array" then .[] else error("no answer") end | {name, host: .hostname, time: (.start | capture("^(?<t>[0-9T:-]{19})(?<f>[.][0-9]+)?$")
      | (.t + "Z" | fromdateiso8601) + ("0" + (.f // "") | tonumber))}] | sort_by(.time)'
}

tool_points() { dr_borg_list "$DR_TAG-2*" | jq -c 'map({id: .name, name, time, host})'; }

tool_maker() { tool_points | jq -r --arg id "$1" '.[] | select(.id == $id) | .host'; }

# shellcheck disable=SC2034 # for the libraries
tool_make() {
  local rc=0 complaints
  # Both name and time are those of the beginning: what a command before it dumped is no newer than that.
  DR_NEW=new.$DR_TAG-$(date -u -d "@${DR_STARTED%.*}" +%Y%m%dT%H%M%SZ)
  borg "${DR_BORG_WAIT[@]}" --log-json create --json --list --filter E --exclude-from "$DR_BASE.exclude" \
    --timestamp "$(date -u -d "@${DR_STARTED%.*}" +%Y-%m-%dT%H:%M:%S)" \
    "::$DR_NEW" "${DR_PATHS[@]}" >"$DR_WORK/create.json" 2>"$DR_WORK/log" || rc=$?
  # A file that changes while it is read is in the archive as it was read, here as with any other tool.
  complaints=$(jq -Rr 'fromjson? // {levelname: "ERROR", message: .}
    | if .type == "file_status" then "not read: \(.path)"
      elif (.levelname // "INFO") == "INFO" or (.message | tostring | endswith(": file changed while we backed it up")) then empty
      else .message end' "$DR_WORK/log")
  [ -z "$complaints" ] || printf '%s\n' "$complaints" >&2
  case "$rc" in
    0) ;;
    1) [ -z "$complaints" ] || DR_PARTIAL='some files could not be read' ;;
    *) dr_fail "back up: borg failed with code $rc" ;;
  esac
  { DR_SUMMARY=$(jq -ces '.[0].archive.stats | {source_bytes: .original_size, stored_bytes: .deduplicated_size, files: .nfiles}' \
    "$DR_WORK/create.json") && [ "$(jq -r .files <<<"$DR_SUMMARY")" != null ]; } || dr_fail 'back up: borg reported no archive'
}

# It has no name that counts, and goes with the next good run.
tool_disown() { :; }

# shellcheck disable=SC2034 # for the libraries
tool_verify() {
  local id=$1 check=()
  case "$DR_VERIFICATION" in
    structure | newest) ;;
    full) check=(--verify-data) ;;
    *) dr_fail "unknown verification $DR_VERIFICATION" ;;
  esac
  borg "${DR_BORG_WAIT[@]}" check "${check[@]}" || dr_fail 'verification: the repository has errors, nothing old is removed'
  if [ "$DR_VERIFICATION" = newest ]; then
    borg "${DR_BORG_WAIT[@]}" extract --dry-run "::$id" || dr_fail "verification: archive $id cannot be read"
  fi
  if [ "${id#new.}" != "$id" ]; then
    DR_NEW=${id#new.}
    borg "${DR_BORG_WAIT[@]}" rename "::$id" "$DR_NEW" || dr_fail 'verification: the archive cannot be given its name'
  fi
  tool_points | dr_has "$DR_NEW" || dr_fail "verification: archive $DR_NEW is not there"
}

# Deletes what retention does not keep, and what runs that failed have left; where the store only appends, nothing.
tool_forget() {
  local points stay doomed
  if [ "$DR_APPEND_ONLY" = yes ]; then
    dr_say 'the store only appends: everything is kept'
    return 0
  fi
  points=$(tool_points) || dr_fail 'retention: the archives cannot be listed'
  [ "$(jq -r '.[-1].id' <<<"$points")" = "$1" ] ||
    dr_fail 'retention: the new archive is not the newest one, check the clock; nothing is removed'
  { stay=$(jq '.[].time | floor' <<<"$points" | dr_keep "$DR_FORGET_ARGS") && [ -n "$stay" ]; } ||
    dr_fail 'retention: the rules cannot be read'
  mapfile -t doomed < <(jq -r --arg stay "$stay" '
    ($stay | split("\n") | map(tonumber)) as $stay | .[] | select(.time | floor | IN($stay[]) | not) | .id' <<<"$points"
    dr_borg_list "new.$DR_TAG-2*" | jq -r '.[].name')
  [ "${#doomed[@]}" -gt 0 ] || return 0
  borg "${DR_BORG_WAIT[@]}" delete "::${doomed[0]}" "${doomed[@]:1}" || dr_fail 'retention: archives cannot be deleted'
  borg "${DR_BORG_WAIT[@]}" compact || dr_fail 'retention: the repository cannot be compacted'
  tool_points | dr_has "$1" || dr_fail "retention: the new archive $1 is gone"
}

tool_count() {
  local id=$1 paths
  shift
  paths=$(jq -cn '$ARGS.positional | map(ltrimstr("/"))' --args "$@")
  # A further name of a file that was listed already has its size from there.
  borg "${DR_BORG_WAIT[@]}" --bypass-lock list --json-lines --format '{type}{path}{size}{source}' "::$id" | jq -cnr --argjson paths "$paths" '
    reduce (inputs | select(.type == "-")) as $file ({files: 0, bytes: 0, sizes: {}};
      (if $file.source == "" then $file.size else .sizes[$file.source] // 0 end) as $size
      | .sizes[$file.path] = $size
      | if $paths == [] or any($paths[]; . as $p | $file.path == $p or ($file.path | startswith($p + "/")))
        then .files += 1 | .bytes += $size else . end)
    | "\(.files) \(.bytes)"'
}

# Without a lock, so that a long restore does not stop the backups; what is deleted meanwhile is an error and no gap.
tool_fetch() {
  local id=$1 dir=$2 path inside=()
  shift 2
  for path in "$@"; do inside+=("pp:${path#/}"); done
  (cd "$dir" && borg "${DR_BORG_WAIT[@]}" --bypass-lock extract "::$id" "${inside[@]}")
}
