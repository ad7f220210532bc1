#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Copies of files in an object store by rclone, for dr-backup-lib.sh and dr-restore-lib.sh, which say what each `tool_`
# function is; sourced after them, never run. A point is a folder STAMP/ with all the files under their paths, a folder
# STAMP.tree/ with what an object store has no place for (folders, links, owners, modes), and the object STAMP.json, which is
# written last and removed first: without it there is no point. What has not changed since the point before is copied inside
# of the store.

# shellcheck disable=SC2034 # for the libraries
DR_TOOL=rclone
DR_WORK=''

tool_load() {
  local base=$DR_CONFIG_DIR/rclone/$1
  DR_BASE=$base
  dr_load "$base.env"
  set -a
  dr_load "$base.credentials"
  set +a
  mapfile -t DR_PATHS <"$base.paths"
  [ "${#DR_PATHS[@]}" -gt 0 ] || dr_die "$DR_UNCONFIGURED" "$base.paths names no path"
  command -v rclone >/dev/null || dr_die "$DR_UNCONFIGURED" 'rclone is not installed'
  # No file of settings: the store, and that its bucket is never created, is said here.
  export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_STORE_TYPE=s3 RCLONE_CONFIG_STORE_PROVIDER=Other
  export RCLONE_CONFIG_STORE_ENDPOINT=$DR_ENDPOINT RCLONE_CONFIG_STORE_ENV_AUTH=true RCLONE_S3_NO_CHECK_BUCKET=true
  export RCLONE_LOW_LEVEL_RETRIES=${RCLONE_LOW_LEVEL_RETRIES:-5} RCLONE_CONTIMEOUT=20s
  DR_STORE=store:$DR_REPOSITORY
  DR_WORK=$(mktemp -d)
}

tool_cleanup() { [ -z "$DR_WORK" ] || rm -rf "$DR_WORK"; }

# dr_rclone_names DIR FILTER: what lies in a folder of the store; an empty folder is none, and no error.
dr_rclone_names() {
  local rc=0
  rclone lsf "$DR_STORE" --include "$1" >"$DR_WORK/names" || rc=$?
  [ "$rc" = 0 ] || [ "$rc" = 3 ] || return 1
  sort "$DR_WORK/names"
}

# A store that was replaced by an empty one must not pass for the one that the job has used so far.
tool_open() {
  local known id
  known=$DR_STATE_DIR/rclone/${DR_BASE##*/}.repository
  [ -d "$DR_STATE_DIR/rclone" ] || dr_die "$DR_UNCONFIGURED" "$DR_STATE_DIR/rclone is missing"
  id=$(dr_rclone_names 'store-id') || dr_fail 'the store cannot be read'
  if [ -z "$id" ]; then
    if [ -e "$known" ]; then
      dr_fail "the store holds nothing of this job; as it has been used before, it is not begun again (if it is lost for good, remove $known)"
    fi
    dr_say 'nothing of this job is in the store yet'
    head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' | rclone rcat "$DR_STORE/store-id" || dr_fail 'the store cannot be written'
  fi
  id=$(rclone cat "$DR_STORE/store-id") || dr_fail 'the store cannot be read'
  [ -n "$id" ] || dr_fail 'the store does not say which it is'
  if [ -e "$known" ] && [ "$(cat "$known")" != "$id" ]; then
    dr_fail "this is not the store that the job has used before (if that is intended, remove $known)"
  fi
  printf '%s\n' "$id" >"$known.new"
  mv -f "$known.new" "$known"
}

tool_points() {
  local names
  names=$(dr_rclone_names '2*.json') || return 1
  jq -cRn '[inputs | select(test("^[0-9]{8}T[0-9]{6}Z[.]json$")) | rtrimstr(".json")
    | {id: ., name: ., host: "", time: (strptime("%Y%m%dT%H%M%SZ") | mktime)}]' <<<"$names"
}

tool_maker() { rclone cat "$DR_STORE/$1.json" | jq -r .host; }

# dr_rclone_filter PATH: DR_FROM, DR_WITHIN and DR_FILTER, how rclone names what is at PATH: a folder without what is
# left out, or one file of its folder.
dr_rclone_filter() {
  local pattern rest
  DR_FROM=$1 DR_WITHIN=$1
  : >"$DR_WORK/filter"
  if [ ! -d "$1" ]; then
    DR_FROM=$(dirname "$1") DR_WITHIN=$(dirname "$1")
    printf -- '+ /%s\n- *\n' "$(basename "$1" | sed 's/[][*?\\{}]/\\&/g')" >"$DR_WORK/filter"
    return 0
  fi
  while IFS= read -r pattern; do
    case "$pattern" in
      '') continue ;;
      "$1"/*) rest=/${pattern#"$1"/} ;;
      /*) continue ;;
      *) rest=$pattern ;;
    esac
    printf -- '- %s\n- %s/**\n' "$rest" "$rest"
  done <"$DR_BASE.exclude" >"$DR_WORK/filter"
}

# dr_rclone_copy BEFORE: everything into the folder of the new point; BEFORE is the point before, if there is one.
dr_rclone_copy() {
  local path base=()
  for path in "${DR_PATHS[@]}"; do
    dr_rclone_filter "$path"
    [ -z "$1" ] || base=(--copy-dest "$DR_STORE/$1$DR_WITHIN")
    rclone copy --skip-links --filter-from "$DR_WORK/filter" "${base[@]}" "$DR_FROM" "$DR_STORE/$DR_NEW$DR_WITHIN" || return 1
    find "$path" \( -type d -printf 'd\0%p\0\0' \) -o \( -type l -printf 'l\0%p\0%l\0' \) | rclone rcat "$DR_STORE/$DR_NEW.tree$path.names" || return 1
    getfacl --recursive --physical --absolute-names -- "$path" >"$DR_WORK/acl" || return 1
    sed -i 's,^# file: /,# file: ,' "$DR_WORK/acl"
    rclone copyto "$DR_WORK/acl" "$DR_STORE/$DR_NEW.tree$path.acl" || return 1
  done
}

# dr_rclone_same OPTION...: is everything there as it is here?
dr_rclone_same() {
  local path
  for path in "${DR_PATHS[@]}"; do
    dr_rclone_filter "$path"
    rclone check --skip-links --filter-from "$DR_WORK/filter" "$@" "$DR_FROM" "$DR_STORE/$DR_NEW$DR_WITHIN" || return 1
  done
}

# shellcheck disable=SC2034 # for the libraries
dr_rclone_summary() {
  local size='{"count": 0, "bytes": 0}'
  size=$(rclone size --json "$DR_STORE/$DR_NEW") || true
  DR_SUMMARY=$(jq -c '{source_bytes: .bytes, files: .count}' <<<"${size:-null}")
}

tool_make() {
  local last
  last=$(dr_point latest | jq -r .id) || dr_fail 'back up: the store cannot be read'
  # The time of the beginning: what a command before it dumped is no newer than that.
  DR_NEW=$(date -u -d "@${DR_STARTED%.*}" +%Y%m%dT%H%M%SZ)
  dr_rclone_copy "$last" || dr_fail 'back up: rclone failed'
  dr_rclone_summary
}

# Without its object beside it, it is no point, and goes with the next good run.
tool_disown() { :; }

tool_verify() {
  local how=() tries=3
  case "$DR_VERIFICATION" in
    checksum) ;;
    full) how=(--download) ;;
    *) dr_fail "unknown verification $DR_VERIFICATION" ;;
  esac
  # An older point is there already, and its files may have changed since.
  if tool_points | dr_has "$1"; then
    return 0
  fi
  # What has changed since it was copied is copied again; what changes all the time cannot be copied so.
  until dr_rclone_same "${how[@]}"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || dr_fail 'verification: the files and their copy differ, nothing old is removed'
    dr_rclone_copy '' || dr_fail 'back up: rclone failed'
  done
  dr_rclone_summary
  jq -cn --arg host "$(hostname -f 2>/dev/null || hostname)" --argjson summary "$DR_SUMMARY" '{host: $host} + $summary' |
    rclone rcat "$DR_STORE/$1.json" || dr_fail 'verification: the point cannot be marked'
  tool_points | dr_has "$1" || dr_fail "verification: point $1 is not there"
}

# Removes what retention does not keep, and the folders of runs that failed.
tool_forget() {
  local points stay id
  points=$(tool_points) || dr_fail 'retention: the points cannot be listed'
  [ "$(jq -r '.[-1].id' <<<"$points")" = "$1" ] ||
    dr_fail 'retention: the new point is not the newest one, check the clock; nothing is removed'
  if [ "$DR_APPEND_ONLY" = yes ]; then
    dr_say 'the store is immutable: everything is kept'
    return 0
  fi
  { stay=$(jq '.[].time' <<<"$points" | dr_keep "$DR_FORGET_ARGS") && [ -n "$stay" ]; } ||
    dr_fail 'retention: the rules cannot be read'
  stay=$(jq -Rsc 'split("\n") | map(select(. != "") | tonumber)' <<<"$stay")
  while IFS= read -r id; do
    rclone deletefile "$DR_STORE/$id.json" || dr_fail "retention: point $id cannot be removed"
  done < <(jq -r --argjson stay "$stay" '.[] | select(.time | IN($stay[]) | not) | .id' <<<"$points")
  points=$(tool_points) || dr_fail 'retention: the points cannot be listed'
  dr_has "$1" <<<"$points" || dr_fail "retention: the new point $1 is gone"
  rclone lsf --dirs-only "$DR_STORE" >"$DR_WORK/folders" || dr_fail 'retention: the folders cannot be listed'
  while IFS= read -r id; do
    [[ $id =~ ^([0-9]{8}T[0-9]{6}Z)([.]tree)?/$ ]] || continue
    # Only what is certainly no point: where jq itself fails, nothing goes.
    [ "$(jq --arg id "${BASH_REMATCH[1]}" 'any(.[]; .id == $id)' <<<"$points")" != false ] || rclone purge "$DR_STORE/${id%/}" ||
      dr_fail "retention: the files of ${id%/} cannot be removed"
  done <"$DR_WORK/folders"
}

tool_count() {
  local id=$1
  shift
  rclone lsjson --recursive --files-only --no-modtime --no-mimetype "$DR_STORE/$id" >"$DR_WORK/list" || return 1
  jq -r --argjson paths "$(jq -cn '$ARGS.positional | map(ltrimstr("/"))' --args "$@")" '
    map(select($paths == [] or (.Path as $path | any($paths[]; . as $p | $path == $p or ($path | startswith($p + "/"))))))
    | "\(length) \(map(.Size) | add // 0)"' "$DR_WORK/list"
}

tool_fetch() {
  local id=$1 dir=$2 path paths
  shift 2
  if [ $# = 0 ]; then
    mapfile -t paths < <(rclone lsf --recursive --files-only "$DR_STORE/$id.tree" --include '*.acl' | sed 's,^,/,; s,[.]acl$,,')
    [ "${#paths[@]}" -gt 0 ] || return 1
    set -- "${paths[@]}"
  fi
  for path in "$@"; do dr_rclone_fetch "$id" "$dir" "$path" || return 1; done
}

# dr_rclone_fetch ID DIR PATH: first the folders and links, then the files, then whose they are.
dr_rclone_fetch() (
  umask 077
  cd "$2" && mkdir -p ".$(dirname "$3")" || return 1
  rclone cat "$DR_STORE/$1.tree$3.names" >"$DR_WORK/names" && rclone cat "$DR_STORE/$1.tree$3.acl" >"$DR_WORK/acl" || return 1
  while IFS= read -r -d '' kind && IFS= read -r -d '' path && IFS= read -r -d '' target; do
    case "$kind" in
      d) mkdir -p ".$path" || return 1 ;;
      l) ln -s -- "$target" ".$path" || return 1 ;;
      *) return 1 ;;
    esac
  done <"$DR_WORK/names"
  if [ -d ".$3" ]; then
    rclone copy "$DR_STORE/$1$3" "$2$3" && rclone check --skip-links --one-way "$DR_STORE/$1$3" "$2$3" || return 1
  else
    rclone copyto "$DR_STORE/$1$3" "$2$3" || return 1
  fi
  # A file that went while the copy was made is named there, and is not missed.
  setfacl --restore="$DR_WORK/acl" 2>"$DR_WORK/complaints" || ! grep -vE 'No such file or directory$|^$' "$DR_WORK/complaints" >&2
)
