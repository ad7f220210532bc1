#!/bin/bash
# Follows a generated runbook page to its end: every command that it has, on the host that it names, in its order, and what
# it says to expect is looked for in what came out. The lab does nothing else, but for what a person does outside of a shell;
# each of those is written down. Sourced, never run.

# What the page under way is about: the disaster's name, the host last told to do something, what came out since something was
# to be seen, what came out in this step, the lines that set a variable in every shell, and the step that is being measured.
DISASTER=''
HOST=''
SEEN=''
OUTPUT=''
SETTING=''
STEP=''

# stand_in WHAT HOW: what a person does that the lab does in another way.
stand_in() { jq -cn --arg disaster "$DISASTER" --arg what "$1" --arg how "$2" '{$disaster, $what, $how}' >>"$LAB/stand-ins.jsonl"; }

# stamp COMPONENT STEP SECONDS|null NOTE
stamp() {
  jq -cn --arg disaster "$DISASTER" --arg component "$1" --arg step "$2" --argjson measured "$3" --arg note "${4:-}" \
    '{$disaster, $component, $step, $measured, $note}' >>"$LAB/stamps.jsonl"
}

# find_page SCENARIO|COMPONENT: through the index, as a person finds it.
find_page() {
  ruby "$HERE/lab/page.rb" index "$CONTROL/runbooks/README.md" "$1" | sed "s|^|$CONTROL/runbooks/|"
}

# follow_page SCENARIO|COMPONENT PART [SECTION]: PART is `step` for the recovery, `after` for the way back to normal and for a
# section of a component's page.
follow_page() {
  local page item what part=''
  page=$(find_page "$1")
  say "following ${page#"$CONTROL/"} (${3:-$2})"
  ruby "$HERE/lab/page.rb" read "$page" ${3:+"$3"} >"$LAB/page.jsonl"
  HOST='' SEEN='' OUTPUT='' SETTING='' STEP=''
  STEP_CARRIED=0
  while read -r item <&3; do
    what=$(jq -r .what <<<"$item")
    case "$what" in
      step | after) part=$what ;;
    esac
    if [ "$part" = "$2" ]; then
      item_"$what" "$item"
    fi
  done 3<"$LAB/page.jsonl"
  end_step
}

item_step() {
  end_step
  STEP=$(jq -r .kind <<<"$1")
  STEP_NUMBER=$(jq -r .number <<<"$1")
  STEP_COMPONENT=$(jq -r .component <<<"$1")
  STEP_BEGAN=$(now)
  SEEN=''
  OUTPUT=''
  person_at "$STEP"
}

item_after() {
  STEP=''
  SEEN=''
}

# A variable that the page says to set in each shell: with the value that the disaster decided on.
item_set() {
  local name
  name=$(jq -r .command <<<"$1" | sed -n '1s/=.*//p')
  [ -n "${DECIDED[$name]:-}" ] || die "the page asks for $name, and nobody has decided on it"
  SETTING+="$name='${DECIDED[$name]}'"$'\n'
}

item_run() {
  local user command out code=0
  HOST=$(host_field "$(jq -r .host <<<"$1")" 1)
  user=$(jq -r .user <<<"$1")
  command=$(jq -r .command <<<"$1")
  [ -n "$HOST" ] || die "the page names a host that the lab has not: $(jq -r .host <<<"$1")"
  provide "$HOST"
  if [[ $command == 'puppet agent --test'* ]]; then
    stand_in "Puppet server ($HOST)" "none: what the page says for that case, the line of the generated README"
    say "  $HOST: puppet apply"
    code=$(converge "$HOST")
    SEEN+="exit $code"$'\n'
    [ "$code" = 0 ] || [ "$code" = 2 ] || { tail -n 30 "$LAB/$HOST/puppet.log" >&2; die "Puppet on $HOST: exit $code"; }
    return
  fi
  [ "$user" = root ] || command="runuser -u $user -- bash -e -o pipefail -c $(printf '%q' "$command")"
  say "  $HOST: $(head -n 3 <<<"$command" | tr '\n' ';')"
  out=$(on "$HOST" <<<"$SETTING$command" 2>&1) || code=$?
  printf '## %s (exit %s)\n%s\n%s\n' "$HOST" "$code" "$command" "$out" >>"$LAB/transcript.txt"
  [ "$code" = 0 ] || { printf '%s\n' "$out" | tail -n 30 >&2; die "exit $code on $HOST from: $command"; }
  SEEN+="$out"$'\n'
  OUTPUT+="$out"$'\n'
}

# provide NAME: a machine that is gone is installed anew, under its name.
provide() {
  [ ! -e "$LAB/$1/leader" ] || return 0
  stand_in "install machine $1" 'a fresh overlay of the image, booted under its name and address; /etc/hosts is the DNS'
  install_host "$1" "$IMAGE"
  boot "$1"
  reconnect "$1"
}

# Each word in a code span must be seen; a span that is a command is run first, on the host named last before it.
item_expect() {
  local text span spans=() end=$((SECONDS + 40)) missing
  text=$(jq -r .text <<<"$1")
  # shellcheck disable=SC2016 # backticks of Markdown
  mapfile -t spans < <(grep -o '`[^`]*`' <<<"$text" | sed 's/^`//; s/`$//')
  while true; do
    missing=$(missing_of "${spans[@]}")
    [ -n "$missing" ] || break
    [ "$SECONDS" -lt "$end" ] || { printf '%s\n' "$SEEN" | tail -n 40 >&2; die "not seen: $missing, of: $text"; }
    sleep 0.5
  done
  for span in "${spans[@]}"; do
    jq -cn --arg disaster "$DISASTER" --arg seen "$span" '{$disaster, $seen}' >>"$LAB/seen.jsonl"
  done
  SEEN=''
}

missing_of() {
  local span host=$HOST seen=$SEEN
  for span in "$@"; do
    case "$span" in
      *' '*.example.com*) ;;
      *.example.com) host=$(host_field "$span" 1) ;;
      'dr-'*) seen+=$(on "$host" <<<"$span" 2>&1 || true) ;;
      'select '*) seen+=$(on "$host" <<<"cd / && runuser -u postgres -- psql -X -At -c \"$span\"" 2>&1 || true) ;;
    esac
  done
  for span in "$@"; do
    case "$span" in
      *.example.com | 'dr-'*) ;;
      'select '*) grep -qw "$CLIENT" <<<"$seen" || printf '%s' "a session of $CLIENT" ;;
      *[!A-Za-z0-9_]*) [[ $(tr -d '[:space:]' <<<"$seen") == *"$(tr -d '[:space:]' <<<"$span")"* ]] || printf '%s; ' "$span" ;;
      *) grep -qw -- "$span" <<<"$seen" || printf '%s; ' "$span" ;;
    esac
  done
}

# beyond FIELD: how long the script of this step went on after FIELD of its status document; 0 where none has it.
beyond() {
  sed -n '/^{$/,/^}$/p' <<<"$OUTPUT" |
    jq -s --arg field "$1" 'map(select(.[$field] != null) | .duration_s - .[$field]) | last // 0' 2>/dev/null || echo 0
}

# The time of a step is from its heading to the next. A restore that also starts what it restored says in its status
# document how long each of the two took; a promotion, when it served and when its log was safe too.
end_step() {
  local took after=0 safe=0 note=''
  [ -n "$STEP" ] || return 0
  took=$(since "$STEP_BEGAN")
  case "$STEP" in
    detect)
      stamp "$STEP_COMPONENT" detect "$DETECTED" "$DETECTED_BY"
      record_step "$STEP_NUMBER" "$STRUCK" "$DETECTED"
      ;;
    respond)
      stamp "$STEP_COMPONENT" respond null 'nobody is called'
      record_step "$STEP_NUMBER" "$STEP_BEGAN" "$took"
      ;;
    *)
      case "$STEP" in
        transfer) after=$(beyond copy_s) ;;
        promote)
          safe=$(beyond ready_s)
          note="serves; its log is safe ${safe%.*} s later"
          ;;
      esac
      took=$(jq -n "[$took - $after - $safe, 0] | max | . * 100 | round / 100 + $STEP_CARRIED")
      if [ "$STEP" = "$THOUGHT" ]; then
        stamp "$STEP_COMPONENT" "$STEP" null 'a person thinks'
      else
        stamp "$STEP_COMPONENT" "$STEP" "$took" "$note"
      fi
      record_step "$STEP_NUMBER" "$(jq -n "$STEP_BEGAN - $STEP_CARRIED")" "$took"
      STEP_CARRIED=$after
      ;;
  esac
  STEP=''
}
