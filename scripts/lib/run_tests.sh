# shellcheck shell=bash
# Runs the tests of one build directory and counts test cases, not programs. Sourced after machine.sh.

# Attribute NAME of an XML start tag on stdin.
attribute() { sed -n "s/.* $1=\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# count_one NAME STATUS DIRECTORY: adds a ctest test to $passed and $failed. A GoogleTest program has left a list of
# its cases; one that died has none, or none with a failure, and counts as one failure more.
count_one() {
  local list=$3/$1.xml head='' all bad
  [[ -s $list ]] && head=$(grep -m 1 '<testsuites ' "$list")
  all=$(attribute tests <<<"$head")
  bad=$(attribute failures <<<"$head")
  bad=$((${bad:-0}))
  if [[ -z $all ]]; then
    all=1 bad=0
    [[ $2 == run ]] || bad=1
  elif [[ $2 != run ]] && ((bad == 0)); then
    all=$((all + 1)) bad=1
  fi
  passed=$((passed + all - bad))
  failed=$((failed + bad))
}

# run_tests BUILD_DIRECTORY CTEST_ARGUMENT...: sets $passed and $failed; fails when a test failed or none ran.
run_tests() {
  local directory=$1 lists status=0 line lacking=''
  shift
  passed=0 failed=0
  if [[ ! -c /dev/pts/ptmx ]]; then
    say "No pseudo-terminal here (/dev/pts is not mounted): the tests of the terminal are left out."
    lacking=terminal
  fi
  if [[ ! -r /proc/sys/kernel/random/boot_id ]]; then
    say "No /proc here: the tests that tell one boot from another, or look at command lines, are left out."
    lacking+=${lacking:+|}proc
  fi
  [[ -z $lacking ]] || set -- --label-exclude "^($lacking)\$" "$@"
  lists=$(mktemp -d)
  GTEST_OUTPUT="xml:$lists/" GTEST_COLOR=no GTEST_BRIEF=1 \
    ctest --test-dir "$directory" --output-on-failure --no-tests=error --parallel "$(nproc)" \
    --output-junit "$lists/ctest.junit" "$@" </dev/null || status=$?
  grep '<testcase ' "$lists/ctest.junit" >"$lists/programs"
  while IFS= read -r line; do
    count_one "$(attribute name <<<"$line")" "$(attribute status <<<"$line")" "$lists"
  done <"$lists/programs"
  rm -rf "$lists"
  ((status == 0 && failed == 0 && passed > 0))
}
