#include "core/places/danish_text.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"
#include "core/places/danish_address.h"
#include "utf8proc.h"

namespace opgang {
namespace {

constexpr auto kNfc = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
constexpr auto kFold = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);

// nullopt where `text` is not UTF-8.
std::optional<std::string> Map(std::string_view text, utf8proc_option_t options) {
  if (std::all_of(text.begin(), text.end(), absl::ascii_isascii)) {
    return options == kFold ? absl::AsciiStrToLower(std::string(text)) : std::string(text);
  }
  utf8proc_uint8_t* raw = nullptr;
  const auto length = static_cast<utf8proc_ssize_t>(text.size());
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), length, &raw, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(raw), static_cast<size_t>(size));
}

bool IsAscii(char32_t c) { return c < 0x80; }

utf8proc_category_t Category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool IsSpace(char32_t c) {
  return c == U'\t' || c == U'\n' || c == U'\r' || Category(c) == UTF8PROC_CATEGORY_ZS;
}

bool IsMark(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_MN; }

bool IsNumberSign(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_ND; }

// A letter without its accents; the Danish letters keep their shape. Folded, composed characters only.
void AppendBase(char32_t c, std::u32string& out) {
  if (IsAscii(c) || c == U'æ' || c == U'ø' || c == U'å') {
    out += c;
    return;
  }
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                                         parts.size(), UTF8PROC_DECOMPOSE, &boundary);
  for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
    if (!IsMark(static_cast<char32_t>(parts[i]))) out += static_cast<char32_t>(parts[i]);
  }
}

// "aa" is an old way to write å, and names keep it.
std::u32string JoinDoubleA(const std::u32string& text) {
  std::u32string out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    const bool second_a = c == U'a' && !out.empty() && out.back() == U'a';
    if (second_a) out.back() = U'å';
    if (!second_a) out += c;
  }
  return out;
}

// Weights: ASCII as it is, then the three last letters of the alphabet, then everything else.
char32_t Weight(char32_t c) {
  switch (c) {
    case U'æ': return 0x80;
    case U'ø': return 0x81;
    case U'å': return 0x82;
    default: return IsAscii(c) ? c : c + 0x10;
  }
}

char32_t AsDanishLetter(char32_t c) {
  switch (c) {
    case U'ä': return U'æ';
    case U'ö': return U'ø';
    case U'ü': return U'y';
    default: return c;
  }
}

std::u32string KeyOfBytes(std::string_view text) {
  std::u32string key;
  for (const char c : text) key += 0x200000u + static_cast<unsigned char>(c);
  return key;
}

// Full stops and apostrophes join what stands on both sides of them: "t.v.", "H.C.", "D'Angelo".
bool JoinsLetters(const std::u32string& text, size_t at) {
  const char32_t c = text[at];
  if (c != U'.' && c != U'\'' && c != U'’') return false;
  return at > 0 && at + 1 < text.size() && IsLetter(text[at - 1]) && IsLetter(text[at + 1]);
}

// The kind of a search key's character: words change where it changes.
enum class Kind { kSpace, kLetter, kDigit };

Kind KindOf(char32_t c) {
  if (IsAscii(c)) {
    const auto letter_or_digit = static_cast<unsigned char>(c);
    if (absl::ascii_isdigit(letter_or_digit)) return Kind::kDigit;
    return absl::ascii_isalpha(letter_or_digit) ? Kind::kLetter : Kind::kSpace;
  }
  if (IsNumberSign(c)) return Kind::kDigit;
  return IsLetter(c) || Category(c) == UTF8PROC_CATEGORY_MC ? Kind::kLetter : Kind::kSpace;
}

// Words of letters and words of digits with one space between them.
std::u32string SplitWords(const std::u32string& text) {
  std::u32string out;
  out.reserve(2 * text.size());
  Kind last = Kind::kSpace;
  for (const char32_t c : text) {
    const Kind kind = KindOf(c);
    if (kind != last && kind != Kind::kSpace && !out.empty()) out += U' ';
    if (kind != Kind::kSpace) out += c;
    last = kind;
  }
  return out;
}

}  // namespace

std::optional<std::u32string> Decode(std::string_view text) {
  std::u32string chars;
  chars.reserve(text.size());
  while (!text.empty()) {
    if (absl::ascii_isascii(static_cast<unsigned char>(text.front()))) {
      chars += static_cast<char32_t>(text.front());
      text.remove_prefix(1);
      continue;
    }
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                                     static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (length <= 0) return std::nullopt;
    chars += static_cast<char32_t>(c);
    text.remove_prefix(static_cast<size_t>(length));
  }
  return chars;
}

std::string Encode(std::u32string_view chars) {
  std::string text;
  text.reserve(chars.size());
  for (const char32_t c : chars) {
    if (IsAscii(c)) {
      text += static_cast<char>(c);
      continue;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_ssize_t length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(length));
  }
  return text;
}

bool IsLetter(char32_t c) {
  const utf8proc_category_t category = Category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

std::optional<std::string> CleanLine(std::string_view text) {
  const std::optional<std::string> composed = Map(text, kNfc);
  if (!composed) return std::nullopt;
  const std::u32string chars = Decode(*composed).value();
  std::u32string line;
  for (const char32_t c : chars) {
    const bool space = IsSpace(c);
    if (!space && Category(c) == UTF8PROC_CATEGORY_CC) return std::nullopt;
    if (!space) line += c;
    if (space && !line.empty() && line.back() != U' ') line += U' ';
  }
  if (!line.empty() && line.back() == U' ') line.pop_back();
  if (line.empty()) return std::nullopt;
  return Encode(line);
}

std::string FoldCase(std::string_view text) { return Map(text, kFold).value(); }

std::u32string CollationKey(std::string_view text) {
  const std::optional<std::string> folded = Map(text, kFold);
  if (!folded) return KeyOfBytes(text);
  const std::u32string chars = Decode(*folded).value();
  std::u32string letters;
  for (const char32_t c : chars) AppendBase(AsDanishLetter(c), letters);
  letters = JoinDoubleA(letters);
  for (char32_t& c : letters) c = Weight(c);
  return letters;
}

std::string SearchKey(std::string_view text) {
  const std::optional<std::string> folded = Map(text, kFold);
  if (!folded) return {};
  const std::u32string chars = Decode(*folded).value();
  std::u32string letters;
  letters.reserve(chars.size());
  for (size_t i = 0; i < chars.size(); ++i) {
    if (!JoinsLetters(chars, i)) AppendBase(chars[i], letters);
  }
  return Encode(JoinDoubleA(SplitWords(letters)));
}

}  // namespace opgang
