// The offer of a season from a spreadsheet: one row is one meeting, and names its venue, programme and group. What is
// known by its name (a meeting by its group and beginning) is not made again, so a file can be taken in twice, or again
// after it was changed: then a meeting's venue and length follow the file. Nothing is ever cancelled by an import.
//
// Columns, in either language, in any order; the last six may be missing:
//   group/hold programme/forløb date/dato time/tid minutes/minutter venue/lokale
//   kind/slags language/sprog instructor/underviser capacity/stole meaning/betydning rolling/løbende
#ifndef OPGANG_CLI_CLIENT_GROUP_IMPORT_H_
#define OPGANG_CLI_CLIENT_GROUP_IMPORT_H_

#include <string>

#include "absl/status/status.h"
#include "cli-client/context.h"

namespace opgang::cli {

// Reads `file`, or stdin where it is empty, and looks at every row before anything is saved. kBadInput with the line and
// the column of the first row that is not sound; kRefused as Store::Save.
absl::Status ImportGroups(Context& context, const View& view, const std::string& file);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_GROUP_IMPORT_H_
