// What nearly every source of the project includes: precompiled once for all (opgang_precompiled in CMakeLists.txt). Nobody
// includes this file; a source names the headers that it uses.
#ifndef OPGANG_PROTO_HEADERS_H_
#define OPGANG_PROTO_HEADERS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/sync.pb.h"

#endif  // OPGANG_PROTO_HEADERS_H_
