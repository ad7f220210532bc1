#!/bin/bash
# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Which points of a copy stay, for tools whose own rules are others than those that the plan was analysed with; sourced
# after dr-lib.sh, never run. The rules are those of restic's forget: from the newest point on, `last` counts points, the
# others keep the newest of each hour, day, ISO week, month or year in UTC that has one; `within` reaches back from the
# newest point. A point stays while any rule wants it.

# dr_keep RULES: reads instants (seconds since 1970), prints those that stay, oldest first. RULES are the words of the
# settings: `--keep-daily 14 --keep-within 1y2m`. Without rules everything stays.
dr_keep() {
  local -a words
  local points newest since='' last=0 hourly=0 daily=0 weekly=0 monthly=0 yearly=0
  points=$(sort -rn)
  newest=$(head -n 1 <<<"$points")
  [ -n "$newest" ] || return 0
  read -ra words <<<"$1"
  if [ "${#words[@]}" = 0 ]; then
    sort -n <<<"$points"
    return 0
  fi
  while [ "${#words[@]}" -gt 1 ]; do
    case "${words[0]}" in
      --keep-within) since=$(dr_reach "$newest" "${words[1]}") || return 1 ;;
      --keep-last) last=${words[1]} ;;
      --keep-hourly) hourly=${words[1]} ;;
      --keep-daily) daily=${words[1]} ;;
      --keep-weekly) weekly=${words[1]} ;;
      --keep-monthly) monthly=${words[1]} ;;
      --keep-yearly) yearly=${words[1]} ;;
      *) return 1 ;;
    esac
    words=("${words[@]:2}")
  done
  [ "${#words[@]}" = 0 ] || return 1
  TZ=UTC awk -v last="$last" -v counts="$hourly $daily $weekly $monthly $yearly" -v since="$since" '
    BEGIN { split(counts, count, " "); split("%Y%m%d%H %Y%m%d %G%V %Y%m %Y", form, " ") }
    {
      keep = last-- > 0 || (since != "" && $1 > since + 0)
      for (rule = 1; rule <= 5; rule++) {
        bucket = strftime(form[rule], $1)
        if (count[rule] > 0 && bucket != seen[rule]) { keep = 1; count[rule]--; seen[rule] = bucket }
      }
      if (keep) print $1
    }' <<<"$points" | sort -n
}

# dr_reach INSTANT SPAN: the instant so long before by the calendar; SPAN is like `1y2m7d3h`.
dr_reach() {
  local rest=$2 years=0 months=0 days=0 hours=0 date clock
  while [[ $rest =~ ^([0-9]+)([ymdh])(.*)$ ]]; do
    case "${BASH_REMATCH[2]}" in
      y) years=${BASH_REMATCH[1]} ;;
      m) months=${BASH_REMATCH[1]} ;;
      d) days=${BASH_REMATCH[1]} ;;
      h) hours=${BASH_REMATCH[1]} ;;
    esac
    rest=${BASH_REMATCH[3]}
  done
  [ -z "$rest" ] || return 1
  date=$(date -u -d "@$1" '+%Y %m %d')
  clock=$(date -u -d "@$1" '+%H %M %S')
  # All at once, as a calendar that carries over does it: a month before the 31st of March is the 3rd.
  TZ=UTC awk -v date="$date" -v clock="$clock" -v years="$years" -v months="$months" -v days="$days" -v hours="$hours" 'BEGIN {
    split(date, on, " ")
    at = mktime((on[1] - years) " " (on[2] - months) " " (on[3] - days) " " clock)
    printf "%d\n", at - hours * 3600 }'
}
