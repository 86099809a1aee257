#include "opgang/courses.h"

#include <set>
#include <tuple>

#include "core/rules/course_facts.h"
#include "opgang/groups.h"

namespace opgang {
namespace {

const VisibleRecord* FindOf(const View& view, RecordType type, std::string_view bytes) {
  const auto id = RecordId::FromBytes(bytes);
  const VisibleRecord* record = id ? view.Find(*id) : nullptr;
  return record != nullptr && record->type->type == type ? record : nullptr;
}

v1::Programme ProgrammeOf(const View& view, const v1::Meeting& meeting) {
  const VisibleRecord* group = FindOf(view, RecordType::kGroup, meeting.group_id());
  if (group == nullptr) return v1::PROGRAMME_UNSPECIFIED;
  const VisibleRecord* programme =
      FindOf(view, RecordType::kGroupProgramme, group->As<v1::Group>().programme_id());
  return programme == nullptr ? v1::PROGRAMME_UNSPECIFIED : programme->As<v1::GroupProgramme>().kind();
}

// Said of the citizen, else in the latest intake.
void TakeBirthYear(const VisibleRecord& record, CourseBackground& background) {
  if (record.type->type == RecordType::kCitizen && record.As<v1::Citizen>().has_birth_year()) {
    background.birth_year = record.As<v1::Citizen>().birth_year();
  } else if (record.type->type == RecordType::kIntake && record.As<v1::Intake>().has_birth_year()) {
    background.birth_year = record.As<v1::Intake>().birth_year();
  }
}

// The tasks of one person, joined citizens together.
class CourseTasks {
 public:
  CourseTasks(absl::Time now, std::vector<TaskLine>& tasks)
      : now_(now), today_(LocalDay(now)), tasks_(tasks) {}

  void Add(RecordId citizen, const CourseHistory& history) {
    for (const Course& course : history.courses) {
      if (course.attempt() == nullptr || !course.began) continue;
      AddFourWeeks(citizen, course);
      AddSixMonths(citizen, course);
    }
    for (const LedgerLine& line : history.nicotine.lines) AddHandOut(citizen, line);
  }

 private:
  // Once for a record, whichever of several joined citizens leads to it.
  TaskLine* New(TaskKind kind, RecordId about, RecordId citizen, absl::CivilDay last) {
    if (!told_.emplace(kind, about).second) return nullptr;
    TaskLine task{kind, about, citizen, EndOfLocalDay(last)};
    task.overdue = now_ >= task.due;
    return &tasks_.emplace_back(std::move(task));
  }

  // After its window nobody can be asked about those days any more.
  void AddFourWeeks(RecordId citizen, const Course& course) {
    const FourWeekResult& result = *course.four_weeks;
    if (result.done() || !result.window.contains(today_)) return;
    New(TaskKind::kFourWeeks, course.attempt()->id, citizen, result.window.last);
  }

  void AddSixMonths(RecordId citizen, const Course& course) {
    const SixMonthResult& result = *course.six_months;
    if (result.done || today_ < result.window.first) return;
    TaskLine* task = New(TaskKind::kSixMonths, course.attempt()->id, citizen, result.window.last);
    if (task != nullptr) task->six_months = result;
  }

  void AddHandOut(RecordId citizen, const LedgerLine& line) {
    if (!line.open()) return;
    TaskLine* task = New(TaskKind::kHandOutToCheck, line.id, citizen, line.day + 1);
    if (task != nullptr) task->hand_out = line.flag;
  }

  const absl::Time now_;
  const absl::CivilDay today_;
  std::vector<TaskLine>& tasks_;
  std::set<std::pair<TaskKind, RecordId>> told_;
};

}  // namespace

CourseMeetings CourseMeetingsOf(const View& view) {
  CourseMeetings meetings;
  for (const VisibleRecord* record : view.OfType(RecordType::kMeeting)) {
    const auto& meeting = record->As<v1::Meeting>();
    meetings.Add(record->id, {&meeting, ProgrammeOf(view, meeting)});
  }
  return meetings;
}

CourseBackground BackgroundOf(const View& view, RecordId citizen, RecordId except) {
  CourseBackground background;
  background.meetings = CourseMeetingsOf(view);
  for (const VisibleRecord* record : view.About(citizen)) {
    if (record->id == except) continue;
    TakeBirthYear(*record, background);
    TakeInto(background.facts, record->type->type, record->id, record->content(), record->recorded);
  }
  if (const VisibleRecord* self = view.Find(citizen)) TakeBirthYear(*self, background);
  return background;
}

CourseHistory HistoryOf(const View& view, RecordId citizen, absl::Time now) {
  const CourseBackground background = BackgroundOf(view, citizen);
  return CoursesOf(background.facts, background.meetings, now);
}

void GroupFacts::AddCourses(absl::Time now, std::vector<TaskLine>& tasks) const {
  std::set<RecordId> citizens;
  for (const RecordType type : {RecordType::kQuitDate, RecordType::kNicotineHandOut}) {
    for (const VisibleRecord* record : view_.OfType(type)) citizens.insert(record->subject);
  }
  CourseTasks course_tasks(now, tasks);
  const CourseMeetings meetings = CourseMeetingsOf(view_);
  for (const RecordId& citizen : citizens) {
    CourseFacts facts;
    for (const VisibleRecord* record : view_.About(citizen)) {
      TakeInto(facts, record->type->type, record->id, record->content(), record->recorded);
    }
    course_tasks.Add(citizen, CoursesOf(facts, meetings, now));
  }
}

}  // namespace opgang
