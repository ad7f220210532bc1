#!/bin/bash
# Managed by drplan: replaced on every generation.
#
# The fence of dr-mysql; sourced by it, never run. Where a server has peers, Puppet's settings make it start without taking writes, and
# only this lifts that: when every peer says that it takes none and holds nothing that this server lacks. Who cannot be asked cannot be
# known. A member that was found to be replaced is fenced, which is a file, until it follows.
#
# Who was promoted last is told by the numbers of global transaction ids. Each promotion, restore and forced start begins an era: its
# numbers are taken from the clock, in microseconds, so they are above all earlier ones. Whose numbers are the highest has served last.

DR_STATE_DIR=${DR_STATE_DIR:-/var/lib/dr}
# While this is there, another member was promoted, and this one serves as nothing.
DR_FENCED=$DR_STATE_DIR/mysql-$DR_PORT.fenced
# A promotion that has forgotten its primary and is about to take writes: names that primary.
DR_PROMOTING=$DR_STATE_DIR/mysql-$DR_PORT.promoting
# Numbers from here on are those of an era.
DR_ERA=1000000000000000
# Of a server that is no member of a pair.
MYSQL_NAME='' MYSQL_PEERS='' MYSQL_BOOTSTRAP=primary MYSQL_PASSWORD_FILE='' MYSQL_SUBJECT=''
if [ -r "${DR_CONFIG_DIR:-/etc/dr}/mysql-$DR_PORT.env" ]; then
  # shellcheck source=/dev/null
  . "${DR_CONFIG_DIR:-/etc/dr}/mysql-$DR_PORT.env"
fi

# Where an order works that is about what this server is.
DR_MEMBER=$DR_STATE_DIR/scratch/mysql-member-$DR_PORT

# One such order at a time.
lock_member() {
  [ -d "$DR_MEMBER" ] || (umask 077 && mkdir -p "$DR_MEMBER")
  lock "$DR_MEMBER"
  rm -f "$DR_MEMBER"/*
  trap 'rm -f "$DR_MEMBER"/*' EXIT
}

# tell ok|failed ROLE|REASON: leaves a status document, where Puppet has made this server a member. What it says was decided already.
tell() {
  [ -n "$MYSQL_NAME" ] || return 0
  (
    # shellcheck source=/dev/null
    . "${DR_LIB_DIR:-/usr/local/lib/dr}/dr-lib.sh"
    dr_subject "$MYSQL_SUBJECT"
    dr_begin "$MYSQL_NAME-fence" fence quiet
    [ "$1" = ok ] || dr_fail "$2"
    dr_succeed "{\"role\": \"$2\"}"
  ) >/dev/null 2>&1 || true
}

# note FILE TEXT: on the disk when it returns.
note() {
  printf '%s\n' "$2" >"$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
  sync "$(dirname "$1")"
}

# Begins an era in every domain that there are changes of, and in the one of new changes.
begin_era() {
  local state domains domain highest number
  state=$(sql --execute='SELECT @@gtid_binlog_state' | tr , '\n')
  domains=$({ sql --execute='SELECT @@gtid_domain_id' && cut -d - -f 1 <<<"$state"; } | sort -u)
  for domain in $domains; do
    highest=$(sed -n "s/^$domain-[0-9]*-//p" <<<"$state" | sort -n | tail -n 1)
    number=$(date +%s)000000
    # A clock that was put back.
    [ "$number" -gt "${highest:-0}" ] || number=$((highest + 1000000000))
    # Two statements: the number is held against those of the domain that the session is in.
    sql --execute="SET SESSION gtid_domain_id = $domain; SET SESSION gtid_seq_no = $number; FLUSH STATUS"
  done
}

is_state() { [[ $1 =~ ^([0-9]{1,10}-[0-9]{1,10}-[0-9]{1,18}(,[0-9]{1,10}-[0-9]{1,10}-[0-9]{1,18})*)?$ ]]; }

# ahead OWN PEER: a change that shows that the peer has served after this server: one of a later era. Before there were eras, any
# change that this one lacks. Both are all changes that there were, as the newest of each domain and server.
ahead() {
  local gtid domain server number
  local -A highest=() newest=()
  for gtid in ${1//,/ }; do
    IFS=- read -r domain server number <<<"$gtid"
    newest[$domain-$server]=$number
    [ "$number" -le "${highest[$domain]:-0}" ] || highest[$domain]=$number
  done
  for gtid in ${2//,/ }; do
    IFS=- read -r domain server number <<<"$gtid"
    [ "$number" -gt "${newest[$domain-$server]:-0}" ] || continue
    if [ "$number" -gt "${highest[$domain]:-0}" ] || [ "${highest[$domain]:-0}" -lt "$DR_ERA" ]; then
      printf '%s' "$gtid"
      return 0
    fi
  done
  return 1
}

# peer_says HOST: what it is, as three words, or why it cannot be asked. It must be the one that it always was, and is asked encrypted;
# once its certificate is kept that takes one connection, with a password: a server blocks hosts that often come without.
peer_says() (
  file=$DR_TLS/primary-$1.pem
  if [ -e "$file" ]; then
    write_client "$1"
  elif ! why=$(pin "$1" 2>&1); then
    why=${why##*dr-mysql: }
    die 75 "$1 cannot be asked: ${why%; nothing was changed}"
  else
    printf '%s\n' "$why" >&2
  fi
  timeout 20 mariadb --defaults-file="$work/client.cnf" --connect-timeout=5 --batch --skip-column-names \
    --execute='SELECT @@read_only, @@server_id, @@gtid_binlog_state' 2>"$work/why" && return
  why=$(tail -n 1 "$work/why")
  [[ $why != *'SSL error'* ]] || why="it shows another certificate than before; if it was built anew: rm $file"
  die 75 "$1 cannot be asked: ${why:-it says nothing}"
)

# Makes ready to ask peers; sees the variables of its caller.
# shellcheck disable=SC2034 # read_password reads it
prepare() {
  DR_PASSWORD_FILE=$MYSQL_PASSWORD_FILE
  read_password
  (umask 077 && : >"$work/client.cnf")
}

# primary_peer: a peer that takes writes, or nothing.
primary_peer() {
  local work=$DR_MEMBER password peer said
  [ -n "$MYSQL_PEERS" ] || return 0
  prepare
  for peer in $MYSQL_PEERS; do
    if said=$(peer_says "$peer" 2>/dev/null) && [[ $said == 0$'\t'* ]]; then
      printf '%s' "$peer"
      return 0
    fi
  done
}

# shellcheck disable=SC2034 # pin uses the password
# judge: asks all peers. 0: none of them is primary. 69: another one was promoted. 75: they cannot all be asked. $reason says which.
judge() {
  local work=$DR_MEMBER password peer own state said read_only number theirs change unknown=''
  reason=''
  # Whoever calls this wants its code: a failure here ends nothing by itself.
  own=$(sql --execute='SELECT @@server_id') || die 1 'the server does not answer'
  state=$(sql --execute='SELECT @@gtid_binlog_state') || die 1 'the server does not answer'
  is_state "$state" || die 1 "what this server has cannot be compared: $state"
  prepare
  for peer in $MYSQL_PEERS; do
    if ! said=$(peer_says "$peer" 2>"$work/said"); then
      said=$(tail -n 1 "$work/said")
      unknown+="; ${said#dr-mysql: }"
      continue
    fi
    # A certificate that was seen for the first time.
    cat "$work/said"
    IFS=$'\t' read -r read_only number theirs <<<"$said"
    if [ "$number" = "$own" ]; then
      unknown+="; $peer has the number of this server, $own"
    elif [ "$read_only" = 0 ]; then
      reason="$peer takes writes"
      return 69
    elif [ "$read_only" != 1 ] || ! is_state "$theirs"; then
      unknown+="; $peer says what nobody understands: $said"
    elif change=$(ahead "$state" "$theirs"); then
      reason="$peer has change $change, which this server has not"
      return 69
    fi
  done
  [ -n "$unknown" ] || return 0
  reason=${unknown#; }
  return 75
}

# Was this server never filled, and never to be the first primary? Then it is a standby that waits for its first dr-mysql follow.
is_unfilled() {
  [ "$MYSQL_BOOTSTRAP" = standby ] && [ -z "$(sql --execute='SELECT @@gtid_slave_pos')" ] || return 1
  ! sql --execute='SELECT @@gtid_binlog_state' | tr , '\n' | grep -qE -- '-[0-9]{16,}$'
}

# Nobody can have been promoted who could never follow: the account is made when replication is begun.
is_alone() { [ "$(sql --execute="SELECT COUNT(*) FROM mysql.global_priv WHERE user = 'dr_replication'")" = 0 ]; }

# The settings keep the scheduler off until the server takes writes; here is what it would be without them.
start_events() {
  my_print_defaults --mysqld | sed -n 's/^--event[-_]scheduler\(=\|$\)//p' | tail -n 1 | grep -qixE '|ON|1' || return 0
  sql --execute='SET GLOBAL event_scheduler = ON'
}

# serve TEXT: from here on this server is the primary.
serve() {
  open_for_writes
  [ -z "$MYSQL_PEERS" ] || start_events
  rm -f "$DR_FENCED" "$DR_PROMOTING"
  tell ok primary
  echo "$1"
}

refuse() {
  tell failed "$2"
  die "$1" "$2"
}

member_start() {
  ask
  lock_member
  start_primary
}

# was_opened: has an order opened this server since it was started? If not, its settings did, and they should not.
was_opened() {
  [ "$(sql --execute="SELECT global_value_origin FROM information_schema.system_variables WHERE variable_name = 'READ_ONLY'")" = SQL ]
}

# As member_start, for who holds the lock.
start_primary() {
  local known reason read_only code=0
  known=$(marked)
  read_only=$(sql --execute='SELECT @@read_only')
  if [ "$read_only" = 0 ] && { [ -n "$known" ] || [ -e "$DR_FENCED" ] || { [ -n "$MYSQL_PEERS" ] && [ "$DR_FORCE" = 0 ] && ! was_opened; }; }; then
    close_for_writes
    read_only=1
  fi
  if [ -n "$known" ]; then
    [ "$DR_FORCE" = 0 ] || die 69 "this is a standby ($known): dr-mysql promote makes it the primary; nothing was changed"
    case "$known" in
      following*) tell ok standby ;;
      *) tell failed "a standby that is not whole or was not promoted to the end ($known): the order that was cut off goes on when it is given again" ;;
    esac
    echo "this is a standby ($known)"
    return 0
  fi
  if [ "$DR_FORCE" = 1 ]; then
    # Who was promoted before is no longer the newest.
    begin_era
    serve 'this server takes writes, as it was told; no other member was asked'
    return 0
  fi
  if [ "$read_only" = 0 ]; then
    tell ok primary
    echo 'this server takes writes'
    return 0
  fi
  [ ! -e "$DR_FENCED" ] || refuse 69 "this server is fenced, another one was promoted: $(cat "$DR_FENCED"); dr-mysql follow makes it a standby"
  [ ! -e "$DR_PROMOTING" ] || refuse 69 'a promotion was cut off: dr-mysql promote goes on with it; nothing was changed'
  ! is_unfilled || refuse 69 'this is a standby that was never filled: dr-mysql follow does it; nothing was changed'
  [ -z "$MYSQL_PEERS" ] || judge || code=$?
  if [ "$code" = 69 ]; then
    note "$DR_FENCED" "$reason"
    refuse 69 "fenced: $reason; this server takes no writes until dr-mysql follow makes it a standby"
  fi
  if [ "$code" = 75 ]; then
    is_alone || refuse 75 "it cannot be known whether another member was promoted: $reason; this server takes no writes until they all answer"
    echo "no other member can be asked, and none could ever follow: $reason"
  fi
  serve 'this server takes writes'
}
