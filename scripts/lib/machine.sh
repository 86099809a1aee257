# shellcheck shell=bash
# The machine: which one it is, how much it can carry, what it lacks. Sourced, never run.

# die WORDS...: one clear line, and the end.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# Debian 12 or nothing: versions of gRPC, protobuf and Abseil that were not tried are not guessed at.
require_debian_12() {
  local id='' version='' name=''
  if [[ -r /etc/os-release ]]; then
    # shellcheck disable=SC1091
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    # shellcheck disable=SC1091
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    # shellcheck disable=SC1091
    name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-}")
  fi
  [[ $id == debian && $version == 12 ]] ||
    die "this needs Debian 12 (bookworm); this machine is ${name:-something else}."
}

# Memory that can be used now, in MiB; 2048 where the machine does not say.
available_memory() {
  local mib=''
  [[ -r /proc/meminfo ]] && mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  printf '%s' "${mib:-2048}"
}

# Compilers at a time: one for each core, and 800 MiB for each (a file with gRPC's headers takes half a GiB).
choose_jobs() {
  local by_memory jobs
  by_memory=$(($(available_memory) / 800))
  jobs=$(nproc)
  ((by_memory < jobs)) && jobs=$by_memory
  ((jobs < 1)) && jobs=1
  printf '%s' "$jobs"
}

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | head -n 1) == installed ]] ||
      printf '%s\n' "$name"
  done
}

# apt-get as root, or through sudo: the only command that sudo is used for.
apt_get() {
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "packages are missing and sudo is not here; as root: apt-get install --no-install-recommends $packages_wanted"
    as_root=(sudo)
  fi
  local status=0
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" || status=$?
  # apt-get's own failures are 100.
  if ((status == 1 && EUID != 0)); then
    die "sudo refused (its words are above); as root: apt-get install --no-install-recommends $packages_wanted"
  fi
  return "$status"
}

# install_missing NAME...: what is there already is left alone; says what it does before it does it.
install_missing() {
  packages_wanted=$(missing_packages "$@" | paste -s -d ' ')
  [[ -n $packages_wanted ]] || return 0
  say "Installing with apt (1 to 4 minutes): $packages_wanted" | fold -s -w 79
  apt_get update || die "apt-get update failed; is there a network, and are the package sources right?"
  # shellcheck disable=SC2086  # one word for each package
  apt_get install -y --no-install-recommends $packages_wanted </dev/null ||
    die "apt-get could not install them; its own words are above."
}
