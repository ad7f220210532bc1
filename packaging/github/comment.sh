#!/usr/bin/env bash
# Keeps one comment on a pull request for each spec: the one with the spec's hidden mark is updated in place, else a new one is
# made. Nothing is cut here: drplan keeps each of the two pages in it below half of what a comment may have.
set -eu -o pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mark="<!-- drplan-gate:$(printf '%s' "$DRPLAN_SPEC" | sha256sum | cut -c 1-16) -->"
{
  echo "$mark"
  cat "$DRPLAN_COMMENT"
} >"$folder/body.md"

# The verdict is that of the gate: where the token may not write, it stands without a comment.
refused() {
  cat "$folder/refusal" >&2
  if ! grep -qF 'HTTP 403' "$folder/refusal"; then
    exit 1
  fi
  echo "::warning title=drplan::The token may not write a comment; the summary of the job says the same." \
    "On pull requests from forks it never may; else give the job 'permissions: {contents: read, pull-requests: write}'."
  exit 0
}

repository=repos/$GITHUB_REPOSITORY
comments=$repository/issues/$DRPLAN_PULL_REQUEST/comments
ours=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id"
known=$(gh api --paginate "$comments" --jq "$ours" 2>"$folder/refusal") || refused
known=${known%%$'\n'*}
if [ -n "$known" ]; then
  call=(--method PATCH "$repository/issues/comments/$known")
else
  call=(--method POST "$comments")
fi
gh api "${call[@]}" --field "body=@$folder/body.md" --silent 2>"$folder/refusal" || refused
