# shellcheck shell=bash
# scripts/demo kom-og-kvit: the synthetic cohort of examples/aalborg-oest-2013, typed command by command on two tablets while
# the wall clocks of tablets and base walk through the year 2013. Sourced after demo_stage.sh.

cohort=examples/aalborg-oest-2013
declare -A handle_of_name

# today_is DATE HOUR: the base, and everything typed from now on, runs at that local time; both tablets sync.
today_is() {
  local library wanted now
  unset LD_PRELOAD FAKETIME
  library=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1' | head -n 1)
  wanted=$(TZ=Europe/Copenhagen date -d "$1 $2" +%s)
  now=$(date +%s)
  export LD_PRELOAD=$library FAKETIME=-$((now - wanted)) FAKETIME_DONT_FAKE_MONOTONIC=1
}

# the_day_comes DATE HOUR WORDS: the base is started anew on that day.
the_day_comes() {
  stop_base
  step "$1: $3"
  today_is "$1" "$2"
  start_base "127.0.0.1:${port:-0}"
  quietly amal sync
  quietly jonas sync
}

# quietly WHO COMMAND...: without showing it; stops the demo where it fails.
quietly() {
  local who=$1 said
  shift
  said=$(cd "$stage" && "./$who" "$@" 2>&1) || die "$who: opgang $1 failed: $said"
}

# Short handles grow where new records would make them ambiguous: they are looked up anew at each day.
look_up_handles() {
  local citizen name
  handle_of_name=()
  while IFS=$'\t' read -r citizen name; do
    handle_of_name[$name]=$citizen
  done < <("$stage/jonas" --json due --all </dev/null | awk -F'"' '
    $2 == "citizen" { citizen = $4 }
    $2 == "name" { print citizen "\t" $4 }')
}

# of NAME COMMAND WORD...: notes something about that person; stdin is the command's.
of() {
  local name=$1 verb=$2 input said
  shift 2
  input=$(cat)
  said=$("$stage/jonas" "$verb" "${handle_of_name[$name]}" "$@" 2>&1 <<<"$input") && return 0
  look_up_handles
  said=$("$stage/jonas" "$verb" "${handle_of_name[$name]}" "$@" 2>&1 <<<"$input") ||
    die "opgang $verb failed with exit code $?: $said"
}

# for_each FUNCTION: calls it with the columns of people.csv.
for_each() {
  local columns count=0
  while IFS=';' read -r -a columns; do
    "$1" "${columns[@]}"
    count=$((count + 1))
    if ((count % 40 == 0)); then say "   $count of 160"; fi
  done < <(tail -n +2 "$repo/$cohort/people.csv")
}

ask() {  # name channel cigarettes birth_year ...
  "$stage/jonas" inquiry --channel "$2" --json-input >/dev/null <<END || die "an inquiry was not saved"
{"citizen": {"name": "$1", "telephone": "20300${1#* }", "birth_year": $4}, "consent": {}}
END
}

take_in() {
  of "$1" intake --json-input <<END
{"intake": {"products": [{"product": "cigarettes", "daily_amount": $3}], "place": "home",
  "programme": "kom-og-kvit"}}
END
  of "$1" quit-date 2013-01-29 </dev/null
}

# hold_meetings WEEK: the four groups' lists are ticked. Handles are looked up for each, for each list makes records.
hold_meetings() {
  local group meeting name ticks in_group arguments
  while read -r group; do
    look_up_handles
    meeting=$(meeting_of "$group" "$1")
    arguments=()
    while IFS=';' read -r name _ _ _ in_group ticks _; do
      [[ $in_group == "$group" ]] || continue
      if [[ ${ticks:$1:1} == x ]]; then arguments+=(--came); else arguments+=(--absent); fi
      arguments+=("${handle_of_name[$name]}")
    done < <(tail -n +2 "$repo/$cohort/people.csv")
    quietly jonas attend "$meeting" "${arguments[@]}"
  done < <(tail -n +2 "$repo/$cohort/people.csv" | cut -d ';' -f 5 | sort -u)
}

# meeting_of GROUP N: the handle of its n-th meeting, from 0.
meeting_of() {
  local group
  group=$("$stage/jonas" --json groups </dev/null | awk -F'"' -v wanted="$1" '
    $2 == "handle" { handle = $4 }
    $2 == "name" && $4 == wanted { print handle }')
  "$stage/jonas" --json groups show "$group" </dev/null |
    awk -F'"' -v n="$2" '/"meetings"/ { inside = 1 } inside && $2 == "handle" && count++ == n { print $4; exit }'
}

end_course() {  # name channel cigarettes birth_year group weeks completed status satisfaction four_weeks ...
  local more=()
  [[ -n $9 ]] && more=(--satisfaction "$9")
  of "$1" end-course "$8" --completed "$7" "${more[@]}" </dev/null
  [[ -z ${10} ]] || of "$1" four-weeks "${10}" </dev/null
}

ask_after_half_a_year() {  # ... half_year cigarettes_since half_year_ppm reason
  local more=()
  [[ -n ${12:-} ]] && more=(--cigarettes "${12}")
  [[ -n ${11:-} ]] && of "$1" six-months "${11}" "${more[@]}" </dev/null
  [[ -n ${14:-} ]] && of "$1" six-months --reason "${14}" </dev/null
  [[ -z ${13:-} ]] || of "$1" carbon-monoxide "${13}" --occasion six-months </dev/null
}

play_kom_og_kvit() {
  local week day
  area="Aalborg Øst"
  tablet jonas ''
  step "7 January 2013: a base, a coordinator's and a health worker's tablet. All clocks walk through 2013."
  today_is 2013-01-07 10:00
  start_base 127.0.0.1:0
  cat >"$stage/place.csv" <<'END'
street;number;floor;door;postcode;town;organisation;area
Demovej;1;st;tv;9220;Aalborg Øst;Demo Boligforening;Aalborg Øst
END
  base import dwellings "$stage/place.csv" --mapping examples/mappings/plain.toml --area "$area"
  invite amal tablet-1 coordinator
  invite jonas tablet-2 health
  on amal enroll amal.invitation <"$stage/amal.code"
  on jonas enroll jonas.invitation <"$stage/jonas.code"
  quietly amal sync
  on amal groups import "$repo/$cohort/groups.csv"
  on amal sync
  on jonas sync
  step "160 people ask: inquiry, intake and quit date of each, without a network in between."
  for_each ask
  look_up_handles
  for_each take_in
  on jonas sync
  for week in 0 1 2 3 4 5 6 7; do
    day=$(TZ=Europe/Copenhagen date -d "2013-01-08 + $((7 * week)) days" +%F)
    the_day_comes "$day" 20:00 "the four groups have met; their lists are ticked."
    hold_meetings "$week"
    quietly jonas sync
  done
  the_day_comes 2013-03-05 10:00 "the courses end; it is four weeks after the quit date."
  look_up_handles
  for_each end_course
  on jonas sync
  the_day_comes 2013-07-29 10:00 "half a year after the quit date everybody is asked."
  on jonas tasks | tail -n 4
  look_up_handles
  for_each ask_after_half_a_year
  on jonas sync
  step "What the base makes of it. The source tells: 160 participants, 92 % completed, 51 % and 49 % smoke-free."
  base report kom-og-kvit --from 2013-01-01 --to 2013-07-29 --lang en
  base check
}
