#!/bin/bash
# The four disasters, and a change of roles that is planned: what happens, and that its page is followed. Each function is one.
# Sourced, never run.

DETECTED=null
DETECTED_BY=''
# The step at which a person thinks, so that its time says nothing.
THOUGHT=none
declare -A DECIDED=()

# What a person does at the beginning of a step; a disaster says which.
person_at() { :; }

# balancer_noticed TEXT SINCE: how long after SINCE the load balancer said so.
balancer_noticed() {
  local when
  wait_for 30 "the load balancer says: $1" balancer_says "$1" "$2"
  when=$(balancer_says "$1" "$2" | head -n 1 | cut -d' ' -f1)
  awk -v from="$2" -v to="$when" 'BEGIN { printf "%.2f", to - from }'
}

balancer_says() { on lb1 <<<"journalctl -u haproxy -o short-unix --since @${2%.*} | grep -F -- '$1'"; }

# primary, other: which member the plan says takes writes.
member() {
  grep -l "^profile::orders_db::bootstrap: \"$1\"" "$CONTROL"/data/nodes/*.yaml | head -n 1 | xargs basename | cut -d. -f1
}

begin_disaster() {
  DISASTER=$1
  THOUGHT=none
  new_disaster
}

# outcome SCENARIO COMPONENT AWAY LOSS [DATASET]
outcome() {
  record_end ${5:+"$5" "$(jq .seconds <<<"$4")"}
  jq -cn --arg disaster "$DISASTER" --arg scenario "$1" --arg component "$2" --argjson away "$3" --argjson loss "$4" \
    --slurpfile assessment "$LAB/assessment.json" \
    '{$disaster, $scenario, $component, $away, $loss, predicted: [$assessment[0].results[] | select(.scenario == $scenario)]}' \
    >>"$LAB/outcomes.jsonl"
}

disaster_primary() {
  local primary standby struck
  begin_disaster primary
  primary=$(member primary)
  standby=$(member standby)
  say "== the host of the primary, $primary, loses power"
  start_writer
  sleep 6
  # Of all moments the one in which it is handing a piece of its log to the store: what it holds there outlives it.
  wait_for 30 'a piece of the log is on its way' archives "$primary"
  struck=$(now)
  power_off "$primary"
  DETECTED=$(balancer_noticed "/$primary is DOWN" "$struck") DETECTED_BY='the load balancer takes it out'
  record_start "lose:$primary" "$struck"
  follow_page "lose:$primary" step
  wait_for 30 'a row is acknowledged again' acked_since "$STEP_BEGAN"
  sleep 3
  outcome "lose:$primary" front "$(away "$struck")" "$(lost "$standby" "$struck")" "$DATASET"
  comes_back "$primary"
  follow_page "lose:$primary" after
  stop_writer
  exchange_roles "$primary" "$standby"
}

# archives HOST: closes a piece of its log, and looks whether the store is at work on it.
archives() {
  sql "$1" postgres 'select pg_switch_wal()' &&
    on bk1 <<<'for _ in {1..20}; do pgrep -u pgbackrest -f archive-push && exit 0; sleep 0.05; done; exit 1'
}

# The old primary comes back by itself, with its old disk and at first without its network: it must not serve.
comes_back() {
  local unit=postgresql@15-main
  say "$1 comes back by itself"
  power_on "$1"
  sleep 3
  [ "$(on "$1" <<<"systemctl is-active $unit || true")" != active ] || die "$1 serves, though it can ask nobody whether it may"
  reconnect "$1"
  wait_for 60 "$1 is fenced" test -e "$LAB/$1/root/var/lib/dr/pg-orders-db.fenced"
  converge_all 0 "$1"
  [ "$(on "$1" <<<"systemctl is-active $unit || true")" != active ] || die "Puppet has started the fenced $1"
}

# What the page says last: plan and world agree again.
exchange_roles() {
  stand_in 'change the spec' "$2 becomes the primary, $1 a standby, and the repository is generated anew"
  sed -i -E "s/^( +$1: .*role: )primary/\1standby/; s/^( +$2: .*role: )standby/\1primary/" "$LAB/drplan.yaml"
  generate
  # shellcheck disable=SC2046 # names of hosts
  converge_all '0 2' $(hosts)
}

# No disaster, so nothing is predicted: the section of the component's page is followed while the application writes up to
# the step at which it says to stop, and no row may be lost.
disaster_switchover() {
  local primary standby began
  begin_disaster switchover
  primary=$(member primary)
  standby=$(member standby)
  say "== the roles of $primary and $standby are exchanged, as planned"
  wait_for 60 'the standby streams' standby_streams
  start_writer
  sleep 6
  stand_in 'stop what writes' 'the writer is stopped'
  stop_writer
  began=$(now)
  follow_page orders-db after 'Planned switchover to'
  start_writer
  wait_for 30 'a row is acknowledged again' acked_since "$began"
  stop_writer
  [ "$(lost "$standby" "$(now)" | jq .rows)" = 0 ] || die 'rows are lost that had been acknowledged'
  [ "$(sql "$primary" postgres 'select pg_is_in_recovery()')" = t ] || die "$primary does not follow"
  exchange_roles "$primary" "$standby"
  wait_for 60 'the standby streams' standby_streams
}

disaster_table() {
  local primary struck target
  begin_disaster table
  primary=$(member primary)
  say '== somebody drops a table'
  start_writer
  sleep 6
  target=$(sql "$primary" postgres "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
  sleep 1
  sql "$primary" "$DATABASE" 'drop table orders'
  struck=$(now)
  wait_for 10 'the application fails' grep -q 'relation "orders" does not exist' "$LAB/writer.err"
  DETECTED=$(since "$struck") DETECTED_BY='the application fails'
  DECIDED[TIME]=$target
  THOUGHT=provision
  stand_in 'decide the instant to go back to' "$target, asked of the database just before"
  person_at() {
    case "$1" in
      provision)
        stand_in 'stop what writes' 'the writer is stopped'
        stop_writer
        ;;
      cutover) start_writer ;;
    esac
  }
  record_start 'corrupt:orders-db.orders' "$struck"
  follow_page 'corrupt:orders-db.orders' step
  person_at() { :; }
  wait_for 30 'a row is acknowledged again' acked_since "$STEP_BEGAN"
  outcome 'corrupt:orders-db.orders' front "$(away "$struck")" "$(lost "$primary" "$(date -d "$target" +%s.%N)")" "$DATASET"
  follow_page 'corrupt:orders-db.orders' after
  stop_writer
}

disaster_databases() {
  local primary struck
  begin_disaster databases
  primary=$(member primary)
  say '== both database hosts are lost, with their disks'
  start_writer
  worst_moment "$primary"
  struck=$(now)
  cut_off pg1
  cut_off pg2
  power_off pg1
  power_off pg2
  DETECTED=$(balancer_noticed 'has no server available' "$struck") DETECTED_BY='the load balancer has no server left'
  destroy pg1
  destroy pg2
  record_start 'lose-all:orders-db' "$struck"
  follow_page 'lose-all:orders-db' step
  wait_for 30 'a row is acknowledged again' acked_since "$STEP_BEGAN"
  sleep 2
  outcome 'lose-all:orders-db' front "$(away "$struck")" "$(lost "$primary" "$struck")" "$DATASET"
  follow_page 'lose-all:orders-db' after
  stop_writer
}

# Just before the next piece of the log is due in the repository: what is lost is the most that can be.
worst_moment() {
  local interval
  interval=$(sql "$1" postgres "select extract(epoch from current_setting('archive_timeout')::interval)::int")
  wait_for $((4 * interval)) 'the next piece of the log is nearly due' archived_before "$1" "$((interval - 2))"
}

# archived_before HOST SECONDS: whether the newest archived piece of the log is older.
archived_before() {
  [ "$(sql "$1" postgres "select clock_timestamp() - last_archived_time > interval '$2 s' from pg_stat_archiver")" = t ]
}

disaster_files() {
  local struck before
  begin_disaster files
  say '== the host of the files is lost, with its disk'
  before=$(fingerprint)
  struck=$(now)
  power_off files1
  wait_for 60 'files1 does not answer' silent files1
  DETECTED=$(since "$struck") DETECTED_BY='it does not even refuse'
  destroy files1
  record_start lose:files1 "$struck"
  follow_page lose:files1 step
  [ "$(fingerprint)" = "$before" ] || die 'the files are not what they were'
  outcome lose:files1 uploads "$(since "$struck")" '{"acknowledged": 0, "rows": 0, "seconds": 0}'
  follow_page lose:files1 after
}

# A host that is there refuses at once what it does not serve.
silent() {
  local code=0
  timeout 1 ip netns exec "$CORE" bash -c ": >/dev/tcp/$(host_field "$1" 4)/1" 2>/dev/null || code=$?
  [ "$code" = 124 ]
}

# Names, modes, owners and contents of all files.
fingerprint() {
  on files1 <<<'cd /srv/uploads && find . -printf "%p %m %U %G %T@\n" | sort | cat - <(find . -type f -exec sha256sum {} + | sort) | sha256sum'
}
