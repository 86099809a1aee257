# shellcheck shell=bash
# What scripts/demo is played on: a base and two tablets in a temporary directory. Sourced after machine.sh; $bin has
# the programs, $stay says whether the stage is left standing.

area="Aalborg SØ"
steps=0
base_pid='' watch_pid='' port='' lines_shown=0

set_the_stage() {
  cd "$repo" || exit 1
  exec </dev/null
  umask 077
  stage=$(mktemp -d "${TMPDIR:-/tmp}/opgang-demo.XXXXXX")
  trap 'clear_the_stage $?' EXIT
  trap 'exit 130' INT TERM
  # Screens as on a terminal of 80 columns, in English whatever the machine speaks.
  export LC_ALL=C.UTF-8
  unset OPGANG_HOME OPGANG_PASSPHRASE_FILE OPGANGD_DATA
  tablet amal ''
  tablet jonas "$(a_year_slow)"
}

# a_year_slow: what to put before a command so that its wall clock, and only that, is a year behind. The clocks that
# count from boot are left alone, as on a tablet whose date somebody has set wrong.
a_year_slow() {
  local library
  library=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1' | head -n 1)
  [[ -n $library ]] || die "the package faketime is not complete: libfaketime.so.1 is missing"
  printf 'LD_PRELOAD=%s FAKETIME=-365d FAKETIME_DONT_FAKE_MONOTONIC=1' "$library"
}

# tablet WHO CLOCK: a program $stage/WHO that is opgang on this person's tablet.
tablet() {
  printf '%s rides up and down the stairs\n' "$1" >"$stage/$1.passphrase"
  {
    echo '#!/bin/sh'
    echo "exec env OPGANG_HOME='$stage/$1.tablet' OPGANG_PASSPHRASE_FILE='$stage/$1.passphrase' $2 '$bin/opgang' \"\$@\""
  } >"$stage/$1"
  chmod +x "$stage/$1"
}

step() {
  steps=$((steps + 1))
  printf '\n== %d. %s\n' "$steps" "$*"
}

# shown WORD...: as it would be typed.
shown() {
  local word words=()
  for word in "$@"; do
    [[ $word == *[\ \"]* ]] && word="'$word'"
    words+=("$word")
  done
  printf '%s' "${words[*]}"
}

# on WHO COMMAND...: types it on that tablet. What it reads from stdin is shown too, but for an invitation's code.
on() {
  local who=$1 input=''
  shift
  printf '%s$ opgang %s\n' "$who" "$(shown "$@")"
  input=$(cat)
  [[ -z $input || $1 == enroll ]] || printf '%s\n' "$input" | sed 's/^/  < /'
  (cd "$stage" && "./$who" "$@" <<<"$input")
}

# expect CODE on ...: the command must end with this exit code.
expect() {
  local wanted=$1 got=0
  shift
  "$@" || got=$?
  ((got == wanted)) || die "exit code $got where $wanted was due"
}

base() {
  printf 'base$ opgangd %s\n' "$(shown "$@")" | fold -s -w 79 | sed 's/ $//; 2,$s/^/    /'
  "$bin/opgangd" --data "$stage/base" "$@" </dev/null | sed 's/ *$//' | fold -s -w 80
}

# start_base ADDRESS: until it answers; sets $port.
start_base() {
  local tries
  : >"$stage/base.out"
  "$bin/opgangd" --data "$stage/base" serve --listen "$1" >"$stage/base.out" 2>>"$stage/base.log" </dev/null &
  base_pid=$!
  for ((tries = 0; tries < 150; ++tries)); do
    port=$(sed -n 's/.*ready on port \([0-9]*\);.*/\1/p' "$stage/base.out")
    [[ -n $port ]] && say "base: listening on 127.0.0.1:$port" && return 0
    kill -0 "$base_pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$stage/base.log" >&2
  die "the base did not start; its log is above"
}

stop_base() {
  kill "$base_pid"
  wait "$base_pid" || die "the base did not stop cleanly"
  base_pid=''
}

# invite WHO DEVICE ROLE: writes WHO.invitation, and WHO.code, which in life travels by another way than the file.
invite() {
  local answer
  printf 'base$ opgangd invite --staff %s --device %s --role %s\n' "$1" "$2" "$3"
  answer=$("$bin/opgangd" --data "$stage/base" --json invite --staff "$1" --device "$2" --role "$3" \
    --area "$area" --address "127.0.0.1:$port" --out "$stage/$1.invitation" </dev/null)
  sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' <<<"$answer" >"$stage/$1.code"
}

# handle_of WHO NAME: the short handle of the citizen that this tablet finds under the name.
handle_of() {
  local handle
  handle=$("$stage/$1" --json find <<<"$2" | sed -n 's/.*"handle": *"\([^"]*\)".*/\1/p' | head -n 1)
  [[ -n $handle ]] || die "the tablet of $1 does not find what was just saved"
  printf '%s' "$handle"
}

# A word, as a worker would say it. A date where today is Thursday itself, and in a chroot without /proc: there a tablet
# cannot tell one boot from another, is not certain of the day, and rightly refuses the word.
last_thursday() {
  if [[ $(TZ=Europe/Copenhagen date +%u) == 4 || ! -r /proc/sys/kernel/random/boot_id ]]; then
    TZ=Europe/Copenhagen date -d 'last thursday' +%F
  else
    printf 'thu'
  fi
}

# wait_for_board WORDS WHY: until the watching tablet has drawn a board with these words.
wait_for_board() {
  local tries
  for ((tries = 0; tries < 200; ++tries)); do
    grep -qs -- "$1" "$stage/watched" && return 0
    sleep 0.1
  done
  die "$2"
}

# watch_board WHO: that tablet stays connected; what it draws is shown here by show_board, each line marked.
watch_board() {
  printf '%s$ opgang board --watch\n' "$1"
  : >"$stage/watched"
  "$stage/$1" board --watch --for 30 </dev/null >"$stage/watched" 2>&1 &
  watch_pid=$!
  show_board 'Response board' "the board is not drawn on the watching tablet"
}

# show_board WORDS WHY: waits for a whole board with these words, and shows what was drawn since the last time.
show_board() {
  wait_for_board "$1" "$2"
  until [[ $(tail -n 1 "$stage/watched") == Unsent* ]]; do sleep 0.05; done
  sed -n "$((lines_shown + 1)),\$s/^/| /p" "$stage/watched"
  lines_shown=$(wc -l <"$stage/watched")
}

unwatch_board() {
  kill "$watch_pid"
  wait "$watch_pid" || die "the watching tablet did not end cleanly"
  watch_pid=''
}

# Whatever happened: no process stays, no key stays in the kernel, no file stays (unless the stage is left standing).
clear_the_stage() {
  local who
  trap - EXIT
  (($1 == 0)) || say "scripts/demo: stopped at step $steps (exit code $1)" >&2
  [[ -n $watch_pid ]] && kill "$watch_pid" 2>/dev/null
  if [[ $stay == yes && $1 == 0 ]]; then exit 0; fi
  for who in amal jonas; do
    [[ -d $stage/$who.tablet ]] && "$stage/$who" lock </dev/null >/dev/null 2>&1
  done
  [[ -n $base_pid ]] && kill "$base_pid" 2>/dev/null && wait "$base_pid"
  rm -rf "$stage"
  exit "$1"
}

leave_standing() {
  disown "$base_pid"
  say ""
  say "The base runs on (process $base_pid). Three commands to type next:"
  say "  $stage/amal due"
  say "  $stage/amal door"
  say "  $stage/jonas board --watch"
  say "When you have seen enough:"
  say "  kill $base_pid; rm -r $stage"
}
