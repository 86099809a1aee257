#include "core/rules/course_refusals.h"

#include <algorithm>

#include "core/base/clock.h"
#include "core/rules/course_facts.h"

namespace opgang {
namespace {

using MaybeRefusal = std::optional<Refusal>;

Refusal At(v1::RefusalCode code, int field) { return {code, static_cast<uint32_t>(field)}; }

CourseHistory HistoryOf(const CourseBackground& background, const Interval& now) {
  return CoursesOf(background.facts, background.meetings, now.latest);
}

// --- Hand-outs. ---

v1::RefusalCode CodeOf(HandOutFlag flag) {
  switch (flag) {
    case HandOutFlag::kNotParticipating: return v1::REFUSAL_CODE_NOT_PARTICIPATING;
    case HandOutFlag::kAfterWindow: return v1::REFUSAL_CODE_NICOTINE_WINDOW;
    default: return v1::REFUSAL_CODE_NICOTINE_WEEKS;
  }
}

std::optional<HandOutFlag> FirstFlag(const NicotineLedger& ledger, const RecordId& id) {
  std::optional<HandOutFlag> any;
  for (const LedgerLine& line : ledger.lines) {
    if (line.flag == HandOutFlag::kNone) continue;
    if (line.id == id) return line.flag;
    any = line.flag;
  }
  return any;
}

int Flagged(const NicotineLedger& ledger) {
  return static_cast<int>(
      std::ranges::count_if(ledger.lines, [](const LedgerLine& l) { return l.flag != HandOutFlag::kNone; }));
}

// Weeks beyond what all courses together allow.
int WeeksBeyond(const NicotineLedger& ledger, size_t courses) {
  int beyond = 0;
  for (size_t i = 0; i < courses; ++i) beyond += std::max(0, ledger.Weeks(i) - kNicotineWeeks);
  return beyond;
}

MaybeRefusal RefuseHandOut(const RecordId& id, const v1::NicotineHandOut& hand_out,
                           const CourseBackground& background, const Interval& now) {
  // On which day it was is what all of this hangs on: where that is not known the base's reading of it is waited for.
  const Interval moment = HappenedAt(hand_out.has_happened() ? &hand_out.happened() : nullptr, now);
  if (LocalDay(moment.earliest) != LocalDay(moment.latest)) return std::nullopt;
  const CourseHistory before = HistoryOf(background, now);
  std::vector<HandOutFact> with = background.facts.hand_outs;
  with.push_back({id, &hand_out, now});
  const NicotineLedger after = LedgerOf(with, ActiveSpans(before.courses));
  const size_t courses = before.courses.size();
  const bool worse = Flagged(after) > Flagged(before.nicotine) ||
                     WeeksBeyond(after, courses) > WeeksBeyond(before.nicotine, courses);
  if (!worse) return std::nullopt;
  const v1::RefusalCode code = CodeOf(FirstFlag(after, id).value_or(HandOutFlag::kTooManyWeeks));
  return At(code, code == v1::REFUSAL_CODE_NICOTINE_WEEKS ? v1::NicotineHandOut::kWeeksFieldNumber
                                                          : v1::NicotineHandOut::kHappenedFieldNumber);
}

// --- Quit dates and what comes after. ---

MaybeRefusal RefuseQuitDate(const v1::QuitDate& quit, const CourseBackground& background) {
  if (!background.birth_year || quit.date().year() > *background.birth_year) return std::nullopt;
  return At(v1::REFUSAL_CODE_BEFORE_BIRTH, v1::QuitDate::kDateFieldNumber);
}

const QuitAttempt* AttemptNamed(const CourseHistory& history, const std::string& quit_date_id) {
  const auto found =
      std::ranges::find_if(history.attempts, [&](const QuitAttempt& a) { return a.Has(quit_date_id); });
  return found == history.attempts.end() ? nullptr : &*found;
}

// Too early whatever its evidence allows: the latest day counts.
template <typename Message>
MaybeRefusal RefuseTooEarly(const Message& message, const CourseHistory& history, const Interval& now) {
  const Interval moment = HappenedAt(message.has_happened() ? &message.happened() : nullptr, now);
  const absl::CivilDay day = LocalDay(moment.latest);
  const QuitAttempt* attempt = AttemptNamed(history, message.quit_date_id());
  const bool no_course = history.courses.empty() || day < history.courses.front().registered.earliest;
  const bool too_early = no_course || (attempt != nullptr && day < attempt->date);
  if (!too_early) return std::nullopt;
  return At(v1::REFUSAL_CODE_BEFORE_INTAKE, Message::kQuitDateIdFieldNumber);
}

MaybeRefusal RefuseSixMonths(const v1::SixMonthStatus& status, const CourseBackground& background,
                             const CourseHistory& history, const Interval& now) {
  if (status.answer() != v1::SIX_MONTH_ANSWER_UNSPECIFIED) return RefuseTooEarly(status, history, now);
  if (status.reason() != v1::NO_ANSWER_REASON_NOT_REACHED) return std::nullopt;
  const QuitAttempt* attempt = AttemptNamed(history, status.quit_date_id());
  if (attempt == nullptr) return std::nullopt;
  const SixMonthResult result =
      SixMonthsAfter(*attempt, background.facts.calls, {}, {}, false, LocalDay(now.latest));
  if (result.may_give_up() || LocalDay(now.latest) > result.window.last) return std::nullopt;
  return At(v1::REFUSAL_CODE_ATTEMPTS_MISSING, v1::SixMonthStatus::kReasonFieldNumber);
}

MaybeRefusal RefuseEnd(const v1::CourseEnd& end, const CourseHistory& history, const Interval& now) {
  const Interval moment = HappenedAt(end.has_happened() ? &end.happened() : nullptr, now);
  const DateSpan days{LocalDay(moment.earliest), LocalDay(moment.latest)};
  for (const Course& course : history.courses) {
    if (!course.began || course.end || *course.began > days.latest) continue;
    if (!course.ended || days.earliest <= *course.ended) return std::nullopt;
  }
  return At(v1::REFUSAL_CODE_COURSE_NOT_BEGUN, v1::CourseEnd::kHappenedFieldNumber);
}

template <typename T>
const T& As(const google::protobuf::Message& content) {
  return static_cast<const T&>(content);
}

}  // namespace

bool NeedsBackground(RecordType type) {
  switch (type) {
    case RecordType::kNicotineHandOut:
    case RecordType::kQuitDate:
    case RecordType::kFourWeekStatus:
    case RecordType::kFollowUpCall:
    case RecordType::kSixMonthStatus:
    case RecordType::kCourseEnd: return true;
    default: return false;
  }
}

std::optional<Refusal> RefuseCourseRecord(RecordType type, const RecordId& id,
                                          const google::protobuf::Message& content,
                                          const CourseBackground& background, const Interval& now) {
  const auto history = [&] { return HistoryOf(background, now); };
  switch (type) {
    case RecordType::kNicotineHandOut:
      return RefuseHandOut(id, As<v1::NicotineHandOut>(content), background, now);
    case RecordType::kQuitDate: return RefuseQuitDate(As<v1::QuitDate>(content), background);
    case RecordType::kFourWeekStatus: return RefuseTooEarly(As<v1::FourWeekStatus>(content), history(), now);
    case RecordType::kFollowUpCall: return RefuseTooEarly(As<v1::FollowUpCall>(content), history(), now);
    case RecordType::kSixMonthStatus:
      return RefuseSixMonths(As<v1::SixMonthStatus>(content), background, history(), now);
    case RecordType::kCourseEnd: return RefuseEnd(As<v1::CourseEnd>(content), history(), now);
    default: return std::nullopt;
  }
}

}  // namespace opgang
