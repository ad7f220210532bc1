#!/usr/bin/env bash
# A primary, a standby that streams from it, and a repository with one backup, all below FOLDER; their tools' own output goes to
# FOLDER/out. Usage: postgresql.sh FOLDER
set -eu -o pipefail
folder=$1
bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -1)
[ -n "$bin" ] || { echo 'cannot find PostgreSQL; install it with: apt-get install postgresql' >&2; exit 1; }
command -v pgbackrest >/dev/null || { echo 'cannot run pgbackrest; install it with: apt-get install pgbackrest' >&2; exit 1; }
export PATH="$bin:$PATH" LC_ALL=C.UTF-8 PGUSER=postgres PGDATABASE=postgres PGHOST=$folder/run PGPORT=54330
mkdir -p "$folder"/{run,repo,log,lock,spool,out}
cd "$folder"

settings=$folder/pgbackrest.conf
cat >"$settings" <<CONF
[global]
repo1-path=$folder/repo
repo1-retention-full=2
log-path=$folder/log
lock-path=$folder/lock
spool-path=$folder/spool
start-fast=y
[orders]
pg1-path=$folder/pg1
pg1-socket-path=$folder/run
pg1-port=54330
CONF

initdb -D "$folder/pg1" -U postgres --auth=trust --no-sync >/dev/null
cat >>"$folder/pg1/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder/run'
fsync = off
archive_mode = on
archive_command = 'pgbackrest --config=$settings --stanza=orders archive-push %p'
CONF
stop() {
  pg_ctl -D "$folder/pg2" -m immediate stop >/dev/null 2>&1 || true
  pg_ctl -D "$folder/pg1" -m immediate stop >/dev/null 2>&1 || true
}
trap stop EXIT
pg_ctl -D "$folder/pg1" -w -l "$folder/log/pg1" -o '-p 54330' start >/dev/null
createdb shop
pgbackrest --config="$settings" --stanza=orders --log-level-console=off stanza-create
pgbackrest --config="$settings" --stanza=orders --log-level-console=off --type=full backup
pg_basebackup -D "$folder/pg2" -R -X stream -d "user=postgres application_name=pg2"
pg_ctl -D "$folder/pg2" -w -l "$folder/log/pg2" -o '-p 54331' start >/dev/null
for _ in $(seq 100); do
  [ "$(psql -XAtc "select count(*) from pg_stat_replication where state = 'streaming' and application_name = 'pg2'")" = 0 ] || break
  sleep 0.1
done
out=$folder/out
psql -XAtc 'select pg_switch_wal()' >/dev/null
for _ in $(seq 100); do
  [ "$(psql -XAtc "select count(*) from pg_stat_replication where sent_lsn = replay_lsn")" = 0 ] || break
  sleep 0.1
done
psql -XAtc "select coalesce(json_agg(r), '[]') from pg_stat_replication r" >"$out/replication.json"
psql -XAtc 'select row_to_json(a) from pg_stat_archiver a' >"$out/archiver.json"
psql -XAtc "select json_agg(json_build_object('datname', datname, 'size', pg_database_size(oid))) from pg_database where not datistemplate" >"$out/databases.json"
pgbackrest --config="$settings" --log-level-console=off info --output=json >"$out/pgbackrest.json"
