// Which value stands in front until somebody settles: the more careful one, where one can be told.
#include "core/merge/field_policy.h"

#include <gtest/gtest.h>

#include "core/merge/merge.h"
#include "core/records/registry.h"
#include "opgang/v1/record.pb.h"

namespace opgang {
namespace {

using google::protobuf::Message;

v1::Provenance By(char letter) {
  v1::Provenance provenance;
  provenance.set_intent_id(std::string(16, letter));
  return provenance;
}

// What stands in front where `a` and `b`, unseen by each other, set `field`. `b`'s author came later by every clock.
std::string Front(const Message& a, const Message& b, uint32_t field) {
  MergeContext context;
  context.record_type = RecordTypeOfMessage(a).type;
  v1::MutationPayload create;
  create.set_action(v1::MUTATION_ACTION_CREATE);
  v1::Record record = Merge(nullptr, create, By('A'), context)->record;
  char letter = 'B';
  for (const Message* values : {&a, &b}) {
    v1::MutationPayload patch;
    patch.set_action(v1::MUTATION_ACTION_PATCH);
    patch.set_fields(values->SerializeAsString());
    patch.add_edits()->set_field(field);
    record = Merge(&record, patch, By(letter++), context)->record;
  }
  return record.fields();
}

// Of two values, whoever wrote last, `wanted` stands in front.
void ExpectFront(const Message& wanted, const Message& other, uint32_t field) {
  EXPECT_EQ(Front(wanted, other, field), wanted.SerializeAsString());
  EXPECT_EQ(Front(other, wanted, field), wanted.SerializeAsString());
}

v1::StatedTime Asked(int day, int minute = -1) {
  v1::StatedTime stated;
  stated.mutable_date()->set_year(2026);
  stated.mutable_date()->set_month(4);
  stated.mutable_date()->set_day(day);
  if (minute >= 0) stated.set_minute_of_day(minute);
  return stated;
}

TEST(FieldPolicyTest, EarlierOfTwoAskedDatesSoThatNobodyMovesADueTimeLaterBySyncingLast) {
  v1::Inquiry thursday;
  *thursday.mutable_asked() = Asked(2);
  v1::Inquiry friday;
  *friday.mutable_asked() = Asked(3, 60);
  ExpectFront(thursday, friday, v1::Inquiry::kAskedFieldNumber);
  ExpectFront(friday, v1::Inquiry(), v1::Inquiry::kAskedFieldNumber);
  v1::Inquiry later_on_friday;
  *later_on_friday.mutable_asked() = Asked(3, 61);
  ExpectFront(friday, later_on_friday, v1::Inquiry::kAskedFieldNumber);
}

v1::Inquiry AskedOn(int year, int month, int day, int minute = -1) {
  v1::Inquiry inquiry;
  *inquiry.mutable_asked() = Asked(day, minute);
  inquiry.mutable_asked()->mutable_date()->set_year(year);
  inquiry.mutable_asked()->mutable_date()->set_month(month);
  return inquiry;
}

TEST(FieldPolicyTest, EarlierAcrossMidnightTheEndOfAMonthAndTheEndOfAYear) {
  const uint32_t field = v1::Inquiry::kAskedFieldNumber;
  ExpectFront(AskedOn(2026, 4, 2, 1439), AskedOn(2026, 4, 3, 0), field);
  ExpectFront(AskedOn(2026, 3, 31), AskedOn(2026, 4, 1), field);
  ExpectFront(AskedOn(2026, 12, 1), AskedOn(2027, 1, 1), field);
  ExpectFront(AskedOn(2026, 12, 31), AskedOn(2027, 1, 1), field);
}

TEST(FieldPolicyTest, ConsentWithdrawnBeforeConsentThatStands) {
  v1::Consent withdrawn;
  *withdrawn.mutable_withdrawn() = Asked(3);
  ExpectFront(withdrawn, v1::Consent(), v1::Consent::kWithdrawnFieldNumber);
}

TEST(FieldPolicyTest, InterpreterAndProtectedAddressBeforeTheirAbsence) {
  v1::Citizen careful;
  careful.set_interpreter_needed(true);
  ExpectFront(careful, v1::Citizen(), v1::Citizen::kInterpreterNeededFieldNumber);
  v1::Citizen hidden;
  hidden.set_address_protected(true);
  ExpectFront(hidden, v1::Citizen(), v1::Citizen::kAddressProtectedFieldNumber);
  v1::Citizen longer;
  *longer.mutable_address_protected_until() = Asked(3).date();
  v1::Citizen shorter;
  *shorter.mutable_address_protected_until() = Asked(2).date();
  ExpectFront(longer, shorter, v1::Citizen::kAddressProtectedUntilFieldNumber);
}

TEST(FieldPolicyTest, DoNotCallBeforeAnyOtherAnswerAndTheLaterDateOfTwo) {
  v1::Visit do_not_call;
  do_not_call.set_disposition(v1::DISPOSITION_DO_NOT_CALL);
  v1::Visit interested;
  interested.set_disposition(v1::DISPOSITION_INTERESTED);
  ExpectFront(do_not_call, interested, v1::Visit::kDispositionFieldNumber);
  v1::Visit longer;
  *longer.mutable_do_not_call_until() = Asked(30).date();
  v1::Visit shorter;
  *shorter.mutable_do_not_call_until() = Asked(29).date();
  ExpectFront(longer, shorter, v1::Visit::kDoNotCallUntilFieldNumber);
}

TEST(FieldPolicyTest, PregnantBeforeNotPregnant) {
  v1::ClinicalIntake yes;
  yes.set_pregnant(v1::ANSWER_YES);
  v1::ClinicalIntake no;
  no.set_pregnant(v1::ANSWER_NO);
  ExpectFront(yes, no, v1::ClinicalIntake::kPregnantFieldNumber);
}

TEST(FieldPolicyTest, ElsewhereTheLatest) {
  v1::Citizen first;
  first.set_telephone("11111111");
  v1::Citizen second;
  second.set_telephone("22222222");
  EXPECT_EQ(Front(first, second, v1::Citizen::kTelephoneFieldNumber), second.SerializeAsString());
  EXPECT_EQ(Front(second, first, v1::Citizen::kTelephoneFieldNumber), first.SerializeAsString());
}

TEST(FieldPolicyTest, WhatCannotBeReadRanksAsCleared) {
  for (const FrontPolicy policy : {FrontPolicy::kEarliestDate, FrontPolicy::kLatestDate}) {
    EXPECT_EQ(FrontRank({policy}, "\x12\xff\xff"), FrontRank({policy}, ""));
    EXPECT_EQ(FrontRank({policy}, "\x10\x05"), FrontRank({policy}, ""));
    EXPECT_EQ(FrontRank({policy}, std::string("\x10\0", 2)), FrontRank({policy}, "")) << "a number";
  }
  EXPECT_EQ(FrontRank({FrontPolicy::kValueFirst, 1}, "\x12\x00"), 0);
}

// A policy on a field of another kind would rank everything as cleared and nobody would notice.
TEST(FieldPolicyTest, EachPolicyFitsTheKindOfItsField) {
  int listed = 0;
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const auto* type = info.prototype->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field = type->field(i);
      const FieldPolicy policy = PolicyOf(info.type, static_cast<uint32_t>(field->number()));
      if (policy.policy == FrontPolicy::kLatest) continue;
      ++listed;
      const bool one_value = field->enum_type() != nullptr || field->type() == field->TYPE_BOOL;
      const bool fits =
          policy.policy == FrontPolicy::kEarliestDate ? field->message_type() == v1::StatedTime::descriptor()
          : policy.policy == FrontPolicy::kLatestDate ? field->message_type() == v1::LocalDate::descriptor()
                                                      : one_value;
      EXPECT_TRUE(fits) << field->full_name();
    }
  }
  EXPECT_EQ(listed, 9);
}

}  // namespace
}  // namespace opgang
