#include "cli-client/when.h"

#include "cli-client/dates.h"
#include "cli-client/prompts.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/rules/stated_time.h"

namespace opgang::cli {
namespace {

enum DayChoice { kToday = 1, kYesterday, kTheWord, kWhichDay };

absl::Status NotUnderstood(const Context& context) {
  return ErrorWithWords(ErrorCode::kBadInput, context.T("when.not-understood"));
}

// The last day that can be past: with no bound on now, any day that the calendar has.
absl::CivilDay LatestDay(const NowEstimate& now) {
  return now.now.latest == absl::InfiniteFuture() ? absl::CivilDay(2200, 12, 31) : LocalDay(now.now.latest);
}

v1::StatedTime OnDay(absl::CivilDay day) {
  v1::StatedTime stated;
  *stated.mutable_date() = ToProto(day);
  return stated;
}

std::vector<MenuChoice> DayMenu(const Context& context, absl::CivilDay today,
                                const std::optional<v1::StatedTime>& word) {
  auto with_day = [&](std::string_view id, absl::CivilDay day) {
    return context.T(id, {{"day", DayWords(context.texts(), day, today)}});
  };
  std::vector<MenuChoice> menu = {{"1", with_day("when.today", today), kToday},
                                  {"2", with_day("when.yesterday", today - 1), kYesterday}};
  if (word) menu.push_back({"3", StatedWords(context.texts(), *word, today), kTheWord});
  menu.push_back({"d", context.T("when.which-day"), kWhichDay});
  return menu;
}

absl::StatusOr<std::optional<v1::StatedTime>> AskDate(const Context& context, absl::CivilDay latest) {
  const LineAnswer answer = AskLineThat(
      context, context.T("when.date.prompt"), context.T("when.not-understood"),
      [&](const std::string& text) { return IsAbsoluteWord(text) && ParsePastWord(text, latest).ok(); });
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "no day given");
  ASSIGN_OR_RETURN(v1::StatedTime stated, ParsePastWord(answer.text.Reveal(), latest));
  return std::optional<v1::StatedTime>(stated);
}

absl::StatusOr<std::optional<v1::StatedTime>> AskDay(const Context& context, const NowEstimate& now,
                                                     const std::optional<v1::StatedTime>& word) {
  const absl::CivilDay today = LocalDay(now.best);
  const MenuAnswer answer =
      AskMenu(context, context.T("when.uncertain"), DayMenu(context, today, word), /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "no day given");
  switch (answer.number) {
    case kToday: return std::optional<v1::StatedTime>(OnDay(today));
    case kYesterday: return std::optional<v1::StatedTime>(OnDay(today - 1));
    case kTheWord: return word;
    default: return AskDate(context, LatestDay(now));
  }
}

absl::StatusOr<std::optional<v1::StatedTime>> UncertainWhen(const Context& context, const NowEstimate& now,
                                                            std::string_view word, WhenMatters matters) {
  std::optional<v1::StatedTime> parsed;
  if (!word.empty()) {
    const auto stated = ParsePastWord(word, LocalDay(now.best));
    if (!stated.ok()) return NotUnderstood(context);
    parsed = *stated;
  }
  if (!parsed && (matters == WhenMatters::kForTheFile || !context.MayPrompt())) return parsed;
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kBadInput, context.T("when.date-wanted"));
  return AskDay(context, now, parsed);
}

}  // namespace

bool DayIsUncertain(const NowEstimate& now) {
  if (now.now.latest == absl::InfiniteFuture() || now.now.earliest == absl::InfinitePast()) return true;
  return now.now.latest - now.now.earliest > absl::Hours(24);
}

absl::StatusOr<std::optional<v1::StatedTime>> PastWhen(const Context& context, std::string_view word,
                                                       WhenMatters matters) {
  const NowEstimate now = context.store().Now();
  const bool absolute = IsAbsoluteWord(word);
  if (DayIsUncertain(now) && !absolute) return UncertainWhen(context, now, word, matters);
  if (word.empty()) return std::optional<v1::StatedTime>();
  const auto stated = ParsePastWord(word, absolute ? LatestDay(now) : LocalDay(now.best));
  if (!stated.ok()) return NotUnderstood(context);
  return std::optional<v1::StatedTime>(*stated);
}

absl::StatusOr<v1::StatedTime> FutureWhen(const Context& context, std::string_view word) {
  auto stated = ParseFutureWord(word, context.Today());
  if (!stated.ok()) return NotUnderstood(context);
  return stated;
}

}  // namespace opgang::cli
