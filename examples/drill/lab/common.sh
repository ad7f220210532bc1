#!/bin/bash
# What all parts of the lab share: where things are, who plays which host, and how to say what happens. Sourced, never run.
#
# LAB is the folder of the running lab, CACHE that of the images of Debian, CONTROL the generated control repository.

PREFIX=drplan-lab
NETWORK=10.77
REPOSITORY=/etc/puppet/code/environments/production

now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.2f", to - from }'; }
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }
die() {
  say "drill: $*"
  exit 1
}

# wait_for SECONDS WHAT COMMAND…: until it succeeds.
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "still waiting: $what"
    sleep 0.2
  done
}

# Hosts of the plan are the nodes of the generated repository: `NAME CERTNAME SITE ADDRESS`, a line each. Sites and hosts
# are numbered in their order.
list_hosts() {
  local file certname site number=10 sites=()
  for file in "$CONTROL"/data/nodes/*.yaml; do
    certname=$(basename "$file" .yaml)
    site=$(sed -n 's/^dr::site: "\(.*\)"$/\1/p' "$file")
    [[ " ${sites[*]} " == *" $site "* ]] || sites+=("$site")
    number=$((number + 1))
    printf '%s %s %s %s\n' "${certname%%.*}" "$certname" "$site" "$NETWORK.$(site_number "$site" "${sites[@]}").$number"
  done
}

site_number() {
  local wanted=$1 number=0 site
  shift
  for site in "$@"; do
    number=$((number + 1))
    [ "$site" != "$wanted" ] || printf '%s' "$number"
  done
}

hosts() { cut -d' ' -f1 "$LAB/hosts"; }
sites() { cut -d' ' -f3 "$LAB/hosts" | sort -u; }
# host_field NAME|CERTNAME NUMBER
host_field() { awk -v who="$1" -v field="$2" '$1 == who || $2 == who { print $field }' "$LAB/hosts"; }
