#!/bin/bash
# The network of the lab: a namespace for each host, a router between the sites whose links are as slow as the plan says.
# Nothing of it is connected to the machine's own network. Sourced, never run.

CORE=$PREFIX-core

# network_up RATE: RATE as `tc` writes it, of each site's link to the others.
network_up() {
  local name site address gateway
  ip netns add "$CORE"
  ip netns exec "$CORE" sysctl -qw net.ipv4.ip_forward=1
  ip -n "$CORE" link set lo up
  while read -r name _ site address; do
    gateway=${address%.*}.1
    ip -n "$CORE" link show "br-$site" >/dev/null 2>&1 || site_up "$site" "$gateway" "$1"
    ip netns add "$PREFIX-$name"
    ip -n "$CORE" link add "v-$name" type veth peer name eth0 netns "$PREFIX-$name"
    ip -n "$CORE" link set "v-$name" master "br-$site" up
    ip -n "$PREFIX-$name" link set lo up
    ip -n "$PREFIX-$name" addr add "$address/24" dev eth0
    ip -n "$PREFIX-$name" link set eth0 up
    ip -n "$PREFIX-$name" route add default via "$gateway"
  done <"$LAB/hosts"
}

# The bridge itself sends only what comes from other sites: hosts of one site reach each other at full speed.
site_up() {
  ip -n "$CORE" link add "br-$1" type bridge
  ip -n "$CORE" addr add "$2/24" dev "br-$1"
  ip -n "$CORE" link set "br-$1" up
  ip netns exec "$CORE" tc qdisc add dev "br-$1" root tbf rate "$3" burst 128kb latency 200ms
}

network_down() {
  local namespace
  for namespace in $(ip netns list | awk -v prefix="$PREFIX-" 'index($1, prefix) == 1 { print $1 }'); do
    ip netns del "$namespace"
  done
}

cut_off() { ip -n "$CORE" link set "v-$1" down; }
reconnect() { ip -n "$CORE" link set "v-$1" up; }

# shape RATE: of all links between sites.
shape() {
  local site
  for site in $(sites); do
    ip netns exec "$CORE" tc qdisc change dev "br-$site" root tbf rate "$1" burst 128kb latency 200ms
  done
}
