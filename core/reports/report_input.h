// What reports are computed from: facts as plain values, gathered by the caller. Nothing here reads a store or a clock,
// and nothing names a person: citizens are ids, which leave a report as keyed pseudonyms only.
//
// Messages that facts point to are the caller's and outlive the computing; never null. Deleted records are not among the
// facts.
#ifndef OPGANG_CORE_REPORTS_REPORT_INPUT_H_
#define OPGANG_CORE_REPORTS_REPORT_INPUT_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/rules/breach_cause.h"
#include "core/rules/course.h"
#include "core/rules/response_case.h"
#include "opgang/v1/group.pb.h"
#include "opgang/v1/intake.pb.h"
#include "opgang/v1/place.pb.h"

namespace opgang {

struct SeatFact {
  RecordId id;
  const v1::Seat* seat;
};
// One human being: a citizen, or several that are joined as the same person.
struct ReportPerson {
  RecordId id;  // the least of the citizens' ids
  PersonFacts facts;
  CourseFacts course;  // its participations are those of `facts`
  std::vector<const v1::FollowUp*> follow_ups;
  std::vector<SeatFact> seats;
  std::vector<BreachCauseFact> causes;
};

// Where a citizen lives, in words; empty = not recorded.
struct CitizenPlace {
  std::string area;
  std::string organisation;
};

struct ReportMeeting {
  const v1::Meeting* meeting;
  std::string group;  // its name
  v1::Programme programme = v1::PROGRAMME_UNSPECIFIED;
};

struct ReportDoor {
  RecordId id;  // of the dwelling; only those that are in the register now
  std::string area;
  std::string organisation;
};

struct ReportVisit {
  RecordId id;
  const v1::Visit* visit;
  Interval recorded;
  std::optional<RecordId> door;  // nullopt: an entrance as a whole, or a door that the register lacks
  std::string area;
};

struct ReportInput {
  std::vector<ReportPerson> persons;
  std::map<RecordId, CitizenPlace> places;  // by citizen
  std::map<RecordId, ReportMeeting> meetings;
  std::vector<ReportDoor> doors;
  std::vector<ReportVisit> visits;
  // A keyed pseudonym of a record's id. Same id, same pseudonym.
  std::function<std::string(const RecordId&)> pseudonym;
};

struct ReportQuestion {
  absl::CivilDay from;  // both included
  absl::CivilDay to;
  std::string area;  // display name; empty = every area
  absl::Time now;    // base time
  CalendarSettings calendar;
};

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_REPORT_INPUT_H_
