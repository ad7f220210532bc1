#!/bin/bash
# Managed by drplan: replaced on every generation.
#
# The orders of dr-mysql about primary and standby; sourced by it, never run. What a member is lies in two places: in the server,
# and in the file of settings that keeps a standby from writes. Its state is one of
#   copying      it is being filled: what it holds is worth nothing
#   following    it holds all of its primary up to some point, and replicates
#   restoring    a backup is being put in the place of its data
#   promoting    all that it has received is applied; it is about to take writes
# and there is no such file on a primary. A server that the file keeps from writes is never opened by a restart.

DR_TLS=${DR_MYSQL_DIR:-/etc/mysql}/dr-tls
DR_STANDBY=${DR_MYSQL_DIR:-/etc/mysql}/mariadb.conf.d/99-dr-standby.cnf
# Databases that belong to the server itself.
DR_OF_SERVER="('mysql', 'sys', 'information_schema', 'performance_schema')"
DR_ADDRESS='^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$'

# mark STATE PRIMARY [POSITION]: the file is the old one or the new one, on the disk, at every moment.
DR_MARK_MORE=''
mark() {
  printf '%s\n' '# Written by dr-mysql follow, removed by dr-mysql promote and by nobody else.' "# state: $*" \
    '[mysqld]' 'read_only = ON' 'event_scheduler = OFF' ${DR_MARK_MORE:+"$DR_MARK_MORE"} >"$DR_STANDBY.new"
  chmod 0644 "$DR_STANDBY.new"
  sync "$DR_STANDBY.new"
  mv "$DR_STANDBY.new" "$DR_STANDBY"
  sync "$(dirname "$DR_STANDBY")"
}

# marked: "STATE PRIMARY [POSITION]", or nothing. A file that does not say is one of a standby that is not whole.
marked() {
  [ -e "$DR_STANDBY" ] || return 0
  sed -n 's/^# state: //p' "$DR_STANDBY" | grep . || echo 'copying unknown'
}

# Waits until what is being written is written, but not for ever.
close_for_writes() {
  sql --execute='SET SESSION lock_wait_timeout = 60; SET GLOBAL read_only = ON'
  sql --execute="SELECT @@event_scheduler = 'ON'" | grep -qx 0 || sql --execute='SET GLOBAL event_scheduler = OFF'
}

open_for_writes() {
  sql --execute='SET GLOBAL read_only = OFF'
  [ "$(sql --execute='SELECT @@read_only')" = 0 ] || die 1 'it still takes no writes'
}

# answers HOST: does anybody take connections there?
# shellcheck disable=SC2016 # the inner shell expands them
answers() { timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' answers "$1" "$DR_PORT" 2>/dev/null; }

read_password() {
  local from=/dev/stdin
  if [ -n "$DR_PASSWORD_FILE" ]; then
    [ -r "$DR_PASSWORD_FILE" ] || die 69 "$DR_PASSWORD_FILE cannot be read; nothing was changed"
    [ -z "$(find -L "$DR_PASSWORD_FILE" -perm /077)" ] || die 69 "others can read $DR_PASSWORD_FILE: chmod 0600 it; nothing was changed"
    from=$DR_PASSWORD_FILE
  fi
  IFS= read -r password <"$from" || [ -n "$password" ] || die 64 'there is no password of dr_replication'
  [[ $password =~ ^[^\'\"\\[:cntrl:]]{1,32}$ ]] ||
    die 64 'the password is empty, is longer than the 32 characters that a standby can keep, or holds quotes, a backslash or control characters'
}

member_certificate() {
  local kind=DNS check=-checkhost new
  [[ $1 =~ $DR_ADDRESS ]] || die 64 "'$1' is not the name or address of a host"
  if [[ $1 =~ ^[0-9.]+$ ]] || [[ $1 == *:* ]]; then
    kind=IP check=-checkip
  fi
  if [ ! -e "$DR_TLS" ]; then
    new=$(mktemp -d "$DR_TLS.new.XXXXXX")
    # shellcheck disable=SC2064 # what it is now
    trap "rm -rf '$new'" EXIT
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=MariaDB \
      -addext "subjectAltName=$kind:$1" -keyout "$new/key.pem" -out "$new/cert.pem" 2>"$new/said" ||
      die 1 "openssl makes no certificate: $(cat "$new/said")"
    rm "$new/said"
    chmod 0755 "$new"
    chmod 0644 "$new/cert.pem"
    chmod 0600 "$new/key.pem"
    chown "${DR_MYSQL_USER:-mysql}" "$new/key.pem"
    sync "$new/cert.pem" "$new/key.pem"
    mv -T "$new" "$DR_TLS"
  fi
  openssl x509 -in "$DR_TLS/cert.pem" -noout "$check" "$1" | grep -q 'does match' ||
    die 69 "the certificate in $DR_TLS is for another name than $1: move the folder away; nothing was changed"
  openssl x509 -in "$DR_TLS/cert.pem" -noout -fingerprint -sha256
}

member_account() {
  ask
  { [ -z "$(marked)" ] && [ "$(sql --execute='SELECT @@read_only')" = 0 ]; } ||
    die 69 'this server takes no writes: the account is made on the primary; nothing was changed'
  [ "$(sql --execute='SELECT @@have_ssl')" = YES ] ||
    die 69 'this server encrypts nothing: was it restarted since Puppet configured it? Nothing was changed'
  read_password
  sql <<<"CREATE USER IF NOT EXISTS dr_replication@'%' IDENTIFIED BY '$password' REQUIRE SSL;
    ALTER USER dr_replication@'%' IDENTIFIED BY '$password' REQUIRE SSL;
    GRANT REPLICATION SLAVE, BINLOG MONITOR, RELOAD, PROCESS, SELECT, SHOW VIEW, EVENT, TRIGGER, LOCK TABLES ON *.* TO dr_replication@'%'"
  echo 'the account dr_replication is there, for encrypted connections alone'
}

# A copy is as old as the data that it was made of, whatever the clock says: none is made of a member that has fallen behind.
member_is_current() {
  local state threads lag
  [ ! -e "$DR_FENCED" ] || die 1 'this server is fenced: another one was promoted, and what it has is old'
  state=$(marked)
  threads=$(replica 'Slave_\(IO\|SQL\)_Running' | sort -u | tr '\n' ' ')
  [ -n "$state$threads" ] || return 0
  case "$state" in
    '' | following*) ;;
    *) die 1 "this standby is not whole: $state" ;;
  esac
  [ "$threads" = 'Yes ' ] || die 1 'this standby does not follow its primary: what it has is old'
  lag=$(replica Seconds_Behind_Master | sort -n | tail -n 1)
  { [[ $lag =~ ^[0-9]+$ ]] && [ "$lag" -le 300 ]; } || die 1 "this standby is $lag s behind its primary"
}

member_status() {
  # shellcheck disable=SC2034 # pin uses the password
  local read_only state unbound password peer said work
  ask
  read_only=$(sql --execute='SELECT @@read_only')
  state=$(replica '\(Master_Host\|Master_SSL_Verify_Server_Cert\|Slave_IO_Running\|Slave_SQL_Running\|Seconds_Behind_Master\|Last_.*_Error\)' | tr '\n' ' ')
  if [ -n "$state" ]; then
    printf 'standby (%s), read_only=%s, host, threads, errors, lag, encrypted: %s\n' "$(marked)" "$read_only" "$state"
  elif [ -e "$DR_STANDBY" ]; then
    printf 'standby (%s) that follows nobody, read_only=%s\n' "$(marked)" "$read_only"
  elif [ -e "$DR_FENCED" ]; then
    printf 'fenced, read_only=%s: another one was promoted: %s\n' "$read_only" "$(cat "$DR_FENCED")"
  elif [ "$read_only" = 1 ] && is_unfilled; then
    printf 'standby that was never filled, read_only=%s\n' "$read_only"
  elif [ "$read_only" = 1 ]; then
    printf 'primary that waits until all others say that they are none, read_only=%s: dr-mysql start\n' "$read_only"
  else
    printf 'primary, read_only=%s\n' "$read_only"
  fi
  [ -n "$MYSQL_PEERS" ] || return 0
  unbound=$(sql --execute="SELECT GROUP_CONCAT(DISTINCT grantee) FROM information_schema.user_privileges
    WHERE privilege_type = 'READ_ONLY ADMIN' AND grantee NOT LIKE '%@\'localhost\''")
  [ "$unbound" = NULL ] || printf 'accounts that write though read_only=1: %s\n' "$unbound"
  # Whoever cannot be asked now could not be asked after a start either.
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # what it is now
  trap "rm -rf '$work'" EXIT
  prepare
  for peer in $MYSQL_PEERS; do
    if said=$(peer_says "$peer" 2>"$work/said"); then
      printf 'peer %s: read_only=%s\n' "$peer" "${said%%$'\t'*}"
    else
      said=$(tail -n 1 "$work/said")
      printf 'peer %s\n' "${said#dr-mysql: }"
    fi
  done
}

# The certificate that the primary shows is kept at first sight; nobody with another one passes for it later.
pin() {
  local at=$1:$DR_PORT file=$DR_TLS/primary-$1.pem
  [[ $1 != *:* ]] || at=[$1]:$DR_PORT
  timeout 20 openssl s_client -starttls mysql -connect "$at" </dev/null 2>/dev/null | openssl x509 >"$work/seen.pem" 2>/dev/null || true
  [ -s "$work/seen.pem" ] || die 69 "$1 does not answer on port $DR_PORT, knows no account for this host, or encrypts nothing; nothing was changed"
  if [ ! -e "$file" ]; then
    cp "$work/seen.pem" "$file.new"
    chmod 0644 "$file.new"
    mv "$file.new" "$file"
    echo "certificate of $1, seen for the first time; it is to be the one that dr-mysql certificate $1 shows there:"
    openssl x509 -in "$file" -noout -fingerprint -sha256
  fi
  cmp -s "$work/seen.pem" "$file" ||
    die 69 "$1 shows another certificate than before; if it was built anew: rm $file. Nothing was changed"
  write_client "$1"
}

# How a client reaches the server of HOST: encrypted, and only if it is the one whose certificate is kept.
write_client() {
  printf '%s\n' '[client]' "host=$1" "port=$DR_PORT" protocol=tcp user=dr_replication "password=\"$password\"" "ssl-ca=$DR_TLS/primary-$1.pem" \
    ssl-verify-server-cert >"$work/client.cnf"
}

# runs SECONDS: do both threads of the replication run within that time? One that has ended with an error does not try again.
runs() {
  local end=$((SECONDS + $1)) threads
  while true; do
    threads="$(replica Slave_IO_Running) $(replica Slave_SQL_Running)"
    [ "$threads" != 'Yes Yes' ] || return 0
    if [[ " $threads " == *' No '* ]] && [ -n "$(replica 'Last_.*_Error')" ]; then
      return 1
    fi
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# Everything of the primary, and the point that it is from: nothing here is changed by that.
fetch() {
  mariadb-dump --defaults-file="$work/client.cnf" --single-transaction --quick --routines --triggers --events --master-data=2 --gtid \
    --all-databases --ignore-database=mysql --ignore-database=sys >"$work/data.sql" || die 1 "the copy of $1 failed; nothing was changed"
  mariadb-dump --defaults-file="$work/client.cnf" --system=users --insert-ignore >"$work/accounts.sql" ||
    die 1 "the copy of the accounts of $1 failed; nothing was changed"
  { is_complete "$work/data.sql" && is_complete "$work/accounts.sql"; } || die 1 "the copy of $1 is not complete; nothing was changed"
  position=$(tail -n 20 "$work/data.sql" | sed -n "s/^-- SET GLOBAL gtid_slave_pos='\([0-9,-]*\)';\$/\1/p")
  [[ $position =~ ^[0-9]+-[0-9]+-[0-9]+(,[0-9]+-[0-9]+-[0-9]+)*$ ]] || die 1 'the copy does not say from which point it is; nothing was changed'
}

# Replaces what this server holds by what was fetched. Nothing of that goes into its own log, which would differ from the primary's.
fill() {
  local unlogged='SET SESSION sql_log_bin = 0'
  sql --execute="STOP ALL SLAVES; RESET SLAVE ALL; RESET MASTER; SET GLOBAL gtid_slave_pos = ''"
  {
    sql --raw --execute="SELECT CONCAT('DROP DATABASE \`', REPLACE(schema_name, '\`', '\`\`'), '\`;') FROM information_schema.schemata
      WHERE schema_name NOT IN $DR_OF_SERVER"
    sql --raw --execute="SELECT CONCAT('DROP ', IF(is_role = 'Y', 'ROLE ', 'USER '), QUOTE(user), IF(is_role = 'Y', ';', CONCAT('@', QUOTE(host), ';')))
      FROM mysql.user WHERE is_role = 'Y' OR host != 'localhost' OR user NOT IN ('root', 'mysql', 'mariadb.sys', 'debian-sys-maint')"
  } >"$work/drop.sql"
  sql --init-command="$unlogged" <"$work/drop.sql"
  sql --init-command="$unlogged" <"$work/data.sql"
  sql --init-command="$unlogged" <"$work/accounts.sql"
}

member_follow() {
  local own source known password position facts work=$DR_MEMBER
  [[ $1 =~ $DR_ADDRESS ]] || die 64 "'$1' is not the name or address of a host"
  ask
  [ -d "$DR_TLS" ] || die 69 "this host has no certificate: dr-mysql certificate NAME makes it; nothing was changed"
  read_password
  lock_member
  (umask 077 && : >"$work/client.cnf")
  pin "$1"
  facts=$(mariadb --defaults-file="$work/client.cnf" --batch --skip-column-names --execute='SELECT @@read_only, @@log_bin, @@server_id') ||
    die 69 "$1 does not let dr_replication in (there: dr-mysql account); nothing was changed"
  own=$(sql --execute='SELECT @@server_id')
  [[ $facts == 0$'\t'1$'\t'* ]] || die 69 "$1 takes no writes or keeps no log: it is no primary; nothing was changed"
  [ "${facts##*$'\t'}" != "$own" ] || die 69 "$1 has the number of this server, $own: it is this one, or its settings are wrong; nothing was changed"

  read -r known source _ <<<"$(marked)"
  if [ "$known $source" = "following $1" ] && [ "$(replica Master_SSL_Verify_Server_Cert)" = Yes ]; then
    sql --execute='START SLAVE'
    if runs 10; then
      rm -f "$DR_FENCED" "$DR_PROMOTING"
      tell ok standby
      echo "this server follows $1 already"
      return 0
    fi
    echo "this server cannot go on where it was: $(replica 'Last_.*_Error' | tr '\n' ' ')"
  fi
  # What a standby holds is no data of its own.
  if [ -z "$known" ] && [ -z "$(replica Master_Host)" ]; then
    own=$(sql --execute="SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name NOT IN $DR_OF_SERVER")
    [ "$own" = 0 ] || [ "$DR_DISCARD" = 1 ] ||
      die 69 "this server holds data of its own: --discard says that they may go; nothing was changed"
    [ "$own" = 0 ] || close_for_writes
  fi
  echo "copying $1"
  fetch "$1"
  mark copying "$1"
  close_for_writes
  fill
  # Not as an argument, which every account of the host can see.
  sql <<<"SET GLOBAL gtid_binlog_state = '$position'; SET GLOBAL gtid_slave_pos = '$position'; CHANGE MASTER TO MASTER_HOST = '$1', MASTER_PORT = $DR_PORT, MASTER_USER = 'dr_replication',
    MASTER_PASSWORD = '$password', MASTER_SSL = 1, MASTER_SSL_CA = '$DR_TLS/primary-$1.pem', MASTER_SSL_VERIFY_SERVER_CERT = 1, MASTER_CONNECT_RETRY = 10,
    MASTER_USE_GTID = slave_pos"
  mark following "$1" "$position"
  sql --execute='START SLAVE'
  runs 30 || die 1 "it holds a copy, but does not follow: $(replica 'Last_.*_Error' | tr '\n' ' ')"
  # From here on the other file keeps it from writes.
  rm -f "$DR_FENCED" "$DR_PROMOTING"
  tell ok standby
  printf 'this server follows %s, encrypted, from %s on\n' "$1" "$position"
}

# Waits until all that was received is applied, and says up to where. Nothing more is received from then on.
drain() {
  local received
  received=$(replica Gtid_IO_Pos)
  # Since a restart nothing was received that it did not have before.
  [ -n "$received" ] || received=$(sql --execute='SELECT @@gtid_slave_pos')
  [ -n "$received" ] || die 69 'this standby has never received anything; nothing was changed'
  sql --execute='STOP SLAVE IO_THREAD'
  received=$(replica Gtid_IO_Pos)
  [ -n "$received" ] || received=$(sql --execute='SELECT @@gtid_slave_pos')
  sql --execute="SELECT MASTER_GTID_WAIT('$received', ${DR_APPLY_WAIT_SEC:-600})" | grep -qx 0 ||
    die 1 "what was received is not applied after ${DR_APPLY_WAIT_SEC:-600} s"
  printf '%s' "$received"
}

member_promote() {
  local known source received follows
  ask
  lock_member
  read -r known source received <<<"$(marked)"
  follows=$(replica Master_Host)
  [[ ! $known =~ ^(copying|restoring)$ ]] || die 69 "what it holds is not complete ($known): dr-mysql follow or restore fills it; nothing was changed"
  if [ -z "$known" ] && [ -z "$follows" ]; then
    [ -n "$(sql --execute='SELECT @@gtid_slave_pos')" ] || die 69 'this is no standby; nothing was changed'
    if [ ! -e "$DR_PROMOTING" ]; then
      [ ! -e "$DR_FENCED" ] || die 69 "this server is fenced, another one was promoted: $(cat "$DR_FENCED"); nothing was changed"
      echo 'this server has been promoted already'
      start_primary
      return 0
    fi
    # A promotion that was cut off has forgotten the primary, and perhaps not yet begun to take writes.
    source=$(cat "$DR_PROMOTING")
  fi
  source=${source:-$follows}
  if [ "$DR_FORCE" = 0 ] && answers "$source"; then
    die 69 "$source still answers on port $DR_PORT: stop it first, on that host; --force when it is cut off from every client. Nothing was changed"
  fi
  if [ -z "$known$follows" ]; then
    received=$(sql --execute='SELECT @@gtid_slave_pos')
  elif [ "$(replica Slave_SQL_Running)" = Yes ]; then
    received=$(drain)
    mark promoting "$source" "$received"
  elif [ "$known" = promoting ]; then
    sql --execute="SELECT MASTER_GTID_WAIT('$received', 1)" | grep -qx 0 || die 1 "$received is not applied"
  else
    die 69 "this standby applies nothing: $(replica 'Last_.*_Error' | tr '\n' ' '); nothing was changed"
  fi
  sql --execute='STOP ALL SLAVES; RESET SLAVE ALL'
  begin_era
  # An old primary that boots now either sees that, or is seen here.
  if [ "$DR_FORCE" = 0 ] && answers "$source"; then
    die 69 "$source answers again on port $DR_PORT: stop it first, on that host. This server takes no writes yet; then give the same order again"
  fi
  note "$DR_PROMOTING" "$source"
  rm -f "$DR_STANDBY"
  sync "$(dirname "$DR_STANDBY")"
  [ "$(sql --execute='SELECT COUNT(*) FROM information_schema.events')" = 0 ] ||
    echo 'there are events, which do not run yet: see SHOW EVENTS in each database, ALTER EVENT … ENABLE, SET GLOBAL event_scheduler = ON'
  serve "this server takes writes; applied up to $received"
}
