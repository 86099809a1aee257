#include "core/records/field_checks.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "core/base/ids.h"

namespace opgang {
namespace {

constexpr size_t kNoteChars = 4000;
constexpr size_t kLanguageTagChars = 35;  // RFC 5646, section 4.4.1
constexpr size_t kUuidTextChars = 36;
constexpr int kMinutesADay = 24 * 60;

bool IsId(std::string_view bytes) {
  const std::optional<RecordId> id = RecordId::FromBytes(bytes);
  return id && !id->empty();
}

// C0, DEL and C1 (C2 80 .. C2 9F): they would reach a terminal.
bool HasControls(std::string_view text, std::string_view allowed) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F) continue;
    const bool c0 = (byte < 0x20 && allowed.find(text[i]) == std::string_view::npos) || byte == 0x7F;
    const bool c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c0 || c1) return true;
  }
  return false;
}

bool IsSubtag(std::string_view text) {
  return !text.empty() && text.size() <= 8 && std::all_of(text.begin(), text.end(), absl::ascii_isalnum);
}

// RFC 5646 in its outline: a language of two to eight letters, then subtags of letters and digits.
bool IsLanguageTag(std::string_view text) {
  const size_t end = text.find('-');
  const std::string_view language = text.substr(0, end);
  if (language.size() < 2 || !IsSubtag(language)) return false;
  if (!std::all_of(language.begin(), language.end(), absl::ascii_isalpha)) return false;
  while (text.find('-') != std::string_view::npos) {
    text.remove_prefix(text.find('-') + 1);
    if (!IsSubtag(text.substr(0, text.find('-')))) return false;
  }
  return true;
}

}  // namespace

size_t CountChars(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::optional<absl::CivilDay> CivilDayOf(const v1::LocalDate& date) {
  if (date.year() < 1900 || date.year() > 2200) return std::nullopt;
  const absl::CivilDay day(date.year(), date.month(), date.day());
  // CivilDay carries what overflows (31 February becomes March): a real date comes back as it went in.
  if (day.year() != date.year() || day.month() != date.month() || day.day() != date.day())
    return std::nullopt;
  return day;
}

void FieldChecks::Expect(bool sound, v1::RefusalCode code, int field) {
  if (!sound && !refusal_) refusal_ = Refusal{code, static_cast<uint32_t>(field)};
}

void FieldChecks::RequiredId(int field, std::string_view bytes) {
  Expect(!bytes.empty(), v1::REFUSAL_CODE_REQUIRED, field);
  OptionalId(field, bytes);
}

void FieldChecks::OptionalId(int field, std::string_view bytes) {
  Expect(bytes.empty() || IsId(bytes), v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::Words(int field, std::string_view text, size_t max_chars,
                        std::string_view allowed_controls) {
  Expect(IsValidUtf8(text), v1::REFUSAL_CODE_NOT_UTF8, field);
  Expect(text.size() <= max_chars || CountChars(text) <= max_chars, v1::REFUSAL_CODE_TOO_LONG, field);
  Expect(!HasControls(text, allowed_controls), v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::Line(int field, std::string_view text, size_t max_chars) {
  Words(field, text, max_chars, "");
  Expect(!LooksLikeCpr(text), v1::REFUSAL_CODE_CPR_IN_TEXT, field);
}

void FieldChecks::Note(int field, std::string_view text) {
  Words(field, text, kNoteChars, "\t\n\r");
  Expect(!LooksLikeCpr(text), v1::REFUSAL_CODE_CPR_IN_TEXT, field);
}

void FieldChecks::Normalized(int field, std::string_view text, size_t max_chars, Normalizer normalize) {
  Line(field, text, max_chars);
  if (text.empty() || refusal_) return;
  const std::optional<std::string> normal = normalize(text);
  Expect(normal && *normal == text, v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::UuidText(int field, std::string_view text) {
  Words(field, text, kUuidTextChars, "");
  Expect(text.empty() || UuidFromString(text).has_value(), v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::LanguageTag(int field, std::string_view text) {
  Line(field, text, kLanguageTagChars);
  Expect(text.empty() || IsLanguageTag(text), v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::RequiredEnum(int field, int value, bool (*is_known)(int)) {
  Expect(value != 0, v1::REFUSAL_CODE_REQUIRED, field);
  Expect(is_known(value), v1::REFUSAL_CODE_UNKNOWN_FIELD_VALUE, field);
}

void FieldChecks::Date(int field, const v1::LocalDate& date) {
  Expect(CivilDayOf(date).has_value(), v1::REFUSAL_CODE_BAD_FORM, field);
}

void FieldChecks::Time(int field, const v1::StatedTime& time) {
  Expect(time.has_date(), v1::REFUSAL_CODE_REQUIRED, field);
  Date(field, time.date());
  if (time.has_minute_of_day()) InRange(field, time.minute_of_day(), 0, kMinutesADay - 1);
}

void FieldChecks::PastTime(int field, const v1::StatedTime& time) {
  Time(field, time);
  const std::optional<absl::CivilDay> day = CivilDayOf(time.date());
  Expect(!day || *day <= latest_day_, v1::REFUSAL_CODE_AFTER_RECORDING, field);
}

}  // namespace opgang
