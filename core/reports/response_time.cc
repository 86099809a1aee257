#include "core/reports/response_time.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "core/reports/report_facts.h"

namespace opgang {
namespace {

constexpr Standing kStandings[] = {Standing::kMet,        Standing::kOverdue,    Standing::kMetLate,
                                   Standing::kClosedLate, Standing::kOpen,       Standing::kClosedInTime,
                                   Standing::kMistake,    Standing::kUndecidable};

// One case of the cohort under one policy, as the figures need it. A case has the same row under each policy.
struct CountedCase {
  uint32_t row = 0;
  Standing standing = Standing::kOpen;
  bool asked_uncertain = false;
  bool individual = false;  // met by the first meeting of an individual course
  HoursSpan hours;          // of a case that ended by taking part
  std::string reason;       // of a closed one
  std::string cause;        // of a breach, where somebody said why
  std::string channel;
  CitizenPlace place;
};
using Cases = std::vector<CountedCase>;

const InquiryFact* FindInquiry(const PersonFacts& facts, const RecordId& id) {
  const auto found = std::ranges::find(facts.inquiries, id, &InquiryFact::id);
  return found == facts.inquiries.end() ? nullptr : &*found;
}

// When the first of the case's inquiries was asked.
Interval AskedAt(const ResponseCase& c, const PersonFacts& facts) {
  Interval first{absl::InfiniteFuture(), absl::InfiniteFuture()};
  for (const RecordId& id : c.inquiries) {
    const InquiryFact* fact = FindInquiry(facts, id);
    if (fact == nullptr) continue;
    const v1::Inquiry& inquiry = *fact->inquiry;
    const Interval asked = HappenedAt(inquiry.has_asked() ? &inquiry.asked() : nullptr, fact->recorded);
    first.earliest = std::min(first.earliest, asked.earliest);
    first.latest = std::min(first.latest, asked.latest);
  }
  return first;
}

// Taking part before the hour of asking, on its day, took no time.
HoursSpan Waited(const Interval& asked, const Interval& took_part) {
  const auto hours = [](absl::Duration d) { return std::max(0.0, absl::ToDoubleHours(d)); };
  return {hours(took_part.earliest - asked.latest), hours(took_part.latest - asked.earliest)};
}

// No participation at that moment was one of a group.
bool ByIndividualCourse(const Interval& took_part, const PersonFacts& facts) {
  bool found = false;
  for (const ParticipationFact& fact : facts.participations) {
    if (Happened(*fact.participation, fact.recorded) != took_part) continue;
    if (fact.participation->kind() != v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST) return false;
    found = true;
  }
  return found;
}

std::string HoursText(const HoursSpan& hours) {
  const auto tenths = [](double value) {
    const auto whole = static_cast<int64_t>(value * 10 + 0.5);
    return std::to_string(whole / 10) + "." + std::to_string(whole % 10);
  };
  return tenths(hours.low) == tenths(hours.high) ? tenths(hours.low)
                                                 : tenths(hours.low) + ".." + tenths(hours.high);
}

bool TookPart(Standing standing) { return standing == Standing::kMet || standing == Standing::kMetLate; }

CountedCase Counted(const ResponseCase& c, const ReportPerson& person, const ReportInput& input) {
  CountedCase counted{.standing = StandingOf(c), .asked_uncertain = !c.asked.exact()};
  counted.place = PlaceOf(input, c.citizen);
  if (const InquiryFact* opening = FindInquiry(person.facts, c.id))
    counted.channel = EnumCode(opening->inquiry->channel(), &v1::Channel_Name<v1::Channel>, "CHANNEL_");
  if (c.closing_reason.has_value())
    counted.reason =
        EnumCode(*c.closing_reason, &v1::ClosingReason_Name<v1::ClosingReason>, "CLOSING_REASON_");
  if (const BreachCauseFact* cause = CauseOf(c, person.causes))
    counted.cause =
        EnumCode(cause->cause->cause(), &v1::CauseOfBreach_Name<v1::CauseOfBreach>, "CAUSE_OF_BREACH_");
  if (TookPart(counted.standing)) {
    counted.hours = Waited(AskedAt(c, person.facts), *c.took_part);
    counted.individual = counted.standing == Standing::kMet && ByIndividualCourse(*c.took_part, person.facts);
  }
  return counted;
}

constexpr DuePolicy kPolicies[] = {DuePolicy::kCalendarDays, DuePolicy::kWorkingDays};

// By policy, in the same order: the cases of a person are the same under each, only their due times differ.
using Cohort = std::array<Cases, std::size(kPolicies)>;

// What is true of the case under any policy.
std::vector<std::pair<std::string, std::string>> RowOf(const ResponseCase& c, const CountedCase& counted,
                                                       const std::string& person) {
  return {{"person", person},
          {"asked", DatesText(c.asked)},
          {"inquiries", std::to_string(c.inquiries.size())},
          {"steps", std::to_string(c.steps)},
          {"took-part", c.took_part ? DatesText(DaysOf(*c.took_part)) : ""},
          {"hours", TookPart(counted.standing) ? HoursText(counted.hours) : ""},
          {"closed", c.closed_at ? DatesText(DaysOf(*c.closed_at)) : ""},
          {"reason", counted.reason},
          {"cause", counted.cause},
          {"channel", counted.channel},
          {"area", counted.place.area},
          {"organisation", counted.place.organisation}};
}

bool OpenedIn(const ReportQuestion& question, const ResponseCase& c) {
  return c.asked.earliest >= question.from && c.asked.earliest <= question.to;
}

using JudgedCases = std::array<std::vector<ResponseCase>, std::size(kPolicies)>;

void Count(const JudgedCases& judged, size_t index, const ReportPerson& person, const ReportInput& input,
           ReportBuilder& report, Cohort& cohort) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (size_t policy = 0; policy < judged.size(); ++policy) {
    const ResponseCase& c = judged[policy][index];
    const CountedCase& counted = cohort[policy].emplace_back(Counted(c, person, input));
    if (policy == 0) facts = RowOf(c, counted, input.pseudonym(person.id));
    const std::string name(DuePolicyName(kPolicies[policy]));
    facts.emplace_back("due." + name, DatesText(c.due));
    facts.emplace_back("standing." + name, std::string(StandingCode(counted.standing)));
  }
  const uint32_t row = report.AddRow(input.pseudonym(judged[0][index].id), std::move(facts));
  for (Cases& cases : cohort) cases.back().row = row;
}

Cohort CohortOf(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report) {
  Cohort cohort;
  for (const ReportPerson& person : input.persons) {
    JudgedCases judged;
    for (size_t policy = 0; policy < judged.size(); ++policy)
      judged[policy] = CasesOf(person.facts, question.now, {kPolicies[policy], question.calendar});
    for (size_t i = 0; i < judged[0].size(); ++i) {
      const ResponseCase& c = judged[0][i];
      if (OpenedIn(question, c) && Wanted(question, PlaceOf(input, c.citizen).area))
        Count(judged, i, person, input, report, cohort);
    }
  }
  return cohort;
}

template <typename Condition>
RowList RowsWhere(const Cases& cases, Condition condition) {
  RowList rows;
  for (const CountedCase& c : cases) {
    if (condition(c)) rows.push_back(c.row);
  }
  return rows;
}

void AddBreach(ReportBuilder& report, const FigurePlace& place, const Cases& cases) {
  const RowList breach = RowsWhere(cases, [](const CountedCase& c) { return IsBreach(c.standing); });
  report.Of(place, "breach", "cases", breach);
  for (const Standing standing : kStandings) {
    if (!IsBreach(standing)) continue;
    const auto stands_so = [&](const CountedCase& c) { return c.standing == standing; };
    report.Of(place, StandingCode(standing), "breach", RowsWhere(cases, stands_so));
  }
  std::map<std::string, RowList> by_cause = {{"", {}}};
  for (const CountedCase& c : cases) {
    if (IsBreach(c.standing)) by_cause[c.cause].push_back(c.row);
  }
  for (const auto& [cause, rows] : by_cause)
    report.Of(place, cause.empty() ? "cause-not-recorded" : "cause." + cause, "breach", rows);
}

void AddStandings(ReportBuilder& report, const FigurePlace& place, const Cases& cases) {
  report.Whole(place, "cases", RowsWhere(cases, [](const CountedCase&) { return true; }));
  for (const Standing standing : kStandings) {
    if (IsBreach(standing)) continue;
    const auto stands_so = [&](const CountedCase& c) { return c.standing == standing; };
    report.Of(place, StandingCode(standing), "cases", RowsWhere(cases, stands_so));
  }
  AddBreach(report, place, cases);
  report.Of(place, "asked-uncertain", "cases",
            RowsWhere(cases, [](const CountedCase& c) { return c.asked_uncertain; }));
  report.Of(place, "met-individual", "met",
            RowsWhere(cases, [](const CountedCase& c) { return c.individual; }));
}

void AddRates(ReportBuilder& report, const FigurePlace& place, const Cases& cases) {
  const RowList met = RowsWhere(cases, [](const CountedCase& c) { return c.standing == Standing::kMet; });
  const RowList decided = RowsWhere(
      cases, [](const CountedCase& c) { return c.standing == Standing::kMet || IsBreach(c.standing); });
  report.Of(place, "decided", "cases", decided);
  report.Share(place, "rate-a", "decided", met);
  report.Share(place, "rate-b", "cases", met);
}

void AddHours(ReportBuilder& report, const FigurePlace& place, const Cases& cases) {
  const RowList rows = RowsWhere(cases, [](const CountedCase& c) { return TookPart(c.standing); });
  std::vector<HoursSpan> spans;
  for (const CountedCase& c : cases) {
    if (TookPart(c.standing)) spans.push_back(c.hours);
  }
  report.Of(place, "took-part", "cases", rows);
  report.Hours(place, "took-part", rows, spans);
}

// Closed ones by their reason, each under its own standing.
void AddReasons(ReportBuilder& report, const FigurePlace& place, const Cases& cases, Standing standing) {
  std::map<std::string, RowList> by_reason;
  for (const CountedCase& c : cases) {
    if (c.standing == standing) by_reason[c.reason].push_back(c.row);
  }
  const std::string of(StandingCode(standing));
  for (const auto& [reason, rows] : by_reason) {
    report.Of(place, of + "." + (reason.empty() ? "not-recorded" : reason), of, rows);
  }
}

void AddFigures(ReportBuilder& report, const FigurePlace& place, const Cases& cases) {
  AddStandings(report, place, cases);
  AddRates(report, place, cases);
  AddHours(report, place, cases);
}

template <typename KeyOf>
void AddGroups(ReportBuilder& report, const std::string& section, const std::string& group,
               const Cases& cohort, KeyOf key_of) {
  std::map<std::string, Cases> by_key;
  for (const CountedCase& c : cohort) by_key[key_of(c)].push_back(c);
  for (const auto& [key, cases] : by_key) AddFigures(report, {section, group, key}, cases);
}

void AddSection(ReportBuilder& report, const std::string& section, const Cases& cohort) {
  const FigurePlace whole{section, "", ""};
  AddFigures(report, whole, cohort);
  AddReasons(report, whole, cohort, Standing::kClosedInTime);
  AddReasons(report, whole, cohort, Standing::kClosedLate);
  AddGroups(report, section, "by-channel", cohort, [](const CountedCase& c) { return c.channel; });
  AddGroups(report, section, "by-area", cohort, [](const CountedCase& c) { return c.place.area; });
  AddGroups(report, section, "by-organisation", cohort,
            [](const CountedCase& c) { return c.place.organisation; });
}

}  // namespace

std::string_view StandingCode(Standing standing) {
  switch (standing) {
    case Standing::kMet: return "met";
    case Standing::kOverdue: return "overdue";
    case Standing::kMetLate: return "met-late";
    case Standing::kClosedLate: return "closed-late";
    case Standing::kOpen: return "open";
    case Standing::kClosedInTime: return "closed-in-time";
    case Standing::kMistake: return "mistake";
    case Standing::kUndecidable: return "undecidable";
  }
  return "undecidable";
}

Standing StandingOf(const ResponseCase& c) {
  switch (c.state) {
    case CaseState::kOpen:
    case CaseState::kDueSoon: return Standing::kOpen;
    case CaseState::kOverdue: return Standing::kOverdue;
    case CaseState::kMet: return Standing::kMet;
    case CaseState::kMetLate: return Standing::kMetLate;
    case CaseState::kUndecidable: return Standing::kUndecidable;
    case CaseState::kClosed: break;
  }
  if (c.closing_reason == v1::CLOSING_REASON_RECORDED_BY_MISTAKE) return Standing::kMistake;
  if (c.breach) return Standing::kClosedLate;
  const bool in_time = CompareToDue(*c.closed_at, c.due) == DueComparison::kByDue;
  return in_time ? Standing::kClosedInTime : Standing::kUndecidable;
}

bool IsBreach(Standing standing) {
  return standing == Standing::kOverdue || standing == Standing::kMetLate ||
         standing == Standing::kClosedLate;
}

v1::Report ResponseTimeReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kResponseTime, kResponseTimeVersion, question);
  const Cohort cohort = CohortOf(input, question, report);
  for (size_t policy = 0; policy < cohort.size(); ++policy)
    AddSection(report, std::string(DuePolicyName(kPolicies[policy])), cohort[policy]);
  report.AddNote("causes-never-excuse");
  report.AddNote("hours-are-spans");
  return report.Done();
}

}  // namespace opgang
