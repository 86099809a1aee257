#include "core/rules/device_silence.h"

#include "core/base/clock.h"

namespace opgang {

bool IsSilent(absl::Time last_sync, absl::Time now, const CalendarSettings& settings) {
  return now >= EndOfLocalDay(WorkingDayAfter(LocalDay(last_sync), 1, settings));
}

}  // namespace opgang
