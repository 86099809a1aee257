// What a piece of text is: UTF-8, a telephone number, something like a civil registration number.
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "core/records/validation.h"
#include "utf8proc.h"

namespace opgang {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t CountDigits(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && IsDigit(text[n])) ++n;
  return n;
}

int TwoDigits(std::string_view text, size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

// ddmmyy. Day and month by their own ranges only: a mistyped number is still somebody's.
bool IsDatePart(std::string_view digits) {
  const int day = TwoDigits(digits, 0);
  const int month = TwoDigits(digits, 2);
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

// Length of the space or dash at the start of `text`, in bytes: hyphen, no-break space, the dashes
// U+2010-U+2015 and the minus sign, which telephones put in for a hyphen; 0 where there is none.
size_t SpaceOrDash(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ' || text[0] == '-' || text[0] == '\t') return 1;
  if (text.starts_with("\xC2\xA0")) return 2;
  if (text.starts_with("\xE2\x88\x92")) return 3;
  const bool dash =
      text.size() >= 3 && text.starts_with("\xE2\x80") && text[2] >= '\x90' && text[2] <= '\x95';
  return dash ? 3 : 0;
}

// Up to three of them: "010190-1234", "010190 1234", "010190 - 1234".
size_t Separators(std::string_view text) {
  size_t length = 0;
  for (int i = 0; i < 3; ++i) length += SpaceOrDash(text.substr(length));
  return length;
}

// `run` digits begin at `text`: do they, with what follows, have the shape of a civil registration number?
bool RunLooksLikeCpr(std::string_view text, size_t run, bool after_plus) {
  if (run == 10) return !after_plus && IsDatePart(text);
  if (run != 6 || !IsDatePart(text)) return false;
  const size_t gap = Separators(text.substr(6));
  return gap > 0 && CountDigits(text.substr(6 + gap)) == 4;
}

// Everything but the digits that people put into telephone numbers.
bool IsTelephonePunctuation(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/';
}

// "+45 20 30 40 50" -> "+4520304050"; nullopt where something else than digits and their separators is in it.
std::optional<std::string> TelephoneDigits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (IsTelephonePunctuation(c)) continue;
    const bool leading_plus = c == '+' && digits.empty();
    if (!IsDigit(c) && !leading_plus) return std::nullopt;
    digits += c;
  }
  return digits;
}

bool IsDanishNumber(std::string_view digits) {
  return digits.size() == 8 && digits[0] != '0' && CountDigits(digits) == 8;
}

}  // namespace

bool LooksLikeCpr(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (!IsDigit(text[at])) {
      ++at;
      continue;
    }
    const size_t run = CountDigits(text.substr(at));
    const bool after_plus = at > 0 && text[at - 1] == '+';
    if (RunLooksLikeCpr(text.substr(at), run, after_plus)) return true;
    at += run;
  }
  return false;
}

bool IsValidUtf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    if (*at < 0x80) {  // most of what is written
      ++at;
      --left;
      continue;
    }
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(at, left, &code_point);
    if (length <= 0) return false;
    at += length;
    left -= length;
  }
  return true;
}

std::optional<std::string> NormalizeTelephone(std::string_view text) {
  std::optional<std::string> digits = TelephoneDigits(text);
  if (!digits) return std::nullopt;
  if (IsDanishNumber(*digits)) return digits;
  if (digits->starts_with("00")) *digits = "+" + digits->substr(2);
  if (digits->starts_with("+45")) {
    std::string danish = digits->substr(3);
    if (!IsDanishNumber(danish)) return std::nullopt;
    return danish;
  }
  // E.164: a plus, a country code that does not begin with 0, at most 15 digits in all.
  const bool international =
      digits->size() >= 8 && digits->size() <= 16 && digits->front() == '+' && (*digits)[1] != '0';
  return international ? digits : std::nullopt;
}

}  // namespace opgang
