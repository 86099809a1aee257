// Conflicts and histories in words and as JSON: each value with who wrote it, on which device, and when.
#ifndef OPGANG_CLI_CLIENT_CONFLICT_VIEW_H_
#define OPGANG_CLI_CLIENT_CONFLICT_VIEW_H_

#include <string>
#include <vector>

#include "cli-client/context.h"
#include "core/merge/history.h"
#include "core/merge/open_conflicts.h"

namespace opgang::cli {

// "Open conflicts: 2 (opgang conflicts)."; empty where there are none, or the store is locked.
std::string OpenConflictsWords(const Context& context);
Json OpenConflictsJson(const Context& context);  // the count; null while locked

// The field by the label; for the whole record "the record".
std::string ConflictLabel(const Context& context, const VisibleRecord& record, uint32_t field);
// "telephone"; for the whole record "record".
std::string ConflictFieldName(const VisibleRecord& record, uint32_t field);

// "amal on tablet-3, Wed 1 Apr 14:05"; what is not known is left out.
std::string WhoWords(const Context& context, const v1::Provenance& provenance);
// A value of a field in words: "20304050", "(cleared)"; of the whole record "keep it", "delete it".
std::string FieldValueWords(const Context& context, const View& view, const VisibleRecord& record,
                            uint32_t field, const std::string& bytes);

// "1  20304050  (amal on tablet-3, Wed 1 Apr 14:05)", one line for each value, the one in front first.
std::vector<std::string> ConflictLines(const Context& context, const View& view, const VisibleRecord& record,
                                       const OpenConflict& conflict);
Json ConflictJson(const VisibleRecord& record, const OpenConflict& conflict);

// "telephone: 20304050  (amal ..., replaced by jonas)".
std::string HistoryLine(const Context& context, const View& view, const VisibleRecord& record,
                        const HistoryValue& value);
Json HistoryJson(const VisibleRecord& record, const HistoryValue& value);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_CONFLICT_VIEW_H_
