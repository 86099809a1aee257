#include "cli-client/json_document.h"

namespace opgang::cli {

Json JsonDocument(std::string_view command) {
  Json document;
  document["schema"] = "opgang/" + std::string(command) + "/1";
  return document;
}

std::string JsonDate(absl::CivilDay day) { return absl::FormatCivilTime(day); }

Json JsonTime(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace opgang::cli
