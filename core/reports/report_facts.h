// Small readings of facts that several reports share.
#ifndef OPGANG_CORE_REPORTS_REPORT_FACTS_H_
#define OPGANG_CORE_REPORTS_REPORT_FACTS_H_

#include <algorithm>
#include <cctype>
#include <string>

#include "absl/time/civil_time.h"
#include "core/base/clock.h"
#include "core/reports/report_input.h"

namespace opgang {

// "CHANNEL_BLOCK_PARTY", "CHANNEL_" -> "block-party"; empty for the unspecified value and for one of a newer release.
template <typename Enum>
std::string EnumCode(Enum value, const std::string& (*name_of)(Enum), std::string_view prefix) {
  std::string code = name_of(value);
  if (code.empty() || static_cast<int>(value) == 0) return {};
  code = code.substr(prefix.size());
  for (char& c : code) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return code;
}

inline std::string DateText(absl::CivilDay day) { return absl::FormatCivilTime(day); }
// "2026-04-01", or "2026-04-01..2026-04-03" where it is not known better.
inline std::string DatesText(const DateSpan& days) {
  return days.exact() ? DateText(days.earliest) : DateText(days.earliest) + ".." + DateText(days.latest);
}
inline DateSpan DaysOf(const Interval& moment) {
  return {LocalDay(moment.earliest), LocalDay(moment.latest)};
}

// When something happened that carries a word for it.
template <typename Message>
Interval Happened(const Message& message, const Interval& recorded) {
  return HappenedAt(message.has_happened() ? &message.happened() : nullptr, recorded);
}

inline CitizenPlace PlaceOf(const ReportInput& input, const RecordId& citizen) {
  const auto found = input.places.find(citizen);
  return found == input.places.end() ? CitizenPlace() : found->second;
}
inline CitizenPlace PlaceOf(const ReportInput& input, const std::string& citizen) {
  return PlaceOf(input, RecordId::FromBytes(citizen).value_or(RecordId()));
}
inline bool Wanted(const ReportQuestion& question, const std::string& area) {
  return question.area.empty() || question.area == area;
}

// Where a date lies against the period.
enum class InPeriod { kYes, kNo, kPerhaps };
inline InPeriod Against(const ReportQuestion& question, const DateSpan& days) {
  if (days.latest < question.from || days.earliest > question.to) return InPeriod::kNo;
  return days.earliest >= question.from && days.latest <= question.to ? InPeriod::kYes : InPeriod::kPerhaps;
}

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_REPORT_FACTS_H_
