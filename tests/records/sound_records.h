// One sound record of each type, for tests that break one thing at a time.
#ifndef OPGANG_TESTS_RECORDS_SOUND_RECORDS_H_
#define OPGANG_TESTS_RECORDS_SOUND_RECORDS_H_

#include <memory>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/records/registry.h"
#include "core/records/validation.h"
#include "gtest/gtest.h"

namespace opgang {

// 16 bytes of `fill`.
inline RecordId TestRecordId(char fill) { return *RecordId::FromBytes(std::string(16, fill)); }

inline const RecordId kCitizenId = TestRecordId('c');
inline const RecordId kOtherId = TestRecordId('o');
inline constexpr absl::CivilDay kToday(2026, 4, 1);

inline v1::StatedTime OnDay(absl::CivilDay day) {
  v1::StatedTime time;
  time.mutable_date()->set_year(static_cast<int>(day.year()));
  time.mutable_date()->set_month(day.month());
  time.mutable_date()->set_day(day.day());
  return time;
}

// Every text field and every time is filled in, so that a walk over the fields meets them all.
inline v1::Entrance SoundEntrance() {
  v1::Entrance e;
  e.set_street("Humlebakken");
  e.set_number("20B");
  e.set_postcode("9220");
  e.set_town("Aalborg Øst");
  e.set_organisation("Plus Bolig");
  e.set_register_id("0a3f50b4-2b1c-32b8-e044-0003ba298018");
  return e;
}

inline v1::Dwelling SoundDwelling() {
  v1::Dwelling d;
  d.set_entrance_id(kOtherId.ToBytes());
  d.set_floor("2");
  d.set_door("th");
  return d;
}

inline v1::Visit SoundVisit() {
  v1::Visit v;
  v.set_entrance_id(kOtherId.ToBytes());
  v.set_floor("st");
  v.set_door("tv");
  v.set_disposition(v1::DISPOSITION_COME_BACK);
  *v.mutable_come_back() = OnDay(kToday + 30);
  v.set_language("so");
  *v.mutable_do_not_call_until() = OnDay(kToday + 180).date();
  *v.mutable_happened() = OnDay(kToday);
  return v;
}

inline v1::Citizen SoundCitizen() {
  v1::Citizen c;
  c.set_name("Åse");
  c.set_telephone("20304050");
  c.set_entrance_id(kOtherId.ToBytes());
  c.set_floor("1");
  c.set_door("mf");
  c.set_birth_year(1961);
  c.set_language("da");
  c.set_note("Two\nlines");
  return c;
}

inline v1::Consent SoundConsent() {
  v1::Consent c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_purpose(v1::CONSENT_PURPOSE_CONTACT);
  c.set_form(v1::CONSENT_FORM_ORAL);
  c.set_wording_version("contact-2026-1");
  c.set_wording_language("da");
  *c.mutable_given() = OnDay(kToday);
  *c.mutable_withdrawn() = OnDay(kToday);
  return c;
}

inline v1::Contact SoundContact() {
  v1::Contact c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_place(v1::CONTACT_PLACE_LAUNDRY);
  c.add_topics(v1::TOPIC_SMOKING);
  *c.mutable_happened() = OnDay(kToday);
  c.set_note("Wants to stop");
  return c;
}

inline v1::Inquiry SoundInquiry() {
  v1::Inquiry i;
  i.set_citizen_id(kCitizenId.ToBytes());
  *i.mutable_asked() = OnDay(kToday);
  i.set_channel(v1::CHANNEL_CARETAKER);
  i.set_referrer("The caretaker");
  i.set_agreed_place("The laundry, Thursday at 17");
  i.set_slip_number("17");
  i.set_safe_hours("After 17");
  return i;
}

inline v1::Closing SoundClosing() {
  v1::Closing c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_reason(v1::CLOSING_REASON_WITHDRAWN);
  *c.mutable_happened() = OnDay(kToday);
  return c;
}

inline v1::Reply SoundReply() {
  v1::Reply r;
  r.set_citizen_id(kCitizenId.ToBytes());
  r.set_way(v1::CONTACT_WAY_TELEPHONE);
  r.set_outcome(v1::REPLY_OUTCOME_NOT_REACHED);
  *r.mutable_happened() = OnDay(kToday);
  return r;
}

inline v1::Intake SoundIntake() {
  v1::Intake i;
  i.set_citizen_id(kCitizenId.ToBytes());
  i.set_status(v1::INTAKE_STATUS_COMPLETE);
  v1::ProductUse* use = i.add_products();
  use->set_product(v1::PRODUCT_CIGARETTES);
  use->set_daily_amount(15);
  i.set_place(v1::INTAKE_PLACE_HOME);
  *i.mutable_planned_quit_date() = OnDay(kToday + 20).date();
  return i;
}

inline v1::ClinicalIntake SoundClinicalIntake() {
  v1::ClinicalIntake c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_intake_id(kOtherId.ToBytes());
  c.set_carbon_monoxide_ppm(12);
  return c;
}

inline v1::Participation SoundParticipation() {
  v1::Participation p;
  p.set_citizen_id(kCitizenId.ToBytes());
  p.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
  p.set_place("The common room");
  *p.mutable_happened() = OnDay(kToday);
  return p;
}

inline v1::SamePerson SoundSamePerson() {
  v1::SamePerson s;
  s.set_citizen_id(kCitizenId.ToBytes());
  s.set_other_citizen_id(kOtherId.ToBytes());
  s.set_joined(true);
  return s;
}

inline v1::StatedTime AtMinute(absl::CivilDay day, int minute) {
  v1::StatedTime time = OnDay(day);
  time.set_minute_of_day(minute);
  return time;
}

inline v1::Venue SoundVenue() {
  v1::Venue v;
  v.set_name("The common room");
  v.set_area_id(kOtherId.ToBytes());
  return v;
}

inline v1::GroupProgramme SoundGroupProgramme() {
  v1::GroupProgramme p;
  p.set_name("Kom & Kvit");
  p.set_kind(v1::PROGRAMME_KOM_OG_KVIT);
  p.set_weeks(8);
  return p;
}

inline v1::Group SoundGroup() {
  v1::Group g;
  g.set_name("Thursdays");
  g.set_programme_id(kOtherId.ToBytes());
  g.set_language("da");
  g.set_instructor("lone");
  g.set_capacity(12);
  g.set_capacity_meaning(v1::CAPACITY_MEANING_ADVICE);
  g.set_rolling_entry(true);
  g.set_area_id(kOtherId.ToBytes());
  return g;
}

inline v1::Meeting SoundMeeting() {
  v1::Meeting m;
  m.set_group_id(kOtherId.ToBytes());
  *m.mutable_start() = AtMinute(kToday + 1, 17 * 60);
  m.set_minutes(120);
  m.set_venue_id(kOtherId.ToBytes());
  m.set_state(v1::MEETING_STATE_PLANNED);
  return m;
}

inline v1::Seat SoundSeat() {
  v1::Seat s;
  s.set_citizen_id(kCitizenId.ToBytes());
  s.set_meeting_id(kOtherId.ToBytes());
  s.set_state(v1::SEAT_STATE_PROMISED);
  *s.mutable_told_start() = AtMinute(kToday + 1, 17 * 60);
  s.set_told_venue_id(kOtherId.ToBytes());
  return s;
}

inline v1::Absence SoundAbsence() {
  v1::Absence a;
  a.set_citizen_id(kCitizenId.ToBytes());
  a.set_meeting_id(kOtherId.ToBytes());
  a.set_notice(v1::ABSENCE_NOTICE_NONE);
  *a.mutable_happened() = OnDay(kToday);
  return a;
}

inline v1::FollowUp SoundFollowUp() {
  v1::FollowUp f;
  f.set_citizen_id(kCitizenId.ToBytes());
  f.set_absence_id(kOtherId.ToBytes());
  f.set_outcome(v1::FOLLOW_UP_OUTCOME_COMES_AGAIN);
  *f.mutable_happened() = OnDay(kToday);
  return f;
}

inline v1::QuitDate SoundQuitDate() {
  v1::QuitDate q;
  q.set_citizen_id(kCitizenId.ToBytes());
  *q.mutable_date() = OnDay(kToday + 14).date();
  q.set_moved_from_id(kOtherId.ToBytes());
  *q.mutable_happened() = OnDay(kToday);
  return q;
}

inline v1::NicotineHandOut SoundNicotineHandOut() {
  v1::NicotineHandOut h;
  h.set_citizen_id(kCitizenId.ToBytes());
  h.set_product(v1::NICOTINE_PRODUCT_PATCH);
  h.set_strength_mg(21);
  h.set_amount(14);
  h.set_weeks(2);
  *h.mutable_happened() = OnDay(kToday);
  return h;
}

inline v1::CarbonMonoxideTest SoundCarbonMonoxideTest() {
  v1::CarbonMonoxideTest t;
  t.set_citizen_id(kCitizenId.ToBytes());
  t.set_occasion(v1::TEST_OCCASION_SIX_MONTHS);
  t.set_ppm(3);
  *t.mutable_happened() = AtMinute(kToday, 10 * 60);
  t.set_monitor("monitor 2");
  t.set_hours_since_last_cigarette(1000);
  return t;
}

inline v1::CourseEnd SoundCourseEnd() {
  v1::CourseEnd e;
  e.set_citizen_id(kCitizenId.ToBytes());
  e.set_status(v1::COURSE_STATUS_REDUCED);
  e.set_completed(v1::ANSWER_YES);
  v1::ProductUse& use = *e.add_products();
  use.set_product(v1::PRODUCT_CIGARETTES);
  use.set_daily_amount(4);
  e.set_satisfaction(5);
  e.set_planned_sessions(8);
  e.set_attended_sessions(6);
  *e.mutable_happened() = OnDay(kToday);
  e.set_note("came with a neighbour");
  return e;
}

inline v1::FourWeekStatus SoundFourWeekStatus() {
  v1::FourWeekStatus s;
  s.set_citizen_id(kCitizenId.ToBytes());
  s.set_quit_date_id(kOtherId.ToBytes());
  s.set_answer(v1::FOUR_WEEK_ANSWER_NOT_SMOKED);
  *s.mutable_happened() = OnDay(kToday);
  return s;
}

inline v1::FollowUpCall SoundFollowUpCall() {
  v1::FollowUpCall c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_quit_date_id(kOtherId.ToBytes());
  c.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
  *c.mutable_happened() = AtMinute(kToday, 10 * 60);
  c.set_note("engaged");
  return c;
}

inline v1::SixMonthStatus SoundSixMonthStatus() {
  v1::SixMonthStatus s;
  s.set_citizen_id(kCitizenId.ToBytes());
  s.set_quit_date_id(kOtherId.ToBytes());
  s.set_answer(v1::SIX_MONTH_ANSWER_CONTINUOUS);
  s.set_cigarettes_since_quit(v1::CIGARETTES_SINCE_QUIT_NONE);
  *s.mutable_happened() = OnDay(kToday);
  s.set_note("walks every day");
  return s;
}

inline v1::Claim SoundClaim() {
  v1::Claim c;
  c.set_citizen_id(kCitizenId.ToBytes());
  c.set_task_id(kOtherId.ToBytes());
  c.set_holder("karen");
  return c;
}

inline v1::BreachCause SoundBreachCause() {
  v1::BreachCause b;
  b.set_citizen_id(kCitizenId.ToBytes());
  b.set_inquiry_id(kOtherId.ToBytes());
  b.set_cause(v1::CAUSE_OF_BREACH_NO_GROUP);
  return b;
}

// A test that walks the register stops here when a type is new: null.
inline std::unique_ptr<google::protobuf::Message> SoundRecord(RecordType type) {
  using B = v1::RecordBody;
  switch (type) {
    case B::kEntrance: return std::make_unique<v1::Entrance>(SoundEntrance());
    case B::kDwelling: return std::make_unique<v1::Dwelling>(SoundDwelling());
    case B::kVisit: return std::make_unique<v1::Visit>(SoundVisit());
    case B::kCitizen: return std::make_unique<v1::Citizen>(SoundCitizen());
    case B::kConsent: return std::make_unique<v1::Consent>(SoundConsent());
    case B::kContact: return std::make_unique<v1::Contact>(SoundContact());
    case B::kInquiry: return std::make_unique<v1::Inquiry>(SoundInquiry());
    case B::kClosing: return std::make_unique<v1::Closing>(SoundClosing());
    case B::kReply: return std::make_unique<v1::Reply>(SoundReply());
    case B::kIntake: return std::make_unique<v1::Intake>(SoundIntake());
    case B::kClinicalIntake: return std::make_unique<v1::ClinicalIntake>(SoundClinicalIntake());
    case B::kParticipation: return std::make_unique<v1::Participation>(SoundParticipation());
    case B::kSamePerson: return std::make_unique<v1::SamePerson>(SoundSamePerson());
    case B::kVenue: return std::make_unique<v1::Venue>(SoundVenue());
    case B::kGroupProgramme: return std::make_unique<v1::GroupProgramme>(SoundGroupProgramme());
    case B::kGroup: return std::make_unique<v1::Group>(SoundGroup());
    case B::kMeeting: return std::make_unique<v1::Meeting>(SoundMeeting());
    case B::kSeat: return std::make_unique<v1::Seat>(SoundSeat());
    case B::kAbsence: return std::make_unique<v1::Absence>(SoundAbsence());
    case B::kFollowUp: return std::make_unique<v1::FollowUp>(SoundFollowUp());
    case B::kQuitDate: return std::make_unique<v1::QuitDate>(SoundQuitDate());
    case B::kNicotineHandOut: return std::make_unique<v1::NicotineHandOut>(SoundNicotineHandOut());
    case B::kCarbonMonoxideTest: return std::make_unique<v1::CarbonMonoxideTest>(SoundCarbonMonoxideTest());
    case B::kCourseEnd: return std::make_unique<v1::CourseEnd>(SoundCourseEnd());
    case B::kFourWeekStatus: return std::make_unique<v1::FourWeekStatus>(SoundFourWeekStatus());
    case B::kFollowUpCall: return std::make_unique<v1::FollowUpCall>(SoundFollowUpCall());
    case B::kSixMonthStatus: return std::make_unique<v1::SixMonthStatus>(SoundSixMonthStatus());
    case B::kClaim: return std::make_unique<v1::Claim>(SoundClaim());
    case B::kBreachCause: return std::make_unique<v1::BreachCause>(SoundBreachCause());
    default: return nullptr;
  }
}

// As an envelope that fits the content would give it.
inline ValidationContext FittingContext(const RecordTypeInfo& info) {
  const RecordId subject = info.subject == SubjectRule::kNone ? RecordId() : kCitizenId;
  const RecordId record = info.subject == SubjectRule::kSelf ? kCitizenId : TestRecordId('r');
  return {record, subject, kToday};
}

inline std::optional<Refusal> Validate(const google::protobuf::Message& content) {
  const RecordTypeInfo& info = RecordTypeOfMessage(content);
  return ValidateContent(info, content, FittingContext(info));
}

// "REFUSAL_CODE_TOO_LONG in 5", "sound": what a failing test prints.
inline std::string Words(const std::optional<Refusal>& refusal) {
  return refusal ? v1::RefusalCode_Name(refusal->code) + " in " + std::to_string(refusal->field) : "sound";
}

inline void ExpectRefused(const google::protobuf::Message& content, v1::RefusalCode code, int field) {
  const Refusal expected{code, static_cast<uint32_t>(field)};
  EXPECT_EQ(Words(Validate(content)), Words(expected)) << content.GetTypeName();
}

inline void ExpectSound(const google::protobuf::Message& content) {
  EXPECT_EQ(Words(Validate(content)), "sound") << content.GetTypeName();
}

}  // namespace opgang

#endif  // OPGANG_TESTS_RECORDS_SOUND_RECORDS_H_
