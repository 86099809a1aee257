// How a failure is told: what happened, what is safe, what to do. The same in words and, under --json, as a
// document.
#ifndef OPGANG_CLI_CLIENT_ERROR_REPORT_H_
#define OPGANG_CLI_CLIENT_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "cli-client/context.h"
#include "core/records/validation.h"

namespace opgang::cli {

// Writes the words to stderr, or "opgang/error/1" to stdout, and returns the exit code. 0 for an ok status.
int ReportStatus(const Context& context, const absl::Status& status);

// A refusal in words: which field of which record, why, and what to do.
struct RefusalWords {
  std::string field;  // label; empty = the record as a whole
  std::string reason;
  std::string remedy;
};
RefusalWords WordsOf(const Texts& texts, const Refusal& refusal, const RecordTypeInfo* type);

// "outreach work" words for a record type: "inquiry" / "henvendelse".
std::string TypeLabel(const Texts& texts, const RecordTypeInfo& type);
// The label of a field, "telephone" / "telefon"; the proto's name where the catalogue has none.
std::string FieldLabel(const Texts& texts, const google::protobuf::FieldDescriptor& field);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_ERROR_REPORT_H_
