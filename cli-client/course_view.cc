#include "cli-client/course_view.h"

#include <algorithm>

#include "cli-client/dates.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

std::string Day(const Context& context, absl::CivilDay day) {
  return DayWords(context.texts(), day, context.Today());
}
std::string Count(int number) { return std::to_string(number); }

Json DayJson(const std::optional<absl::CivilDay>& day) { return day ? Json(JsonDate(*day)) : Json(nullptr); }

template <typename E>
Json WordJson(E value) {
  return static_cast<int>(value) == 0 ? Json(nullptr) : Json(Word(value));
}

std::string BeganWords(const Context& context, const Course& course) {
  if (!course.began)
    return context.T("course.not-begun", {{"day", Day(context, course.registered.earliest)}});
  return context.T("course.began", {{"day", Day(context, *course.began)}});
}

std::string QuitWords(const Context& context, const QuitAttempt& attempt) {
  std::string words = context.T("course.quit", {{"day", Day(context, attempt.date)}});
  if (attempt.date != attempt.first_date)
    words += ", " + context.T("course.quit-moved", {{"day", Day(context, attempt.first_date)}});
  if (attempt.disputed) words += ", " + context.T("course.quit-disputed");
  return words;
}

std::string FourWeekWords(const Context& context, const FourWeekResult& result) {
  const std::string window = WindowWords(context, result.window);
  if (result.done())
    return context.T("course.four-weeks", {{"answer", Label(context.texts(), result.answer)}});
  return context.T(result.outside ? "course.four-weeks.outside" : "course.four-weeks.open",
                   {{"window", window}});
}

std::string SixMonthWords(const Context& context, const SixMonthResult& result) {
  if (result.answer)
    return context.T("course.six-months", {{"answer", Label(context.texts(), result.answer->answer())}});
  if (result.reason != v1::NO_ANSWER_REASON_UNSPECIFIED)
    return context.T("course.six-months.reason", {{"reason", Label(context.texts(), result.reason)}});
  if (result.outside)
    return context.T("course.six-months.outside", {{"window", WindowWords(context, result.window)}});
  return context.T("course.six-months.open", {{"window", WindowWords(context, result.window)},
                                              {"protocol", ProtocolWords(context, result)}});
}

std::string EndWords(const Context& context, const Course& course) {
  if (!course.ended) return {};
  const std::string day = Day(context, *course.ended);
  if (!course.end) return context.T("course.left", {{"day", day}});
  return context.T(course.went_through() ? "course.completed" : "course.ended",
                   {{"day", day}, {"status", Label(context.texts(), course.status())}});
}

Json AttemptJson(const View& view, const QuitAttempt& attempt) {
  return {{"handle", view.HandleOf(attempt.id)},
          {"date", JsonDate(attempt.date)},
          {"first_date", JsonDate(attempt.first_date)},
          {"disputed", attempt.disputed}};
}

Json FourWeeksJson(const FourWeekResult& result) {
  Json json = {{"window", WindowJson(result.window)}, {"answer", WordJson(result.answer)}};
  json["outside"] = result.outside;
  json["ppm"] = result.ppm ? Json(*result.ppm) : Json(nullptr);
  return json;
}

std::string FlagWords(const Context& context, const LedgerLine& line) {
  if (line.disputed) return context.T("nicotine.disputed");
  if (line.flag == HandOutFlag::kNone) return {};
  return context.T("nicotine.flag." + std::string(HandOutFlagName(line.flag)));
}

}  // namespace

std::string WindowWords(const Context& context, const DayWindow& window) {
  return Day(context, window.first) + " - " + Day(context, window.last);
}

Json WindowJson(const DayWindow& window) {
  return {{"first", JsonDate(window.first)}, {"last", JsonDate(window.last)}};
}

std::string ProtocolWords(const Context& context, const SixMonthResult& result) {
  if (result.may_give_up()) return context.T("protocol.may-give-up");
  if (result.days_left() == 0) return context.T("protocol.late-one");
  return context.T(result.tried_late ? "protocol.days" : "protocol.days-and-late",
                   {{"count", Count(result.days_left())}});
}

Json SixMonthsJson(const SixMonthResult& result) {
  Json json = {{"window", WindowJson(result.window)},
               {"days_tried", result.days_tried},
               {"days_left", result.days_left()},
               {"tried_late", result.tried_late},
               {"may_give_up", result.may_give_up()}};
  json["answer"] = result.answer ? WordJson(result.answer->answer()) : Json(nullptr);
  json["reason"] = WordJson(result.reason);
  json["outside"] = result.outside;
  json["ppm"] = result.ppm ? Json(*result.ppm) : Json(nullptr);
  json["done"] = result.done;
  return json;
}

std::vector<std::string> CourseLines(const Context& context, const Course& course) {
  const std::string programme = course.programme == v1::PROGRAMME_UNSPECIFIED
                                    ? std::string()
                                    : Label(context.texts(), course.programme);
  std::vector<std::string> lines = {JoinParts({BeganWords(context, course), programme}, ", ")};
  if (course.began) {
    lines.push_back("  " + context.T("course.sessions", {{"attended", Count(course.sessions.attended)},
                                                         {"planned", Count(course.sessions.planned)}}));
  }
  const QuitAttempt* attempt = course.attempt();
  lines.push_back("  " +
                  (attempt == nullptr ? context.T("course.no-quit-date") : QuitWords(context, *attempt)));
  if (course.four_weeks) lines.push_back("  " + FourWeekWords(context, *course.four_weeks));
  if (const std::string end = EndWords(context, course); !end.empty()) lines.push_back("  " + end);
  if (course.six_months) lines.push_back("  " + SixMonthWords(context, *course.six_months));
  return lines;
}

Json CourseJson(const View& view, const Course& course) {
  Json json = {{"registered", JsonDate(course.registered.earliest)},
               {"began", DayJson(course.began)},
               {"ended", DayJson(course.ended)},
               {"programme", WordJson(course.programme)},
               {"planned_sessions", course.sessions.planned},
               {"attended_sessions", course.sessions.attended},
               {"completed", course.end ? Json(course.went_through()) : Json(nullptr)},
               {"status", course.end ? WordJson(course.status()) : Json(nullptr)}};
  const QuitAttempt* attempt = course.attempt();
  json["quit_date"] = attempt == nullptr ? Json(nullptr) : AttemptJson(view, *attempt);
  json["four_weeks"] = course.four_weeks ? FourWeeksJson(*course.four_weeks) : Json(nullptr);
  json["six_months"] = course.six_months ? SixMonthsJson(*course.six_months) : Json(nullptr);
  return json;
}

absl::StatusOr<QuitAttempt> AttemptOfHandle(const Context& context, const View& view,
                                            const CourseHistory& history, const std::string& handle) {
  ASSIGN_OR_RETURN(const VisibleRecord* named, RecordOf(context, view, handle));
  for (const QuitAttempt& attempt : history.attempts) {
    if (attempt.Has(named->id.ToBytes())) return attempt;
  }
  for (auto course = history.courses.rbegin(); course != history.courses.rend(); ++course) {
    if (course->attempt() != nullptr) return *course->attempt();
  }
  if (!history.attempts.empty()) return history.attempts.back();
  return ErrorWithWords(ErrorCode::kBadInput, context.T("quit-date.none", {{"citizen", handle}}));
}

std::vector<std::string> LedgerLines(const Context& context, const View& view, const NicotineLedger& ledger) {
  std::vector<std::string> lines;
  for (const LedgerLine& line : ledger.lines) {
    const std::string what =
        context.T("nicotine.line", {{"product", Label(context.texts(), line.hand_out->product())},
                                    {"amount", Count(line.hand_out->amount())},
                                    {"weeks", Count(line.hand_out->weeks())}});
    lines.push_back(PadTo(view.HandleOf(line.id), 5) + " " +
                    JoinParts({Day(context, line.day), what, FlagWords(context, line)}, ", "));
  }
  return lines;
}

Json LedgerJson(const View& view, const NicotineLedger& ledger) {
  Json entries = Json::array();
  for (const LedgerLine& line : ledger.lines) {
    Json entry = {{"handle", view.HandleOf(line.id)},
                  {"date", JsonDate(line.day)},
                  {"product", Word(line.hand_out->product())},
                  {"amount", line.hand_out->amount()},
                  {"weeks", line.hand_out->weeks()}};
    entry["flag"] = line.flag == HandOutFlag::kNone ? Json(nullptr) : Json(HandOutFlagName(line.flag));
    entry["is_correction"] = line.is_correction;
    entry["to_check"] = line.open();
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string AllowanceWords(const Context& context, const NicotineAllowance& allowance) {
  const std::string last = allowance.last_day ? Day(context, *allowance.last_day) : std::string();
  switch (allowance.refused) {
    case HandOutFlag::kNotParticipating: return context.T("nicotine.not-participating");
    case HandOutFlag::kAfterWindow: return context.T("nicotine.after-window", {{"day", last}});
    case HandOutFlag::kTooManyWeeks: return context.T("nicotine.none-left");
    case HandOutFlag::kNone: break;
  }
  if (last.empty()) return context.T("nicotine.left", {{"weeks", Count(allowance.weeks)}});
  return context.T("nicotine.left-until", {{"weeks", Count(allowance.weeks)}, {"day", last}});
}

}  // namespace opgang::cli
