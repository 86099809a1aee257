// Every message that proto/opgang/v1 defines, with every field set.
#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/audit.pb.h"
#include "opgang/v1/backup.pb.h"
#include "opgang/v1/course.pb.h"
#include "opgang/v1/invitation.pb.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/privacy.pb.h"
#include "opgang/v1/record.pb.h"
#include "opgang/v1/report.pb.h"
#include "opgang/v1/sync.pb.h"
#include "tests/ages/golden.h"

namespace opgang::ages {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// A generated file is known to the pool once something of it was used.
void UseEveryFile() {
  for (const Descriptor* used :
       {v1::InviteRequest::descriptor(), v1::BackupManifest::descriptor(), v1::Invitation::descriptor(),
        v1::QueueState::descriptor(), v1::RecordBody::descriptor(), v1::RunReportRequest::descriptor(),
        v1::Hello::descriptor(), v1::CourseEnd::descriptor(), v1::AuditNote::descriptor(),
        v1::PersonRequest::descriptor()}) {
    static_cast<void>(used);
  }
}

std::vector<const FileDescriptor*> ProtoFiles() {
  UseEveryFile();
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(OPGANG_PROTO_DIRECTORY) / "opgang" / "v1")) {
    if (entry.path().extension() == ".proto")
      names.push_back("opgang/v1/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<const FileDescriptor*> files;
  for (const std::string& name : names) {
    if (const auto* file = DescriptorPool::generated_pool()->FindFileByName(name)) files.push_back(file);
  }
  return files;
}

// A value that says which field it is of. Ids get their sixteen bytes.
class Filler {
 public:
  static void Fill(Message& message, const FieldDescriptor* of_oneof = nullptr) {
    const Descriptor& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor* field = descriptor.field(i);
      const auto* oneof = field->real_containing_oneof();
      const FieldDescriptor* chosen =
          of_oneof != nullptr && of_oneof->real_containing_oneof() == oneof ? of_oneof : nullptr;
      if (oneof != nullptr && field != (chosen != nullptr ? chosen : oneof->field(0))) continue;
      for (int n = 0; n < (field->is_repeated() ? 2 : 1); ++n) Set(message, *field, n);
    }
  }

 private:
  static void Set(Message& message, const FieldDescriptor& field, int n) {
    const auto& reflection = *message.GetReflection();
    const int number = field.number() * 10 + n;
    const std::string id(16, static_cast<char>(field.number() + n));
    const std::string text = field.name() + " " + std::to_string(n + 1);
    const auto* last = field.enum_type() == nullptr
                           ? nullptr
                           : field.enum_type()->value(field.enum_type()->value_count() - 1);
#define OPGANG_SET(Type, value)                                       \
  field.is_repeated() ? reflection.Add##Type(&message, &field, value) \
                      : reflection.Set##Type(&message, &field, value)
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: OPGANG_SET(Int32, 1000 + number); break;
      case FieldDescriptor::CPPTYPE_INT64: OPGANG_SET(Int64, 1000000 + number); break;
      case FieldDescriptor::CPPTYPE_UINT32: OPGANG_SET(UInt32, 1000 + number); break;
      case FieldDescriptor::CPPTYPE_UINT64: OPGANG_SET(UInt64, 1000000 + number); break;
      case FieldDescriptor::CPPTYPE_DOUBLE: OPGANG_SET(Double, number + 0.5); break;
      case FieldDescriptor::CPPTYPE_FLOAT: OPGANG_SET(Float, number + 0.5f); break;
      case FieldDescriptor::CPPTYPE_BOOL: OPGANG_SET(Bool, true); break;
      case FieldDescriptor::CPPTYPE_ENUM: OPGANG_SET(Enum, last); break;
      case FieldDescriptor::CPPTYPE_STRING:
        OPGANG_SET(String, field.type() == FieldDescriptor::TYPE_BYTES ? id : text);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                 : *reflection.MutableMessage(&message, &field));
        break;
    }
#undef OPGANG_SET
  }
};

std::unique_ptr<Message> NewMessage(const Descriptor& descriptor) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(&descriptor)->New());
}

std::string TextOf(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

void Add(const Descriptor& descriptor, const FieldDescriptor* of_oneof, std::vector<Golden>& all) {
  const auto message = NewMessage(descriptor);
  Filler::Fill(*message, of_oneof);
  Golden golden;
  golden.name = "message/" + descriptor.name() + (of_oneof == nullptr ? "" : "." + of_oneof->name());
  golden.about = descriptor.file()->name() + ", every field set";
  golden.bytes = message->SerializeAsString();
  golden.reads = TextOf(*message);
  all.push_back(std::move(golden));
}

}  // namespace

std::vector<Golden> GoldenMessages() {
  std::vector<Golden> all;
  for (const FileDescriptor* file : ProtoFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor& descriptor = *file->message_type(i);
      const auto* oneof = descriptor.real_oneof_decl_count() > 0 ? descriptor.oneof_decl(0) : nullptr;
      if (oneof == nullptr) Add(descriptor, nullptr, all);
      for (int n = 0; oneof != nullptr && n < oneof->field_count(); ++n)
        Add(descriptor, oneof->field(n), all);
    }
  }
  return all;
}

absl::StatusOr<std::string> ReadMessage(std::string_view name, const std::string& bytes) {
  std::string type(name.substr(std::string_view("message/").size()));
  type = type.substr(0, type.find('.'));
  UseEveryFile();
  const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName("opgang.v1." + type);
  if (descriptor == nullptr) return MakeError(ErrorCode::kNotFound, "there is no such message any more");
  const auto message = NewMessage(*descriptor);
  if (!message->ParseFromString(bytes)) return MakeError(ErrorCode::kDamaged, "the bytes do not parse");
  return TextOf(*message);
}

}  // namespace opgang::ages
