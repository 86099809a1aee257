#include "core/reports/stop.h"

#include <algorithm>

namespace opgang {
namespace {

using Condition = bool (*)(const CountedCourse&);

bool Completed(const CountedCourse& c) { return c.course.attended_enough(); }
bool FollowedUp(const CountedCourse& c) { return c.course.six_months && c.course.six_months->followed_up(); }
bool SaidHowSatisfied(const CountedCourse& c) {
  return c.course.end && c.course.end->end->has_satisfaction();
}
bool IsSatisfied(const CountedCourse& c) {
  return SaidHowSatisfied(c) && c.course.end->end->satisfaction() >= 4;
}

constexpr int kTargetCompleted = 80;
constexpr int kTargetSmokeFreeAtEnd = 80;
constexpr int kTargetFollowedUp = 80;
constexpr int kTargetSmokeFreeAtHalfYear = 50;
constexpr int kTargetSatisfied = 90;

CourseCohort Those(const CourseCohort& courses, Condition condition) {
  CourseCohort some;
  std::ranges::copy_if(courses, std::back_inserter(some), condition);
  return some;
}

class Indicators {
 public:
  Indicators(ReportBuilder& report, const std::string& prefix, const FigurePlace& place,
             const CourseCohort& courses)
      : report_(report),
        prefix_(prefix),
        place_(place),
        courses_(courses),
        started_(Those(courses, HasBegun)),
        completers_(Those(courses, Completed)) {}

  void Add() {
    AddCompleted();
    AddSmokeFree("smoke-free-end", kTargetSmokeFreeAtEnd, IsSmokeFreeAtEnd, AnsweredAtEnd);
    Guard("smoke-free-end", completers_.size() >= kStopLeastPeople);
    AddFollowedUp();
    AddSmokeFree("smoke-free-half-year", kTargetSmokeFreeAtHalfYear, IsSmokeFreeAtHalfYear,
                 AnsweredAtHalfYear);
    Guard("smoke-free-half-year", FollowUpCarries(AnsweredAtHalfYear));
    AddSatisfied();
  }

 private:
  FigurePlace In(const std::string& section) const { return {prefix_ + section, place_.group, place_.key}; }

  // Told to the base's staff either way.
  void Guard(const std::string& section, bool publishable) {
    if (publishable) return;
    report_.Withhold(In(section));
    if (place_.group.empty()) report_.AddNote("guard." + section);
  }

  // Half of those who completed were followed up, and enough of them have said what the indicator counts.
  bool FollowUpCarries(Condition has_data) const {
    const auto count = [&](Condition condition) {
      return static_cast<size_t>(std::ranges::count_if(completers_, condition));
    };
    return 2 * count(FollowedUp) >= completers_.size() && count(has_data) >= kStopLeastPeople;
  }

  void AddCompleted() {
    const FigurePlace place = In("completed");
    report_.Whole(place, "registered", AllRows(courses_));
    report_.Of(place, "started", "registered", AllRows(started_));
    report_.Of(place, "date-uncertain", "registered",
               RowsWhere(courses_, [](const CountedCourse& c) { return !c.course.registered.exact(); }));
    report_.Of(place, "completers", "registered", AllRows(completers_));
    report_.Share(place, "rate", "registered", AllRows(completers_), kTargetCompleted);
    Guard("completed", courses_.size() >= kStopLeastPeople);
  }

  // The indicator is b; a and c stand beside it.
  void AddSmokeFree(const std::string& section, int target, Condition smoke_free, Condition answered) {
    const FigurePlace place = In(section);
    const CourseCohort who_answered = Those(completers_, answered);
    report_.Whole(place, "completers", AllRows(completers_));
    report_.Of(place, "smoke-free", "completers", RowsWhere(completers_, smoke_free));
    report_.Share(place, "variant-b", "completers", RowsWhere(completers_, smoke_free), target);
    report_.Of(place, "who-answered", "completers", AllRows(who_answered));
    report_.Share(place, "variant-a", "who-answered", RowsWhere(who_answered, smoke_free));
    report_.Whole(place, "started", AllRows(started_));
    report_.Of(place, "smoke-free-of-started", "started", RowsWhere(started_, smoke_free));
    report_.Share(place, "variant-c", "started", RowsWhere(started_, smoke_free));
  }

  void AddFollowedUp() {
    const FigurePlace place = In("followed-up");
    report_.Whole(place, "completers", AllRows(completers_));
    report_.Of(place, "followed-up", "completers", RowsWhere(completers_, FollowedUp));
    report_.Share(place, "rate", "completers", RowsWhere(completers_, FollowedUp), kTargetFollowedUp);
    Guard("followed-up", FollowUpCarries(FollowedUp));
  }

  void AddSatisfied() {
    const FigurePlace place = In("satisfied");
    report_.Whole(place, "completers", AllRows(completers_));
    report_.Of(place, "satisfied", "completers", RowsWhere(completers_, IsSatisfied));
    report_.Share(place, "rate", "completers", RowsWhere(completers_, IsSatisfied), kTargetSatisfied);
    report_.Of(place, "who-answered", "completers", RowsWhere(completers_, SaidHowSatisfied));
    Guard("satisfied", FollowUpCarries(SaidHowSatisfied));
  }

  ReportBuilder& report_;
  const std::string prefix_;
  const FigurePlace place_;
  const CourseCohort& courses_;
  const CourseCohort started_;
  const CourseCohort completers_;
};

}  // namespace

void AddStop(ReportBuilder& report, const std::string& prefix, const FigurePlace& place,
             const CourseCohort& courses) {
  Indicators(report, prefix, place, courses).Add();
}

v1::Report StopReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kStop, kStopVersion, question);
  const CourseCohort courses = RegisteredIn(input, question, report);
  AddStop(report, "", {}, courses);
  for (const auto& [area, some] : ByArea(courses)) AddStop(report, "", {"", "by-area", area}, some);
  report.AddNote("stop-format-not-claimed");
  return report.Done();
}

}  // namespace opgang
