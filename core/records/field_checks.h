// The vocabulary in which validation.cc states what each field may contain. One object checks one record and
// keeps the first refusal; every later call is then ignored, so that a type's checks read as a list. Not
// thread-safe; lives on the stack.
#ifndef OPGANG_CORE_RECORDS_FIELD_CHECKS_H_
#define OPGANG_CORE_RECORDS_FIELD_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "core/records/validation.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {

class FieldChecks {
 public:
  // `latest_day`: what is said to have happened may not lie after it (local date, Europe/Copenhagen).
  explicit FieldChecks(absl::CivilDay latest_day) : latest_day_(latest_day) {}

  const std::optional<Refusal>& refusal() const { return refusal_; }
  // Refuses with `code` unless `sound`.
  void Expect(bool sound, v1::RefusalCode code, int field);

  // 16 bytes and not nil.
  void RequiredId(int field, std::string_view bytes);
  void OptionalId(int field, std::string_view bytes);

  // Words on one line: UTF-8, no control characters, at most `max_chars` code points, nothing like a CPR
  // number.
  void Line(int field, std::string_view text, size_t max_chars);
  // As Line, but tabs and line breaks may be in it.
  void Note(int field, std::string_view text);
  // A Line that is empty or a fixed point of `normalize` (core/places/danish_address.h): what is stored is
  // normalised.
  using Normalizer = std::optional<std::string> (*)(std::string_view);
  void Normalized(int field, std::string_view text, size_t max_chars, Normalizer normalize);
  // Empty, or a UUID in text form. Free of the CPR check: hexadecimal digits may look like anything.
  void UuidText(int field, std::string_view text);
  // Empty, or shaped like a BCP 47 tag: "da", "so", "zh-Hant".
  void LanguageTag(int field, std::string_view text);

  // For enums that the schema calls required. Other enums are not checked: a value from a newer app is kept
  // (I17).
  void RequiredEnum(int field, int value, bool (*is_known)(int));

  template <typename T>
  void InRange(int field, T value, T low, T high) {
    Expect(value >= low && value <= high, v1::REFUSAL_CODE_OUT_OF_RANGE, field);  // false for NaN
  }
  // 1900 .. the year of `latest_day`.
  void BirthYear(int field, int value) { InRange(field, value, 1900, static_cast<int>(latest_day_.year())); }

  // A date that exists, 1900..2200; may lie in the future.
  void Date(int field, const v1::LocalDate& date);
  // A worker's word for a time: a date that exists, and a minute of the day where one is given.
  void Time(int field, const v1::StatedTime& time);
  // As Time, and not after `latest_day`.
  void PastTime(int field, const v1::StatedTime& time);

 private:
  void Words(int field, std::string_view text, size_t max_chars, std::string_view allowed_controls);

  absl::CivilDay latest_day_;
  std::optional<Refusal> refusal_;
};

// Number of code points in valid UTF-8.
size_t CountChars(std::string_view text);

// The civil day of `date`; nullopt where there is no such day, or its year is outside 1900..2200.
std::optional<absl::CivilDay> CivilDayOf(const v1::LocalDate& date);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_FIELD_CHECKS_H_
