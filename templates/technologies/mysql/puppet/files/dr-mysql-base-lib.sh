#!/bin/bash
# Managed by drplan: replaced on every generation.
#
# The orders of dr-mysql about physical backups and the log; sourced by it, never run. A backup is made ready to start before it
# counts, so that what is kept has been seen to be sound. A restore puts it in the place of the data, which stay beside it.
# While it works, the file that keeps a standby from writes is there too, with the state `restoring`.

DR_DATA=${DR_MYSQL_DATA:-/var/lib/mysql}

# backup_tool ARGUMENT...: it has succeeded only when its last line says so.
backup_tool() {
  mariadb-backup "$@" >"$work/said" 2>&1 || { tail -n 5 "$work/said" >&2; return 1; }
  tail -n 1 "$work/said" | grep -q 'completed OK!'
}

is_ready() { grep -qsxE 'backup_type = (log-applied|full-prepared)' "$1/xtrabackup_checkpoints"; }

# DIR/base is whole whenever it is there.
base_make() {
  local work=$1/base.work data socket
  ask
  member_is_current
  lock "$1"
  rm -rf "$work" "$1/base.old"
  # shellcheck disable=SC2064 # what it is now
  trap "rm -rf '$work'" EXIT
  mkdir -m 0700 "$work"
  data=$(sql --execute='SELECT @@datadir')
  socket=$(sql --execute='SELECT @@socket')
  backup_tool --backup --target-dir="$work/base" --datadir="$data" --socket="$socket" || die 1 'the backup failed'
  # It is of the instant at which it ended.
  date +%s >"$work/base/dr-ended"
  backup_tool --prepare --target-dir="$work/base" || die 1 'the backup cannot be made ready to start'
  is_ready "$work/base" || die 1 'the backup is not ready to start'
  [ ! -e "$1/base" ] || mv -T "$1/base" "$1/base.old"
  mv -T "$work/base" "$1/base"
  rm -rf "$1/base.old"
}

# is_kept DIR LOG: a copy has the time of its log. Nothing is called for it: there may be thousands.
is_kept() {
  local kept
  for kept in "$1"/*Z-"${2##*/}"; do
    if [ -e "$kept" ] && ! [ "$kept" -nt "$2" ] && ! [ "$kept" -ot "$2" ]; then
      return 0
    fi
  done
  return 1
}

# The second at which a log was begun.
begun() { od -An -t u4 -j 4 -N 4 --endian=little "$1" | tr -d '[:space:]'; }

# Closed logs are copied under the instant at which each was begun: after a restore their numbers begin anew.
logs_copy() {
  local folder log target list
  ask
  lock "$1"
  rm -f "$1"/*.new
  folder=$(sql --execute='SELECT @@log_bin_basename')
  folder=${folder%/*}
  sql --execute='FLUSH BINARY LOGS'
  list=$(sql --execute='SHOW BINARY LOGS')
  while IFS=$'\t' read -r log _; do
    ! is_kept "$1" "$folder/$log" || continue
    target=$1/$(date -u -d "@$(begun "$folder/$log")" +%Y%m%dT%H%M%SZ)-$log
    cp -p --reflink=auto "$folder/$log" "$target.new"
    mariadb-binlog --verify-binlog-checksum "$target.new" >/dev/null || die 1 "$folder/$log cannot be read to its end"
    sync "$target.new"
    mv "$target.new" "$target"
  done < <(head -n -1 <<<"$list")
  [ "$DR_DAYS" = 0 ] || find "$1" -name '*Z-*' -mtime "+$DR_DAYS" -delete
}

# The number of seconds since 1970, of a time with its zone.
instant() {
  [[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[T\ ][0-9:]+\ ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})$ ]] || die 64 "'$1' is not a time with its zone, like 2026-01-31T11:59:30Z"
  date -d "$1" +%s 2>/dev/null || die 64 "'$1' is no time"
}

serves() {
  local end=$((SECONDS + ${DR_START_WAIT_SEC:-900}))
  until sql --execute='SELECT 1' >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die 1 "the server does not start with the restored data: journalctl -u $DR_UNIT; the previous data are in $old"
    sleep 1
  done
}

# latest: of the logs those since their numbers began anew for the last time; what was before that has been undone by a restore.
latest() {
  local log number last=''
  for log in "${logs[@]}"; do
    number=$((10#${log##*.}))
    if [ "$number" = 1 ]; then
      of_now=()
    elif [ -n "$last" ] && [ "$number" != $((last + 1)) ]; then
      die 69 "the log before $log is missing; nothing was changed"
    fi
    of_now+=("$log")
    last=$number
  done
}

sorted() { tr , '\n' <<<"$1" | sort; }

# read_logs POSITION ENDED: what the logs have after the backup, up to the instant, while nothing is changed yet. A backup from before the first
# of them is of what a restore has undone, unless it is the very one from which they go on; and mariadb-binlog refuses where a piece is missing.
read_logs() {
  local until=() first tops gtid domain number start='' idle=''
  local -A reached=()
  if [ "$2" -lt "$(begun "${of_now[0]}")" ]; then
    first=$(mariadb-binlog "${of_now[0]}" | first_list)
    [ "$(sorted "$first")" = "$(sorted "$1")" ] || die 69 'the logs do not go on from this backup: take the next one; nothing was changed'
  fi
  # Of a domain in which nothing has happened since, mariadb-binlog says that its point is never reached.
  tops=$(mariadb-binlog --verify-binlog-checksum "${of_now[-1]}" | highest) || die 69 "${of_now[-1]} cannot be read to its end; nothing was changed"
  while read -r domain number; do [ -z "$domain" ] || reached[$domain]=$number; done <<<"$tops"
  for gtid in ${1//,/ }; do
    domain=${gtid%%-*}
    if [ "${reached[$domain]:-0}" -gt "${gtid##*-}" ]; then start+=,$gtid; else idle+=,$domain; fi
  done
  if [ -z "$start" ] && [ "${#reached[@]}" -le "$(tr , '\n' <<<"$1" | wc -l)" ]; then
    echo 'the logs hold nothing that is later than the backup'
    : >"$work/log.sql"
    return 0
  fi
  [ -z "$at" ] || until=(--stop-datetime="$(date -d "@$at" '+%F %T')")
  mariadb-binlog --gtid-strict-mode --verify-binlog-checksum ${start:+--start-position="${start#,}"} ${idle:+--ignore-domain-ids="${idle#,}"} \
    "${until[@]}" "${of_now[@]}" >"$work/log.sql" ||
    die 69 'the logs cannot be read from the point of the backup on; nothing was changed'
}

# What a log, as text, says of the changes before it: the first list in it, which may stand on several lines.
first_list() { awk '/Gtid list \[/ && !seen { seen = on = 1; sub(/.*\[/, "") } on { sub(/^# /, ""); on = !sub(/\]$/, ""); printf "%s", $0 }'; }

# The highest number of each domain up to the end of a log: `DOMAIN NUMBER`.
highest() {
  awk '/Gtid list \[/ && !seen { seen = on = 1; sub(/.*\[/, "") }
    on { sub(/^# /, ""); on = !sub(/\]$/, ""); sub(/,$/, ""); note($0); next }
    /^#[0-9][0-9]* .*\tGTID [0-9]/ { sub(/.*\tGTID /, ""); sub(/ .*/, ""); note($0) }
    function note(gtid, part) { if (split(gtid, part, "-") == 3 && part[3] + 0 > top[part[1]] + 0) top[part[1]] = part[3] }
    END { for (domain in top) print domain, top[domain] }'
}

# entries DIR ...: the data in it: not what is ours, or the file system's.
entries() { find "$1" -mindepth 1 -maxdepth 1 ! -name '.dr-*' ! -name lost+found "${@:2}"; }

# keep_down: while entries are moved, the settings name no data that a server could start with.
# shellcheck disable=SC2034 # mark reads it
keep_down() {
  DR_MARK_MORE="datadir = $DR_DATA/.dr-none"
  mark restoring "$base"
  systemctl stop "$DR_UNIT"
}

# exchange_contents: a mount point cannot be renamed, so what is in it is, entry by entry. Cut off, it goes on when the restore is given
# again: `dr-whole` says that all that was there is put aside.
# shellcheck disable=SC2034 # mark reads it
exchange_contents() {
  keep_down
  (umask 077 && mkdir -p "$old")
  if [ ! -e "$old/dr-whole" ]; then
    entries "$DR_DATA" -exec mv -t "$old" -- {} +
    sync -f "$old"
    touch "$old/dr-whole"
  fi
  entries "$work/data" -exec mv -t "$DR_DATA" -- {} +
  sync -f "$DR_DATA"
  DR_MARK_MORE=''
  mark restoring "$base"
}

base_restore() {
  local base=$1 work=$DR_DATA.dr-work old='' beside state position at='' ended peer logs=() of_now=() bytes free
  is_ready "$base" || die 69 "$base is no backup that is ready to start; nothing was changed"
  position=$(cut -f 3 "$base/xtrabackup_binlog_info")
  [[ $position =~ ^[0-9]+-[0-9]+-[0-9]+(,[0-9]+-[0-9]+-[0-9]+)*$ ]] || position=''
  ended=$(cat "$base/dr-ended") || die 69 "$base does not say of which instant it is; nothing was changed"
  if [ -n "$DR_AT" ]; then
    at=$(instant "$DR_AT")
    [ "$ended" -le "$at" ] || die 69 "the backup is of a later instant, $(date -u -d "@$ended" +%FT%TZ): take the one before; nothing was changed"
  fi
  if [ -n "$DR_LOGS" ]; then
    mapfile -t logs < <(find "$DR_LOGS" -type f -name '*Z-*' | sort)
    [ "${#logs[@]}" -gt 0 ] || die 69 "there is no log in $DR_LOGS; nothing was changed"
    latest
    [ -n "$position" ] || die 69 'the backup does not say from which point it is: nothing can be replayed onto it; nothing was changed'
  fi
  read -r state _ <<<"$(marked)"
  [ -z "$state" ] || [ "$state" = restoring ] || die 69 'this server is a standby: dr-mysql follow fills it; nothing was changed'
  lock_member
  if [ "$DR_FORCE" = 0 ]; then
    peer=$(primary_peer)
    [ -z "$peer" ] || die 69 "$peer takes writes: stop it first, on that host; --force when it is cut off from every client. Nothing was changed"
  fi
  beside=$(dirname "$DR_DATA")
  if mountpoint -q "$DR_DATA"; then
    work=$DR_DATA/.dr-work
    old=$DR_DATA/.dr-old
    beside=$DR_DATA
    [ ! -e "$old" ] || [ "$state" = restoring ] || die 69 "$old has the data from before an earlier restore: remove it, when all is well; nothing was changed"
    # Half of a restore takes the room of the next one.
    if [ -e "$old/dr-whole" ]; then
      keep_down
      entries "$DR_DATA" -exec rm -rf -- {} +
    fi
  fi
  bytes=$(du -sb "$base" | cut -f 1)
  free=$(df -P -B1 "$beside" | awk 'NR == 2 {print $4}')
  [ "$free" -ge $((bytes + bytes / 10)) ] || die 69 "no room for $bytes bytes in $beside; nothing was changed"
  [ -d "$work" ] || (umask 077 && mkdir "$work")
  lock "$work"
  rm -rf "${work:?}"/*
  [ "${#of_now[@]}" = 0 ] || read_logs "$position" "$ended"
  echo "copying $base to $work"
  cp -a "$base" "$work/data"
  chown -R "${DR_MYSQL_USER:-mysql}:" "$work/data"
  sync -f "$work/data"
  mark restoring "$base"
  systemctl stop "$DR_UNIT"
  if [ -n "$old" ]; then
    exchange_contents
  else
    if [ -e "$DR_DATA" ]; then
      old=$DR_DATA.dr-old-$(date -u +%Y%m%dT%H%M%SZ)-$$
      mv -T "$DR_DATA" "$old"
    fi
    mv -T "$work/data" "$DR_DATA"
  fi
  systemctl start "$DR_UNIT"
  serves
  # What it logs from now on continues what was logged up to the backup.
  sql --execute="STOP ALL SLAVES; RESET SLAVE ALL; RESET MASTER; SET GLOBAL gtid_slave_pos = ''; SET GLOBAL gtid_binlog_state = '$position'"
  [ ! -e "$work/log.sql" ] || sql --binary-mode <"$work/log.sql"
  # A standby of what was before cannot take what follows for its own.
  begin_era
  rm -f "$DR_STANDBY"
  sync "$(dirname "$DR_STANDBY")"
  serve 'this server takes writes'
  rm -rf "$work"
  sql --execute="SELECT CONCAT('restored up to ', @@gtid_binlog_pos, '; databases: ', GROUP_CONCAT(schema_name)) FROM information_schema.schemata WHERE schema_name NOT IN $DR_OF_SERVER"
  [ -z "$old" ] || echo "the previous data are kept; when all is well: rm -rf $old"
}
