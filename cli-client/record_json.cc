// The way out: messages to JSON. The way in is record_json_input.cc.
#include "cli-client/record_json.h"

#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/ids.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

Json BytesJson(const std::string& bytes) {
  const auto id = RecordId::FromBytes(bytes);
  return id ? Json(id->ToString()) : Json(nullptr);
}

Json StatedJson(const v1::StatedTime& stated) {
  std::string text = JsonDate(FromProto(stated.date()));
  if (!stated.has_minute_of_day()) return text;
  return text + absl::FormatTime(" %H:%M", absl::UnixEpoch() + absl::Minutes(stated.minute_of_day()),
                                 absl::UTCTimeZone());
}

Json MessageJson(const Message& message) {
  if (message.GetDescriptor() == v1::LocalDate::descriptor()) {
    return JsonDate(FromProto(static_cast<const v1::LocalDate&>(message)));
  }
  if (message.GetDescriptor() == v1::StatedTime::descriptor()) {
    return StatedJson(static_cast<const v1::StatedTime&>(message));
  }
  return ContentJson(message);
}

Json EnumJson(const EnumType& type, int number) {
  const EnumValue* value = type.FindValueByNumber(number);
  return value == nullptr ? Json(number) : Json(WordOf(*value));
}

Json RepeatedJson(const Message& content, const FieldDescriptor& field, int i) {
  const Reflection& reflection = *content.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return MessageJson(reflection.GetRepeatedMessage(content, &field, i));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return EnumJson(*field.enum_type(), reflection.GetRepeatedEnumValue(content, &field, i));
  }
  return nullptr;
}

Json SingleJson(const Message& content, const FieldDescriptor& field) {
  const Reflection& reflection = *content.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: return MessageJson(reflection.GetMessage(content, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumJson(*field.enum_type(), reflection.GetEnumValue(content, &field));
    case FieldDescriptor::CPPTYPE_BOOL: return reflection.GetBool(content, &field);
    case FieldDescriptor::CPPTYPE_INT32: return reflection.GetInt32(content, &field);
    case FieldDescriptor::CPPTYPE_INT64: return reflection.GetInt64(content, &field);
    case FieldDescriptor::CPPTYPE_UINT32: return reflection.GetUInt32(content, &field);
    case FieldDescriptor::CPPTYPE_UINT64: return reflection.GetUInt64(content, &field);
    case FieldDescriptor::CPPTYPE_FLOAT: return reflection.GetFloat(content, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE: return reflection.GetDouble(content, &field);
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = reflection.GetString(content, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? BytesJson(text) : Json(text);
    }
  }
  return nullptr;
}

}  // namespace

Json ContentJson(const Message& content) {
  std::vector<const FieldDescriptor*> fields;
  content.GetReflection()->ListFields(content, &fields);
  Json json = Json::object();
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      json[field->name()] = SingleJson(content, *field);
      continue;
    }
    Json list = Json::array();
    for (int i = 0; i < content.GetReflection()->FieldSize(content, field); ++i) {
      list.push_back(RepeatedJson(content, *field, i));
    }
    json[field->name()] = std::move(list);
  }
  return json;
}

}  // namespace opgang::cli
