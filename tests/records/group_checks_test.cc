// What a venue, a programme, a group, a meeting, a seat, an absence and its follow-up may contain: limits from both sides.
#include "core/records/group_checks.h"

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

template <typename T>
T With(T message, const std::function<void(T&)>& change) {
  change(message);
  return message;
}

TEST(GroupChecksTest, EverythingOnOfferHasAName) {
  ExpectRefused(With<v1::Venue>(SoundVenue(), [](auto& v) { v.clear_name(); }), v1::REFUSAL_CODE_REQUIRED,
                v1::Venue::kNameFieldNumber);
  ExpectRefused(With<v1::GroupProgramme>(SoundGroupProgramme(), [](auto& p) { p.clear_name(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::GroupProgramme::kNameFieldNumber);
  ExpectRefused(With<v1::Group>(SoundGroup(), [](auto& g) { g.clear_name(); }), v1::REFUSAL_CODE_REQUIRED,
                v1::Group::kNameFieldNumber);
  ExpectSound(With<v1::Venue>(SoundVenue(), [](auto& v) { v.set_name(std::string(120, 'x')); }));
  ExpectRefused(With<v1::Venue>(SoundVenue(), [](auto& v) { v.set_name(std::string(121, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, v1::Venue::kNameFieldNumber);
}

TEST(GroupChecksTest, AProgrammeLastsAtMostAYearAndMayBeFlexible) {
  for (const int weeks : {0, 1, 52}) {
    ExpectSound(With<v1::GroupProgramme>(SoundGroupProgramme(), [&](auto& p) { p.set_weeks(weeks); }));
  }
  for (const int weeks : {-1, 53}) {
    ExpectRefused(With<v1::GroupProgramme>(SoundGroupProgramme(), [&](auto& p) { p.set_weeks(weeks); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, v1::GroupProgramme::kWeeksFieldNumber);
  }
}

TEST(GroupChecksTest, ChairsSayWhetherTheyBind) {
  const auto with = [](int capacity, v1::CapacityMeaning meaning) {
    return With<v1::Group>(SoundGroup(), [&](auto& g) {
      g.set_capacity(capacity);
      g.set_capacity_meaning(meaning);
    });
  };
  ExpectSound(with(0, v1::CAPACITY_MEANING_UNSPECIFIED));
  ExpectSound(with(500, v1::CAPACITY_MEANING_LIMIT));
  ExpectRefused(with(1, v1::CAPACITY_MEANING_UNSPECIFIED), v1::REFUSAL_CODE_REQUIRED,
                v1::Group::kCapacityMeaningFieldNumber);
  ExpectRefused(with(-1, v1::CAPACITY_MEANING_LIMIT), v1::REFUSAL_CODE_OUT_OF_RANGE,
                v1::Group::kCapacityFieldNumber);
  ExpectRefused(with(501, v1::CAPACITY_MEANING_LIMIT), v1::REFUSAL_CODE_OUT_OF_RANGE,
                v1::Group::kCapacityFieldNumber);
}

TEST(GroupChecksTest, TheInstructorIsAStaffCodeAndNeverAName) {
  for (const char* code : {"", "ka", "karen-2"}) {
    ExpectSound(With<v1::Group>(SoundGroup(), [&](auto& g) { g.set_instructor(code); }));
  }
  for (const char* name : {"k", "Karen", "karen hansen", "kåre"}) {
    ExpectRefused(With<v1::Group>(SoundGroup(), [&](auto& g) { g.set_instructor(name); }),
                  v1::REFUSAL_CODE_BAD_FORM, v1::Group::kInstructorFieldNumber);
  }
}

TEST(GroupChecksTest, AMeetingHasAnHourALengthAndARoom) {
  using M = v1::Meeting;
  ExpectRefused(With<M>(SoundMeeting(), [](auto& m) { m.clear_start(); }), v1::REFUSAL_CODE_REQUIRED,
                M::kStartFieldNumber);
  ExpectRefused(With<M>(SoundMeeting(), [](auto& m) { m.mutable_start()->clear_minute_of_day(); }),
                v1::REFUSAL_CODE_REQUIRED, M::kStartFieldNumber);
  ExpectRefused(With<M>(SoundMeeting(), [](auto& m) { m.mutable_start()->set_minute_of_day(1440); }),
                v1::REFUSAL_CODE_OUT_OF_RANGE, M::kStartFieldNumber);
  ExpectRefused(With<M>(SoundMeeting(), [](auto& m) { m.clear_minutes(); }), v1::REFUSAL_CODE_REQUIRED,
                M::kMinutesFieldNumber);
  for (const int minutes : {-5, 1441}) {
    ExpectRefused(With<M>(SoundMeeting(), [&](auto& m) { m.set_minutes(minutes); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, M::kMinutesFieldNumber);
  }
  ExpectRefused(With<M>(SoundMeeting(), [](auto& m) { m.clear_venue_id(); }), v1::REFUSAL_CODE_REQUIRED,
                M::kVenueIdFieldNumber);
  ExpectSound(With<M>(SoundMeeting(), [](auto& m) { m.set_minutes(1440); }));
}

TEST(GroupChecksTest, ASeatSaysWhatTheCitizenWasTold) {
  ExpectRefused(With<v1::Seat>(SoundSeat(), [](auto& s) { s.clear_told_start(); }), v1::REFUSAL_CODE_REQUIRED,
                v1::Seat::kToldStartFieldNumber);
  ExpectRefused(With<v1::Seat>(SoundSeat(), [](auto& s) { s.clear_meeting_id(); }), v1::REFUSAL_CODE_REQUIRED,
                v1::Seat::kMeetingIdFieldNumber);
  ExpectSound(With<v1::Seat>(SoundSeat(), [](auto& s) { s.clear_told_venue_id(); }));
}

TEST(GroupChecksTest, AnAbsenceNamesItsMeetingAndAFollowUpItsAbsence) {
  ExpectRefused(With<v1::Absence>(SoundAbsence(), [](auto& a) { a.clear_meeting_id(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::Absence::kMeetingIdFieldNumber);
  ExpectSound(With<v1::Absence>(SoundAbsence(), [](auto& a) { a.clear_notice(); }));
  ExpectRefused(With<v1::FollowUp>(SoundFollowUp(), [](auto& f) { f.clear_absence_id(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::FollowUp::kAbsenceIdFieldNumber);
}

TEST(GroupChecksTest, AClaimIsHeldByAStaffCodeOrByNobody) {
  ExpectSound(With<v1::Claim>(SoundClaim(), [](auto& c) { c.clear_holder(); }));
  ExpectRefused(With<v1::Claim>(SoundClaim(), [](auto& c) { c.set_holder("Karen H"); }),
                v1::REFUSAL_CODE_BAD_FORM, v1::Claim::kHolderFieldNumber);
  ExpectRefused(With<v1::Claim>(SoundClaim(), [](auto& c) { c.clear_task_id(); }), v1::REFUSAL_CODE_REQUIRED,
                v1::Claim::kTaskIdFieldNumber);
}

TEST(GroupChecksTest, ACauseOfABreachNamesItsCase) {
  ExpectRefused(With<v1::BreachCause>(SoundBreachCause(), [](auto& b) { b.clear_inquiry_id(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::BreachCause::kInquiryIdFieldNumber);
  ExpectRefused(With<v1::BreachCause>(SoundBreachCause(), [](auto& b) { b.clear_cause(); }),
                v1::REFUSAL_CODE_REQUIRED, v1::BreachCause::kCauseFieldNumber);
}

TEST(GroupChecksTest, TakingPartMayNameItsMeetingAndNeedNot) {
  ExpectSound(
      With<v1::Participation>(SoundParticipation(), [](auto& p) { p.set_meeting_id(kOtherId.ToBytes()); }));
  ExpectSound(SoundParticipation());
}

}  // namespace
}  // namespace opgang
