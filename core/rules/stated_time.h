// The worker's word for a time, Danish and English; resolved at capture against the date that the device's
// evidence gives for today. Civil time in Europe/Copenhagen throughout: nothing here is an instant.
//
//   a day        mon tue wed thu fri sat sun, monday...; man tir ons tor fre lør søn, mandag...; "on fri"
//   the one before today    last fri, sidste fre, i fredags
//   near today   today, yesterday, day before yesterday, tomorrow, day after tomorrow;
//                i dag, i går, i forgårs, i morgen, i overmorgen
//   a date       2026-04-01; 1/4, 1.4., 1/4-2026, 1/4/2026, 1.4.2026: day before month, as in Denmark
//   a time       14:30, 14.30, kl. 14:30, kl 14, at 14:30: after a day, or alone for today
//
// Case, white space, commas and the dots after short words do not matter; æ ø å may be typed ae oe aa, and ø
// also o. "4.10" may be a time or a date and is refused; "kl. 4.10", "4:10" and "4.10." are understood.
#ifndef OPGANG_CORE_RULES_STATED_TIME_H_
#define OPGANG_CORE_RULES_STATED_TIME_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {

// Reads a word that lies in the past or today: a weekday is the latest such day up to `today` ("fri" on a
// Friday is today; "last fri"/"sidste fre" is the one before today), a date without a year the latest such
// date within a year. Only dates are compared: "14:30" is understood at 14:00, and refused by validation as
// after the recording. Errors: kBadInput where the word is not understood, names a day that does not exist,
// or lies after `today`. The message names what is accepted and never repeats the word.
absl::StatusOr<v1::StatedTime> ParsePastWord(std::string_view word, absl::CivilDay today);

// Reads a word that lies today or in the future ("come back thu 17:00"): a weekday is the next such day after
// today, a date without a year the next such date within a year. Errors as above, with "before `today`".
absl::StatusOr<v1::StatedTime> ParseFutureWord(std::string_view word, absl::CivilDay today);

// True where the word means the same whatever today is ("2026-04-01", "1/4-2026 14:30"); false also where it
// is not understood.
bool IsAbsoluteWord(std::string_view word);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_STATED_TIME_H_
