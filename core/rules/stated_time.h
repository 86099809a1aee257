// The worker's word for a time: "fri", "fre", "yesterday", "i går", "Wed 14:30", "2026-04-01", "1/4", "14:30".
// Danish and English; resolved at capture against the date that the device's evidence gives for today.
#ifndef OPGANG_CORE_RULES_STATED_TIME_H_
#define OPGANG_CORE_RULES_STATED_TIME_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {

// Reads a word that lies in the past or today: a weekday is the latest such day up to `today` ("fri" on a Friday
// is today; "last fri"/"sidste fre" is the one before today). Errors: kBadInput where the word is not understood,
// names a day that does not exist, or lies after `today`.
absl::StatusOr<v1::StatedTime> ParsePastWord(std::string_view word, absl::CivilDay today);

// Reads a word that lies today or in the future ("come back thu 17:00"): a weekday is the next such day after today.
absl::StatusOr<v1::StatedTime> ParseFutureWord(std::string_view word, absl::CivilDay today);

// True where the word means the same whatever today is ("2026-04-01", "1/4-2026").
bool IsAbsoluteWord(std::string_view word);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_STATED_TIME_H_
