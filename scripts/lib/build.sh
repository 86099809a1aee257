# shellcheck shell=bash
# Configure and build. Sourced after machine.sh; $repo is the project's root.

# announce WHAT: all that is going to happen to this machine, before it happens.
announce() {
  local jobs missing minutes=''
  jobs=$(choose_jobs)
  missing=$(missing_packages "${packages_to_build[@]}" | wc -l)
  say "$1"
  if ((missing > 0)); then
    say "- installs Debian packages with apt: $missing (together at most 115 MB to fetch, 500 MB on the disk)"
  else
    say "- installs nothing: every Debian package is there"
  fi
  [[ -e $repo/build/build.ninja ]] || minutes=", the first time $2"
  say "- builds into build/ with $jobs compiler(s) at a time$minutes"
  say "- takes up to $((jobs * 800)) MiB of memory and 1 GB of disk; changes nothing outside this directory"
}

# build PRESET TARGET...: ninja shows "[done/all]" as it goes; no target means everything.
build() {
  local preset=$1 targets=()
  shift
  (($# > 0)) && targets=(--target "$@")
  cd "$repo" || return 1
  cmake --preset "$preset" --log-level=WARNING >/dev/null || cmake --preset "$preset" || return 1
  cmake --build --preset "$preset" --parallel "$(choose_jobs)" "${targets[@]}"
}
