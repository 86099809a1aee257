// Dates and spans in the person's words. Every date and time of day is Europe/Copenhagen.
#ifndef OPGANG_CLI_CLIENT_DATES_H_
#define OPGANG_CLI_CLIENT_DATES_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli-client/text/catalogue.h"
#include "core/rules/three_day_rule.h"
#include "opgang/v1/ids.pb.h"

namespace opgang::cli {

// "Thu" / "tors"
std::string WeekdayWord(const Texts& texts, absl::CivilDay day);
// "Sat 4 Apr" / "lør 4. apr."; with the year where it is not `today`'s.
std::string DayWords(const Texts& texts, absl::CivilDay day, absl::CivilDay today);
// "Thu" within the last six days, else as DayWords: for what lies behind.
std::string RecentDayWords(const Texts& texts, absl::CivilDay day, absl::CivilDay today);
// "Sat 4 Apr 14:05"
std::string MomentWords(const Texts& texts, absl::Time time, absl::CivilDay today);
// What the worker said: a day, and a time of day where one was named.
std::string StatedWords(const Texts& texts, const v1::StatedTime& stated, absl::CivilDay today);
// When something happened: the worker's word, else the recording ("~" where its evidence spans several
// dates).
std::string HappenedWords(const Texts& texts, const v1::StatedTime* stated, const Interval& recorded,
                          absl::CivilDay today);
// "1 d 3 h", "3 h 20 min", "20 min"; never negative.
std::string SpanWords(const Texts& texts, absl::Duration span);

// The local date of something: the worker's word, else the recording's earliest date.
absl::CivilDay HappenedOn(const v1::StatedTime* stated, const Interval& recorded);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_DATES_H_
