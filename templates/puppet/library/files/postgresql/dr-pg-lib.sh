#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Shared by the PostgreSQL scripts; sourced after dr-lib.sh, never run.
# shellcheck disable=SC2034 # its variables are for the scripts

# dr_pg_load STANZA: settings of the cluster on this host.
dr_pg_load() {
  dr_name "${1:-}"
  dr_load "$DR_CONFIG_DIR/pg-$1.env"
  PG_FENCED=$DR_STATE_DIR/pg-$1.fenced
  PG_STOPPED=$DR_STATE_DIR/pg-$1.stopped
  # The database in the data directory is being made: what is there then is none, though it may look like one.
  PG_CREATING=$DR_STATE_DIR/pg-$1.creating
  # A promotion that has begun: the newest heartbeat before it. dr-pg-promote goes on with it when it was cut off.
  PG_PROMOTING=$DR_STATE_DIR/pg-$1.promoting
  PG_BIN=/usr/lib/postgresql/$PG_VERSION/bin
  [ -x "$PG_BIN/pg_ctl" ] || dr_die "$DR_UNCONFIGURED" "PostgreSQL $PG_VERSION is not installed"
  cd /
}

# Runs a command as the owner of the database.
dr_pg_as() {
  if [ "$(id -un)" = postgres ]; then
    "$@"
  else
    runuser -u postgres -- "$@"
  fi
}

# dr_pg_query SQL: unaligned rows.
dr_pg_query() { dr_pg_as psql -X -q -At -v ON_ERROR_STOP=1 -p "$PG_PORT" postgres -c "$1"; }

dr_pg_backrest() { dr_pg_as pgbackrest --stanza="$PG_STANZA" "$@"; }

# dr_pg_peer_role ADDRESS: primary, standby, down, or nothing when it does not answer.
dr_pg_peer_role() {
  # shellcheck disable=SC2016 # the inner shell expands them
  timeout 4 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3' _ "$1" "$PG_ROLE_PORT" 2>/dev/null |
    tail -n 1 | jq -r .role 2>/dev/null || true
}

# dr_pg_primary_peer: address of a peer that answers as primary; empty if there is none.
dr_pg_primary_peer() {
  local peer
  for peer in $PG_PEERS; do
    if [ "$(dr_pg_peer_role "$peer")" = primary ]; then
      printf '%s' "$peer"
      return 0
    fi
  done
}

# dr_pg_info: what the repository holds, as pgBackRest's JSON for this stanza. It fails when the repository does not
# answer, which pgBackRest itself reports as a success. Codes 1 to 3: it answers, and holds no backup of this stanza.
dr_pg_info() {
  dr_pg_backrest --log-level-console=off info --output=json |
    jq -ces '.[0][0] | if .status.code | type == "number" and . <= 3 then . else error("\(.status.message): \([.repo[]?.status.message] | join(", "))") end'
}

# dr_pg_choose INFO AT|'' LABEL|'': the backup to restore, as JSON; empty if none will do.
dr_pg_choose() {
  jq -c --arg at "$2" --arg name "$3" '
    [.backup[] | select(.error != true)
     | select($name == "" or .label == $name)
     | select($at == "" or .timestamp.stop < ($at | tonumber))] | .[-1] // empty' <<<"$1"
}

# dr_pg_target AT: options of a point-in-time restore.
dr_pg_target() {
  printf '%s\n' --type=time "--target=$(date -u -d "@$1" '+%Y-%m-%d %H:%M:%S.%6N+00')" --target-action=promote
}

# dr_pg_await SECONDS: waits until the database takes writes; fails early when it has given up.
dr_pg_await() {
  local end=$((SECONDS + $1)) down=0
  until [ "$(dr_pg_query 'select pg_is_in_recovery()' 2>/dev/null || true)" = f ]; do
    [ "$SECONDS" -lt "$end" ] || return 1
    case "$(systemctl is-active "$PG_UNIT" || true)" in
      active) down=0 ;;
      *) down=$((down + 1)) ;;
    esac
    [ "$down" -lt 20 ] || return 1
    sleep 0.5
  done
}

# dr_pg_protect: make the new timeline restorable; prints true or false.
# After a promotion or restore the checkpointer may sleep for checkpoint_timeout (5 minutes) before it honours
# archive_timeout, and pgBackRest refuses backups until a checkpoint has recorded the timeline. Losing the host in that
# window would replay the previous timeline, including the damage just undone.
dr_pg_protect() {
  local wal attempt
  dr_pg_query checkpoint >/dev/null || return 1
  wal=$(dr_pg_query 'select pg_walfile_name(pg_switch_wal())') && [ -n "$wal" ] || return 1
  # Byte by byte: by the rules of a language the history file of the timeline, which goes first, would come after its log.
  for attempt in $(seq 1 120); do
    if [ "$(dr_pg_query "select coalesce(last_archived_wal, '') collate \"C\" >= '$wal' from pg_stat_archiver")" = t ]; then
      echo true
      return 0
    fi
    # After three failures the archiver sleeps for a minute; whatever it is told wakes it. What a lost primary held at the
    # store is free after 20 seconds.
    [ $((attempt % 6)) != 0 ] || dr_pg_query 'select pg_reload_conf()' >/dev/null
    sleep 0.5
  done
  echo "WARNING: $wal is not archived after 60 s; until it is, only this host has what happens from now on" >&2
  echo false
}

# dr_pg_serve_alone: a new primary of a synchronous cluster whose standby is gone would wait for it at every commit.
dr_pg_serve_alone() {
  local waits
  waits=$(dr_pg_query "select current_setting('synchronous_standby_names') <> ''
    and not exists (select 1 from pg_stat_replication where sync_state in ('sync', 'quorum'))")
  [ "$waits" = t ] || return 0
  dr_step 'no standby is connected: commits go on without one'
  dr_pg_query "alter system set synchronous_standby_names = ''"
  dr_pg_query 'select pg_reload_conf()' >/dev/null
  dr_say "When a standby streams again: dr-pg-sync $PG_STANZA on"
}

# dr_pg_heartbeat: newest heartbeat that the database holds, in seconds since 1970, or null.
dr_pg_heartbeat() {
  dr_pg_query "select coalesce((select extract(epoch from ts)::text from dr.heartbeat), 'null')" 2>/dev/null || echo null
}

# dr_pg_place: the data directory, empty where there was none.
dr_pg_place() { [ -d "$PG_DATA" ] || dr_pg_as mkdir -m 0700 "$PG_DATA"; }

# A staging directory that did not become the data directory takes the room that the previous data need to go on.
dr_pg_drop_staging() { rm -rf "$PG_DATA.dr-new"; }

# dr_pg_kept: a name for what was the data directory; no two are the same.
dr_pg_kept() { printf '%s' "$PG_DATA.dr-old-$(date -u +%Y%m%dT%H%M%SZ)-$$"; }

# dr_pg_exchange DIR: DIR becomes the data directory; the previous one is kept and its place is printed. No kill leaves
# the cluster without its data, and nothing that is called old is removed by a later run.
dr_pg_exchange() {
  local keep
  keep=$(dr_pg_kept)
  if [ ! -d "$PG_DATA" ] || [ -z "$(ls -A "$PG_DATA")" ]; then
    mv -T "$1" "$PG_DATA"
    return
  fi
  mv -T "$1" "$keep" || return 1
  if ! dr_at_once "$PG_DATA" "$keep"; then
    # This file system cannot do it at once: for a moment there is no data directory.
    mv -T "$keep" "$1" && mv -T "$PG_DATA" "$keep" || return 1
    if ! mv -T "$1" "$PG_DATA"; then
      mv -T "$keep" "$PG_DATA"
      return 1
    fi
  fi
  printf '%s' "$keep"
}
