#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Shared by all dr- scripts; sourced, never run. It finds the settings of the plan, writes status documents and takes
# locks. A script calls dr_begin before its first change and dr_succeed after its last: whatever happens between the
# two, an exit included, leaves a status that is not good.
set -eu -o pipefail

export DR_CONFIG_DIR=${DR_CONFIG_DIR:-/etc/dr}
DR_STATE_DIR=${DR_STATE_DIR:-/var/lib/dr}
DR_STATUS_DIR=$DR_STATE_DIR/status
DR_LOCK_DIR=$DR_STATE_DIR/locks

DR_JOB=''
DR_KIND=''
DR_SUBJECT=''
DR_STARTED=0
DR_STEP='start'
DR_GOOD=''
DR_OPEN=0
DR_CLEANUP=''
DR_RESULT=1

# Exit codes of all scripts.
DR_USAGE=64
# shellcheck disable=SC2034 # for the scripts that source this
DR_REFUSED=69
DR_BUSY=75
DR_UNCONFIGURED=78

dr_say() { printf '%s\n' "$*"; }

# dr_die CODE TEXT: says why on standard error and ends the script.
dr_die() {
  printf '%s: %s\n' "$(basename "$0")" "$2" >&2
  exit "$1"
}

# dr_fail TEXT: the job has failed in a way that we recognise.
dr_fail() {
  DR_STEP=$1
  dr_die 1 "$1"
}

# Prints the usage from the head of the script.
dr_help() { sed -n '/^# Usage/,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# dr_load FILE: reads settings, or says that this host does not have them.
dr_load() {
  [ -r "$1" ] || dr_die "$DR_UNCONFIGURED" "$1 is missing or not readable: not configured on this host"
  # shellcheck source=/dev/null
  . "$1"
}

# dr_name NAME: refuses anything that cannot be the name of a job.
dr_name() {
  [[ ${1:-} =~ ^[a-z0-9]([a-z0-9._-]{0,198}[a-z0-9])?$ ]] || dr_die "$DR_USAGE" "'${1:-}' is not a name; see --help"
}

dr_value() {
  { [ $# -ge 2 ] && [ -n "$2" ]; } || dr_die "$DR_USAGE" "$1 needs a value; see --help"
  printf '%s' "$2"
}

dr_root() { [ "$(id -u)" = 0 ] || dr_die "$DR_USAGE" 'must run as root'; }

# dr_has ID: is this id among the points on standard input? Of no input jq says nothing, and that it went well.
dr_has() { [ "$(jq --arg id "$1" 'any(.[]; .id == $id)')" = true ]; }

dr_now() { date +%s.%N; }

# dr_epoch TIME: seconds since 1970. A time without a zone is refused, it would mean something else on each host.
dr_epoch() {
  [[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[T\ ][0-9:.]+\ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$ ]] ||
    dr_die "$DR_USAGE" "'$1' is not a time with its zone, like 2026-01-31T11:59:30Z"
  date -d "$1" +%s.%N 2>/dev/null || dr_die "$DR_USAGE" "'$1' is no time"
}

# dr_lock NAME [WAIT_SEC]: held until the script and all its children are gone.
dr_lock() {
  local fd file=$DR_LOCK_DIR/$1
  [ -d "$DR_LOCK_DIR" ] || dr_die "$DR_UNCONFIGURED" "$DR_LOCK_DIR is missing"
  (umask 002 && : >>"$file") 2>/dev/null || true
  exec {fd}<"$file"
  DR_LOCKED=$fd
  flock -w "${2:-0}" "$fd" || dr_die "$DR_BUSY" "another run holds the lock $1; nothing was changed"
}

# dr_unlocked COMMAND...: runs what may outlive the script, without the lock that was taken last.
dr_unlocked() (
  eval "exec $DR_LOCKED>&-"
  exec "$@"
)

# dr_document: the status document before this run, or null.
dr_document() {
  if [ -s "$DR_STATUS_DIR/$1.json" ]; then
    jq -cs 'if length == 1 then .[0] else null end' "$DR_STATUS_DIR/$1.json" 2>/dev/null || echo null
  else
    echo null
  fi
}

# dr_status STATE EXTRA: replaces the document at once; the newest good result is carried along.
dr_status() {
  local state=$1 extra=$2 file before tmp finished=null
  file=$DR_STATUS_DIR/$DR_JOB.json
  before=$file
  [ -s "$before" ] || before=/dev/null
  [ "$state" = running ] || finished=$(dr_now)
  tmp=$(mktemp "$DR_STATUS_DIR/.$DR_JOB.XXXXXX") || return 1
  if jq -n --arg state "$state" --arg plan "$DR_PLAN" --arg site "$DR_SITE" --arg host "$(hostname -f 2>/dev/null || hostname)" \
    --arg job "$DR_JOB" --arg kind "$DR_KIND" --arg subject "$DR_SUBJECT" --argjson started "$DR_STARTED" \
    --argjson finished "$finished" --argjson extra "$extra" --argjson good "${DR_GOOD:-null}" --rawfile before "$before" '
    # What this run has made good, else what is told so far: a document that cannot be read tells nothing.
    ($good // ($before | try fromjson catch null | if .ok == true then del(.last_good) else .last_good end)) as $previous
    | {format: "drplan.status/1", plan: $plan, site: $site, host: $host, job: $job,
     subject: (if $subject == "" then null else $subject end), kind: $kind,
     state: $state, ok: ($state == "ok"), started_at: $started, finished_at: $finished,
     duration_s: (if $finished == null then null else (($finished - $started) * 1000 | round / 1000) end)}
    + {recovery_point: null} + $extra
    + {last_good: (if $state == "ok" then null else $previous end)}' >"$tmp" &&
    chmod 0644 "$tmp" && sync "$tmp" && mv -f "$tmp" "$file"; then
    return 0
  fi
  rm -f "$tmp"
  return 1
}

# dr_begin JOB KIND [quiet]: from here on an end without dr_succeed is a failure. A quiet job, one that runs all the
# time, does not say that it is running.
dr_begin() {
  DR_JOB=$1
  DR_KIND=$2
  DR_STARTED=$(dr_now)
  [ -w "$DR_STATUS_DIR" ] || dr_die "$DR_UNCONFIGURED" "$DR_STATUS_DIR cannot be written"
  # What runs left that were killed while they wrote their document.
  rm -f "$DR_STATUS_DIR/.$DR_JOB".??????
  DR_OPEN=1
  [ "${3:-}" = quiet ] || dr_status running '{}'
}

# dr_subject ADDRESS: what the job keeps safe, in the plan.
dr_subject() { DR_SUBJECT=$1; }

# dr_step TEXT: what is being done now, for the journal and for the status of a failure.
dr_step() {
  DR_STEP=$1
  dr_say "== $1"
}

# dr_good EXTRA: from now on this result counts as the newest good one, even if a later step fails.
dr_good() {
  DR_GOOD=$(jq -cn --arg plan "$DR_PLAN" --arg site "$DR_SITE" --arg job "$DR_JOB" --arg kind "$DR_KIND" \
    --argjson started "$DR_STARTED" --argjson finished "$(dr_now)" --argjson extra "$1" \
    '{plan: $plan, site: $site, job: $job, kind: $kind, ok: true, started_at: $started, finished_at: $finished} + $extra')
  dr_status running '{}'
}

# dr_succeed EXTRA: the last thing that a job does.
dr_succeed() {
  dr_status ok "$1"
  DR_OPEN=0
  cat "$DR_STATUS_DIR/$DR_JOB.json"
}

# Runs at every end of the script.
dr_end() {
  DR_RESULT=$?
  trap - EXIT
  set +e
  if [ -n "$DR_CLEANUP" ]; then
    "$DR_CLEANUP"
  fi
  if [ "$DR_OPEN" = 1 ]; then
    [ "$DR_RESULT" != 0 ] || DR_RESULT=1
    dr_status failed "$(jq -cn --arg error "$DR_STEP" '{error: $error}')" ||
      printf '%s: the status document could not be written\n' "$(basename "$0")" >&2
    printf '%s: FAILED at: %s\n' "$(basename "$0")" "$DR_STEP" >&2
  fi
  exit "$DR_RESULT"
}

# dr_room DIR BYTES: is there room for BYTES, and a tenth more, at DIR or its nearest existing parent?
dr_room() {
  local dir=$1 free
  while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
  free=$(df -P -B1 "$dir" | awk 'NR == 2 {print $4}')
  [ "$free" -ge $(($2 + $2 / 10)) ]
}

# dr_at_once PATH OTHER: exchanges two names in one step (renameat2), so that no kill leaves a path without its data. The
# mv of the oldest supported system cannot do that.
dr_at_once() {
  local call
  case "$(uname -m)" in
    x86_64) call=316 ;;
    aarch64 | riscv64) call=276 ;;
    *) return 1 ;;
  esac
  perl -e 'exit(syscall($ARGV[0] + 0, -100, $ARGV[1], -100, $ARGV[2], 2) == 0 ? 0 : 1)' "$call" "$1" "$2" 2>/dev/null
}

# dr_cleanup FUNCTION: is called at the end, whatever the outcome.
dr_cleanup() { DR_CLEANUP=$1; }

trap dr_end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
dr_load "$DR_CONFIG_DIR/plan.env"
