// Output for programs. Every document says what it is: {"schema": "opgang/<command>/1", ...}; docs/json.md
// lists them. The number rises when a field changes its meaning or goes; new fields may come at any time.
#ifndef OPGANG_CLI_CLIENT_JSON_DOCUMENT_H_
#define OPGANG_CLI_CLIENT_JSON_DOCUMENT_H_

#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace opgang::cli {

using Json = nlohmann::ordered_json;

// {"schema": "opgang/<command>/1"}
Json JsonDocument(std::string_view command);

// "2026-04-04"
std::string JsonDate(absl::CivilDay day);
// RFC 3339 in UTC with milliseconds, "2026-04-04T12:00:00.000Z"; null for an infinite time.
Json JsonTime(absl::Time time);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_JSON_DOCUMENT_H_
