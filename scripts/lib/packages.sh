# shellcheck shell=bash
# Every Debian package that Opgang needs, in one place. Each line says what uses it.

# What building, testing and the demo need.
packages_to_build=(
  g++                        # the compiler
  cmake                      # the build, 3.25
  ninja-build                # runs the build
  pkg-config                 # how CMake finds the libraries without a CMake file of their own
  protobuf-compiler          # proto/ -> C++
  protobuf-compiler-grpc     # the services in proto/ -> C++
  libprotobuf-dev            # messages
  libgrpc-dev                # the CMake files of gRPC
  libgrpc++-dev              # client-lib/src/transport, server/rpc
  libabsl-dev                # status, time, hash maps
  libsqlite3-dev             # core/sqlite
  libsodium-dev              # core/sealing
  libzstd-dev                # core/packing
  libssl-dev                 # server/identity, the client's TLS preflight
  libmimalloc-dev            # opgangd's malloc
  libutf8proc-dev            # core/records: checked, folded text
  libkeyutils-dev            # client-lib/src/keys: the kernel's keyring
  libcli11-dev               # command lines
  nlohmann-json3-dev         # --json
  libfmt-dev                 # client's screens, and spdlog
  libspdlog-dev              # the base's log
  libedit-dev                # line editing at prompts
  libcsv-dev                 # server/import: CSV
  libtomlplusplus-dev        # server/import: mapping files
  libgtest-dev               # tests
  libgmock-dev               # tests
  tzdata                     # Europe/Copenhagen: the three-day rule counts local dates
  ca-certificates            # apt over https, where a machine is set up so
  faketime                   # the demo and the tests shift one tablet's clock from outside
)

# What .ci/run needs besides.
packages_to_check=(
  clang-format               # the layout of the code
  clang-tidy                 # .clang-tidy
  shellcheck                 # scripts/
  python3                    # scripts/sbom
)

# What scripts/fuzz needs besides.
packages_to_fuzz=(
  clang                      # libFuzzer is clang's own
  libclang-rt-14-dev         # its sanitizers
  llvm                       # readable stack traces
)

# What scripts/mutants needs besides.
packages_to_mutate=(
  python3                    # scripts/lib/mutants
  python3-clang-14           # the syntax tree: where a mutant can be put
)

# What scripts/bench needs besides.
packages_to_bench=(
  nodejs                     # the engines to compare with
  npm                        # fetches them
  strace                     # bench/run.py: counts the base's disk syncs
  python3                    # bench/run.py
)

# What scripts/attack needs besides; nginx it only unpacks.
packages_to_attack=(
  python3                    # scripts/lib/attack
)
