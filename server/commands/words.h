// Codes, ids and fields as opgangd's commands print and read them.
#ifndef OPGANG_SERVER_COMMANDS_WORDS_H_
#define OPGANG_SERVER_COMMANDS_WORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace opgang {

// "REFUSAL_CODE_CPR_IN_TEXT", "REFUSAL_CODE_" -> "cpr-in-text"
std::string CodeWord(const std::string& name, const std::string& prefix);
// The value of a word; kUsage with all words of the type.
absl::StatusOr<int> CodeOfWord(const google::protobuf::EnumDescriptor& type, const std::string& prefix,
                               const std::string& word);
// All words of a type but the unspecified one's: "duplicate, entered-by-mistake, ...".
std::string AllWords(const google::protobuf::EnumDescriptor& type, const std::string& prefix);

// "clinical-intake"; "type 77" where this build does not know it.
std::string TypeWord(uint32_t type);
// "telephone"; "record" for 0; "field 77" where this build does not know it.
std::string FieldWord(uint32_t type, uint32_t field);
// 16 bytes as text; empty where they are none.
std::string IdText(const std::string& bytes);
// The bytes of an id as text; kUsage.
absl::StatusOr<std::string> IdBytes(const std::string& text);

}  // namespace opgang

#endif  // OPGANG_SERVER_COMMANDS_WORDS_H_
