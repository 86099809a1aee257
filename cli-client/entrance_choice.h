// Which entrance somebody means by a few typed words: where the worker stands (opgang at), or where a citizen lives
// who was met somewhere else, in a laundry or at the grocer's.
#ifndef OPGANG_CLI_CLIENT_ENTRANCE_CHOICE_H_
#define OPGANG_CLI_CLIENT_ENTRANCE_CHOICE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/door_facts.h"

namespace opgang::cli {

// All entrances on the device, and the words for each: "Humlebakken 20B", with the town where two share them.
struct EntranceList {
  std::vector<const VisibleRecord*> entrances;
  std::vector<std::string> labels;  // labels[i] names entrances[i]
};
EntranceList EntrancesOf(const View& view);

// The entrances that `typed` fits.
std::vector<const VisibleRecord*> FittingEntrances(const EntranceList& list, std::string_view typed);
// Tells the person that none fits, or shows some of those that do.
void ShowFitting(const Context& context, const EntranceList& list, std::string_view typed);

// Asks for entrance and door, each skipped with Enter; a target whose door is empty: the entrance only. nullopt:
// skipped. kCancelled: left.
absl::StatusOr<std::optional<DoorTarget>> AskHome(const Context& context, const View& view);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_ENTRANCE_CHOICE_H_
