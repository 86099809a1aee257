#include "server/commands/words.h"

#include <cctype>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/records/registry.h"

namespace opgang {

std::string CodeWord(const std::string& name, const std::string& prefix) {
  std::string word = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  for (char& c : word) c = c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return word;
}

std::string AllWords(const google::protobuf::EnumDescriptor& type, const std::string& prefix) {
  std::string words;
  for (int i = 1; i < type.value_count(); ++i)
    words += (i > 1 ? ", " : "") + CodeWord(type.value(i)->name(), prefix);
  return words;
}

absl::StatusOr<int> CodeOfWord(const google::protobuf::EnumDescriptor& type, const std::string& prefix,
                               const std::string& word) {
  for (int i = 1; i < type.value_count(); ++i) {
    if (CodeWord(type.value(i)->name(), prefix) == word) return type.value(i)->number();
  }
  return MakeError(ErrorCode::kUsage, "one of: " + AllWords(type, prefix));
}

std::string TypeWord(uint32_t type) {
  const RecordTypeInfo* info = FindRecordType(type);
  return info == nullptr ? "type " + std::to_string(type) : std::string(info->name);
}

std::string FieldWord(uint32_t type, uint32_t field) {
  if (field == 0) return "record";
  const RecordTypeInfo* info = FindRecordType(type);
  const auto* descriptor = info == nullptr
                               ? nullptr
                               : info->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(field));
  return descriptor == nullptr ? "field " + std::to_string(field) : descriptor->name();
}

std::string IdText(const std::string& bytes) {
  const auto id = RecordId::FromBytes(bytes);
  return id.has_value() ? id->ToString() : "";
}

absl::StatusOr<std::string> IdBytes(const std::string& text) {
  const auto uuid = UuidFromString(text);
  if (!uuid.has_value())
    return MakeError(ErrorCode::kUsage, "an id looks like 0190a6e0-1111-7222-8333-444455556666");
  return RecordId(*uuid).ToBytes();
}

}  // namespace opgang
