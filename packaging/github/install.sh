#!/usr/bin/env bash
# Installs a release of drplan from the repository of the action, after its checksum has been compared.
set -eu -o pipefail

version=${DRPLAN_VERSION:-}
if [ -z "$version" ]; then
  version=${DRPLAN_REF:-}
fi
if ! [[ "$version" =~ ^v?[0-9]+(\.[0-9]+){2}$ ]]; then
  echo "drplan: the action is not used by a release (${version:-none}); name one: 'version: v0.1.0'" >&2
  exit 2
fi
case "$(uname -m)" in
  x86_64) target=x86_64-unknown-linux-musl ;;
  aarch64 | arm64) target=aarch64-unknown-linux-musl ;;
  *)
    echo "drplan: there is no release for $(uname -m); give a binary" >&2
    exit 2
    ;;
esac
archive=drplan-$target.tar.gz
folder=$RUNNER_TEMP/drplan
mkdir -p "$folder"
gh release download "v${version#v}" --repo "$DRPLAN_REPOSITORY" --dir "$folder" --clobber --pattern "$archive" --pattern SHA256SUMS
(cd "$folder" && grep -F " $archive" SHA256SUMS | sha256sum --check --strict --quiet -)
tar -xzf "$folder/$archive" -C "$folder" drplan
echo "$folder" >>"$GITHUB_PATH"
