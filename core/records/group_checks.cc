#include "core/records/group_checks.h"

#include <algorithm>
#include <string_view>

namespace opgang {
namespace {

constexpr size_t kNameChars = 120;  // code points
constexpr size_t kStaffCodeChars = 20;
constexpr int kMaxCapacity = 500;
constexpr int kMinutesADay = 24 * 60;

void RequiredName(FieldChecks& check, int field, std::string_view name) {
  check.Expect(!name.empty(), v1::REFUSAL_CODE_REQUIRED, field);
  check.Line(field, name, kNameChars);
}

// As the base gives them out (server/admin/enrolment.cc).
bool IsStaffCode(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return text.size() >= 2 && std::all_of(text.begin(), text.end(), fits);
}

void OptionalStaffCode(FieldChecks& check, int field, std::string_view text) {
  check.Line(field, text, kStaffCodeChars);
  check.Expect(text.empty() || IsStaffCode(text), v1::REFUSAL_CODE_BAD_FORM, field);
}

// A time of day as well: an evening without an hour is no promise.
void RequiredMoment(FieldChecks& check, int field, bool is_there, const v1::StatedTime& time) {
  check.Expect(is_there, v1::REFUSAL_CODE_REQUIRED, field);
  check.Time(field, time);
  check.Expect(time.has_minute_of_day(), v1::REFUSAL_CODE_REQUIRED, field);
}

}  // namespace

void CheckFields(FieldChecks& check, const v1::Venue& venue) {
  using M = v1::Venue;
  RequiredName(check, M::kNameFieldNumber, venue.name());
  check.OptionalId(M::kAreaIdFieldNumber, venue.area_id());
}

void CheckFields(FieldChecks& check, const v1::GroupProgramme& programme) {
  using M = v1::GroupProgramme;
  RequiredName(check, M::kNameFieldNumber, programme.name());
  check.RequiredEnum(M::kKindFieldNumber, programme.kind(), v1::Programme_IsValid);
  check.InRange(M::kWeeksFieldNumber, programme.weeks(), 0, 52);
}

void CheckFields(FieldChecks& check, const v1::Group& group) {
  using M = v1::Group;
  RequiredName(check, M::kNameFieldNumber, group.name());
  check.RequiredId(M::kProgrammeIdFieldNumber, group.programme_id());
  check.LanguageTag(M::kLanguageFieldNumber, group.language());
  OptionalStaffCode(check, M::kInstructorFieldNumber, group.instructor());
  check.InRange(M::kCapacityFieldNumber, group.capacity(), 0, kMaxCapacity);
  // Whether it binds may not be guessed, also where the word comes from a newer app.
  if (group.capacity() > 0) {
    check.RequiredEnum(M::kCapacityMeaningFieldNumber, group.capacity_meaning(), v1::CapacityMeaning_IsValid);
  }
  check.OptionalId(M::kAreaIdFieldNumber, group.area_id());
}

void CheckFields(FieldChecks& check, const v1::Meeting& meeting) {
  using M = v1::Meeting;
  check.RequiredId(M::kGroupIdFieldNumber, meeting.group_id());
  RequiredMoment(check, M::kStartFieldNumber, meeting.has_start(), meeting.start());
  check.Expect(meeting.minutes() != 0, v1::REFUSAL_CODE_REQUIRED, M::kMinutesFieldNumber);
  check.InRange(M::kMinutesFieldNumber, meeting.minutes(), 1, kMinutesADay);
  check.RequiredId(M::kVenueIdFieldNumber, meeting.venue_id());
  check.RequiredEnum(M::kStateFieldNumber, meeting.state(), v1::MeetingState_IsValid);
}

void CheckFields(FieldChecks& check, const v1::Seat& seat) {
  using M = v1::Seat;
  check.RequiredId(M::kCitizenIdFieldNumber, seat.citizen_id());
  check.RequiredId(M::kMeetingIdFieldNumber, seat.meeting_id());
  check.RequiredEnum(M::kStateFieldNumber, seat.state(), v1::SeatState_IsValid);
  RequiredMoment(check, M::kToldStartFieldNumber, seat.has_told_start(), seat.told_start());
  check.OptionalId(M::kToldVenueIdFieldNumber, seat.told_venue_id());
}

void CheckFields(FieldChecks& check, const v1::Absence& absence) {
  using M = v1::Absence;
  check.RequiredId(M::kCitizenIdFieldNumber, absence.citizen_id());
  check.RequiredId(M::kMeetingIdFieldNumber, absence.meeting_id());
  if (absence.has_happened()) check.PastTime(M::kHappenedFieldNumber, absence.happened());
}

void CheckFields(FieldChecks& check, const v1::FollowUp& follow_up) {
  using M = v1::FollowUp;
  check.RequiredId(M::kCitizenIdFieldNumber, follow_up.citizen_id());
  check.RequiredId(M::kAbsenceIdFieldNumber, follow_up.absence_id());
  check.RequiredEnum(M::kOutcomeFieldNumber, follow_up.outcome(), v1::FollowUpOutcome_IsValid);
  if (follow_up.has_happened()) check.PastTime(M::kHappenedFieldNumber, follow_up.happened());
  check.Note(M::kNoteFieldNumber, follow_up.note());
}

void CheckFields(FieldChecks& check, const v1::Claim& claim) {
  using M = v1::Claim;
  check.RequiredId(M::kCitizenIdFieldNumber, claim.citizen_id());
  check.RequiredId(M::kTaskIdFieldNumber, claim.task_id());
  OptionalStaffCode(check, M::kHolderFieldNumber, claim.holder());
}

void CheckFields(FieldChecks& check, const v1::BreachCause& cause) {
  using M = v1::BreachCause;
  check.RequiredId(M::kCitizenIdFieldNumber, cause.citizen_id());
  check.RequiredId(M::kInquiryIdFieldNumber, cause.inquiry_id());
  check.RequiredEnum(M::kCauseFieldNumber, cause.cause(), v1::CauseOfBreach_IsValid);
  check.Note(M::kNoteFieldNumber, cause.note());
}

}  // namespace opgang
