// What says something that this build does not know is found, whichever way it was looked for: by its bytes, which is quick, or
// by asking the parsed message about each of its fields.
#include "core/records/known_schema.h"

#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HasUnknownEnum(const Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count && is_enum; ++i) {
      const int value = field->is_repeated() ? reflection.GetRepeatedEnumValue(message, field, i)
                                             : reflection.GetEnumValue(message, field);
      if (field->enum_type()->FindValueByNumber(value) == nullptr) return true;
    }
    for (int i = 0; i < count && is_message; ++i) {
      if (HasUnknownEnum(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                              : reflection.GetMessage(message, field)))
        return true;
    }
  }
  return false;
}

// As the parsed message tells. False for what cannot be parsed.
bool SaysMore(const std::string& bytes, const Message& prototype) {
  const std::unique_ptr<Message> parsed(prototype.New());
  return parsed->ParseFromString(bytes) && (HasUnknownFields(*parsed) || HasUnknownEnum(*parsed));
}

bool IsAheadWith(RecordType type, const std::string& content) {
  v1::MutationEnvelope envelope;
  envelope.set_schema_version(kSchemaVersion);
  envelope.set_record_type(static_cast<uint32_t>(type));
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_fields(content);
  return IsAhead({envelope, envelope.SerializeAsString(), payload, payload.SerializeAsString()}, {});
}

// Each bit of `bytes` turned over, and `bytes` cut short at each of its bytes.
std::vector<std::string> Damaged(const std::string& bytes) {
  std::vector<std::string> all;
  for (size_t at = 0; at < bytes.size(); ++at) {
    all.push_back(bytes.substr(0, at));
    for (int bit = 0; bit < 8; ++bit) {
      all.push_back(bytes);
      all.back()[at] = static_cast<char>(all.back()[at] ^ (1 << bit));
    }
  }
  return all;
}

class KnownSchemaTest : public ::testing::Test {
  google::protobuf::LogSilencer of_what_cannot_be_parsed_;
};

TEST_F(KnownSchemaTest, WhatTheBytesOfARecordSayIsWhatTheMessageSays) {
  int ahead = 0, known = 0;
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const std::string sound = SoundRecord(info.type)->SerializeAsString();
    EXPECT_FALSE(IsAheadWith(info.type, sound)) << info.name;
    for (const std::string& bytes : Damaged(sound)) {
      const bool more = SaysMore(bytes, *info.prototype);
      ++(more ? ahead : known);
      ASSERT_EQ(IsAheadWith(info.type, bytes), more) << info.name << ": " << testing::PrintToString(bytes);
    }
  }
  EXPECT_GT(ahead, 500);
  EXPECT_GT(known, 1000);
}

TEST_F(KnownSchemaTest, WhatTheBytesOfAMutationSayIsWhatTheMessageSays) {
  v1::MutationEnvelope envelope;
  envelope.set_schema_version(kSchemaVersion);
  envelope.set_record_type(static_cast<uint32_t>(RecordType::kCitizen));
  v1::MutationPayload sound;
  sound.set_action(v1::MUTATION_ACTION_PATCH);
  sound.set_fields(SoundCitizen().SerializeAsString());
  sound.add_edits()->add_seen_versions(kOtherId.ToBytes());
  sound.mutable_evidence()->mutable_anchor()->mutable_reading()->set_boot_id(kOtherId.ToBytes());
  int ahead = 0;
  for (const std::string& bytes : Damaged(sound.SerializeAsString())) {
    v1::MutationPayload payload;
    if (!payload.ParseFromString(bytes)) continue;  // said of what could be parsed
    const bool of_payload = SaysMore(bytes, payload);
    const bool of_content = IsAheadWith(RecordType::kCitizen, payload.fields());
    bool of_edits = false;
    for (const v1::FieldEdit& edit : payload.edits()) {
      of_edits |= edit.field() != 0 &&
                  v1::Citizen::descriptor()->FindFieldByNumber(static_cast<int>(edit.field())) == nullptr;
    }
    ahead += of_payload;
    ASSERT_EQ(IsAhead({envelope, envelope.SerializeAsString(), payload, bytes}, {}),
              of_payload || of_content || of_edits)
        << testing::PrintToString(bytes);
  }
  EXPECT_GT(ahead, 20);
}

}  // namespace
}  // namespace opgang
