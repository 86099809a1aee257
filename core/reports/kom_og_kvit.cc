#include "core/reports/kom_og_kvit.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "core/clinical/ftnd.h"
#include "core/reports/course_cohort.h"
#include "core/reports/nhs_four_week.h"
#include "core/reports/russell.h"
#include "core/reports/stop.h"

namespace opgang {
namespace {

bool WentThrough(const CountedCourse& c) { return c.course.went_through(); }
bool IsHeavy(const CountedCourse& c) {
  return c.course.intake && IsHeavySmoker(*c.course.intake->intake, {}).value_or(false);
}
bool HeavinessKnown(const CountedCourse& c) {
  return c.course.intake && IsHeavySmoker(*c.course.intake->intake, {}).has_value();
}

// Each person once, by the first Kom & Kvit course of the period that was begun.
CourseCohort ParticipantsOf(const CourseCohort& registered) {
  CourseCohort participants;
  std::set<RecordId> seen;
  for (const CountedCourse& c : registered) {
    const bool took_part = c.course.programme == v1::PROGRAMME_KOM_OG_KVIT && HasBegun(c);
    if (took_part && seen.insert(c.person).second) participants.push_back(c);
  }
  return participants;
}

void AddTable(ReportBuilder& report, const FigurePlace& place, const CourseCohort& participants) {
  report.Whole(place, "participants", AllRows(participants));
  report.Of(place, "heavy", "participants", RowsWhere(participants, IsHeavy));
  report.Of(place, "heaviness-known", "participants", RowsWhere(participants, HeavinessKnown));
  report.Of(place, "completed", "participants", RowsWhere(participants, WentThrough));
  report.Share(place, "completed-rate", "participants", RowsWhere(participants, WentThrough));
}

// One reading of the two results whose denominator the source does not name.
void AddReading(ReportBuilder& report, const std::string& section, std::string_view whole,
                const CourseCohort& people) {
  const FigurePlace place{section, "", ""};
  report.Whole(place, whole, AllRows(people));
  report.Of(place, "smoke-free-end", whole, RowsWhere(people, IsSmokeFreeAtEnd));
  report.Share(place, "smoke-free-end-rate", whole, RowsWhere(people, IsSmokeFreeAtEnd));
  report.Of(place, "smoke-free-half-year", whole, RowsWhere(people, IsSmokeFreeAtHalfYear));
  report.Share(place, "smoke-free-half-year-rate", whole, RowsWhere(people, IsSmokeFreeAtHalfYear));
}

// The last attempt of each participant who set a date.
std::vector<CountedAttempt> AttemptsOf(const CourseCohort& participants, absl::CivilDay today) {
  std::vector<CountedAttempt> attempts;
  for (const CountedCourse& c : participants) {
    const QuitAttempt* attempt = c.course.attempt();
    if (attempt == nullptr) continue;
    attempts.push_back({c.row, c.area, attempt->date != attempt->first_date, *c.course.four_weeks, today});
  }
  return attempts;
}

}  // namespace

v1::Report KomOgKvitReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kKomOgKvit, kKomOgKvitVersion, question);
  const CourseCohort participants = ParticipantsOf(RegisteredIn(input, question, report));
  CourseCohort completers;
  std::ranges::copy_if(participants, std::back_inserter(completers), WentThrough);
  const absl::CivilDay today = LocalDay(question.now);
  AddTable(report, {}, participants);
  AddReading(report, "of-participants", "participants", participants);
  AddReading(report, "of-completers", "completers", completers);
  AddStop(report, "stop-", {}, participants);
  AddNhs(report, {"nhs-4-week", "", ""}, AttemptsOf(participants, today));
  AddRussell(report, {"russell", "", ""}, participants, today);
  for (const auto& [area, some] : ByArea(participants)) AddTable(report, {"", "by-area", area}, some);
  report.AddNote("denominators-not-named");
  return report.Done();
}

}  // namespace opgang
