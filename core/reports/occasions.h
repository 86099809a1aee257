// What was recorded of one person at meetings and beside them: presence, absence, a seat that nobody ticked; each person once
// for a meeting, however many tablets ticked it.
#ifndef OPGANG_CORE_REPORTS_OCCASIONS_H_
#define OPGANG_CORE_REPORTS_OCCASIONS_H_

#include <string>
#include <vector>

#include "core/reports/report_input.h"

namespace opgang {

enum class OccasionKind { kCame, kAbsent, kNotTicked };
enum class FollowedUp { kDone, kInTime, kMissingTried, kMissing };

// Somebody at one meeting, or there without a planned one.
struct Occasion {
  uint32_t row = 0;
  OccasionKind kind = OccasionKind::kCame;
  RecordId person;
  bool planned = false;
  bool has_seat = false;
  bool individual = false;    // the first meeting of an individual course
  bool contradicted = false;  // came, and was ticked as absent too
  std::string notice;         // of an absence
  FollowedUp follow_up = FollowedUp::kMissing;
  std::string outcome;  // of a follow-up that is done
  DateSpan days;
  std::string group;
  std::string area;
};
using Occasions = std::vector<Occasion>;

Occasions OccasionsOf(const ReportPerson& person, const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_OCCASIONS_H_
