// Groups, meetings and seats in words: one way for every list that shows them.
#ifndef OPGANG_CLI_CLIENT_GROUP_VIEW_H_
#define OPGANG_CLI_CLIENT_GROUP_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "opgang/groups.h"

namespace opgang::cli {

// The device was granted the directory: only then "no group in time" is knowledge.
bool KnowsDirectory(const Context& context);

// "Thu 2 Apr 17:00"
std::string MeetingTimeWords(const Context& context, const v1::Meeting& meeting);
// "Thu 2 Apr 17:00, Thursdays, the common room"; cancelled ones say so.
std::string MeetingWords(const Context& context, const MeetingLine& line);
// "3 of 12 promised, 1 to be confirmed"
std::string ChairWords(const Context& context, const MeetingLine& line);
Json MeetingJson(const View& view, const MeetingLine& line);

std::string SeatWords(const Context& context, const SeatLine& line);
Json SeatJson(const View& view, const SeatLine& line);

// Beside a case's due time: the seat on the way to it, else the last meeting that still meets the rule, else "no group in
// time". Empty for an ended case, and where the device knows no directory.
std::string GroupWords(const Context& context, const GroupFacts& facts, const CaseLine& line);
// {"seat": ..., "last_meeting": ..., "no_group_in_time": ...}; null on the same conditions.
Json CaseGroupJson(const Context& context, const View& view, const GroupFacts& facts, const CaseLine& line);

// The meeting that a handle leads to; kNotFound with words.
absl::StatusOr<const MeetingLine*> MeetingOfHandle(const Context& context, const View& view,
                                                   const GroupFacts& facts, std::string_view handle);
// A living record of one type by its handle; kNotFound with words that name the type.
absl::StatusOr<const VisibleRecord*> RecordOfType(const Context& context, const View& view,
                                                  std::string_view handle, RecordType type);
// One of several, by a key; the only one without asking. kUsage where nobody can be asked, kCancelled.
absl::StatusOr<size_t> ChooseOne(const Context& context, std::string_view question,
                                 const std::vector<std::string>& labels);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_GROUP_VIEW_H_
