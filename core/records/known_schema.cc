#include "core/records/known_schema.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "google/protobuf/unknown_field_set.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

int SizeOf(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 1;
}

const Message& MessageAt(const Message& message, const FieldDescriptor& field, int i) {
  const auto& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                             : reflection.GetMessage(message, &field);
}

int EnumAt(const Message& message, const FieldDescriptor& field, int i) {
  const auto& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.GetRepeatedEnumValue(message, &field, i)
                             : reflection.GetEnumValue(message, &field);
}

enum class Strange { kUnknownFields, kUnknownFieldsOrEnums };

bool HasUnknownEnum(const Message& message, const FieldDescriptor& field) {
  for (int i = 0; i < SizeOf(message, field); ++i) {
    if (field.enum_type()->FindValueByNumber(EnumAt(message, field, i)) == nullptr) return true;
  }
  return false;
}

// The message, or any message within it. One pass over the fields that are set: it is asked of every mutation.
bool IsStrange(const Message& message, Strange what) {
  const auto& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const auto type = field->cpp_type();
    if (type == FieldDescriptor::CPPTYPE_ENUM && what == Strange::kUnknownFieldsOrEnums &&
        HasUnknownEnum(message, *field))
      return true;
    for (int i = 0; type == FieldDescriptor::CPPTYPE_MESSAGE && i < SizeOf(message, *field); ++i) {
      if (IsStrange(MessageAt(message, *field, i), what)) return true;
    }
  }
  return false;
}

bool IsStrange(const Message& message) { return IsStrange(message, Strange::kUnknownFieldsOrEnums); }

bool ContentIsAhead(const RecordTypeInfo& info, const v1::MutationPayload& payload) {
  const auto& descriptor = *info.prototype->GetDescriptor();
  const bool edits_unknown =
      std::any_of(payload.edits().begin(), payload.edits().end(), [&](const v1::FieldEdit& edit) {
        return edit.field() != 0 && descriptor.FindFieldByNumber(static_cast<int>(edit.field())) == nullptr;
      });
  if (edits_unknown) return true;
  const std::unique_ptr<Message> content(info.prototype->New());
  return content->ParseFromString(payload.fields()) && IsStrange(*content);
}

}  // namespace

bool HasUnknownFields(const Message& message) { return IsStrange(message, Strange::kUnknownFields); }

bool IsAhead(const v1::MutationEnvelope& envelope, const v1::MutationPayload& payload,
             const KnownSchema& schema) {
  if (envelope.schema_version() > schema.version || envelope.record_type() > schema.newest_type) return true;
  if (schema.version > kSchemaVersion) return false;
  if (IsStrange(envelope) || IsStrange(payload)) return true;
  const RecordTypeInfo* info = FindRecordType(envelope.record_type());
  return info != nullptr && ContentIsAhead(*info, payload);
}

}  // namespace opgang
