#include <string>

#include "core/base/error.h"
#include "core/records/validation.h"
#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

v1::ScopeId ScopeOf(v1::ScopeKind kind, char fill = 'a') {
  v1::ScopeId scope;
  scope.set_kind(kind);
  scope.set_id(std::string(16, fill));
  return scope;
}

v1::MutationEnvelope EnvelopeFor(const RecordTypeInfo& info) {
  const ValidationContext context = FittingContext(info);
  v1::MutationEnvelope envelope;
  envelope.set_intent_id(std::string(16, 'i'));
  envelope.set_record_id(context.record_id.ToBytes());
  envelope.set_record_type(info.type);
  *envelope.add_scopes() = ScopeOf(info.scope_kind);
  envelope.set_subject_id(context.subject.ToBytes());
  envelope.set_schema_version(kSchemaVersion);
  return envelope;
}

v1::RefusalCode CodeOf(const v1::MutationEnvelope& envelope) {
  const std::optional<Refusal> refusal = ValidateEnvelope(envelope);
  if (!refusal) return v1::REFUSAL_CODE_UNSPECIFIED;
  EXPECT_EQ(refusal->field, 0u);
  return refusal->code;
}

v1::MutationEnvelope CitizenEnvelope() { return EnvelopeFor(RecordTypeOf<v1::Citizen>()); }

TEST(EnvelopeTest, ASoundOneOfEveryTypePasses) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    EXPECT_FALSE(ValidateEnvelope(EnvelopeFor(info)).has_value()) << info.name;
  }
}

TEST(EnvelopeTest, IdsHaveSixteenBytesThatAreNotAllZero) {
  for (const std::string& bad :
       {std::string(), std::string(15, 'x'), std::string(17, 'x'), std::string(16, '\0')}) {
    v1::MutationEnvelope intent = CitizenEnvelope();
    intent.set_intent_id(bad);
    EXPECT_EQ(CodeOf(intent), v1::REFUSAL_CODE_BAD_FORM);
    v1::MutationEnvelope record = CitizenEnvelope();
    record.set_record_id(bad);
    EXPECT_EQ(CodeOf(record), v1::REFUSAL_CODE_BAD_FORM);
  }
  v1::MutationEnvelope subject = CitizenEnvelope();
  subject.set_subject_id("short");
  EXPECT_EQ(CodeOf(subject), v1::REFUSAL_CODE_BAD_FORM);
}

TEST(EnvelopeTest, AnUnknownTypeIsToldApartFromANewerApp) {
  v1::MutationEnvelope envelope = CitizenEnvelope();
  envelope.set_record_type(999);
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_UNKNOWN_TYPE);
  envelope.set_schema_version(kSchemaVersion + 1);
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_SCHEMA_AHEAD);
}

TEST(EnvelopeTest, AKnownTypeFromANewerAppPasses) {
  v1::MutationEnvelope envelope = CitizenEnvelope();
  envelope.set_schema_version(kSchemaVersion + 1);
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_UNSPECIFIED);
}

TEST(EnvelopeTest, ARecordStandsInAtLeastOneScopeOfItsKind) {
  v1::MutationEnvelope envelope = EnvelopeFor(RecordTypeOf<v1::Visit>());
  envelope.clear_scopes();
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_REQUIRED);
  *envelope.add_scopes() = ScopeOf(v1::SCOPE_KIND_GROUP, 'g');
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_WRONG_SCOPE);
  *envelope.add_scopes() = ScopeOf(v1::SCOPE_KIND_AREA);
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_UNSPECIFIED);
}

TEST(EnvelopeTest, WhatIsAboutACitizenMayStandInAGroupAlone) {
  v1::MutationEnvelope envelope = CitizenEnvelope();
  envelope.clear_scopes();
  *envelope.add_scopes() = ScopeOf(v1::SCOPE_KIND_GROUP, 'g');
  EXPECT_EQ(CodeOf(envelope), v1::REFUSAL_CODE_UNSPECIFIED);
}

TEST(EnvelopeTest, AClinicalRecordMayNotLeaveTheHealthPart) {
  v1::MutationEnvelope envelope = EnvelopeFor(RecordTypeOf<v1::ClinicalIntake>());
  for (const v1::ScopeKind kind : {v1::SCOPE_KIND_AREA, v1::SCOPE_KIND_GROUP, v1::SCOPE_KIND_DIRECTORY}) {
    v1::MutationEnvelope leaking = envelope;
    *leaking.add_scopes() = ScopeOf(kind, 'z');
    EXPECT_EQ(CodeOf(leaking), v1::REFUSAL_CODE_WRONG_SCOPE) << kind;
  }
  v1::MutationEnvelope citizen = CitizenEnvelope();
  *citizen.add_scopes() = ScopeOf(v1::SCOPE_KIND_AREA_HEALTH);
  EXPECT_EQ(CodeOf(citizen), v1::REFUSAL_CODE_WRONG_SCOPE);
}

TEST(EnvelopeTest, MalformedOrRepeatedScopesAreRefused) {
  v1::MutationEnvelope twice = CitizenEnvelope();
  *twice.add_scopes() = twice.scopes(0);
  EXPECT_EQ(CodeOf(twice), v1::REFUSAL_CODE_BAD_FORM);
  v1::MutationEnvelope malformed = CitizenEnvelope();
  malformed.mutable_scopes(0)->set_id("short");
  EXPECT_EQ(CodeOf(malformed), v1::REFUSAL_CODE_BAD_FORM);
  v1::MutationEnvelope many = CitizenEnvelope();
  for (char c = 'A'; c < 'Q'; ++c) *many.add_scopes() = ScopeOf(v1::SCOPE_KIND_GROUP, c);
  EXPECT_EQ(CodeOf(many), v1::REFUSAL_CODE_OUT_OF_RANGE);
}

TEST(EnvelopeTest, TheSubjectFollowsTheTypesRule) {
  v1::MutationEnvelope visit = EnvelopeFor(RecordTypeOf<v1::Visit>());
  visit.set_subject_id(kCitizenId.ToBytes());
  EXPECT_EQ(CodeOf(visit), v1::REFUSAL_CODE_SUBJECT_MISMATCH);
  v1::MutationEnvelope citizen = CitizenEnvelope();
  citizen.set_subject_id(kOtherId.ToBytes());
  EXPECT_EQ(CodeOf(citizen), v1::REFUSAL_CODE_SUBJECT_MISMATCH);
  v1::MutationEnvelope inquiry = EnvelopeFor(RecordTypeOf<v1::Inquiry>());
  inquiry.clear_subject_id();
  EXPECT_EQ(CodeOf(inquiry), v1::REFUSAL_CODE_SUBJECT_MISMATCH);
  v1::MutationEnvelope drop_in = EnvelopeFor(RecordTypeOf<v1::Contact>());
  drop_in.clear_subject_id();
  EXPECT_EQ(CodeOf(drop_in), v1::REFUSAL_CODE_UNSPECIFIED);
}

v1::RefusalCode CodeOfBundle(const std::string& id, uint32_t index, uint32_t count) {
  v1::MutationEnvelope envelope = CitizenEnvelope();
  envelope.mutable_bundle()->set_bundle_id(id);
  envelope.mutable_bundle()->set_index(index);
  envelope.mutable_bundle()->set_count(count);
  return CodeOf(envelope);
}

TEST(EnvelopeTest, ABundleHasTwoToSixtyFourMembers) {
  const std::string id(16, 'b');
  EXPECT_EQ(CodeOfBundle(id, 0, 2), v1::REFUSAL_CODE_UNSPECIFIED);
  EXPECT_EQ(CodeOfBundle(id, 63, 64), v1::REFUSAL_CODE_UNSPECIFIED);
  EXPECT_EQ(CodeOfBundle(id, 0, 1), v1::REFUSAL_CODE_BAD_BUNDLE);
  EXPECT_EQ(CodeOfBundle(id, 0, 65), v1::REFUSAL_CODE_BAD_BUNDLE);
  EXPECT_EQ(CodeOfBundle(id, 2, 2), v1::REFUSAL_CODE_BAD_BUNDLE);
  EXPECT_EQ(CodeOfBundle("short", 0, 2), v1::REFUSAL_CODE_BAD_BUNDLE);
}

TEST(RefusalErrorTest, CarriesTheRefusalAndNamesTheField) {
  const Refusal refusal{v1::REFUSAL_CODE_TOO_LONG, v1::Contact::kNoteFieldNumber};
  const absl::Status status = RefusalError(refusal, RecordType::kContact);
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kRefused);
  EXPECT_EQ(GetRefusal(status), refusal);
  EXPECT_EQ(std::string(status.message()), "contact.note: REFUSAL_CODE_TOO_LONG");
}

TEST(RefusalErrorTest, ATypeOrFieldThatIsUnknownHereHasWordsToo) {
  EXPECT_EQ(std::string(RefusalError({v1::REFUSAL_CODE_UNREADABLE, 0}, 999).message()),
            "unknown type.record: REFUSAL_CODE_UNREADABLE");
  EXPECT_EQ(std::string(RefusalError({v1::REFUSAL_CODE_BAD_FORM, 77}, RecordType::kVisit).message()),
            "visit.record: REFUSAL_CODE_BAD_FORM");
}

TEST(RefusalErrorTest, AnotherErrorCarriesNoRefusal) {
  EXPECT_FALSE(GetRefusal(MakeError(ErrorCode::kRefused, "x")).has_value());
  EXPECT_FALSE(GetRefusal(absl::OkStatus()).has_value());
}

}  // namespace
}  // namespace opgang
