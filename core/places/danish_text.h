// Danish text as characters: what danish_address.h is built on. Unicode work is utf8proc's; what is Danish (æ
// ø å, aa) is decided here. Pure; all texts are UTF-8.
#ifndef OPGANG_CORE_PLACES_DANISH_TEXT_H_
#define OPGANG_CORE_PLACES_DANISH_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace opgang {

// Code points; nullopt where `text` is not UTF-8.
std::optional<std::u32string> Decode(std::string_view text);
std::string Encode(std::u32string_view chars);

// Of any script.
bool IsLetter(char32_t c);

// NFC, with every run of white space (line breaks too) made one space and none at the ends. nullopt for text
// that is not UTF-8, holds other control characters, or is empty then.
std::optional<std::string> CleanLine(std::string_view text);

// Full case folding, NFC. `text` must be UTF-8 (aborts otherwise).
std::string FoldCase(std::string_view text);

// Compares as the letters of the Danish alphabet do: case and accents ignored, æ ø å last, aa as å, ä ö ü as
// æ ø y. Bytes that are not UTF-8 come after everything else.
std::u32string CollationKey(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_PLACES_DANISH_TEXT_H_
