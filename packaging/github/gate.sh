#!/usr/bin/env bash
# Checks a spec and compares it with the base of the pull request: annotations in the log, Markdown in the summary of the
# job. Everything comes through the environment, so that no input is ever part of a script.
set -eu -o pipefail

drplan=${DRPLAN_BINARY:-}
if [ -z "$drplan" ]; then
  drplan=drplan
fi
spec=${DRPLAN_SPEC:-.}
# A job may check several specs.
work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/drplan-gate.XXXXXX")

arguments=(--format github "--fail-on=${DRPLAN_FAIL_ON:-error}" --report "markdown=$work/findings.md")
while IFS= read -r policy; do
  if [ -n "$policy" ]; then
    arguments+=("--policy=$policy")
  fi
done <<<"${DRPLAN_POLICY:-}"
if [ -n "${DRPLAN_BASELINE:-}" ]; then
  arguments+=("--baseline=$DRPLAN_BASELINE")
fi
if [ -n "${DRPLAN_SARIF:-}" ]; then
  arguments+=(--report "sarif=$DRPLAN_SARIF")
fi
findings=0
"$drplan" validate "${arguments[@]}" -- "$spec" || findings=$?

# Where the base has no spec, or none that is valid, there is nothing to compare with, and a change must be able to mend that.
# Whatever else keeps them from being compared fails.
change=0
base=${DRPLAN_BASE:-}
if [ -n "$base" ] && [ "$findings" -lt 2 ]; then
  if ! git cat-file -e "$base^{commit}" 2>/dev/null; then
    git fetch --no-tags --depth=1 origin "$base"
  fi
  flags=(--base-optional)
  case "${DRPLAN_FAIL_ON_CHANGE:-worse}" in
    never) flags+=(--exit-zero) ;;
    *) flags+=("--fail-on=${DRPLAN_FAIL_ON_CHANGE:-worse}") ;;
  esac
  "$drplan" compare "${flags[@]}" --report "markdown=$work/comparison.md" -- "$base.." "$spec" || change=$?
fi

for part in comparison findings; do
  if [ -f "$work/$part.md" ]; then
    cat "$work/$part.md"
    echo
  fi
done >"$work/comment.md"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$work/comment.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "comment-file=$work/comment.md" >>"$GITHUB_OUTPUT"
fi
if [ "$findings" -gt "$change" ]; then
  exit "$findings"
fi
exit "$change"
