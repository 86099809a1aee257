#include "core/records/known_schema.h"

#include <algorithm>
#include <functional>
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

// Asks `strange` of the message and of every message within it.
bool AnyWithin(const Message& message, const std::function<bool(const Message&)>& strange) {
  if (strange(message)) return true;
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < SizeOf(message, *field); ++i) {
      if (AnyWithin(MessageAt(message, *field, i), strange)) return true;
    }
  }
  return false;
}

bool HasUnknownEnums(const Message& message) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) continue;
    for (int i = 0; i < SizeOf(message, *field); ++i) {
      if (field->enum_type()->FindValueByNumber(EnumAt(message, *field, i)) == nullptr) return true;
    }
  }
  return false;
}

bool IsStrange(const Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty() || HasUnknownEnums(message);
}

bool ContentIsAhead(const RecordTypeInfo& info, const v1::MutationPayload& payload) {
  const auto& descriptor = *info.prototype->GetDescriptor();
  const bool edits_unknown =
      std::any_of(payload.edits().begin(), payload.edits().end(), [&](const v1::FieldEdit& edit) {
        return edit.field() != 0 && descriptor.FindFieldByNumber(static_cast<int>(edit.field())) == nullptr;
      });
  if (edits_unknown) return true;
  const std::unique_ptr<Message> content(info.prototype->New());
  return content->ParseFromString(payload.fields()) && AnyWithin(*content, IsStrange);
}

}  // namespace

bool HasUnknownFields(const Message& message) {
  return AnyWithin(message,
                   [](const Message& one) { return !one.GetReflection()->GetUnknownFields(one).empty(); });
}

bool IsAhead(const v1::MutationEnvelope& envelope, const v1::MutationPayload& payload,
             const KnownSchema& schema) {
  if (envelope.schema_version() > schema.version || envelope.record_type() > schema.newest_type) return true;
  if (schema.version > kSchemaVersion) return false;
  if (AnyWithin(envelope, IsStrange) || AnyWithin(payload, IsStrange)) return true;
  const RecordTypeInfo* info = FindRecordType(envelope.record_type());
  return info != nullptr && ContentIsAhead(*info, payload);
}

}  // namespace opgang
