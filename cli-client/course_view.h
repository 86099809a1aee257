// A citizen's courses in words and JSON: what stands, and what is to be asked when.
#ifndef OPGANG_CLI_CLIENT_COURSE_VIEW_H_
#define OPGANG_CLI_CLIENT_COURSE_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "opgang/courses.h"

namespace opgang::cli {

// One line a fact; the device's own knowledge only.
std::vector<std::string> CourseLines(const Context& context, const Course& course);
Json CourseJson(const View& view, const Course& course);

// "Fri 10 Apr - Sun 10 May"
std::string WindowWords(const Context& context, const DayWindow& window);
Json WindowJson(const DayWindow& window);

// What is left of the protocol by telephone: "3 more days to try, one at 17:00 or later"; "may be given up with a reason".
std::string ProtocolWords(const Context& context, const SixMonthResult& result);
Json SixMonthsJson(const SixMonthResult& result);

// The attempt that a handle leads to: a quit date's own, else the last one of the citizen. kBadInput with words where there
// is none.
absl::StatusOr<QuitAttempt> AttemptOfHandle(const Context& context, const View& view,
                                            const CourseHistory& history, const std::string& handle);

// The ledger, a line an entry.
std::vector<std::string> LedgerLines(const Context& context, const View& view, const NicotineLedger& ledger);
Json LedgerJson(const View& view, const NicotineLedger& ledger);
// "3 weeks left, until Sun 1 Mar", or why there are none.
std::string AllowanceWords(const Context& context, const NicotineAllowance& allowance);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_COURSE_VIEW_H_
