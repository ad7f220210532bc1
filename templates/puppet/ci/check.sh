#!/bin/bash
# Managed by drplan: fixed checks, replaced as a whole on every generation.
#
# Usage: ci/check.sh [OUT_DIR]
# Every check of this control repository that needs no root and no service. It works on a copy, with throw-away
# secrets, and leaves logs in OUT_DIR (a temporary folder by default). Look for a line that says FAIL.
# Exit 0: all passed. 1: something failed. 2: a tool is missing. DR_CHECK_STEPS="catalogs units" runs only these steps.

# shellcheck disable=SC2317 # step calls the functions
set -eu -o pipefail

[ "${1:-}" != --help ] || { sed -n '/^# Usage/,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0; }
export LC_ALL=C.UTF-8
repository=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$(mktemp -d)}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need puppet puppet-agent
need puppet-lint puppet-lint
need rspec ruby-rspec-puppet
need shellcheck shellcheck
need systemd-analyze systemd
need jq jq
need ssh-keygen openssh-client
ruby -e 'require "rspec-puppet"' 2>/dev/null || missing+=(ruby-rspec-puppet)
ruby -e 'require "puppet-strings"' 2>/dev/null || missing+=(puppet-strings)
if grep -rqs 'dr::haproxy' "$repository/site-modules/profile"; then
  need haproxy haproxy
fi
if [ "${#missing[@]}" -gt 0 ]; then
  echo "check.sh: missing: apt-get install ${missing[*]}" >&2
  exit 2
fi

cp -R "$repository/." "$work/repository"
cd "$work/repository"
if [ -e data/secrets.example.yaml ]; then
  ruby ci/new-secrets.rb data/secrets.example.yaml >data/secrets.yaml
fi

failed=0
# step NAME FUNCTION: one line per step; the end of its log when it failed. The function runs in a shell of its own, so
# that the first command that fails ends it.
step() {
  [[ " ${DR_CHECK_STEPS:-$1} " == *" $1 "* ]] || return 0
  local started=$SECONDS rc=0
  (set -eu -o pipefail; "$2") >"$out/$1.log" 2>&1 & wait $! || rc=$?
  if [ "$rc" = 0 ]; then
    printf 'ok   %-12s %3d s\n' "$1" $((SECONDS - started))
  else
    printf 'FAIL %-12s %3d s\n' "$1" $((SECONDS - started))
    tail -n 40 "$out/$1.log" | sed 's/^/     /'
    failed=1
  fi
}

# The syntax of everything that is Puppet.
manifests() {
  find manifests site-modules -name '*.pp' -print0 | xargs -0 puppet parser validate --color=false
}
templates() { find site-modules -name '*.epp' -print0 | xargs -0 --no-run-if-empty puppet epp validate --color=false; }
# File by file: after a directory puppet-lint ignores its other arguments.
lint() {
  find manifests site-modules -name '*.pp' -print0 |
    xargs -0 puppet-lint --fail-on-warnings --log-format '%{path}:%{line}:%{column}: %{kind}: %{check}: %{message}'
}
yaml() {
  find . -name '*.yaml' -not -path './.git/*' -print0 |
    xargs -0 ruby -ryaml -e 'ARGV.each { |f| YAML.safe_load(File.read(f), aliases: false) }'
  find site-modules -name metadata.json -print0 |
    xargs -0 -n 1 jq -es '.[0] | .name and .version and .license and (.dependencies | type == "array") and (.requirements | length > 0)'
}
scripts() {
  local files
  mapfile -t files < <(grep -rlE '^#!/bin/(ba)?sh' site-modules ci)
  shellcheck "${files[@]}"
}
catalogs() { ruby ci/catalogs.rb . "$work/catalogs"; }
# Unit files, calendars and HAProxy configurations as they would be written, host by host.
units() {
  ruby -rjson -rfileutils -e '
    Dir["#{ARGV[0]}/*.json"].sort.each do |catalog|
      JSON.parse(File.read(catalog))["resources"].each do |resource|
        path = resource["title"]
        content = (resource["parameters"] || {})["content"]
        next unless resource["type"] == "File" && content.is_a?(String)
        next if resource["parameters"]["ensure"] == "absent"
        next unless path.start_with?("/etc/systemd/system/", "/etc/haproxy/")
        target = File.join(ARGV[1], File.basename(catalog, ".json"), path)
        FileUtils.mkdir_p(File.dirname(target))
        File.write(target, content)
      end
    end' "$work/catalogs" "$work/hosts"
  local host unit complaints found
  for host in "$work"/hosts/*; do
    [ -d "$host/etc/systemd/system" ] || continue
    mapfile -t found < <(find "$host/etc/systemd/system" -maxdepth 1 -type f)
    [ "${#found[@]}" -gt 0 ] || continue
    # Programs and units of packages are not installed here; every other complaint counts.
    complaints=$(SYSTEMD_UNIT_PATH="$host/etc/systemd/system:" systemd-analyze verify --man=no "${found[@]}" 2>&1 |
      grep -vE 'is not executable: No such file|Command .* is not executable|Unit .* not found|Failed to (create|load) .*: No such file' || true)
    if [ -n "$complaints" ]; then
      printf '%s\n' "$complaints"
      return 1
    fi
    while IFS= read -r unit; do
      systemd-analyze calendar "$unit" >/dev/null || return 1
    done < <(sed -n 's/^OnCalendar=//p' "${found[@]}" | sort -u)
  done
  for host in "$work"/hosts/*; do
    [ -d "$host/etc/haproxy" ] || continue
    if [ -d "$host/etc/haproxy/dr.d" ]; then
      haproxy -c -f "$host/etc/haproxy/haproxy.cfg" -f "$host/etc/haproxy/dr.d"
    else
      haproxy -c -f "$host/etc/haproxy/haproxy.cfg"
    fi
  done
}
specs() { rspec --no-color site-modules/dr/spec; }
# Every parameter is documented.
docs() {
  local log=$out/strings.txt
  (cd site-modules && find . -path '*/manifests/*.pp' -o -path '*/types/*.pp' -o -path '*/functions/*.pp' | sort |
    xargs puppet strings generate --format json --out "$work/strings.json") >"$log" 2>&1 || { cat "$log"; return 1; }
  if grep '^\[warn\]' "$log"; then
    return 1
  fi
}

step manifests manifests
step templates templates
step lint lint
step yaml yaml
step scripts scripts
step catalogs catalogs
step units units
step specs specs
step docs docs
echo "logs: $out"
exit "$failed"
