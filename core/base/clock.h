// Clocks. Passed in everywhere; the system's clocks are read in system_clock.cc and in no other file.
#ifndef OPGANG_CORE_BASE_CLOCK_H_
#define OPGANG_CORE_BASE_CLOCK_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "opgang/v1/ids.pb.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

class Clock {
 public:
  virtual ~Clock() = default;
  // The wall clock: an instant as this machine believes it. On a tablet it may be off by years.
  virtual absl::Time WallNow() = 0;
  // Wall clock, boot id and CLOCK_BOOTTIME at one moment.
  virtual v1::ClockReading Read() = 0;
};

// The machine's own clocks. Thread-safe; lives for ever.
Clock& SystemClock();

// Europe/Copenhagen: the time zone of every civil date and time of day in Opgang. Loaded once; aborts where
// tzdata is not installed.
absl::TimeZone CopenhagenTime();

// The local date of an instant.
absl::CivilDay LocalDay(absl::Time instant);

// The first instant after local date `day`: 24:00 local time. A due date's "end of the day".
absl::Time EndOfLocalDay(absl::CivilDay day);

v1::LocalDate ToProto(absl::CivilDay day);
// Normalises nothing: ask IsValidDate first where the input is foreign.
absl::CivilDay FromProto(const v1::LocalDate& date);
bool IsValidDate(const v1::LocalDate& date);

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_CLOCK_H_
