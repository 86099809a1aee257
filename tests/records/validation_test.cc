#include "core/records/validation.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <typename T>
T With(T message, const std::function<void(T&)>& change) {
  change(message);
  return message;
}

std::string Repeat(const std::string& piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(SoundRecordTest, EveryTypePasses) {
  for (const RecordTypeInfo& info : AllRecordTypes()) ExpectSound(*SoundRecord(info.type));
}

TEST(SoundRecordTest, TheSmallestRecordOfEachTypePasses) {
  v1::Visit visit;
  visit.set_entrance_id(kOtherId.ToBytes());
  visit.set_disposition(v1::DISPOSITION_NO_ANSWER);
  ExpectSound(visit);
  ExpectSound(v1::Citizen());
  v1::Intake draft;
  draft.set_citizen_id(kCitizenId.ToBytes());
  draft.set_status(v1::INTAKE_STATUS_DRAFT);
  ExpectSound(draft);
}

// --- Limits, from both sides. ---

TEST(LimitTest, ANoteHasFourThousandCharactersOfAnyWidth) {
  ExpectSound(With<v1::Contact>(SoundContact(), [](auto& c) { c.set_note(Repeat("å", 4000)); }));
  ExpectSound(With<v1::Contact>(SoundContact(), [](auto& c) { c.set_note(Repeat("😀", 4000)); }));
  ExpectRefused(With<v1::Contact>(SoundContact(), [](auto& c) { c.set_note(Repeat("å", 4001)); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Contact::kNoteFieldNumber);
}

TEST(LimitTest, NamesReferrersPlacesAndSlipsHaveTheirLengths) {
  ExpectSound(With<v1::Citizen>(SoundCitizen(), [](auto& c) { c.set_name(Repeat("ø", 120)); }));
  ExpectRefused(With<v1::Citizen>(SoundCitizen(), [](auto& c) { c.set_name(Repeat("ø", 121)); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Citizen::kNameFieldNumber);
  ExpectSound(With<v1::Inquiry>(SoundInquiry(), [](auto& i) {
    i.set_referrer(std::string(120, 'x'));
    i.set_agreed_place(std::string(200, 'x'));
    i.set_slip_number(std::string(20, 'x'));
    i.set_safe_hours(std::string(120, 'x'));
  }));
  ExpectRefused(With<v1::Inquiry>(SoundInquiry(), [](auto& i) { i.set_referrer(std::string(121, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Inquiry::kReferrerFieldNumber);
  ExpectRefused(With<v1::Inquiry>(SoundInquiry(), [](auto& i) { i.set_agreed_place(std::string(201, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Inquiry::kAgreedPlaceFieldNumber);
  ExpectRefused(With<v1::Inquiry>(SoundInquiry(), [](auto& i) { i.set_slip_number(std::string(21, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Inquiry::kSlipNumberFieldNumber);
  ExpectRefused(With<v1::Inquiry>(SoundInquiry(), [](auto& i) { i.set_safe_hours(std::string(121, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Inquiry::kSafeHoursFieldNumber);
}

TEST(LimitTest, ALineHasNoLineBreakAndANoteMay) {
  ExpectRefused(With<v1::Citizen>(SoundCitizen(), [](auto& c) { c.set_name("A\nB"); }),
                v1::REFUSAL_CODE_BAD_FORM, v1::Citizen::kNameFieldNumber);
  ExpectSound(With<v1::Citizen>(SoundCitizen(), [](auto& c) { c.set_note("A\r\n\tB"); }));
}

TEST(LimitTest, BirthYearRunsFrom1900ToThisYear) {
  for (const int year : {1900, 2026}) {
    ExpectSound(With<v1::Citizen>(SoundCitizen(), [&](auto& c) { c.set_birth_year(year); }));
    ExpectSound(With<v1::Intake>(SoundIntake(), [&](auto& i) { i.set_birth_year(year); }));
  }
  for (const int year : {0, 1899, 2027}) {
    ExpectRefused(With<v1::Citizen>(SoundCitizen(), [&](auto& c) { c.set_birth_year(year); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Citizen::kBirthYearFieldNumber);
    ExpectRefused(With<v1::Intake>(SoundIntake(), [&](auto& i) { i.set_birth_year(year); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Intake::kBirthYearFieldNumber);
  }
}

// Sets one number by field and expects the range low..high, from both sides.
void ExpectRange(const Message& sound, int number, double low, double high, double step) {
  const FieldDescriptor* field = sound.GetDescriptor()->FindFieldByNumber(number);
  const auto validate = [&](double value) {
    const std::unique_ptr<Message> content(sound.New());
    content->CopyFrom(sound);
    const auto* reflection = content->GetReflection();
    const bool whole = field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
    if (whole) reflection->SetInt32(content.get(), field, static_cast<int>(value));
    if (!whole) reflection->SetDouble(content.get(), field, value);
    return Words(Validate(*content));
  };
  const std::string refused = "REFUSAL_CODE_OUT_OF_RANGE in " + std::to_string(number);
  EXPECT_EQ(validate(low), "sound") << field->full_name();
  EXPECT_EQ(validate(high), "sound") << field->full_name();
  EXPECT_EQ(validate(low - step), refused) << field->full_name();
  EXPECT_EQ(validate(high + step), refused) << field->full_name();
}

TEST(LimitTest, NumbersOfTheIntakeHaveTheRangesOfTheSchema) {
  using I = v1::Intake;
  ExpectRange(SoundIntake(), I::kYearsSmokedFieldNumber, 0, 90, 0.1);
  ExpectRange(SoundIntake(), I::kEarlierAttemptsFieldNumber, 0, 99, 1);
  ExpectRange(SoundIntake(), I::kLongestStopDaysFieldNumber, 0, 36500, 1);
  ExpectRange(SoundIntake(), I::kMotivationFieldNumber, 0, 10, 1);
  ExpectRange(SoundIntake(), I::kConfidenceFieldNumber, 0, 10, 1);
  using C = v1::ClinicalIntake;
  ExpectRange(SoundClinicalIntake(), C::kFtndCigarettesADayFieldNumber, 0, 200, 0.1);
  ExpectRange(SoundClinicalIntake(), C::kCarbonMonoxidePpmFieldNumber, 0, 200, 0.1);
  ExpectRange(SoundClinicalIntake(), C::kHoursSinceLastCigaretteFieldNumber, 0, 10000, 0.1);
}

TEST(LimitTest, NotANumberAndInfinityAreNoAmounts) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    ExpectRefused(With<v1::Intake>(SoundIntake(), [&](auto& i) { i.set_years_smoked(bad); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Intake::kYearsSmokedFieldNumber);
    ExpectRefused(
        With<v1::Intake>(SoundIntake(), [&](auto& i) { i.mutable_products(0)->set_daily_amount(bad); }),
        v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Intake::kProductsFieldNumber);
  }
}

TEST(LimitTest, AMinuteOfTheDayIsOneOf1440) {
  for (const int minute : {0, 1439}) {
    ExpectSound(
        With<v1::Reply>(SoundReply(), [&](auto& r) { r.mutable_happened()->set_minute_of_day(minute); }));
  }
  for (const int minute : {-1, 1440}) {
    ExpectRefused(
        With<v1::Reply>(SoundReply(), [&](auto& r) { r.mutable_happened()->set_minute_of_day(minute); }),
        v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Reply::kHappenedFieldNumber);
  }
}

TEST(LimitTest, DatesRunFrom1900To2200AndLeapDaysExistInLeapYears) {
  const auto until = [](int year, int month, int day) {
    return With<v1::Citizen>(SoundCitizen(), [&](auto& c) {
      c.mutable_address_protected_until()->set_year(year);
      c.mutable_address_protected_until()->set_month(month);
      c.mutable_address_protected_until()->set_day(day);
    });
  };
  ExpectSound(until(1900, 1, 1));
  ExpectSound(until(2200, 12, 31));
  ExpectSound(until(2028, 2, 29));
  for (const auto& bad : {until(1899, 12, 31), until(2201, 1, 1), until(2026, 2, 29), until(2026, 13, 1),
                          until(2026, 0, 1), until(2026, 1, 0), until(0, 0, 0)}) {
    ExpectRefused(bad, v1::REFUSAL_CODE_BAD_FORM, v1::Citizen::kAddressProtectedUntilFieldNumber);
  }
}

TEST(LimitTest, AWordForATimeNamesADay) {
  ExpectRefused(With<v1::Reply>(SoundReply(), [](auto& r) { r.mutable_happened()->clear_date(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::Reply::kHappenedFieldNumber);
}

// --- What belongs together. ---

TEST(PlaceTest, OnlyNormalisedPartsAreStored) {
  using E = v1::Entrance;
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.set_number("20 b"); }), v1::REFUSAL_CODE_BAD_FORM,
                E::kNumberFieldNumber);
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.set_street(" Humlebakken"); }),
                v1::REFUSAL_CODE_BAD_FORM, E::kStreetFieldNumber);
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.set_postcode("922"); }), v1::REFUSAL_CODE_BAD_FORM,
                E::kPostcodeFieldNumber);
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.set_register_id("7"); }), v1::REFUSAL_CODE_BAD_FORM,
                E::kRegisterIdFieldNumber);
  ExpectRefused(With<v1::Dwelling>(SoundDwelling(), [](auto& d) { d.set_floor("St."); }),
                v1::REFUSAL_CODE_BAD_FORM, v1::Dwelling::kFloorFieldNumber);
  ExpectRefused(With<v1::Visit>(SoundVisit(), [](auto& v) { v.set_door("t.v."); }), v1::REFUSAL_CODE_BAD_FORM,
                v1::Visit::kDoorFieldNumber);
}

TEST(PlaceTest, AnEntranceNeedsStreetAndNumber) {
  using E = v1::Entrance;
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.clear_street(); }), v1::REFUSAL_CODE_REQUIRED,
                E::kStreetFieldNumber);
  ExpectRefused(With<E>(SoundEntrance(), [](auto& e) { e.clear_number(); }), v1::REFUSAL_CODE_REQUIRED,
                E::kNumberFieldNumber);
}

TEST(PlaceTest, HexadecimalRegisterIdsMayLookLikeAnything) {
  ExpectSound(With<v1::Entrance>(SoundEntrance(),
                                 [](auto& e) { e.set_register_id("ab010190-1234-4abc-8abc-a0101901234f"); }));
}

TEST(CitizenTest, TelephonesAreStoredNormalised) {
  using C = v1::Citizen;
  ExpectSound(With<C>(SoundCitizen(), [](auto& c) { c.set_telephone("+46701234567"); }));
  for (const char* typed : {"20 30 40 50", "+4520304050", "203", "ring"}) {
    ExpectRefused(With<C>(SoundCitizen(), [&](auto& c) { c.set_telephone(typed); }),
                  v1::REFUSAL_CODE_BAD_FORM, C::kTelephoneFieldNumber);
  }
}

TEST(CitizenTest, LanguagesAreTags) {
  using C = v1::Citizen;
  for (const char* tag : {"da", "so", "ar", "zh-Hant", "sr-Latn-RS"}) {
    ExpectSound(With<C>(SoundCitizen(), [&](auto& c) { c.set_language(tag); }));
  }
  for (const char* tag : {"d", "dansk taler", "da-", "-da", "da--x", "12", "da_DK", "abcdefghi"}) {
    ExpectRefused(With<C>(SoundCitizen(), [&](auto& c) { c.set_language(tag); }), v1::REFUSAL_CODE_BAD_FORM,
                  C::kLanguageFieldNumber);
  }
}

TEST(ContactTest, ADropInIsCountedWithoutANote) {
  v1::Contact drop_in = SoundContact();
  drop_in.clear_citizen_id();
  const ValidationContext nobody{TestRecordId('r'), RecordId(), kToday};
  const RecordTypeInfo& info = RecordTypeOf<v1::Contact>();
  EXPECT_EQ(ValidateContent(info, drop_in, nobody),
            (Refusal{v1::REFUSAL_CODE_PERSON_WITHOUT_SUBJECT, v1::Contact::kNoteFieldNumber}));
  drop_in.clear_note();
  EXPECT_FALSE(ValidateContent(info, drop_in, nobody).has_value());
}

TEST(ContactTest, TopicsFromANewerAppAreKeptAndUnsetOnesRefused) {
  ExpectSound(With<v1::Contact>(SoundContact(), [](auto& c) { c.mutable_topics()->Add(999); }));
  ExpectRefused(With<v1::Contact>(SoundContact(), [](auto& c) { c.add_topics(v1::TOPIC_UNSPECIFIED); }),
                v1::REFUSAL_CODE_BAD_FORM, v1::Contact::kTopicsFieldNumber);
  ExpectRefused(With<v1::Contact>(SoundContact(),
                                  [](auto& c) {
                                    for (int i = 0; i < 50; ++i) c.add_topics(v1::TOPIC_DIET);
                                  }),
                v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Contact::kTopicsFieldNumber);
}

TEST(ParticipationTest, NeedsAPlaceAndNothingElseOfThePerson) {
  ExpectRefused(With<v1::Participation>(SoundParticipation(), [](auto& p) { p.clear_place(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::Participation::kPlaceFieldNumber);
}

TEST(ClosingTest, ALaterDateNamesTheDateAndMayLieAhead) {
  v1::Closing closing = SoundClosing();
  closing.set_reason(v1::CLOSING_REASON_WANTS_LATER_DATE);
  ExpectRefused(closing, v1::REFUSAL_CODE_REQUIRED, v1::Closing::kLaterDateFieldNumber);
  *closing.mutable_later_date() = OnDay(kToday + 90).date();
  ExpectSound(closing);
}

TEST(ClosingTest, NotReachedNamesTheNumberOfAttempts) {
  v1::Closing closing = SoundClosing();
  closing.set_reason(v1::CLOSING_REASON_NOT_REACHED);
  ExpectRefused(closing, v1::REFUSAL_CODE_REQUIRED, v1::Closing::kAttemptsFieldNumber);
  for (const int attempts : {1, 99}) {
    closing.set_attempts(attempts);
    ExpectSound(closing);
  }
  for (const int attempts : {-1, 100}) {
    closing.set_attempts(attempts);
    ExpectRefused(closing, v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Closing::kAttemptsFieldNumber);
  }
}

TEST(SamePersonTest, NamesTwoPersons) {
  ExpectRefused(
      With<v1::SamePerson>(SoundSamePerson(), [](auto& s) { s.set_other_citizen_id(s.citizen_id()); }),
      v1::REFUSAL_CODE_BAD_FORM, v1::SamePerson::kOtherCitizenIdFieldNumber);
}

TEST(IntakeTest, EachProductStandsOnceWithItsAmount) {
  using I = v1::Intake;
  ExpectRefused(With<I>(SoundIntake(), [](auto& i) { *i.add_products() = i.products(0); }),
                v1::REFUSAL_CODE_BAD_FORM, I::kProductsFieldNumber);
  ExpectRefused(With<I>(SoundIntake(), [](auto& i) { i.add_products()->set_daily_amount(3); }),
                v1::REFUSAL_CODE_REQUIRED, I::kProductsFieldNumber);
  ExpectRefused(With<I>(SoundIntake(), [](auto& i) { i.mutable_products(0)->set_product(v1::Product(99)); }),
                v1::REFUSAL_CODE_UNKNOWN_FIELD_VALUE, I::kProductsFieldNumber);
  for (const double amount : {0.0, 200.0}) {
    ExpectSound(With<I>(SoundIntake(), [&](auto& i) { i.mutable_products(0)->set_daily_amount(amount); }));
  }
  for (const double amount : {-0.5, 200.5}) {
    ExpectRefused(With<I>(SoundIntake(), [&](auto& i) { i.mutable_products(0)->set_daily_amount(amount); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, I::kProductsFieldNumber);
  }
}

TEST(IntakeTest, ADraftMayMissWhatACompleteOneMayNot) {
  using I = v1::Intake;
  const std::vector<std::pair<std::function<void(I&)>, int>> gaps = {
      {[](I& i) { i.clear_products(); }, I::kProductsFieldNumber},
      {[](I& i) { i.mutable_products(0)->clear_daily_amount(); }, I::kProductsFieldNumber},
      {[](I& i) { i.clear_place(); }, I::kPlaceFieldNumber}};
  for (const auto& [gap, field] : gaps) {
    I intake = With<I>(SoundIntake(), gap);
    ExpectRefused(intake, v1::REFUSAL_CODE_REQUIRED, field);
    EXPECT_EQ(ValidateIntakeComplete(intake),
              (Refusal{v1::REFUSAL_CODE_REQUIRED, static_cast<uint32_t>(field)}));
    intake.set_status(v1::INTAKE_STATUS_DRAFT);
    ExpectSound(intake);
  }
}

// --- Whom a record is about. ---

TEST(SubjectTest, EnvelopeAndContentNameTheSamePerson) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    ValidationContext context = FittingContext(info);
    context.subject = TestRecordId('x');
    const auto refusal = ValidateContent(info, *SoundRecord(info.type), context);
    ASSERT_TRUE(refusal.has_value()) << info.name;
    EXPECT_EQ(refusal->code, v1::REFUSAL_CODE_SUBJECT_MISMATCH) << info.name;
  }
}

TEST(SubjectTest, AContactWithACitizenNeedsTheSubjectInItsEnvelope) {
  const ValidationContext nobody{TestRecordId('r'), RecordId(), kToday};
  EXPECT_EQ(ValidateContent(RecordTypeOf<v1::Contact>(), SoundContact(), nobody),
            (Refusal{v1::REFUSAL_CODE_SUBJECT_MISMATCH, 1}));
}

TEST(SubjectTest, ARecordAboutACitizenNamesTheCitizen) {
  ExpectRefused(With<v1::Reply>(SoundReply(), [](auto& r) { r.clear_citizen_id(); }),
                v1::REFUSAL_CODE_REQUIRED, 1);
}

TEST(SubjectTest, ContentOfAnotherTypeIsRefused) {
  const RecordTypeInfo& info = RecordTypeOf<v1::Visit>();
  EXPECT_EQ(ValidateContent(info, SoundReply(), FittingContext(info)),
            (Refusal{v1::REFUSAL_CODE_TYPE_MISMATCH, 0}));
}

// --- The way back to the person. ---

TEST(ReachTest, OneWayIsEnough) {
  v1::Inquiry inquiry;
  v1::Citizen citizen;
  EXPECT_EQ(ValidateInquiryReach(inquiry, &citizen), (Refusal{v1::REFUSAL_CODE_NO_WAY_BACK, 0}));
  EXPECT_FALSE(
      ValidateInquiryReach(With<v1::Inquiry>(inquiry, [](auto& i) { i.set_slip_number("7"); }), &citizen));
  EXPECT_FALSE(ValidateInquiryReach(
      With<v1::Inquiry>(inquiry, [](auto& i) { i.set_agreed_place("The café"); }), &citizen));
  citizen.set_telephone("20304050");
  EXPECT_FALSE(ValidateInquiryReach(inquiry, &citizen));
  citizen.clear_telephone();
  citizen.set_dwelling_id(kOtherId.ToBytes());
  EXPECT_FALSE(ValidateInquiryReach(inquiry, &citizen));
}

TEST(ReachTest, AnEntranceIsADwellingOnlyWithItsDoor) {
  v1::Citizen citizen;
  citizen.set_entrance_id(kOtherId.ToBytes());
  EXPECT_EQ(ValidateInquiryReach(v1::Inquiry(), &citizen), (Refusal{v1::REFUSAL_CODE_NO_WAY_BACK, 0}));
  citizen.set_floor("2");
  EXPECT_FALSE(ValidateInquiryReach(v1::Inquiry(), &citizen));
}

TEST(ReachTest, ACitizenWhoIsNotKnownHereIsNotHeldAgainstTheInquiry) {
  EXPECT_FALSE(ValidateInquiryReach(v1::Inquiry(), nullptr));
}

// --- A change of the day that moves a due time. ---

v1::MutationPayload PatchOf(const v1::Inquiry& fields, const std::vector<int>& touched) {
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_PATCH);
  payload.set_fields(fields.SerializeAsString());
  for (const int field : touched) payload.add_edits()->set_field(field);
  return payload;
}

TEST(PatchTest, ChangingTheAskedDayNamesAReason) {
  using I = v1::Inquiry;
  const RecordTypeInfo& info = RecordTypeOf<I>();
  I fields;
  *fields.mutable_asked() = OnDay(kToday);
  const Refusal no_reason{v1::REFUSAL_CODE_REASON_REQUIRED, I::kCorrectionReasonFieldNumber};
  EXPECT_EQ(ValidatePatch(info, PatchOf(fields, {I::kAskedFieldNumber})), no_reason);
  const std::vector<int> both = {I::kAskedFieldNumber, I::kCorrectionReasonFieldNumber};
  EXPECT_EQ(ValidatePatch(info, PatchOf(fields, both)), no_reason);
  fields.set_correction_reason(v1::CORRECTION_REASON_WRONG_DAY_TYPED);
  EXPECT_FALSE(ValidatePatch(info, PatchOf(fields, both)));
  EXPECT_EQ(ValidatePatch(info, PatchOf(fields, {I::kAskedFieldNumber})), no_reason);
}

TEST(PatchTest, OtherChangesAndOtherActionsNeedNone) {
  using I = v1::Inquiry;
  EXPECT_FALSE(ValidatePatch(RecordTypeOf<I>(), PatchOf(SoundInquiry(), {I::kNoteFieldNumber})));
  v1::MutationPayload create = PatchOf(SoundInquiry(), {I::kAskedFieldNumber});
  create.set_action(v1::MUTATION_ACTION_CREATE);
  EXPECT_FALSE(ValidatePatch(RecordTypeOf<I>(), create));
  EXPECT_FALSE(ValidatePatch(RecordTypeOf<v1::Reply>(), PatchOf(SoundInquiry(), {I::kAskedFieldNumber})));
}

}  // namespace
}  // namespace opgang
