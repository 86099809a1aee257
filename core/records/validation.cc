// The content of each record type, field by field: the limits are those that the schemas state
// (proto/opgang/v1).
#include "core/records/validation.h"

#include <algorithm>

#include "core/places/danish_address.h"
#include "core/records/course_checks.h"
#include "core/records/field_checks.h"
#include "core/records/group_checks.h"

namespace opgang {
namespace {

// Code points.
constexpr size_t kNameChars = 120;
constexpr size_t kStreetChars = 80;
constexpr size_t kTownChars = 80;
constexpr size_t kPlaceChars = 200;
constexpr size_t kSlipChars = 20;
constexpr size_t kShortChars = 16;  // a normalised floor, door, number, postcode or telephone fits
// List elements: far above what a form offers, far below what a payload could carry.
constexpr int kMaxTopics = 50;

void CheckDoorName(FieldChecks& check, int floor_field, const std::string& floor, int door_field,
                   const std::string& door) {
  check.Normalized(floor_field, floor, kShortChars, NormalizeFloor);
  check.Normalized(door_field, door, kShortChars, NormalizeDoor);
}

void CheckFields(FieldChecks& check, const v1::Entrance& e) {
  using M = v1::Entrance;
  check.Expect(!e.street().empty(), v1::REFUSAL_CODE_REQUIRED, M::kStreetFieldNumber);
  check.Normalized(M::kStreetFieldNumber, e.street(), kStreetChars, NormalizeStreet);
  check.Expect(!e.number().empty(), v1::REFUSAL_CODE_REQUIRED, M::kNumberFieldNumber);
  check.Normalized(M::kNumberFieldNumber, e.number(), kShortChars, NormalizeHouseNumber);
  check.Normalized(M::kPostcodeFieldNumber, e.postcode(), kShortChars, NormalizePostcode);
  check.Line(M::kTownFieldNumber, e.town(), kTownChars);
  check.Line(M::kOrganisationFieldNumber, e.organisation(), kNameChars);
  check.UuidText(M::kRegisterIdFieldNumber, e.register_id());
}

void CheckFields(FieldChecks& check, const v1::Dwelling& d) {
  using M = v1::Dwelling;
  check.RequiredId(M::kEntranceIdFieldNumber, d.entrance_id());
  CheckDoorName(check, M::kFloorFieldNumber, d.floor(), M::kDoorFieldNumber, d.door());
  check.Line(M::kOrganisationFieldNumber, d.organisation(), kNameChars);
  check.UuidText(M::kRegisterIdFieldNumber, d.register_id());
}

void CheckFields(FieldChecks& check, const v1::Visit& v) {
  using M = v1::Visit;
  check.RequiredId(M::kEntranceIdFieldNumber, v.entrance_id());
  check.OptionalId(M::kDwellingIdFieldNumber, v.dwelling_id());
  CheckDoorName(check, M::kFloorFieldNumber, v.floor(), M::kDoorFieldNumber, v.door());
  check.RequiredEnum(M::kDispositionFieldNumber, v.disposition(), v1::Disposition_IsValid);
  if (v.has_come_back()) check.Time(M::kComeBackFieldNumber, v.come_back());
  check.LanguageTag(M::kLanguageFieldNumber, v.language());
  if (v.has_do_not_call_until()) check.Date(M::kDoNotCallUntilFieldNumber, v.do_not_call_until());
  if (v.has_happened()) check.PastTime(M::kHappenedFieldNumber, v.happened());
}

void CheckFields(FieldChecks& check, const v1::Citizen& c) {
  using M = v1::Citizen;
  check.Line(M::kNameFieldNumber, c.name(), kNameChars);
  check.Normalized(M::kTelephoneFieldNumber, c.telephone(), kShortChars, NormalizeTelephone);
  check.OptionalId(M::kEntranceIdFieldNumber, c.entrance_id());
  check.OptionalId(M::kDwellingIdFieldNumber, c.dwelling_id());
  CheckDoorName(check, M::kFloorFieldNumber, c.floor(), M::kDoorFieldNumber, c.door());
  if (c.has_birth_year()) check.BirthYear(M::kBirthYearFieldNumber, c.birth_year());
  check.LanguageTag(M::kLanguageFieldNumber, c.language());
  check.OptionalId(M::kAreaIdFieldNumber, c.area_id());
  if (c.has_address_protected_until()) {
    check.Date(M::kAddressProtectedUntilFieldNumber, c.address_protected_until());
  }
  check.Note(M::kNoteFieldNumber, c.note());
}

void CheckFields(FieldChecks& check, const v1::Consent& c) {
  using M = v1::Consent;
  check.RequiredId(M::kCitizenIdFieldNumber, c.citizen_id());
  check.RequiredEnum(M::kPurposeFieldNumber, c.purpose(), v1::ConsentPurpose_IsValid);
  check.RequiredEnum(M::kFormFieldNumber, c.form(), v1::ConsentForm_IsValid);
  check.Line(M::kWordingVersionFieldNumber, c.wording_version(), kNameChars);
  check.LanguageTag(M::kWordingLanguageFieldNumber, c.wording_language());
  if (c.has_given()) check.PastTime(M::kGivenFieldNumber, c.given());
  if (c.has_withdrawn()) check.PastTime(M::kWithdrawnFieldNumber, c.withdrawn());
}

void CheckFields(FieldChecks& check, const v1::Contact& c) {
  using M = v1::Contact;
  check.OptionalId(M::kCitizenIdFieldNumber, c.citizen_id());
  check.RequiredEnum(M::kPlaceFieldNumber, c.place(), v1::ContactPlace_IsValid);
  check.InRange(M::kTopicsFieldNumber, c.topics_size(), 0, kMaxTopics);
  const bool none_unset = std::none_of(c.topics().begin(), c.topics().end(), [](int t) { return t == 0; });
  check.Expect(none_unset, v1::REFUSAL_CODE_BAD_FORM, M::kTopicsFieldNumber);
  if (c.has_happened()) check.PastTime(M::kHappenedFieldNumber, c.happened());
  check.Note(M::kNoteFieldNumber, c.note());
  const bool about_nobody = c.citizen_id().empty() && !c.note().empty();
  check.Expect(!about_nobody, v1::REFUSAL_CODE_PERSON_WITHOUT_SUBJECT, M::kNoteFieldNumber);
}

void CheckFields(FieldChecks& check, const v1::Inquiry& i) {
  using M = v1::Inquiry;
  check.RequiredId(M::kCitizenIdFieldNumber, i.citizen_id());
  if (i.has_asked()) check.PastTime(M::kAskedFieldNumber, i.asked());
  check.RequiredEnum(M::kChannelFieldNumber, i.channel(), v1::Channel_IsValid);
  check.Line(M::kReferrerFieldNumber, i.referrer(), kNameChars);
  check.Line(M::kAgreedPlaceFieldNumber, i.agreed_place(), kPlaceChars);
  check.Line(M::kSlipNumberFieldNumber, i.slip_number(), kSlipChars);
  check.Line(M::kSafeHoursFieldNumber, i.safe_hours(), kNameChars);
  check.Note(M::kNoteFieldNumber, i.note());
}

void CheckFields(FieldChecks& check, const v1::Reply& r) {
  using M = v1::Reply;
  check.RequiredId(M::kCitizenIdFieldNumber, r.citizen_id());
  check.RequiredEnum(M::kWayFieldNumber, r.way(), v1::ContactWay_IsValid);
  check.RequiredEnum(M::kOutcomeFieldNumber, r.outcome(), v1::ReplyOutcome_IsValid);
  if (r.has_happened()) check.PastTime(M::kHappenedFieldNumber, r.happened());
  check.Note(M::kNoteFieldNumber, r.note());
}

void CheckFields(FieldChecks& check, const v1::Participation& p) {
  using M = v1::Participation;
  check.RequiredId(M::kCitizenIdFieldNumber, p.citizen_id());
  check.RequiredEnum(M::kKindFieldNumber, p.kind(), v1::ParticipationKind_IsValid);
  check.Expect(!p.place().empty(), v1::REFUSAL_CODE_REQUIRED, M::kPlaceFieldNumber);
  check.Line(M::kPlaceFieldNumber, p.place(), kNameChars);
  if (p.has_happened()) check.PastTime(M::kHappenedFieldNumber, p.happened());
  check.OptionalId(M::kMeetingIdFieldNumber, p.meeting_id());
}

void CheckFields(FieldChecks& check, const v1::Closing& c) {
  using M = v1::Closing;
  check.RequiredId(M::kCitizenIdFieldNumber, c.citizen_id());
  check.RequiredEnum(M::kReasonFieldNumber, c.reason(), v1::ClosingReason_IsValid);
  const bool wants_date = c.reason() == v1::CLOSING_REASON_WANTS_LATER_DATE;
  check.Expect(!wants_date || c.has_later_date(), v1::REFUSAL_CODE_REQUIRED, M::kLaterDateFieldNumber);
  if (c.has_later_date()) check.Date(M::kLaterDateFieldNumber, c.later_date());
  const bool wants_count = c.reason() == v1::CLOSING_REASON_NOT_REACHED;
  check.Expect(!wants_count || c.attempts() != 0, v1::REFUSAL_CODE_REQUIRED, M::kAttemptsFieldNumber);
  check.InRange(M::kAttemptsFieldNumber, c.attempts(), 0, 99);
  if (c.has_happened()) check.PastTime(M::kHappenedFieldNumber, c.happened());
  check.Note(M::kNoteFieldNumber, c.note());
}

void CheckFields(FieldChecks& check, const v1::Intake& i) {
  using M = v1::Intake;
  check.RequiredId(M::kCitizenIdFieldNumber, i.citizen_id());
  check.RequiredEnum(M::kStatusFieldNumber, i.status(), v1::IntakeStatus_IsValid);
  CheckProductUses(check, M::kProductsFieldNumber, i.products());
  if (i.has_birth_year()) check.BirthYear(M::kBirthYearFieldNumber, i.birth_year());
  if (i.has_years_smoked()) check.InRange(M::kYearsSmokedFieldNumber, i.years_smoked(), 0.0, 90.0);
  if (i.has_earlier_attempts()) check.InRange(M::kEarlierAttemptsFieldNumber, i.earlier_attempts(), 0, 99);
  if (i.has_longest_stop_days()) {
    check.InRange(M::kLongestStopDaysFieldNumber, i.longest_stop_days(), 0, 36500);
  }
  if (i.has_motivation()) check.InRange(M::kMotivationFieldNumber, i.motivation(), 0, 10);
  if (i.has_confidence()) check.InRange(M::kConfidenceFieldNumber, i.confidence(), 0, 10);
  if (i.has_planned_quit_date()) check.Date(M::kPlannedQuitDateFieldNumber, i.planned_quit_date());
  check.Note(M::kNoteFieldNumber, i.note());
  if (i.status() != v1::INTAKE_STATUS_COMPLETE) return;
  const std::optional<Refusal> missing = ValidateIntakeComplete(i);
  if (missing) check.Expect(false, missing->code, static_cast<int>(missing->field));
}

void CheckFields(FieldChecks& check, const v1::ClinicalIntake& c) {
  using M = v1::ClinicalIntake;
  check.RequiredId(M::kCitizenIdFieldNumber, c.citizen_id());
  check.OptionalId(M::kIntakeIdFieldNumber, c.intake_id());
  if (c.has_ftnd_cigarettes_a_day()) {
    check.InRange(M::kFtndCigarettesADayFieldNumber, c.ftnd_cigarettes_a_day(), 0.0, 200.0);
  }
  if (c.has_carbon_monoxide_ppm()) {
    check.InRange(M::kCarbonMonoxidePpmFieldNumber, c.carbon_monoxide_ppm(), 0.0, 200.0);
  }
  if (c.has_hours_since_last_cigarette()) {
    check.InRange(M::kHoursSinceLastCigaretteFieldNumber, c.hours_since_last_cigarette(), 0.0, 10000.0);
  }
  check.Note(M::kNoteFieldNumber, c.note());
}

void CheckFields(FieldChecks& check, const v1::SamePerson& s) {
  using M = v1::SamePerson;
  check.RequiredId(M::kCitizenIdFieldNumber, s.citizen_id());
  check.RequiredId(M::kOtherCitizenIdFieldNumber, s.other_citizen_id());
  const bool two = s.citizen_id() != s.other_citizen_id();
  check.Expect(two, v1::REFUSAL_CODE_BAD_FORM, M::kOtherCitizenIdFieldNumber);
}

template <typename T>
void CheckAs(FieldChecks& check, const google::protobuf::Message& content) {
  CheckFields(check, static_cast<const T&>(content));
}

void CheckByType(FieldChecks& check, RecordType type, const google::protobuf::Message& content) {
  using B = v1::RecordBody;
  switch (type) {
    case B::kEntrance: return CheckAs<v1::Entrance>(check, content);
    case B::kDwelling: return CheckAs<v1::Dwelling>(check, content);
    case B::kVisit: return CheckAs<v1::Visit>(check, content);
    case B::kCitizen: return CheckAs<v1::Citizen>(check, content);
    case B::kConsent: return CheckAs<v1::Consent>(check, content);
    case B::kContact: return CheckAs<v1::Contact>(check, content);
    case B::kInquiry: return CheckAs<v1::Inquiry>(check, content);
    case B::kClosing: return CheckAs<v1::Closing>(check, content);
    case B::kReply: return CheckAs<v1::Reply>(check, content);
    case B::kIntake: return CheckAs<v1::Intake>(check, content);
    case B::kClinicalIntake: return CheckAs<v1::ClinicalIntake>(check, content);
    case B::kParticipation: return CheckAs<v1::Participation>(check, content);
    case B::kSamePerson: return CheckAs<v1::SamePerson>(check, content);
    case B::kVenue: return CheckAs<v1::Venue>(check, content);
    case B::kGroupProgramme: return CheckAs<v1::GroupProgramme>(check, content);
    case B::kGroup: return CheckAs<v1::Group>(check, content);
    case B::kMeeting: return CheckAs<v1::Meeting>(check, content);
    case B::kSeat: return CheckAs<v1::Seat>(check, content);
    case B::kAbsence: return CheckAs<v1::Absence>(check, content);
    case B::kFollowUp: return CheckAs<v1::FollowUp>(check, content);
    case B::kQuitDate: return CheckAs<v1::QuitDate>(check, content);
    case B::kNicotineHandOut: return CheckAs<v1::NicotineHandOut>(check, content);
    case B::kCarbonMonoxideTest: return CheckAs<v1::CarbonMonoxideTest>(check, content);
    case B::kCourseEnd: return CheckAs<v1::CourseEnd>(check, content);
    case B::kFourWeekStatus: return CheckAs<v1::FourWeekStatus>(check, content);
    case B::kFollowUpCall: return CheckAs<v1::FollowUpCall>(check, content);
    case B::kSixMonthStatus: return CheckAs<v1::SixMonthStatus>(check, content);
    case B::kClaim: return CheckAs<v1::Claim>(check, content);
    case B::kBreachCause: return CheckAs<v1::BreachCause>(check, content);
    case B::BODY_NOT_SET: break;
  }
}

// Field 1 is citizen_id in every type that has a citizen; a test walks the register and holds it.
std::string CitizenIdOf(const google::protobuf::Message& content) {
  const auto* field = content.GetDescriptor()->FindFieldByNumber(1);
  return content.GetReflection()->GetString(content, field);
}

// The envelope's subject is what routing and erasure go by, so content may not disagree with it.
void CheckSubject(FieldChecks& check, const RecordTypeInfo& info, const google::protobuf::Message& content,
                  const ValidationContext& context) {
  constexpr v1::RefusalCode kMismatch = v1::REFUSAL_CODE_SUBJECT_MISMATCH;
  switch (info.subject) {
    case SubjectRule::kNone: return check.Expect(context.subject.empty(), kMismatch, 0);
    case SubjectRule::kSelf: return check.Expect(context.subject == context.record_id, kMismatch, 0);
    case SubjectRule::kCitizen:
    case SubjectRule::kOptional:
      return check.Expect(CitizenIdOf(content) == context.subject.ToBytes(), kMismatch, 1);
  }
}

// A change of when a citizen asked moves a due time, and says why.
std::optional<Refusal> ValidateAskedPatch(const v1::MutationPayload& payload) {
  using M = v1::Inquiry;
  const auto touches = [&](uint32_t field) {
    return std::any_of(payload.edits().begin(), payload.edits().end(),
                       [&](const v1::FieldEdit& edit) { return edit.field() == field; });
  };
  if (!touches(M::kAskedFieldNumber)) return std::nullopt;
  v1::Inquiry fields;
  if (!fields.ParseFromString(payload.fields())) return std::nullopt;
  const bool says_why = touches(M::kCorrectionReasonFieldNumber) && fields.correction_reason() != 0;
  if (says_why) return std::nullopt;
  return Refusal{v1::REFUSAL_CODE_REASON_REQUIRED, M::kCorrectionReasonFieldNumber};
}

}  // namespace

std::optional<Refusal> ValidateContent(const RecordTypeInfo& info, const google::protobuf::Message& content,
                                       const ValidationContext& context) {
  FieldChecks check(context.latest_day);
  const bool right_type = content.GetDescriptor() == info.prototype->GetDescriptor();
  check.Expect(right_type, v1::REFUSAL_CODE_TYPE_MISMATCH, 0);
  if (!right_type) return check.refusal();
  CheckByType(check, info.type, content);
  CheckSubject(check, info, content, context);
  check.Expect(content.ByteSizeLong() <= kMaxPayloadBytes, v1::REFUSAL_CODE_TOO_LONG, 0);
  return check.refusal();
}

std::optional<Refusal> ValidatePatch(const RecordTypeInfo& info, const v1::MutationPayload& payload) {
  const bool patches = payload.action() == v1::MUTATION_ACTION_PATCH;
  const bool deletes = payload.action() == v1::MUTATION_ACTION_DELETE;
  if (info.type == v1::RecordBody::kNicotineHandOut && (patches || deletes))
    return Refusal{v1::REFUSAL_CODE_LEDGER_ENTRY, 0};
  return info.type == v1::RecordBody::kInquiry && patches ? ValidateAskedPatch(payload) : std::nullopt;
}

std::optional<Refusal> ValidateInquiryReach(const v1::Inquiry& inquiry, const v1::Citizen* citizen) {
  if (!inquiry.agreed_place().empty() || !inquiry.slip_number().empty()) return std::nullopt;
  if (citizen == nullptr) return std::nullopt;
  // A locked tablet, which cannot look the dwelling up, names it by entrance, floor and door.
  const bool names_door = !citizen->floor().empty() || !citizen->door().empty();
  const bool has_door = !citizen->dwelling_id().empty() || (!citizen->entrance_id().empty() && names_door);
  if (has_door || !citizen->telephone().empty()) return std::nullopt;
  return Refusal{v1::REFUSAL_CODE_NO_WAY_BACK, 0};
}

std::optional<Refusal> ValidateIntakeComplete(const v1::Intake& intake) {
  using M = v1::Intake;
  constexpr v1::RefusalCode kRequired = v1::REFUSAL_CODE_REQUIRED;
  const auto& products = intake.products();
  const bool all_amounts = std::all_of(products.begin(), products.end(),
                                       [](const v1::ProductUse& use) { return use.has_daily_amount(); });
  if (products.empty() || !all_amounts) return Refusal{kRequired, M::kProductsFieldNumber};
  if (intake.place() == v1::INTAKE_PLACE_UNSPECIFIED) return Refusal{kRequired, M::kPlaceFieldNumber};
  return std::nullopt;
}

}  // namespace opgang
