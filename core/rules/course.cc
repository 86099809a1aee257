#include "core/rules/course.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/rules/seats.h"

namespace opgang {
namespace {

// A test at the end of the course belongs to one that ended so many days before or after it.
constexpr int kEndTestDays = 14;

// What begins, carries and ends a course, on one line of time.
struct Step {
  enum Kind { kIntake, kCame, kEnd } kind;  // the order of those of one day
  DateSpan days;
  absl::Time moment;
  RecordId id;
  size_t position = 0;  // among the facts of its kind
};

DateSpan DaysOf(const Interval& moment) { return {LocalDay(moment.earliest), LocalDay(moment.latest)}; }

template <typename Message>
Interval MomentOf(const Message& message, const Interval& recorded) {
  return HappenedAt(message.has_happened() ? &message.happened() : nullptr, recorded);
}

Step StepAt(Step::Kind kind, const Interval& moment, const RecordId& id, size_t position) {
  return {kind, DaysOf(moment), moment.earliest, id, position};
}

std::vector<Step> StepsOf(const CourseFacts& facts) {
  std::vector<Step> steps;
  for (size_t i = 0; i < facts.intakes.size(); ++i) {
    const IntakeFact& fact = facts.intakes[i];
    if (fact.intake->status() != v1::INTAKE_STATUS_COMPLETE) continue;
    steps.push_back(StepAt(Step::kIntake, fact.recorded, fact.id, i));
  }
  for (size_t i = 0; i < facts.participations.size(); ++i) {
    const ParticipationFact& fact = facts.participations[i];
    steps.push_back(StepAt(Step::kCame, MomentOf(*fact.participation, fact.recorded), fact.id, i));
  }
  for (size_t i = 0; i < facts.ends.size(); ++i) {
    const CourseEndFact& fact = facts.ends[i];
    steps.push_back(StepAt(Step::kEnd, MomentOf(*fact.end, fact.recorded), fact.id, i));
  }
  std::ranges::sort(steps, {},
                    [](const Step& s) { return std::tuple(s.days.earliest, s.kind, s.moment, s.id); });
  return steps;
}

v1::Programme ProgrammeOf(const v1::Participation& came, const CourseMeetings& meetings) {
  if (came.kind() == v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST) return v1::PROGRAMME_INDIVIDUAL;
  const CourseMeeting* meeting = meetings.Find(came.meeting_id());
  return meeting == nullptr ? v1::PROGRAMME_UNSPECIFIED : meeting->programme;
}

// Cuts the line of time into courses.
class Cutter {
 public:
  Cutter(const CourseFacts& facts, const CourseMeetings& meetings) : facts_(facts), meetings_(meetings) {}

  CourseHistory Cut() {
    for (const Step& step : StepsOf(facts_)) {
      switch (step.kind) {
        case Step::kIntake: TakeIntake(step); break;
        case Step::kCame: TakeCame(step); break;
        case Step::kEnd: TakeEnd(step); break;
      }
    }
    return std::move(history_);
  }

 private:
  Course* Open() {
    if (history_.courses.empty() || history_.courses.back().ended) return nullptr;
    return &history_.courses.back();
  }
  Course& Begin(const Step& step, const std::string& citizen) {
    Course& course = history_.courses.emplace_back();
    course.id = step.id;
    course.citizen = RecordId::FromBytes(citizen).value_or(RecordId());
    course.registered = step.days;
    return course;
  }

  static bool BeginsAnew(const Course& open, const Step& step) {
    return open.began && step.days.earliest > *open.began + kCourseDays;
  }

  void TakeIntake(const Step& step) {
    const IntakeFact& fact = facts_.intakes[step.position];
    Course* open = Open();
    if (open != nullptr && open->intake && BeginsAnew(*open, step)) {
      open->ended = step.days.earliest - 1;
      open = nullptr;
    }
    Course& course = open != nullptr ? *open : Begin(step, fact.intake->citizen_id());
    course.intake = fact;
    if (fact.intake->programme() != v1::PROGRAMME_UNSPECIFIED) course.programme = fact.intake->programme();
  }

  void TakeCame(const Step& step) {
    const v1::Participation& came = *facts_.participations[step.position].participation;
    Course* open = Open();
    Course& course = open != nullptr ? *open : Begin(step, came.citizen_id());
    if (!course.began) course.began = step.days.earliest;
    if (course.programme == v1::PROGRAMME_UNSPECIFIED) course.programme = ProgrammeOf(came, meetings_);
  }

  void TakeEnd(const Step& step) {
    const CourseEndFact& fact = facts_.ends[step.position];
    Course* open = Open();
    if (open == nullptr || !open->began) {
      history_.stray_ends.push_back(fact);
      return;
    }
    open->ended = step.days.earliest;
    open->end = fact;
  }

  const CourseFacts& facts_;
  const CourseMeetings& meetings_;
  CourseHistory history_;
};

// Counts the sessions of one course.
class SessionCount {
 public:
  SessionCount(const CourseFacts& facts, const CourseMeetings& meetings, const Course& course, absl::Time now)
      : facts_(facts), meetings_(meetings), now_(now), first_(*course.began) {
    last_ = course.ended.value_or(LocalDay(now));
  }

  Sessions Count() {
    for (const ParticipationFact& fact : facts_.participations) TakeCame(fact);
    for (const AbsenceFact& fact : facts_.absences) TakeAbsent(fact);
    for (const std::string& group : groups_) TakePlan(group);
    const int attended = static_cast<int>(attended_.size()) + unplanned_;
    return {static_cast<int>(planned_.size()) + unplanned_, attended};
  }

 private:
  bool During(absl::CivilDay day) const { return first_ <= day && day <= last_; }

  void TakeCame(const ParticipationFact& fact) {
    const v1::Participation& came = *fact.participation;
    if (!During(DayOf(came, fact.recorded))) return;
    const auto id = RecordId::FromBytes(came.meeting_id());
    if (!id) {
      ++unplanned_;
      return;
    }
    planned_.insert(*id);
    attended_.insert(*id);
    const CourseMeeting* meeting = meetings_.Find(came.meeting_id());
    if (meeting != nullptr) groups_.insert(meeting->meeting->group_id());
  }

  void TakeAbsent(const AbsenceFact& fact) {
    const auto id = RecordId::FromBytes(fact.absence->meeting_id());
    if (!id || !During(DayOf(*fact.absence, fact.recorded))) return;
    const CourseMeeting* meeting = meetings_.Find(fact.absence->meeting_id());
    if (meeting == nullptr || meeting->meeting->state() != v1::MEETING_STATE_CANCELLED) planned_.insert(*id);
  }

  // What the group held: also where nobody ticked.
  void TakePlan(const std::string& group) {
    for (const RecordId& id : meetings_.OfGroup(group)) {
      const v1::Meeting& meeting = *meetings_.at(id).meeting;
      const absl::Time start = MeetingStart(meeting);
      const bool held = meeting.state() != v1::MEETING_STATE_CANCELLED && start <= now_;
      if (held && During(LocalDay(start))) planned_.insert(id);
    }
  }

  const CourseFacts& facts_;
  const CourseMeetings& meetings_;
  const absl::Time now_;
  const absl::CivilDay first_;
  absl::CivilDay last_;
  std::set<RecordId> planned_;
  std::set<RecordId> attended_;
  std::set<std::string> groups_;
  int unplanned_ = 0;
};

void SetSessions(const CourseFacts& facts, const CourseMeetings& meetings, absl::Time now, Course& course) {
  if (course.end && course.end->end->has_planned_sessions()) {
    course.sessions = {course.end->end->planned_sessions(), course.end->end->attended_sessions()};
  } else if (course.began) {
    course.sessions = SessionCount(facts, meetings, course, now).Count();
  }
}

// To the latest course that was there when it was set, else the first.
void GiveAttempts(const std::vector<QuitAttempt>& attempts, std::vector<Course>& courses) {
  if (courses.empty()) return;
  for (const QuitAttempt& attempt : attempts) {
    size_t at = 0;
    for (size_t i = 1; i < courses.size(); ++i) {
      if (courses[i].registered.earliest <= attempt.set_on) at = i;
    }
    courses[at].attempts.push_back(attempt);
  }
}

// Reasons that name no quit date, each given to the latest course of its day: dead, moved, ...
void GiveReasons(const CourseFacts& facts, std::vector<Course>& courses) {
  if (courses.empty()) return;
  for (const SixMonthFact& fact : facts.six_months) {
    if (!fact.status->quit_date_id().empty()) continue;
    const absl::CivilDay day = DayOf(*fact.status, fact.recorded);
    size_t at = 0;
    for (size_t i = 1; i < courses.size(); ++i) {
      if (courses[i].registered.earliest <= day) at = i;
    }
    courses[at].no_answer = fact.status->reason();
  }
}

void SetSixMonths(const CourseFacts& facts, const QuitAttempt& attempt, absl::CivilDay today,
                  Course& course) {
  SixMonthResult result =
      SixMonthsAfter(attempt, facts.calls, facts.six_months, facts.tests, facts.follow_up_withdrawn, today);
  const bool none = !result.answer && result.reason == v1::NO_ANSWER_REASON_UNSPECIFIED;
  if (none) result.reason = course.no_answer;
  result.done |= result.reason != v1::NO_ANSWER_REASON_UNSPECIFIED;
  course.no_answer = result.reason;
  course.six_months = std::move(result);
}

void SetOutcomes(const CourseFacts& facts, absl::Time now, Course& course) {
  if (course.ended) {
    const DayWindow around{*course.ended - kEndTestDays, *course.ended + kEndTestDays};
    course.end_ppm = PpmIn(facts.tests, v1::TEST_OCCASION_COURSE_END, around);
  }
  const QuitAttempt* attempt = course.attempt();
  if (attempt == nullptr) return;
  course.four_weeks = FourWeeksAfter(*attempt, facts.four_weeks, facts.tests);
  SetSixMonths(facts, *attempt, LocalDay(now), course);
}

}  // namespace

void CourseMeetings::Add(const RecordId& id, const CourseMeeting& meeting) {
  if (by_id_.emplace(id, meeting).second) by_group_[meeting.meeting->group_id()].push_back(id);
}

const CourseMeeting* CourseMeetings::Find(const std::string& meeting_id) const {
  const auto id = RecordId::FromBytes(meeting_id);
  const auto found = id ? by_id_.find(*id) : by_id_.end();
  return found == by_id_.end() ? nullptr : &found->second;
}

const std::vector<RecordId>& CourseMeetings::OfGroup(const std::string& group_id) const {
  static const std::vector<RecordId>* const kNone = new std::vector<RecordId>();
  const auto found = by_group_.find(group_id);
  return found == by_group_.end() ? *kNone : found->second;
}

v1::CourseStatus Course::status() const { return end ? end->end->status() : v1::COURSE_STATUS_NOT_KNOWN; }

std::vector<ActiveSpan> ActiveSpans(const std::vector<Course>& courses) {
  const absl::CivilDay kNever = absl::CivilDay::min();
  std::vector<ActiveSpan> spans;
  for (const Course& course : courses) {
    spans.push_back(course.began ? ActiveSpan{*course.began, course.ended.value_or(absl::CivilDay::max())}
                                 : ActiveSpan{absl::CivilDay::max(), kNever});
  }
  return spans;
}

CourseHistory CoursesOf(const CourseFacts& facts, const CourseMeetings& meetings, absl::Time now) {
  CourseHistory history = Cutter(facts, meetings).Cut();
  history.attempts = AttemptsOf(facts.quit_dates);
  GiveAttempts(history.attempts, history.courses);
  GiveReasons(facts, history.courses);
  for (Course& course : history.courses) {
    SetSessions(facts, meetings, now, course);
    SetOutcomes(facts, now, course);
  }
  history.nicotine = LedgerOf(facts.hand_outs, ActiveSpans(history.courses));
  return history;
}

}  // namespace opgang
