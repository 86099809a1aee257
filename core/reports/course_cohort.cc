#include "core/reports/course_cohort.h"

#include <cstdio>
#include <utility>

#include "core/reports/report_facts.h"

namespace opgang {
namespace {

using RowFacts = std::vector<std::pair<std::string, std::string>>;

std::string DayText(const std::optional<absl::CivilDay>& day) { return day ? DateText(*day) : ""; }
std::string YesNo(bool value) { return value ? "yes" : "no"; }

std::string ProgrammeCode(v1::Programme programme) {
  return EnumCode(programme, &v1::Programme_Name<v1::Programme>, "PROGRAMME_");
}

void AddEnd(const Course& course, RowFacts& facts) {
  facts.emplace_back("planned", std::to_string(course.sessions.planned));
  facts.emplace_back("attended", std::to_string(course.sessions.attended));
  if (!course.end) return;
  const v1::CourseEnd& end = *course.end->end;
  facts.emplace_back("completed", YesNo(course.went_through()));
  facts.emplace_back("status-end",
                     EnumCode(end.status(), &v1::CourseStatus_Name<v1::CourseStatus>, "COURSE_STATUS_"));
  facts.emplace_back("ppm-end", PpmText(course.end_ppm));
  if (end.has_satisfaction()) facts.emplace_back("satisfaction", std::to_string(end.satisfaction()));
}

void AddHalfYear(const Course& course, RowFacts& facts) {
  if (course.attempt() != nullptr) facts.emplace_back("quit-date", DateText(course.attempt()->date));
  if (course.six_months && course.six_months->answer) {
    const v1::SixMonthAnswer answer = course.six_months->answer->answer();
    facts.emplace_back("half-year",
                       EnumCode(answer, &v1::SixMonthAnswer_Name<v1::SixMonthAnswer>, "SIX_MONTH_ANSWER_"));
  }
  if (course.six_months) {
    facts.emplace_back("days-rung", std::to_string(course.six_months->days_tried));
    facts.emplace_back("ppm-half-year", PpmText(course.six_months->ppm));
  }
  facts.emplace_back("no-answer", EnumCode(course.no_answer, &v1::NoAnswerReason_Name<v1::NoAnswerReason>,
                                           "NO_ANSWER_REASON_"));
}

RowFacts FactsOf(const CountedCourse& counted) {
  const Course& course = counted.course;
  RowFacts facts = {{"what", "course"},
                    {"registered", DatesText(course.registered)},
                    {"began", DayText(course.began)},
                    {"ended", DayText(course.ended)},
                    {"programme", ProgrammeCode(course.programme)},
                    {"area", counted.area}};
  AddEnd(course, facts);
  AddHalfYear(course, facts);
  return facts;
}

bool InPeriodOf(const ReportQuestion& question, absl::CivilDay day) {
  return question.from <= day && day <= question.to;
}

}  // namespace

CourseMeetings CourseMeetingsOf(const ReportInput& input) {
  CourseMeetings meetings;
  for (const auto& [id, meeting] : input.meetings) meetings.Add(id, {meeting.meeting, meeting.programme});
  return meetings;
}

CourseCohort RegisteredIn(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report) {
  const CourseMeetings meetings = CourseMeetingsOf(input);
  CourseCohort cohort;
  for (const ReportPerson& person : input.persons) {
    CourseHistory history = CoursesOf(person.course, meetings, question.now);
    for (Course& course : history.courses) {
      CountedCourse counted{.person = person.id, .area = PlaceOf(input, course.citizen).area};
      if (!InPeriodOf(question, course.registered.earliest) || !Wanted(question, counted.area)) continue;
      counted.course = std::move(course);
      counted.row = report.AddRow(input.pseudonym(person.id), FactsOf(counted));
      cohort.push_back(std::move(counted));
    }
  }
  return cohort;
}

bool HasBegun(const CountedCourse& c) { return c.course.began.has_value(); }
bool IsSmokeFreeAtEnd(const CountedCourse& c) { return c.course.smoke_free_at_end(); }
bool AnsweredAtEnd(const CountedCourse& c) { return c.course.status() != v1::COURSE_STATUS_NOT_KNOWN; }
bool IsSmokeFreeAtHalfYear(const CountedCourse& c) {
  return c.course.six_months && c.course.six_months->smoke_free();
}
bool AnsweredAtHalfYear(const CountedCourse& c) {
  return c.course.six_months && c.course.six_months->answer.has_value();
}

std::string PpmText(const std::optional<double>& ppm) {
  if (!ppm) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%g", *ppm);
  return text;
}

}  // namespace opgang
