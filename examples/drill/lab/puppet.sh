#!/bin/bash
# Puppet, as the README of the generated repository says: the very line of that page. Sourced, never run.

# puppet_line CERTNAME: the command of the generated README.
puppet_line() {
  local line
  line=$(grep -m1 '^puppet apply ' "$CONTROL/README.md") || die 'the generated README has no line for puppet apply'
  printf 'cd %s\n%s\n' "$REPOSITORY" "${line/CERTNAME/$1}"
}

# converge NAME: one Puppet run; prints its exit code.
converge() {
  local code=0
  puppet_line "$(host_field "$1" 2)" | on "$1" >"$LAB/$1/puppet.log" 2>&1 || code=$?
  printf '%s' "$code"
}

# converge_all WANTED NAME…: at once; each exit code must be one of WANTED.
converge_all() {
  local wanted=$1 name runs=()
  shift
  for name in "$@"; do
    converge "$name" >"$LAB/$name/puppet.code" &
    runs+=("$!")
  done
  wait "${runs[@]}"
  for name in "$@"; do
    [[ " $wanted " == *" $(cat "$LAB/$name/puppet.code") "* ]] || {
      grep -vE '^(Notice: Compiled|Notice: Applied)' "$LAB/$name/puppet.log" >&2
      die "Puppet on $name ends with exit $(cat "$LAB/$name/puppet.code"), not with one of: $wanted"
    }
  done
}
