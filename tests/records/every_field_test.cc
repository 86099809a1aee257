// Walks over every field of every record type: one that is new and has no rule is noticed here.
#include <functional>
#include <string>
#include <vector>

#include "core/records/validation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Visitor = std::function<void(const RecordTypeInfo&, const FieldDescriptor*)>;

void ForEachField(const Visitor& visit) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const auto* descriptor = info.prototype->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) visit(info, descriptor->field(i));
  }
}

void ForEachTextField(const Visitor& visit) {
  ForEachField([&](const RecordTypeInfo& info, const FieldDescriptor* field) {
    if (field->type() == FieldDescriptor::TYPE_STRING) visit(info, field);
  });
}

std::optional<Refusal> ValidateWithText(const RecordTypeInfo& info, const FieldDescriptor* field,
                                        const std::string& text) {
  const std::unique_ptr<Message> content = SoundRecord(info.type);
  EXPECT_FALSE(field->is_repeated()) << field->full_name() << ": teach this walk lists of texts";
  content->GetReflection()->SetString(content.get(), field, text);
  return Validate(*content);
}

void ExpectTextRefused(const RecordTypeInfo& info, const FieldDescriptor* field, const std::string& text,
                       const std::vector<v1::RefusalCode>& codes) {
  const std::optional<Refusal> refusal = ValidateWithText(info, field, text);
  ASSERT_TRUE(refusal.has_value()) << field->full_name() << " has no rule against this";
  EXPECT_EQ(refusal->field, static_cast<uint32_t>(field->number())) << field->full_name();
  EXPECT_THAT(codes, ::testing::Contains(refusal->code)) << field->full_name();
}

TEST(EveryTextFieldTest, BytesThatAreNotUtf8AreRefused) {
  ForEachTextField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    ExpectTextRefused(info, field, "\xC3(", {v1::REFUSAL_CODE_NOT_UTF8});
  });
}

TEST(EveryTextFieldTest, HasALimitOfAtMostFourThousandCharacters) {
  ForEachTextField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    ExpectTextRefused(info, field, std::string(4001, 'x'), {v1::REFUSAL_CODE_TOO_LONG});
  });
}

TEST(EveryTextFieldTest, ControlCharactersAreRefusedSoThatTheyReachNoTerminal) {
  ForEachTextField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    for (const std::string& bad :
         {std::string("a\x1B[2J"), std::string("a\0b", 3), std::string("a\x7F"), std::string("a\xC2\x9B")}) {
      ExpectTextRefused(info, field, bad, {v1::REFUSAL_CODE_BAD_FORM});
    }
  });
}

TEST(EveryTextFieldTest, ACivilRegistrationNumberIsRefusedOrDoesNotFitTheForm) {
  ForEachTextField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    for (const char* cpr : {"010190-1234", "0101901234", "010190 1234"}) {
      ExpectTextRefused(info, field, cpr, {v1::REFUSAL_CODE_CPR_IN_TEXT, v1::REFUSAL_CODE_BAD_FORM});
    }
  });
}

TEST(EveryTextFieldTest, FreeTextSaysThatItIsTheNumberThatIsRefused) {
  const std::string text = "Bor hos moderen, 010190-1234, ring først";
  ForEachTextField([&](const RecordTypeInfo& info, const FieldDescriptor* field) {
    const bool free_text = field->name() == "note" || field->name() == "name" ||
                           field->name() == "referrer" || field->name() == "agreed_place" ||
                           field->name() == "safe_hours" || field->name() == "place";
    if (free_text) ExpectTextRefused(info, field, text, {v1::REFUSAL_CODE_CPR_IN_TEXT});
  });
}

TEST(EveryTextFieldTest, NoTextHidesInANestedMessage) {
  ForEachField([](const RecordTypeInfo&, const FieldDescriptor* field) {
    const auto* nested = field->message_type();
    for (int i = 0; nested != nullptr && i < nested->field_count(); ++i) {
      EXPECT_NE(nested->field(i)->type(), FieldDescriptor::TYPE_STRING)
          << nested->field(i)->full_name() << ": teach these walks nested texts";
    }
  });
}

TEST(EveryIdFieldTest, HasSixteenBytesThatAreNotAllZero) {
  ForEachField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    if (field->type() != FieldDescriptor::TYPE_BYTES) return;
    for (const std::string& bad : {std::string(15, 'x'), std::string(17, 'x'), std::string(16, '\0')}) {
      ExpectTextRefused(info, field, bad, {v1::REFUSAL_CODE_BAD_FORM});
    }
  });
}

TEST(EveryTimeFieldTest, ADateThatDoesNotExistIsRefused) {
  ForEachField([](const RecordTypeInfo& info, const FieldDescriptor* field) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) return;
    const std::unique_ptr<Message> content = SoundRecord(info.type);
    Message* time = content->GetReflection()->MutableMessage(content.get(), field);
    v1::LocalDate* date = dynamic_cast<v1::LocalDate*>(time);
    if (date == nullptr) date = dynamic_cast<v1::StatedTime&>(*time).mutable_date();
    *date = OnDay(kToday).date();
    date->set_day(31);  // of April
    ExpectRefused(*content, v1::REFUSAL_CODE_BAD_FORM, field->number());
  });
}

TEST(EveryTimeFieldTest, OnlyPlansMayLieAfterTheDayOfRecording) {
  std::vector<std::string> plans;
  ForEachField([&](const RecordTypeInfo& info, const FieldDescriptor* field) {
    if (field->message_type() != v1::StatedTime::descriptor()) return;
    const std::unique_ptr<Message> content = SoundRecord(info.type);
    Message* time = content->GetReflection()->MutableMessage(content.get(), field);
    time->CopyFrom(AtMinute(kToday, 600));
    ExpectSound(*content);
    time->CopyFrom(AtMinute(kToday + 1, 600));
    const auto refusal = Validate(*content);
    if (!refusal) return plans.push_back(field->full_name());
    EXPECT_EQ(refusal->code, v1::REFUSAL_CODE_AFTER_RECORDING) << field->full_name();
    EXPECT_EQ(refusal->field, static_cast<uint32_t>(field->number()));
  });
  EXPECT_THAT(plans, ::testing::ElementsAre("opgang.v1.Visit.come_back", "opgang.v1.Meeting.start",
                                            "opgang.v1.Seat.told_start"));
}

TEST(EveryEnumFieldTest, AnUnknownValueIsKeptUnlessTheFieldIsRequired) {
  std::vector<std::string> required;
  ForEachField([&](const RecordTypeInfo& info, const FieldDescriptor* field) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM || field->is_repeated()) return;
    const std::unique_ptr<Message> content = SoundRecord(info.type);
    content->GetReflection()->SetEnumValue(content.get(), field, 9999);
    const auto refusal = Validate(*content);
    if (!refusal) return;
    EXPECT_EQ(refusal->code, v1::REFUSAL_CODE_UNKNOWN_FIELD_VALUE) << field->full_name();
    EXPECT_EQ(refusal->field, static_cast<uint32_t>(field->number()));
    content->GetReflection()->SetEnumValue(content.get(), field, 0);
    EXPECT_EQ(Validate(*content)->code, v1::REFUSAL_CODE_REQUIRED) << field->full_name();
    required.push_back(field->name());
  });
  EXPECT_THAT(required,
              ::testing::ElementsAre("disposition", "purpose", "form", "place", "channel", "reason", "way",
                                     "outcome", "status", "kind", "kind", "capacity_meaning", "state",
                                     "state", "outcome", "product", "occasion", "status", "completed",
                                     "answer", "outcome", "answer", "cigarettes_since_quit", "cause"));
}

TEST(EveryTypeTest, AFieldFromANewerAppIsKept) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const std::unique_ptr<Message> content = SoundRecord(info.type);
    content->GetReflection()->MutableUnknownFields(content.get())->AddLengthDelimited(900, "\xFF new");
    ExpectSound(*content);
  }
}

TEST(EveryTypeTest, MoreThanAPayloadMayCarryIsRefusedEvenInUnknownFields) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const std::unique_ptr<Message> content = SoundRecord(info.type);
    content->GetReflection()
        ->MutableUnknownFields(content.get())
        ->AddLengthDelimited(900, std::string(kMaxPayloadBytes, 'x'));
    ExpectRefused(*content, v1::REFUSAL_CODE_TOO_LONG, 0);
  }
}

}  // namespace
}  // namespace opgang
