// Doors as the worker meets them: which door is meant, and what is known of it before the knock.
#ifndef OPGANG_CLI_CLIENT_DOOR_FACTS_H_
#define OPGANG_CLI_CLIENT_DOOR_FACTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "core/places/danish_address.h"

namespace opgang::cli {

// One door, or the whole entrance, of the entrance the worker stands in.
struct DoorTarget {
  RecordId entrance;
  std::optional<AreaId> area;
  DoorName door;  // empty for the whole entrance
  bool whole = false;
  RecordId dwelling;  // empty: the whole entrance, a locked store, or one to be added
  bool to_be_added = false;
};

// "2th", "st. tv", "all". kUsage where the words name no door or no entrance is chosen; kNotFound where the
// register lacks the door and neither `add` nor the person says to add it. A locked store looks nothing up.
absl::StatusOr<DoorTarget> TargetOf(const Context& context, std::string_view words, bool add);

// The same for a door of any entrance; `words` name a door.
absl::StatusOr<DoorTarget> TargetAt(const Context& context, RecordId entrance, std::optional<AreaId> area,
                                    std::string_view words, bool add);

// The dwelling's id; puts its creation into the bundle first where it is to be added (marked ADDED_AT_DOOR).
RecordId DwellingFor(const DoorTarget& target, Bundle& bundle);

// "Humlebakken 20B, 2. th", as far as it may be shown.
std::string TargetLabel(const Context& context, const DoorTarget& target);

// What is known of a door. No names: two people behind one door are not revealed to each other, or to whoever
// looks over the worker's shoulder.
struct DoorFacts {
  const VisibleRecord* last_visit = nullptr;
  std::optional<absl::CivilDay> do_not_call_until;  // set where it has not expired
  std::optional<v1::StatedTime> come_back;          // of the last visit
  std::string language;                             // of the newest visit that named one
  std::vector<RecordId> open_cases;
  bool added_at_door = false;
};
DoorFacts FactsOf(const View& view, RecordId entrance, const DoorName& door, absl::Time now);
// "no answer Thu | do not call until Sat 3 Oct | open: k7f"
std::string FactsWords(const Context& context, const View& view, const DoorFacts& facts);
Json FactsJson(const View& view, const DoorFacts& facts);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_DOOR_FACTS_H_
