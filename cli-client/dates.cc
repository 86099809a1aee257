#include "cli-client/dates.h"

#include <algorithm>
#include <cstdio>

#include "core/base/clock.h"

namespace opgang::cli {
namespace {

std::string TimeOfDay(int minute_of_day) {
  char text[8];
  std::snprintf(text, sizeof text, "%02d:%02d", minute_of_day / 60 % 24, minute_of_day % 60);
  return text;
}

std::string MonthWord(const Texts& texts, int month) { return texts("date.month." + std::to_string(month)); }

}  // namespace

std::string WeekdayWord(const Texts& texts, absl::CivilDay day) {
  return texts("date.weekday." + std::to_string(static_cast<int>(absl::GetWeekday(day)) + 1));
}

std::string DayWords(const Texts& texts, absl::CivilDay day, absl::CivilDay today) {
  const std::string words = texts("date.day", {{"weekday", WeekdayWord(texts, day)},
                                               {"day", std::to_string(day.day())},
                                               {"month", MonthWord(texts, day.month())}});
  return day.year() == today.year() ? words : words + " " + std::to_string(day.year());
}

std::string RecentDayWords(const Texts& texts, absl::CivilDay day, absl::CivilDay today) {
  if (day <= today && today - day <= 6) return WeekdayWord(texts, day);
  return DayWords(texts, day, today);
}

std::string MomentWords(const Texts& texts, absl::Time time, absl::CivilDay today) {
  const absl::CivilMinute minute = absl::ToCivilMinute(time, CopenhagenTime());
  return DayWords(texts, absl::CivilDay(minute), today) + " " +
         TimeOfDay(minute.hour() * 60 + minute.minute());
}

std::string StatedWords(const Texts& texts, const v1::StatedTime& stated, absl::CivilDay today) {
  std::string words = DayWords(texts, FromProto(stated.date()), today);
  if (stated.has_minute_of_day()) words += " " + TimeOfDay(stated.minute_of_day());
  return words;
}

std::string HappenedWords(const Texts& texts, const v1::StatedTime* stated, const Interval& recorded,
                          absl::CivilDay today) {
  if (stated != nullptr) return StatedWords(texts, *stated, today);
  const bool exact = recorded.latest - recorded.earliest <= absl::Minutes(1);
  return (exact ? "" : "~") + MomentWords(texts, recorded.earliest, today);
}

std::string SpanWords(const Texts& texts, absl::Duration span) {
  const int64_t minutes = std::max<int64_t>(absl::ToInt64Minutes(span), 0);
  const std::string days = std::to_string(minutes / (24 * 60));
  const std::string hours = std::to_string(minutes / 60 % 24);
  const std::string rest = std::to_string(minutes % 60);
  if (minutes >= 24 * 60) return texts("date.span.days", {{"days", days}, {"hours", hours}});
  if (minutes >= 60) return texts("date.span.hours", {{"hours", hours}, {"minutes", rest}});
  return texts("date.span.minutes", {{"minutes", rest}});
}

absl::CivilDay HappenedOn(const v1::StatedTime* stated, const Interval& recorded) {
  return stated != nullptr ? FromProto(stated->date()) : LocalDay(recorded.earliest);
}

}  // namespace opgang::cli
