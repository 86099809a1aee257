// Noting what a door answered. "No answer" is never assumed: every visit carries the disposition that was
// chosen.
#ifndef OPGANG_CLI_CLIENT_VISIT_ENTRY_H_
#define OPGANG_CLI_CLIENT_VISIT_ENTRY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/door_facts.h"
#include "cli-client/words.h"

namespace opgang::cli {

// "Do not call again" expires by rule: proto/opgang/v1/place.proto.
inline constexpr int kDoNotCallDays = 180;

// What the command line said beside door and disposition; empty = not said.
struct VisitDetails {
  std::string when;      // when it happened
  std::string back;      // when to come back
  std::string language;  // which language is wanted
};

// The dispositions of one door, or those of a whole entrance.
std::vector<const EnumValue*> DispositionsFor(bool whole_entrance);

// Fills in what the disposition calls for: when to come back, which language (asked where a person is there
// and it was not said; Enter leaves it out), until when not to call.
absl::Status FillDetails(const Context& context, const VisitDetails& details, v1::Visit& visit);

// Saves one visit, with its dwelling where that is to be added. Returns all records made, the visit last.
absl::StatusOr<std::vector<RecordId>> SaveVisit(Context& context, const DoorTarget& target,
                                                v1::Disposition disposition, const VisitDetails& details);

// "2. th: no answer"
std::string VisitWords(const Context& context, const DoorTarget& target, v1::Disposition disposition);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_VISIT_ENTRY_H_
