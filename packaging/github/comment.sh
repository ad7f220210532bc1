#!/usr/bin/env bash
# Keeps one comment on a pull request: the one with our hidden mark is updated in place, else a new one is made.
set -eu -o pipefail

mark='<!-- drplan:'
comments=repos/$GITHUB_REPOSITORY/issues/$DRPLAN_PULL_REQUEST/comments
body=$(mktemp)
trap 'rm -f "$body"' EXIT
# A comment may have 65,536 characters, and both parts may be near that.
head -c 65000 "$DRPLAN_COMMENT" | iconv -c -f UTF-8 -t UTF-8 >"$body"
known=$(gh api --paginate "$comments" --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id" | head -n 1)
if [ -n "$known" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" --field "body=@$body" --silent
else
  gh api --method POST "$comments" --field "body=@$body" --silent
fi
