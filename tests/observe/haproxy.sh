#!/usr/bin/env bash
# A balancer with one server that answers and one that does not, asked for its statistics. Usage: haproxy.sh FOLDER
set -eu -o pipefail
folder=$1
command -v haproxy >/dev/null || { echo 'cannot run haproxy; install it with: apt-get install haproxy' >&2; exit 1; }
mkdir -p "$folder/out"
cat >"$folder/haproxy.cfg" <<CONF
global
  stats socket $folder/admin.sock level admin
  pidfile $folder/pid
defaults
  mode tcp
  timeout connect 1s
  timeout client 5s
  timeout server 5s
listen orders
  bind unix@$folder/orders.sock
  server pg1 unix@$folder/admin.sock check inter 100ms rise 1 fall 1
  server pg2 unix@$folder/nobody.sock check inter 100ms rise 1 fall 1
CONF
haproxy -D -f "$folder/haproxy.cfg" >/dev/null 2>&1
stop() { kill "$(cat "$folder/pid")" 2>/dev/null || true; }
trap stop EXIT
ask() { ruby -rsocket -e 'UNIXSocket.open(ARGV[0]) { |s| s.puts ARGV[1]; print s.read }' "$folder/admin.sock" "$1"; }
for _ in $(seq 100); do
  ask 'show stat' | grep -q '^orders,pg2,.*DOWN' && break
  sleep 0.1
done
ask 'show stat' >"$folder/out/stat.csv"
ask 'show stat json' >"$folder/out/stat.json"
