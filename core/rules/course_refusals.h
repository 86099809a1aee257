// What may not be noted about a course beside what is known of the person. Asked at capture, while the worker looks at the
// screen; the base asks the same of all that has arrived and refuses none of it, because what was rightly noted on two
// tablets apart stays noted: it is flagged instead (core/rules/nicotine.h) and counted apart by the reports.
#ifndef OPGANG_CORE_RULES_COURSE_REFUSALS_H_
#define OPGANG_CORE_RULES_COURSE_REFUSALS_H_

#include <optional>

#include "core/records/validation.h"
#include "core/rules/course.h"

namespace opgang {

// Who the citizen is, as far as it matters here.
struct CourseBackground {
  CourseFacts facts;  // without the record that is judged
  CourseMeetings meetings;
  std::optional<int> birth_year;
};

// A new record of a course, recorded within `now`; nullopt for every other type. A patch is judged as the record would be.
//  - hand-out: nobody takes part, the window is over, or more weeks than are left; a correction that makes none of these
//    worse is sound;
//  - quit date: not after the year of birth;
//  - four weeks, call, half a year: before there was a complete intake or taking part, or before the quit date itself; for
//    "not reached", the attempts are missing. A quit date that is not known here is no ground for refusal;
//  - end of course: no course is gone through on that day, or it has its end already.
// Only records of the types for which NeedsBackground is true are ever refused.
bool NeedsBackground(RecordType type);
std::optional<Refusal> RefuseCourseRecord(RecordType type, const RecordId& id,
                                          const google::protobuf::Message& content,
                                          const CourseBackground& background, const Interval& now);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_COURSE_REFUSALS_H_
