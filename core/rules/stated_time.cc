#include "core/rules/stated_time.h"

#include <optional>
#include <variant>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/rules/stated_word.h"

namespace opgang {
namespace {

using Side = NamedDay::Side;

enum class Direction { kPast, kFuture };

std::optional<absl::CivilDay> ExistingDay(const DayOfYear& date) {
  v1::LocalDate proto;
  proto.set_year(date.year);
  proto.set_month(date.month);
  proto.set_day(date.day);
  if (!IsValidDate(proto)) return std::nullopt;
  return FromProto(proto);
}

bool LiesIn(Direction direction, absl::CivilDay day, absl::CivilDay today) {
  return direction == Direction::kPast ? day <= today : day >= today;
}

// nullopt: no such day.
struct Resolver {
  absl::CivilDay today;
  Direction direction;

  std::optional<absl::CivilDay> operator()(const DaysFromToday& near) const { return today + near.days; }
  std::optional<absl::CivilDay> operator()(const DayOfYear& date) const { return ExistingDay(date); }

  std::optional<absl::CivilDay> operator()(const NamedDay& named) const {
    const bool past =
        named.side == Side::kAsAsked ? direction == Direction::kPast : named.side == Side::kBeforeToday;
    if (!past) return absl::NextWeekday(today, named.weekday);
    return absl::PrevWeekday(named.side == Side::kAsAsked ? today + 1 : today, named.weekday);
  }

  std::optional<absl::CivilDay> operator()(const DayOfMonth& date) const {
    const int step = direction == Direction::kPast ? -1 : 1;
    for (int year = static_cast<int>(today.year()), tries = 0; tries < 2; ++tries, year += step) {
      const auto day = ExistingDay({year, date.month, date.day});
      if (day && LiesIn(direction, *day, today)) return day;
    }
    return std::nullopt;
  }
};

absl::Status NotUnderstood() {
  return MakeError(
      ErrorCode::kBadInput,
      "not understood as a time; accepted are for example: fri, last fri, yesterday, 2026-04-01, 1/4, "
      "1/4-2026, 14:30, Wed 14:30, fre kl. 14.30");
}

absl::StatusOr<v1::StatedTime> Resolve(std::string_view word, absl::CivilDay today, Direction direction) {
  const auto meaning = ReadMeaning(word);
  if (!meaning) return NotUnderstood();
  const auto day = std::visit(Resolver{today, direction}, meaning->day);
  if (!day) {
    return MakeError(ErrorCode::kBadInput,
                     "names a day that does not exist; accepted are days like 1/4-2026");
  }
  if (!LiesIn(direction, *day, today)) {
    return MakeError(ErrorCode::kBadInput, direction == Direction::kPast
                                               ? "lies in the future; accepted are today and earlier days"
                                               : "lies in the past; accepted are today and later days");
  }
  v1::StatedTime stated;
  *stated.mutable_date() = ToProto(*day);
  if (meaning->minute_of_day) stated.set_minute_of_day(*meaning->minute_of_day);
  return stated;
}

}  // namespace

absl::StatusOr<v1::StatedTime> ParsePastWord(std::string_view word, absl::CivilDay today) {
  return Resolve(word, today, Direction::kPast);
}

absl::StatusOr<v1::StatedTime> ParseFutureWord(std::string_view word, absl::CivilDay today) {
  return Resolve(word, today, Direction::kFuture);
}

bool IsAbsoluteWord(std::string_view word) {
  const auto meaning = ReadMeaning(word);
  const auto* date = meaning ? std::get_if<DayOfYear>(&meaning->day) : nullptr;
  return date != nullptr && ExistingDay(*date).has_value();
}

}  // namespace opgang
