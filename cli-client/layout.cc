#include "cli-client/layout.h"

#include <utf8proc.h>

#include <algorithm>

namespace opgang::cli {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Character {
  utf8proc_int32_t code = -1;  // -1: no valid UTF-8
  size_t size = 1;             // bytes
};

// Most of what is shown: asks no table.
bool IsPlain(utf8proc_int32_t code) { return code >= ' ' && code <= '~'; }

Character Decode(std::string_view text) {
  Character character;
  if (!text.empty() && IsPlain(text.front())) return {text.front(), 1};
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &character.code);
  if (size > 0) character.size = static_cast<size_t>(size);
  return character;
}

int WidthOf(const Character& character) {
  if (IsPlain(character.code)) return 1;
  return character.code < 0 ? 1 : std::max(utf8proc_charwidth(character.code), 0);
}

bool IsControl(utf8proc_int32_t code) {
  const auto category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

// Bytes of the longest start of `text` that takes at most `width` columns.
size_t BytesWithin(std::string_view text, int width) {
  size_t at = 0;
  while (at < text.size()) {
    const Character character = Decode(text.substr(at));
    width -= WidthOf(character);
    if (width < 0) break;
    at += character.size;
  }
  return at;
}

std::string_view Code(Ink ink) {
  switch (ink) {
    case Ink::kPlain: return "";
    case Ink::kBold: return "\x1b[1m";
    case Ink::kDim: return "\x1b[2m";
    case Ink::kAlarm: return "\x1b[1;31m";
    case Ink::kGood: return "\x1b[32m";
  }
  return "";
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = Decode(text.substr(at));
    width += WidthOf(character);
    at += character.size;
  }
  return width;
}

std::string_view FirstCharacter(std::string_view text) {
  return text.empty() ? text : text.substr(0, Decode(text).size);
}

std::string CutTo(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width <= 0) return {};
  return std::string(text.substr(0, BytesWithin(text, width - 1))) + std::string(kEllipsis);
}

std::string PadTo(std::string_view text, int width) {
  std::string padded = CutTo(text, width);
  padded.append(static_cast<size_t>(std::max(width - DisplayWidth(padded), 0)), ' ');
  return padded;
}

std::vector<std::string> Wrap(std::string_view text, int width, int indent) {
  std::vector<std::string> lines;
  std::string line;
  int columns = 0;  // that `line` takes
  bool fresh = true;
  auto flush = [&] {
    lines.push_back(line);
    line.assign(static_cast<size_t>(indent), ' ');
    columns = indent;
    fresh = true;
  };
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    const int word_columns = DisplayWidth(word);
    if (!fresh && columns + 1 + word_columns > width) flush();
    if (!fresh) {
      line += ' ';
      ++columns;
    }
    line += word;
    columns += word_columns;
    fresh = false;
  }
  lines.push_back(line);
  return lines;
}

std::string Shown(std::string_view text) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const Character character = Decode(text.substr(at));
    if (character.code < 0) {
      shown += kReplacement;
    } else if (IsControl(character.code)) {
      shown += ' ';
    } else {
      shown += text.substr(at, character.size);
    }
    at += character.size;
  }
  return shown;
}

std::string JoinParts(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!joined.empty()) joined += separator;
    joined += part;
  }
  return joined;
}

std::string Inked(std::string_view text, Ink ink, bool color) {
  if (!color || ink == Ink::kPlain) return std::string(text);
  return std::string(Code(ink)) + std::string(text) + "\x1b[0m";
}

}  // namespace opgang::cli
