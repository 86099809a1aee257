// When a device counts as silent. A case that nobody has seen because a device lies unsynced in a bag is the
// failure that Opgang exists to prevent, so the board lists every device that let a whole working day pass
// without a sync.
#ifndef OPGANG_CORE_RULES_DEVICE_SILENCE_H_
#define OPGANG_CORE_RULES_DEVICE_SILENCE_H_

#include "absl/time/time.h"
#include "core/rules/danish_calendar.h"

namespace opgang {

// True from the end of the first working day after the day of the last sync: synced on Friday -> silent from
// Tuesday 00:00. Both are base time.
bool IsSilent(absl::Time last_sync, absl::Time now, const CalendarSettings& settings);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_DEVICE_SILENCE_H_
