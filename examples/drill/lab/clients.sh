#!/bin/bash
# The application: rows written through the load balancer, one transaction each, and what was acknowledged. Sourced, never run.

CLIENT=shop
DATABASE=orders
DATASET=orders-db.orders
CLIENT_PASSWORD=lab-only

sql() { # HOST DATABASE SQL
  printf 'cd / && runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1 %q -c %q\n' "$2" "$3" | on "$1"
}

# deploy_application HOST BYTES: its account, its tables, and data that no compression makes smaller.
deploy_application() {
  sql "$1" postgres "create role $CLIENT login password '$CLIENT_PASSWORD'"
  sql "$1" postgres "create database $DATABASE owner $CLIENT"
  sql "$1" "$DATABASE" "create table orders (id bigint primary key, ts timestamptz not null default clock_timestamp());
    alter table orders owner to $CLIENT; create table ballast (body text); alter table ballast alter body set storage external"
  printf 'head -c %s /dev/urandom | base64 -w 6000 | (cd / && runuser -u postgres -- psql -X -q %s -c "copy ballast from stdin")\n' \
    "$(($2 * 3 / 4))" "$DATABASE" | on "$1"
  # Or autovacuum does it later, and writes every page to the log once more.
  sql "$1" "$DATABASE" 'vacuum (freeze, analyze) ballast'
}

# start_writer: until stop_writer, if none writes yet. `acked` gets `ID TIME` for each row that was acknowledged.
start_writer() {
  [ -z "$WRITER" ] || return 0
  rm -f "$LAB/stop"
  write_rows "$(next_id)" &
  WRITER=$!
}

write_rows() {
  local id=$1 address
  address=$(host_field lb1 4)
  export PGPASSWORD=$CLIENT_PASSWORD PGCONNECT_TIMEOUT=2
  while [ ! -e "$LAB/stop" ]; do
    if timeout 10 ip netns exec "$CORE" psql -X -q -h "$address" -U "$CLIENT" "$DATABASE" \
      -c "insert into orders (id) values ($id)" -c 'select pg_sleep(0.1)' >/dev/null 2>>"$LAB/writer.err"; then
      printf '%s %s\n' "$id" "$(now)" >>"$LAB/acked"
    fi
    id=$((id + 1))
  done
}

stop_writer() {
  [ -n "$WRITER" ] || return 0
  touch "$LAB/stop"
  wait "$WRITER" 2>/dev/null || true
  WRITER=''
}

# Numbers are never used twice: what an earlier disaster lost is none of the next one's business.
new_disaster() {
  [ -z "$WRITER" ] || return 0
  NEXT_ID=$(next_id)
  : >"$LAB/acked"
}

next_id() { awk -v least="${NEXT_ID:-1}" '$1 >= least { least = $1 + 1000 } END { print least }' "$LAB/acked"; }
acked_since() { awk -v from="$1" '$2 > from { found = 1 } END { exit !found }' "$LAB/acked"; }

# away FROM: the longest time without an acknowledged row, of those that ended after FROM.
away() { awk -v from="$1" '$2 > from && $2 - last > most { most = $2 - last } { last = $2 } END { printf "%.2f", most }' "$LAB/acked"; }

# lost HOST UNTIL: of the rows acknowledged up to UNTIL, those that the database has not, and how far back that goes.
lost() {
  sql "$1" "$DATABASE" 'select id from orders' | sort >"$LAB/survived"
  awk -v until="$2" '$2 <= until' "$LAB/acked" | sort -k1,1 >"$LAB/promised"
  join -v 1 "$LAB/promised" "$LAB/survived" >"$LAB/missing"
  jq -cn --argjson acknowledged "$(wc -l <"$LAB/promised")" --argjson rows "$(wc -l <"$LAB/missing")" \
    --argjson seconds "$(awk -v until="$2" 'NR == 1 || $2 < first { first = $2 } END { printf "%.2f", NR ? until - first : 0 }' "$LAB/missing")" \
    '{$acknowledged, $rows, $seconds}'
}
