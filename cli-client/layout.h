// Text on a screen of fixed width: columns are counted as the terminal draws them (utf8proc), never bytes.
#ifndef OPGANG_CLI_CLIENT_LAYOUT_H_
#define OPGANG_CLI_CLIENT_LAYOUT_H_

#include <string>
#include <string_view>
#include <vector>

namespace opgang::cli {

// Columns that `text` takes. Control characters take none.
int DisplayWidth(std::string_view text);

// The first character as UTF-8; empty for an empty text.
std::string_view FirstCharacter(std::string_view text);

// `text` in at most `width` columns, cut with "…" where it is longer.
std::string CutTo(std::string_view text, int width);
// The same, filled with spaces to exactly `width`.
std::string PadTo(std::string_view text, int width);

// Lines of at most `width` columns, broken at spaces; lines after the first start with `indent` spaces. A
// word that is longer than a line (a path) stays whole.
std::vector<std::string> Wrap(std::string_view text, int width, int indent);

// What somebody typed, safe to draw: invalid UTF-8 becomes U+FFFD, control characters become spaces, so that
// no record can drive the terminal.
std::string Shown(std::string_view text);

// Parts that are not empty, with `separator` between them.
std::string JoinParts(const std::vector<std::string>& parts, std::string_view separator);

enum class Ink { kPlain, kBold, kDim, kAlarm, kGood };
// `text` in ANSI ink; unchanged without `color`.
std::string Inked(std::string_view text, Ink ink, bool color);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_LAYOUT_H_
