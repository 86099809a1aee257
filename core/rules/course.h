// A course as one person goes through it, computed from what was recorded; nothing of it is stored, and device and base call
// this same function. People come back: a person has as many courses as were gone through.
//
//   a complete intake, or taking part, begins a course      (taking part never waits for an intake: D1)
//   an end of course ends the one that is open; so does another complete intake more than 8 weeks after the person first
//   came: the person begins anew. A second intake before that is of the same course (two tablets asked).
//   a quit date belongs to the course that is the latest when it is first set; of several the latest set counts
//
// Sessions. Planned for a person: meetings that were not cancelled, of each group in which the person took part during the
// course, from the first taking part to the end of the course (open: to now), and each other one at which the person was
// ticked. Attended: those at which the person was there; a meeting without a plan counts as planned and attended. What the
// end of the course states stands before this.
#ifndef OPGANG_CORE_RULES_COURSE_H_
#define OPGANG_CORE_RULES_COURSE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/rules/after_quitting.h"
#include "core/rules/nicotine.h"
#include "core/rules/quit_attempt.h"
#include "core/rules/response_case.h"
#include "opgang/v1/group.pb.h"
#include "opgang/v1/intake.pb.h"

namespace opgang {

inline constexpr int kCourseDays = 56;  // the full course (D1)

struct IntakeFact {
  RecordId id;
  const v1::Intake* intake;
  Interval recorded;
};
struct AbsenceFact {
  RecordId id;
  const v1::Absence* absence;
  Interval recorded;
};
struct CourseEndFact {
  RecordId id;
  const v1::CourseEnd* end;
  Interval recorded;
};

// What was recorded about one person (one citizen, or several joined ones), in any order; deleted records are not among it.
// Pointers are the caller's, never null, and are kept in what is computed.
struct CourseFacts {
  std::vector<ParticipationFact> participations;
  std::vector<IntakeFact> intakes;
  std::vector<AbsenceFact> absences;
  std::vector<QuitDateFact> quit_dates;
  std::vector<HandOutFact> hand_outs;
  std::vector<TestFact> tests;
  std::vector<CourseEndFact> ends;
  std::vector<FourWeekFact> four_weeks;
  std::vector<CallFact> calls;
  std::vector<SixMonthFact> six_months;
  bool follow_up_withdrawn = false;  // the consent to be rung half a year later was withdrawn
};

struct CourseMeeting {
  const v1::Meeting* meeting;
  v1::Programme programme = v1::PROGRAMME_UNSPECIFIED;  // of its group
};
// All that are known, also those to which this person never came.
class CourseMeetings {
 public:
  void Add(const RecordId& id, const CourseMeeting& meeting);
  // nullptr: not known, or no id.
  const CourseMeeting* Find(const std::string& meeting_id) const;
  // Nobody's: an empty list.
  const std::vector<RecordId>& OfGroup(const std::string& group_id) const;
  const CourseMeeting& at(const RecordId& id) const { return by_id_.at(id); }

 private:
  std::map<RecordId, CourseMeeting> by_id_;
  std::map<std::string, std::vector<RecordId>> by_group_;
};

struct Sessions {
  int planned = 0;
  int attended = 0;
};

struct Course {
  RecordId id;                          // of the record that begins it
  RecordId citizen;                     // of that record
  DateSpan registered;                  // of that record: inexact where its evidence is
  std::optional<absl::CivilDay> began;  // first took part; nullopt: registered, and has not come yet
  std::optional<absl::CivilDay> ended;
  v1::Programme programme = v1::PROGRAMME_UNSPECIFIED;  // of the intake, else of the first meeting
  std::optional<IntakeFact> intake;
  std::optional<CourseEndFact> end;
  Sessions sessions;
  std::vector<QuitAttempt> attempts;         // by the day on which they were set
  std::optional<FourWeekResult> four_weeks;  // of the last attempt
  std::optional<SixMonthResult> six_months;  // of the last attempt
  // Why it is not known how it went, also of a course without a quit date; unspecified where there is an answer.
  v1::NoAnswerReason no_answer = v1::NO_ANSWER_REASON_UNSPECIFIED;
  std::optional<double> end_ppm;  // latest test at the end of the course

  const QuitAttempt* attempt() const { return attempts.empty() ? nullptr : &attempts.back(); }
  v1::CourseStatus status() const;  // NOT_KNOWN where nobody said
  bool smoke_free_at_end() const { return status() == v1::COURSE_STATUS_SMOKE_FREE; }
  // Gone through to its end, in the instructor's word.
  bool went_through() const { return end && end->end->completed() == v1::ANSWER_YES; }
  // Three quarters of the sessions (the national register's first indicator).
  bool attended_enough() const {
    return sessions.planned > 0 && 4 * sessions.attended >= 3 * sessions.planned;
  }
};

struct CourseHistory {
  std::vector<Course> courses;            // oldest first
  std::vector<QuitAttempt> attempts;      // all, also those of somebody who is in no course
  NicotineLedger nicotine;                // LedgerLine::course is a position in `courses`
  std::vector<CourseEndFact> stray_ends;  // that end no course
};

// `now`: base time.
CourseHistory CoursesOf(const CourseFacts& facts, const CourseMeetings& meetings, absl::Time now);

// When each takes part; of one that has not begun, never.
std::vector<ActiveSpan> ActiveSpans(const std::vector<Course>& courses);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_COURSE_H_
