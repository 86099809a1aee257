#include "core/records/known_schema.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/wire_format.h"

namespace opgang {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::internal::WireFormat;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int kMostNested = 16;

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

bool IsPlain(CodedInputStream& in, const Descriptor& type, int nested);

bool IsPlainEnum(CodedInputStream& in, const FieldDescriptor& field) {
  uint32_t number = 0;
  return in.ReadVarint32(&number) &&
         field.enum_type()->FindValueByNumber(static_cast<int>(number)) != nullptr;
}

bool ArePlainEnums(CodedInputStream& in, const FieldDescriptor& field) {
  uint32_t size = 0;
  if (!in.ReadVarint32(&size)) return false;
  const auto limit = in.PushLimit(static_cast<int>(size));
  bool plain = true;
  while (plain && in.BytesUntilLimit() > 0) plain = IsPlainEnum(in, field);
  in.PopLimit(limit);
  return plain;
}

bool IsPlainField(CodedInputStream& in, uint32_t tag, const FieldDescriptor& field, int nested) {
  uint32_t number = 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.is_packed() ? ArePlainEnums(in, field) : IsPlainEnum(in, field);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (!in.ReadVarint32(&number)) return false;
      const auto limit = in.PushLimit(static_cast<int>(number));
      const bool plain = IsPlain(in, *field.message_type(), nested + 1);
      in.PopLimit(limit);
      return plain;
    }
    default: return WireFormatLite::SkipField(&in, tag);
  }
}

// True: each field in these bytes is known here by number and form, and each enum's value; so what is parsed from them is not
// strange. False: look closer. Asked of every mutation, and to read the bytes takes a quarter of what it takes to
// ask the parsed message about each of its fields.
bool IsPlain(CodedInputStream& in, const Descriptor& type, int nested) {
  while (nested <= kMostNested) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) return in.ConsumedEntireMessage();
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool known =
        field != nullptr && WireFormatLite::GetTagWireType(tag) == WireFormat::WireTypeForField(field);
    if (!known || !IsPlainField(in, tag, *field, nested)) return false;
  }
  return false;
}

bool IsPlain(std::string_view bytes, const Descriptor& type) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  return IsPlain(in, type, /*nested=*/0);
}

// The message, or any message within it. One pass over the fields that are set.
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

// `bytes`: what it was parsed from.
bool IsStrange(const Message& message, std::string_view bytes) {
  return !IsPlain(bytes, *message.GetDescriptor()) && IsStrange(message, Strange::kUnknownFieldsOrEnums);
}

bool ContentIsAhead(const RecordTypeInfo& info, const v1::MutationPayload& payload) {
  const auto& descriptor = *info.prototype->GetDescriptor();
  const bool edits_unknown =
      std::any_of(payload.edits().begin(), payload.edits().end(), [&](const v1::FieldEdit& edit) {
        return edit.field() != 0 && descriptor.FindFieldByNumber(static_cast<int>(edit.field())) == nullptr;
      });
  if (edits_unknown) return true;
  if (IsPlain(payload.fields(), descriptor)) return false;
  const std::unique_ptr<Message> content(info.prototype->New());
  return content->ParseFromString(payload.fields()) && IsStrange(*content, Strange::kUnknownFieldsOrEnums);
}

}  // namespace

bool HasUnknownFields(const Message& message) { return IsStrange(message, Strange::kUnknownFields); }

bool IsAhead(const MutationHalves& mutation, const KnownSchema& schema) {
  const auto& [envelope, envelope_bytes, payload, payload_bytes] = mutation;
  if (envelope.schema_version() > schema.version || envelope.record_type() > schema.newest_type) return true;
  if (schema.version > kSchemaVersion) return false;
  if (IsStrange(envelope, envelope_bytes) || IsStrange(payload, payload_bytes)) return true;
  const RecordTypeInfo* info = FindRecordType(envelope.record_type());
  return info != nullptr && ContentIsAhead(*info, payload);
}

}  // namespace opgang
