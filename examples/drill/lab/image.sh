#!/bin/bash
# The Debian that all hosts start from: as small as a machine that Puppet has just been installed on. What the plan needs is
# installed by its own Puppet code; the packages for that lie in apt's cache, since no host reaches the internet.
# Sourced, never run.

# A machine from a template has these.
INSTALLED=(ca-certificates dbus iproute2 procps puppet-agent systemd systemd-sysv)
# What the library's Puppet code installs.
OFFERED=(haproxy jq netcat-openbsd openssh-client openssh-server pgbackrest postgresql-15 postgresql-common restic)

# image: makes it, unless there is one of the same packages, and prints its folder.
image() {
  local release key folder
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  key=$(printf '%s\n' "$release" "${INSTALLED[@]}" "${OFFERED[@]}" "$(cat "${BASH_SOURCE[0]}")" | sha256sum | cut -c1-12)
  folder=$CACHE/$release-$key
  if [ ! -d "$folder" ]; then
    mkdir -p "$CACHE"
    rm -rf "$folder.new"
    say "making an image of Debian $release in $folder"
    make_image "$release" "$folder.new" >"$CACHE/image.log" 2>&1 || {
      tail -n 20 "$CACHE/image.log" >&2
      rm -rf "$folder.new"
      die "the image could not be made: $CACHE/image.log"
    }
    mv "$folder.new" "$folder"
  fi
  printf '%s' "$folder"
}

make_image() {
  local release=$1 folder=$2 sources
  sources=$(find /etc/apt/sources.list /etc/apt/sources.list.d -maxdepth 1 -type f \( -name '*.list' -o -name '*.sources' \) 2>/dev/null)
  # shellcheck disable=SC2016,SC2086 # the hook is for the shell of mmdebstrap; file names of apt have no blanks
  mmdebstrap --variant=minbase --include="$(IFS=, && printf '%s' "${INSTALLED[*]}")" \
    --aptopt='APT::Install-Recommends "false"' \
    --aptopt='APT::Keep-Downloaded-Packages "true"' \
    --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --skip=cleanup/apt \
    --customize-hook='APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -q -y --download-only install '"${OFFERED[*]}" \
    "$release" "$folder" $sources
}
