#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# One run of a job that makes copies, whatever the tool; sourced after dr-lib.sh and the library of the tool, never run:
# prepare, make a point, verify it, and only then remove what retention does not keep. The library of the tool brings
#   DR_TOOL           its name
#   tool_load JOB     reads the settings of the job; DR_BASE is where they lie
#   tool_open         opens the store for writing; refuses another one than the job has used so far
#   tool_make         makes a point: DR_NEW (its id), DR_SUMMARY (JSON), DR_PARTIAL (why it does not count, else empty)
#   tool_disown ID    takes care that a partial point never counts
#   tool_verify ID    the store is sound and holds the point; DR_NEW, where its id changes by that
#   tool_points       the points that count, oldest first: JSON array of {id, name, time, host}
#   tool_maker ID     the name of the host that made a point
#   tool_forget ID    removes what retention does not keep, and fails if ID is not the newest
#   tool_cleanup      at the end, whatever the outcome

# dr_point latest|SECONDS: the newest point as JSON, or the newest not after that second; empty without one.
dr_point() {
  tool_points | jq -c --arg at "$1" '
    map(select($at == "latest" or (.time | floor) <= ($at | tonumber | floor))) | last // empty'
}

# dr_result ID POINT: what a point amounts to, for the status document.
dr_result() {
  # The points come as input: as an argument a thousand of them would be more than the kernel takes.
  tool_points | jq -c --arg tool "$DR_TOOL" --arg repository "$DR_REPOSITORY" --arg id "$1" --arg verification "$DR_VERIFICATION" \
    --argjson summary "$DR_SUMMARY" --argjson point "$2" '
    . as $list | {method: $tool, repository: $repository, label: ([$list[] | select(.id == $id)][0].name), recovery_point: $point,
     source_bytes: null, stored_bytes: null, files: null}
    + $summary + {copies_kept: ($list | length), oldest: ($list[0].time | floor), verification: $verification}'
}

# dr_own_second JOB: points are named and kept by the second in which their run began, so no run begins in that of the one before.
dr_own_second() {
  local last
  last=$(dr_document "$1" | jq '.started_at // 0 | floor' 2>/dev/null) || last=0
  while [ "$(date +%s)" = "$last" ]; do sleep 0.1; done
}

# dr_remembers JOB: did this host make a point of the job, or was one restored on it, from this store or from another?
dr_remembers() {
  local status job file
  for status in "$DR_STATUS_DIR/$1.json" "$DR_STATUS_DIR"/*-restore.json; do
    [ -e "$status" ] || continue
    job=$(basename "$status" .json)
    [ "$(dr_document "$job" | jq '. == null or .ok or .last_good != null')" = true ] || continue
    [ "$job" != "$1" ] || return 0
    for file in "$DR_CONFIG_DIR"/*/"${job%-restore}.paths"; do
      if cmp -s "$file" "$DR_BASE.paths"; then return 0; fi
    done
  done
  return 1
}

# dr_own JOB ADOPT: a host that was installed anew in the place of a lost one has its name and not its data. A point of what is
# there now would be the newest one, which a restore takes, and retention would remove old ones for it.
dr_own() {
  local own=$DR_STATE_DIR/$DR_TOOL/$1.own host point
  [ ! -e "$own" ] || return 0
  if [ "$2" = 0 ] && ! dr_remembers "$1"; then
    point=$(dr_point latest) || dr_fail 'the store cannot be read'
    [ -z "$point" ] || host=$(tool_maker "$(jq -r .id <<<"$point")") || dr_fail 'the store cannot be read'
    if [ -n "$point" ] && [ "${host%%.*}" = "$(hostname | cut -d. -f1)" ]; then
      dr_fail "the newest point was made by a host of this name, which knows nothing of it: installed anew? Restore first. If the data that it has now are the right ones: dr-$DR_TOOL-backup $1 --adopt"
    fi
  fi
  : >"$own"
}

# A copy that is taken once is done when there is a good one, of this host or of the one that it replaces.
dr_once() {
  local point
  if [ "$(date +%s)" -lt "$(date -d "$DR_ONCE_AFTER" +%s)" ]; then
    dr_say "not before $DR_ONCE_AFTER"
    exit 0
  fi
  if [ "$(dr_document "$1" | jq '. != null and (.ok or .last_good != null)')" = true ]; then
    dr_say 'this copy was taken once, nothing to do'
    exit 0
  fi
  dr_begin "$1" backup
  dr_step 'look for a copy that was taken already'
  tool_open
  point=$(dr_point latest)
  if [ -n "$point" ]; then
    DR_NEW=$(jq -r .id <<<"$point")
    tool_verify "$DR_NEW"
    dr_succeed "$(dr_result "$DR_NEW" "$(jq .time <<<"$point")")"
    exit 0
  fi
}

dr_finish() {
  if [ "$DR_OPEN" = 1 ] && [ "${#DR_AFTER[@]}" -gt 0 ]; then
    "${DR_AFTER[@]}" || printf 'the command after the backup failed too\n' >&2
  fi
  tool_cleanup
}

# dr_backup JOB: all of it.
dr_backup() {
  [ "${1:-}" != --help ] || { dr_help; exit 0; }
  local job=${1:-} path before=() adopt=0
  dr_name "$job"
  case "$#:${2:-}" in
    1:) ;;
    2:--adopt) adopt=1 ;;
    *) dr_die "$DR_USAGE" 'needs the name of a job; see --help' ;;
  esac
  DR_ONCE_AFTER='' DR_NEW='' DR_SUMMARY='{}' DR_PARTIAL=''
  tool_load "$job"
  mapfile -t before <"$DR_BASE.pre"
  mapfile -t DR_AFTER <"$DR_BASE.post"
  dr_lock "$DR_LOCK"
  dr_own_second "$job"
  dr_cleanup tool_cleanup
  if [ -n "$DR_ONCE_AFTER" ]; then
    dr_once "$job"
  else
    dr_begin "$job" backup
  fi
  dr_cleanup dr_finish

  if [ "${#before[@]}" -gt 0 ]; then
    dr_step "command before the backup: ${before[0]}"
    "${before[@]}"
  fi
  dr_step 'look for what is to be backed up'
  for path in "${DR_PATHS[@]}"; do
    [ -e "$path" ] || dr_fail "there is no $path: not mounted?"
    [ ! -L "$path" ] || dr_fail "$path is a link, and not the files that it leads to: name their own path in the plan"
  done
  dr_step "open the repository $DR_REPOSITORY"
  tool_open
  dr_own "$job" "$adopt"
  dr_step "back up ${DR_PATHS[*]}"
  tool_make
  if [ -z "$DR_PARTIAL" ] && [ "$(jq -n --argjson summary "$DR_SUMMARY" '$summary.files')" -lt "$DR_MIN_FILES" ]; then
    DR_PARTIAL="only $(jq -n --argjson summary "$DR_SUMMARY" '$summary.files') files, at least $DR_MIN_FILES are expected: not mounted?"
  fi
  if [ -n "$DR_PARTIAL" ]; then
    [ -z "$DR_NEW" ] || tool_disown "$DR_NEW"
    dr_fail "back up: $DR_PARTIAL"
  fi
  dr_step "verify $DR_NEW ($DR_VERIFICATION)"
  tool_verify "$DR_NEW"
  dr_good "$(dr_result "$DR_NEW" "$DR_STARTED")"
  dr_step "forget: ${DR_FORGET_ARGS:-nothing}"
  tool_forget "$DR_NEW"
  if [ "${#DR_AFTER[@]}" -gt 0 ]; then
    dr_step "command after the backup: ${DR_AFTER[0]}"
    dr_cleanup tool_cleanup
    "${DR_AFTER[@]}"
  fi
  dr_step 'write the status'
  dr_succeed "$(dr_result "$DR_NEW" "$DR_STARTED")"
}
