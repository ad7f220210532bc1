#!/usr/bin/env bash
# Builds what a release is made of, into a folder: an archive with a static binary, manual pages, completions and schemas; a
# Debian package; and their checksums.
#
#   packaging/release.sh [-o DIR] [--target TRIPLE] [--binary FILE]
#
# The target is that of this machine, with musl. A release for several is made on a machine of each, into the same folder one after
# the other: the checksums are those of all that is there. With --binary nothing is compiled. The Debian package is made where
# cargo-deb is installed.
set -eu -o pipefail
cd "$(dirname "$0")/.."

out=target/dist
target=$(uname -m)-unknown-linux-musl
binary=
while [ $# -gt 0 ]; do
  case "$1" in
    -o) out=$2; shift 2 ;;
    --target) target=$2; shift 2 ;;
    --binary) binary=$2; shift 2 ;;
    *) echo "release: unknown argument $1" >&2; exit 2 ;;
  esac
done

if [ -z "$binary" ]; then
  host=$(rustc -vV | sed -n 's/^host: //p')
  if [[ $target == *-musl && $host != *-musl ]] && ! command -v musl-gcc >/dev/null; then
    echo "release: parts are written in C, and there is no compiler for $target; install it with: apt-get install musl-tools" >&2
    exit 2
  fi
  rustup target add "$target"
  cargo build --release --locked --target "$target"
  binary=target/$target/release/drplan
  if ldd "$binary" 2>&1 | grep -q '=>'; then
    echo "release: $binary is not static" >&2
    exit 1
  fi
fi

rm -rf "$out/stage"
mkdir -p "$out/stage/man" "$out/stage/completions"
install -m 0755 "$binary" "$out/stage/drplan"
cp -R LICENSE README.md CHANGELOG.md schemas "$out/stage/"
"$out/stage/drplan" man -o "$out/stage/man"
for shell in bash zsh fish powershell; do
  "$out/stage/drplan" completions "$shell" >"$out/stage/completions/drplan.$shell"
done

# The same input gives the same archive: sorted, with no owner and no time.
archive=drplan-$target.tar.gz
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$out/stage" -cf - . | gzip -9n >"$out/$archive"

if command -v cargo-deb >/dev/null; then
  mkdir -p target/release target/man target/completions
  cp "$out/stage/drplan" target/release/drplan
  cp -R "$out/stage/man/." target/man/
  cp -R "$out/stage/completions/." target/completions/
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
  {
    printf 'drplan (%s-1) unstable; urgency=medium\n\n  * Release %s: changelog.gz says what is new.\n\n' "$version" "$version"
    printf ' -- The drplan authors <packages@drplan.dev>  %s\n' "$(git log -1 --format=%aD 2>/dev/null || date -uR -d @0)"
  } >target/debian-changelog
  cargo deb --no-build --no-strip -o "$out"
else
  echo "release: without cargo-deb there is no Debian package; install it with: cargo install --locked cargo-deb" >&2
fi
(cd "$out" && sha256sum drplan[-_]* >SHA256SUMS)
rm -rf "$out/stage"
ls -l "$out"
