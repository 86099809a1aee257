# One precompiled header for all targets: other people's headers, and the messages. Our own are left out, so that a
# change in one compiles what includes it and no more.
file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "// Only here to give the precompiled header a target.\n")
add_library(opgang_precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cc)
target_link_libraries(opgang_precompiled PRIVATE
  opgang_proto absl::status absl::statusor absl::strings absl::time CLI11::CLI11 nlohmann_json::nlohmann_json)
target_precompile_headers(opgang_precompiled PRIVATE
  <algorithm> <filesystem> <functional> <map> <memory> <optional> <set> <string> <thread> <vector>
  <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/civil_time.h> <absl/time/time.h>
  <CLI/CLI.hpp> <nlohmann/json.hpp> <google/protobuf/util/json_util.h> <google/protobuf/util/message_differencer.h>
  <opgang/v1/admin.pb.h> <opgang/v1/invitation.pb.h> <opgang/v1/local_state.pb.h> <opgang/v1/mutation.pb.h>
  <opgang/v1/record.pb.h> <opgang/v1/sync.pb.h>)
