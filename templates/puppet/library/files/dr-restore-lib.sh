#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Restores, drills and lists of jobs that keep points of files, whatever the tool; sourced after dr-lib.sh,
# dr-backup-lib.sh and the library of the tool, never run. Beside what a backup needs the library of the tool brings
#   tool_count ID [PATH...]        "FILES BYTES" of a point, or of what it holds at and below these paths
#   tool_fetch ID DIR [PATH...]    restores all of it, or these paths, below DIR and verifies them against the store

# dr_disk_count DIR: "FILES BYTES" as they are on disk.
dr_disk_count() { find "$1" -type f -printf '%s\n' | awk '{n++; s += $1} END {printf "%d %d\n", n, s}'; }

# dr_fetch ID DIR [PATH...]: restores below DIR and compares with what the store says.
dr_fetch() {
  local id=$1 dir=$2
  shift 2
  tool_fetch "$id" "$dir" "$@" || dr_fail "restore: $DR_TOOL failed or found a difference"
  [ "$(dr_disk_count "$dir")" = "$(tool_count "$id" "$@")" ] ||
    dr_fail 'restore: number or size of the files differs from the snapshot'
}

# dr_list JOB [--json]: the points that can be restored, oldest first.
dr_list() {
  local json=0 job='' argument list
  for argument in "$@"; do
    case "$argument" in
      --help) dr_help; exit 0 ;;
      --json) json=1 ;;
      *) dr_name "$argument"; job=$argument ;;
    esac
  done
  [ -n "$job" ] || dr_die "$DR_USAGE" 'needs the name of a job; see --help'
  tool_load "$job"
  dr_cleanup tool_cleanup
  list=$(tool_points) || dr_die 1 "the repository $DR_REPOSITORY cannot be read"
  if [ "$json" = 1 ]; then
    jq 'map({id: .name, time: (.time | floor | todate), hostname: .host})' <<<"$list"
  else
    jq -r '.[] | [.name, (.time | floor | todate), .host] | join("  ")' <<<"$list"
  fi
  [ "$(jq length <<<"$list")" -gt 0 ] || dr_die 1 'there is no snapshot of this job'
}

dr_remove_scratch() {
  rm -rf "$DR_SCRATCH"
  tool_cleanup
}

# dr_drill JOB [--at TIME]: proves that a point can be restored, in a place of its own.
dr_drill() {
  local at=latest point id counts started copied
  [ $# -gt 0 ] || dr_die "$DR_USAGE" 'needs the name of a job; see --help'
  [ "$1" != --help ] || { dr_help; exit 0; }
  dr_name "$1"
  case "${2:-}" in
    '') ;;
    --at) at=$(dr_epoch "$(dr_value "${@:2}")") ;;
    *) dr_die "$DR_USAGE" "unknown option $2; see --help" ;;
  esac
  tool_load "$1"
  dr_cleanup tool_cleanup
  dr_lock "drill-$1"
  dr_begin "$1-drill" drill
  DR_SCRATCH=$DR_DRILL_DIR/drill-$1
  dr_cleanup dr_remove_scratch

  dr_step "look for the snapshot in $DR_REPOSITORY"
  point=$(dr_point "$at") || dr_fail 'the repository cannot be read'
  [ -n "$point" ] || dr_fail 'there is no such snapshot of this job'
  id=$(jq -r .id <<<"$point")
  counts=$(tool_count "$id") || dr_fail 'the repository cannot be read'
  [ "${counts% *}" -gt 0 ] || dr_fail 'the snapshot holds no file'
  # What a drill left that was killed would take the room.
  rm -rf "$DR_SCRATCH"
  dr_room "$DR_DRILL_DIR" "${counts#* }" || dr_fail "no room for ${counts#* } bytes at $DR_DRILL_DIR"

  dr_step "restore $(jq -r '"\(.name) of \(.time | floor | todate)"' <<<"$point") to $DR_SCRATCH"
  mkdir -p "$DR_DRILL_DIR"
  mkdir -m 0700 "$DR_SCRATCH"
  started=$(dr_now)
  dr_fetch "$id" "$DR_SCRATCH"
  copied=$(dr_now)

  dr_step 'write the status'
  dr_succeed "$(jq -cn --arg tool "$DR_TOOL" --argjson point "$point" --argjson bytes "${counts#* }" --argjson files "${counts% *}" \
    --argjson begun "$started" --argjson copied "$copied" --argjson ready "$(dr_now)" '
    {method: $tool, label: $point.name, recovery_point: $point.time, restored_bytes: $bytes, files: $files,
     copy_s: ($copied - $begun), ready_s: ($ready - $begun)}')"
}

dr_remove_staging() {
  local dir
  for dir in "${DR_STAGED[@]}"; do rm -rf "$dir"; done
  tool_cleanup
}

# dr_stage DIR: a staging folder, locked until this script and its children are gone.
dr_stage() {
  local fd
  DR_STAGED+=("$1")
  mkdir -m 0700 "$1"
  exec {fd}<"$1"
  flock -n "$fd" || dr_fail "restore: $1 is used by another run"
}

# dr_sweep PREFIX: removes staging folders of runs that were killed, those that nobody holds any more.
dr_sweep() {
  local dir
  for dir in "$1"[0-9]*T[0-9]*Z-[0-9]*; do
    [ ! -d "$dir" ] || [ -L "$dir" ] || ! flock -n "$dir" true || rm -rf "$dir"
  done
}

# dr_exchange PATH STAGED: renames; at no moment is the only copy gone.
dr_exchange() {
  local path=$1 from=$2 keep=$1.dr-old-$DR_STAMP
  if mountpoint -q "$path"; then
    # A mount point cannot be renamed: its entries are, one by one.
    keep=$path/.dr-old-$DR_STAMP
    mkdir "$keep"
    find "$path" -mindepth 1 -maxdepth 1 ! -name ".dr-*-$DR_STAMP" -exec mv -t "$keep" -- {} +
    find "$from" -mindepth 1 -maxdepth 1 -exec mv -t "$path" -- {} +
  elif [ ! -e "$path" ]; then
    mv -T "$from" "$path"
  elif mv -T "$from" "$keep" && dr_at_once "$path" "$keep"; then
    : # the names have changed places
  else
    # This file system cannot do it at once: for a moment there is nothing at the path.
    [ -e "$from" ] || mv -T "$keep" "$from"
    mv -T "$path" "$keep"
    if ! mv -T "$from" "$path"; then
      [ ! -e "$keep" ] || mv -T "$keep" "$path"
      dr_fail "swap: $path cannot be replaced; the previous data are in place"
    fi
  fi
  [ ! -e "$keep" ] || DR_OLD+=("$keep")
}

# dr_restore JOB OPTION...: see the head of the script.
dr_restore() {
  local at='' wanted='' to='' swap=0 discard=0 job path paths=() point id counts files bytes finished
  [ $# -gt 0 ] || dr_die "$DR_USAGE" 'needs the name of a job; see --help'
  [ "$1" != --help ] || { dr_help; exit 0; }
  dr_name "$1"
  job=$1
  shift
  while [ $# -gt 0 ]; do
    case "$1" in
      --at) at=$(dr_value "$@"); shift ;;
      --snapshot) wanted=$(dr_value "$@"); shift ;;
      --to) to=$(dr_value "$@"); shift ;;
      --path) paths+=("$(dr_value "$@")"); shift ;;
      --swap) swap=1 ;;
      --discard-old) discard=1 ;;
      --help) dr_help; exit 0 ;;
      *) dr_die "$DR_USAGE" "unknown option $1; see --help" ;;
    esac
    shift
  done
  [ "$swap" = 1 ] || [ -n "$to" ] || dr_die "$DR_USAGE" 'say --swap or --to DIR; see --help'
  [ "$swap" = 0 ] || [ -z "$to" ] || dr_die "$DR_USAGE" '--swap and --to exclude each other'
  [ -z "$at" ] || [ -z "$wanted" ] || dr_die "$DR_USAGE" '--at and --snapshot exclude each other'
  [ -z "$at" ] || at=$(dr_epoch "$at")
  if [ -n "$wanted" ] && ! [[ $wanted =~ ^[A-Za-z0-9][A-Za-z0-9._-]{7,250}$ ]]; then
    dr_die "$DR_USAGE" "'$wanted' is not a snapshot; see dr-$DR_TOOL-list"
  fi
  dr_root
  tool_load "$job"
  [ "${#paths[@]}" -gt 0 ] || paths=("${DR_PATHS[@]}")
  for path in "${paths[@]}"; do
    printf '%s\n' "${DR_PATHS[@]}" | grep -qxF -e "$path" || dr_die "$DR_USAGE" "$path is not a path of the job: ${DR_PATHS[*]}"
  done
  dr_cleanup tool_cleanup
  dr_lock "restore-$job"

  dr_say "== look for the snapshot in $DR_REPOSITORY"
  if [ -n "$wanted" ]; then
    point=$(tool_points | jq -c --arg id "$wanted" '[.[] | select(.id | startswith($id))] | if length == 1 then .[0] else empty end') ||
      dr_die 1 "the repository $DR_REPOSITORY cannot be read; nothing was changed"
  else
    point=$(dr_point "${at:-latest}") || dr_die 1 "the repository $DR_REPOSITORY cannot be read; nothing was changed"
  fi
  [ -n "$point" ] || dr_die "$DR_REFUSED" "there is no such snapshot of this job, see dr-$DR_TOOL-list; nothing was changed"
  id=$(jq -r .id <<<"$point")
  dr_say "$(jq -r '"snapshot \(.name) of \(.time | floor | todate)"' <<<"$point")"
  counts=$(tool_count "$id" "${paths[@]}") || dr_die 1 "the repository $DR_REPOSITORY cannot be read; nothing was changed"
  files=${counts% *}
  bytes=${counts#* }
  [ "$files" -gt 0 ] || dr_die "$DR_REFUSED" 'the snapshot holds no file below these paths; nothing was changed'
  dr_restore_place

  dr_begin "$job-restore" restore
  DR_STAMP=$(date -u +%Y%m%dT%H%M%SZ)-$$
  DR_STAGED=() DR_OLD=()
  dr_cleanup dr_remove_staging
  if [ -n "$to" ]; then
    dr_step "restore $files files, $bytes bytes below $to"
    dr_restore_to "$(realpath -m -- "$to")"
    DR_COPIED=$(dr_now)
  else
    dr_restore_swap
  fi
  finished=$(dr_now)
  [ "${#DR_OLD[@]}" = 0 ] || dr_say "The previous data are kept; when all is well: rm -rf ${DR_OLD[*]@Q}"

  dr_step 'write the status'
  # shellcheck disable=SC2153 # dr-lib.sh sets when it began
  dr_succeed "$(jq -cn --arg tool "$DR_TOOL" --argjson point "$point" --arg target "${to:-${paths[*]}}" --arg old "${DR_OLD[*]}" \
    --argjson at "${at:-null}" --argjson bytes "$bytes" --argjson files "$files" \
    --argjson begun "$DR_STARTED" --argjson copied "$DR_COPIED" --argjson finished "$finished" '
    {method: $tool, label: $point.name, recovery_point: $point.time, target_time: $at, target: $target, restored_bytes: $bytes,
     files: $files, copy_s: ($copied - $begun), ready_s: ($finished - $begun), old_data: (if $old == "" then null else $old end)}')"
}

# Is there a place for what is restored? Sees the variables of dr_restore, as the next one does.
dr_restore_place() {
  local path beside
  if [ -n "$to" ]; then
    if [ -e "$to" ] && [ -n "$(ls -A "$to")" ]; then
      dr_die "$DR_REFUSED" "$to is not empty; nothing was changed"
    fi
    dr_sweep "$(realpath -m -- "$to").dr-new-"
    dr_room "$to" "$bytes" || dr_die "$DR_REFUSED" "no room for $bytes bytes at $to; nothing was changed"
    return 0
  fi
  for path in "${paths[@]}"; do
    beside=$(dirname "$path")
    [ -d "$beside" ] || dr_die "$DR_REFUSED" "$beside is missing: mount its disk, or make it where it is on no disk of its own (mkdir -p ${beside@Q}); nothing was changed"
    dr_sweep "$path.dr-new-"
    if mountpoint -q "$path"; then
      beside=$path
      dr_sweep "$path/.dr-new-"
    fi
    dr_room "$beside" "$bytes" || dr_die "$DR_REFUSED" "no room for $bytes bytes at $beside; nothing was changed"
  done
}

# dr_restore_to DIR: it gets its name when it is whole. A mount point has its name already: cut off, it is not empty.
dr_restore_to() {
  local stage=$1.dr-new-$DR_STAMP
  if mountpoint -q "$1"; then
    dr_fetch "$id" "$1" "${paths[@]}"
    return 0
  fi
  mkdir -p "$(dirname "$1")"
  dr_stage "$stage"
  dr_fetch "$id" "$stage" "${paths[@]}"
  if [ -d "$1" ]; then
    chown --reference="$1" "$stage"
    chmod --reference="$1" "$stage"
  fi
  mv -T "$stage" "$1"
}

# Everything is restored beside its place before anything is exchanged.
dr_restore_swap() {
  local index stage stages=()
  dr_step "restore $files files, $bytes bytes beside ${paths[*]}"
  for path in "${paths[@]}"; do
    stage=$path.dr-new-$DR_STAMP
    ! mountpoint -q "$path" || stage=$path/.dr-new-$DR_STAMP
    stages+=("$stage")
    dr_stage "$stage"
    dr_fetch "$id" "$stage" "$path"
    [ -e "$stage$path" ] || dr_fail "restore: $path is not in the snapshot"
  done
  DR_COPIED=$(dr_now)
  dr_step 'swap'
  for index in "${!paths[@]}"; do
    dr_exchange "${paths[$index]}" "${stages[$index]}${paths[$index]}"
  done
  if [ "$discard" = 1 ]; then
    dr_step 'discard the previous data'
    for path in "${DR_OLD[@]}"; do rm -rf "$path"; done
    DR_OLD=()
  fi
}
