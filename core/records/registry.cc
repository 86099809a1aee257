#include "core/records/registry.h"

#include <array>
#include <cstdlib>
#include <iostream>

namespace opgang {
namespace {

constexpr uint32_t Bit(Role role) { return 1u << static_cast<int>(role); }

// The reviewed table of who writes what (design: one row for each type, and a type without a row does not
// start). A partner refers a person: the citizen, the word that the citizen agreed, the inquiry, and nothing else.
// Evaluators, auditors and admins write no records, so they have no bit here.
constexpr uint32_t kField = Bit(Role::kOutreach) | Bit(Role::kHealth) | Bit(Role::kCoordinator);
constexpr uint32_t kFieldAndInstructor = kField | Bit(Role::kInstructor);
constexpr uint32_t kFieldAndImport = kField | Bit(Role::kBase);
constexpr uint32_t kReferral = kFieldAndInstructor | Bit(Role::kPartner);
constexpr uint32_t kHealthOnly = Bit(Role::kHealth);
constexpr uint32_t kPlanners = Bit(Role::kInstructor) | Bit(Role::kCoordinator);

constexpr v1::ScopeKind kArea = v1::SCOPE_KIND_AREA;
constexpr v1::ScopeKind kHealthPart = v1::SCOPE_KIND_AREA_HEALTH;
constexpr v1::ScopeKind kDirectory = v1::SCOPE_KIND_DIRECTORY;

template <typename T>
RecordTypeInfo Entry(RecordType type, std::string_view name, v1::ScopeKind scope, SubjectRule subject,
                     uint32_t writers, bool has_handle, bool of_case, bool of_course) {
  return {type, name, scope, subject, writers, &T::default_instance(), has_handle, of_case, of_course};
}

using Table = std::array<RecordTypeInfo, 29>;

// Columns: type, name, scope, subject, writers, short handle, of a case, of a course. In type order, without gaps:
// FindRecordType counts on it. Conversations at doors, and why an answer came late, are nothing that a group's leader needs.
const Table& Entries() {
  using B = v1::RecordBody;
  using S = SubjectRule;
  static const Table* const entries = new Table{{
      Entry<v1::Entrance>(B::kEntrance, "entrance", kArea, S::kNone, kFieldAndImport, true, false, false),
      Entry<v1::Dwelling>(B::kDwelling, "dwelling", kArea, S::kNone, kFieldAndImport, false, false, false),
      Entry<v1::Visit>(B::kVisit, "visit", kArea, S::kNone, kField, true, false, false),
      Entry<v1::Citizen>(B::kCitizen, "citizen", kArea, S::kSelf, kReferral, true, true, true),
      Entry<v1::Consent>(B::kConsent, "consent", kArea, S::kCitizen, kReferral, true, true, true),
      Entry<v1::Contact>(B::kContact, "contact", kArea, S::kOptional, kFieldAndInstructor, true, false,
                         false),
      Entry<v1::Inquiry>(B::kInquiry, "inquiry", kArea, S::kCitizen, kReferral, true, true, true),
      Entry<v1::Closing>(B::kClosing, "closing", kArea, S::kCitizen, kFieldAndInstructor, true, true, true),
      Entry<v1::Reply>(B::kReply, "reply", kArea, S::kCitizen, kFieldAndInstructor, true, true, true),
      Entry<v1::Intake>(B::kIntake, "intake", kArea, S::kCitizen, kField, true, false, true),
      Entry<v1::ClinicalIntake>(B::kClinicalIntake, "clinical-intake", kHealthPart, S::kCitizen, kHealthOnly,
                                true, false, false),
      Entry<v1::Participation>(B::kParticipation, "participation", kArea, S::kCitizen, kFieldAndInstructor,
                               true, true, true),
      Entry<v1::SamePerson>(B::kSamePerson, "same-person", kArea, S::kCitizen, kField, false, true, true),
      Entry<v1::Venue>(B::kVenue, "venue", kDirectory, S::kNone, kPlanners, true, false, false),
      Entry<v1::GroupProgramme>(B::kGroupProgramme, "group-programme", kDirectory, S::kNone, kPlanners, true,
                                false, false),
      Entry<v1::Group>(B::kGroup, "group", kDirectory, S::kNone, kPlanners, true, false, false),
      Entry<v1::Meeting>(B::kMeeting, "meeting", kDirectory, S::kNone, kPlanners, true, false, false),
      // The base answers wishes (server/engine/seat_answers.h).
      Entry<v1::Seat>(B::kSeat, "seat", kArea, S::kCitizen, kFieldAndInstructor | Bit(Role::kBase), true,
                      true, true),
      Entry<v1::Absence>(B::kAbsence, "absence", kArea, S::kCitizen, kFieldAndInstructor, true, false, true),
      Entry<v1::FollowUp>(B::kFollowUp, "follow-up", kArea, S::kCitizen, kFieldAndInstructor, true, false,
                          true),
      Entry<v1::QuitDate>(B::kQuitDate, "quit-date", kArea, S::kCitizen, kFieldAndInstructor, true, false,
                          true),
      Entry<v1::NicotineHandOut>(B::kNicotineHandOut, "nicotine-hand-out", kHealthPart, S::kCitizen,
                                 kHealthOnly, true, false, false),
      Entry<v1::CarbonMonoxideTest>(B::kCarbonMonoxideTest, "carbon-monoxide-test", kHealthPart, S::kCitizen,
                                    kHealthOnly, true, false, false),
      Entry<v1::CourseEnd>(B::kCourseEnd, "course-end", kArea, S::kCitizen, kFieldAndInstructor, true, false,
                           true),
      Entry<v1::FourWeekStatus>(B::kFourWeekStatus, "four-week-status", kArea, S::kCitizen,
                                kFieldAndInstructor, true, false, true),
      Entry<v1::FollowUpCall>(B::kFollowUpCall, "follow-up-call", kArea, S::kCitizen, kFieldAndInstructor,
                              true, false, true),
      Entry<v1::SixMonthStatus>(B::kSixMonthStatus, "six-month-status", kArea, S::kCitizen,
                                kFieldAndInstructor, true, false, true),
      Entry<v1::Claim>(B::kClaim, "claim", kArea, S::kCitizen, kFieldAndInstructor, false, true, true),
      Entry<v1::BreachCause>(B::kBreachCause, "breach-cause", kArea, S::kCitizen, kFieldAndInstructor, true,
                             false, false),
  }};
  return *entries;
}

struct PolicyEntry {
  RecordType type;
  uint32_t field;
  FieldPolicy policy;
};

// Fields in which the latest of several concurrent values is not the one to act upon until a person has settled them.
// Everywhere else nobody can say which is more careful (a telephone number, safe hours in words), and both are shown.
constexpr PolicyEntry kPolicies[] = {
    // The due time counts from it, and may not be made later by whoever synced last (I14).
    {RecordType::kInquiry, v1::Inquiry::kAskedFieldNumber, {FrontPolicy::kEarliestDate}},
    // A citizen who withdrew a consent is not contacted because somebody else edited it; the earlier word counts.
    {RecordType::kConsent, v1::Consent::kWithdrawnFieldNumber, {FrontPolicy::kEarliestDate}},
    // An interpreter who comes in vain costs an hour, a missing one the conversation.
    {RecordType::kCitizen, v1::Citizen::kInterpreterNeededFieldNumber, {FrontPolicy::kValueFirst, true}},
    // An address shown once by mistake cannot be taken back.
    {RecordType::kCitizen, v1::Citizen::kAddressProtectedFieldNumber, {FrontPolicy::kValueFirst, true}},
    {RecordType::kCitizen, v1::Citizen::kAddressProtectedUntilFieldNumber, {FrontPolicy::kLatestDate}},
    // Who asked not to be called is not called.
    {RecordType::kVisit,
     v1::Visit::kDispositionFieldNumber,
     {FrontPolicy::kValueFirst, v1::DISPOSITION_DO_NOT_CALL}},
    {RecordType::kVisit, v1::Visit::kDoNotCallUntilFieldNumber, {FrontPolicy::kLatestDate}},
    // What is handed out or advised depends on it.
    {RecordType::kClinicalIntake,
     v1::ClinicalIntake::kPregnantFieldNumber,
     {FrontPolicy::kValueFirst, v1::ANSWER_YES}},
    // Nobody is sent to an evening that somebody called off.
    {RecordType::kMeeting,
     v1::Meeting::kStateFieldNumber,
     {FrontPolicy::kValueFirst, v1::MEETING_STATE_CANCELLED}},
};

constexpr std::array<std::string_view, 9> kRoleNames = {
    "outreach", "health", "instructor", "coordinator", "base", "partner", "evaluator", "auditor", "admin"};

}  // namespace

std::string_view RoleName(Role role) { return kRoleNames.at(static_cast<size_t>(role)); }

std::optional<Role> RoleFromName(std::string_view name) {
  for (size_t i = 0; i < kRoleNames.size(); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::span<const RecordTypeInfo> AllRecordTypes() { return Entries(); }

const RecordTypeInfo* FindRecordType(uint32_t record_type) {
  const Table& entries = Entries();
  if (record_type < 1 || record_type > entries.size()) return nullptr;
  return &entries[record_type - 1];
}

bool MayWrite(Role role, const RecordTypeInfo& info) { return (info.writers & Bit(role)) != 0; }

bool IsPlace(const RecordTypeInfo& info) {
  return info.type == RecordType::kEntrance || info.type == RecordType::kDwelling;
}

bool MayStandIn(const RecordTypeInfo& info, v1::ScopeKind kind) {
  if (kind == v1::SCOPE_KIND_AREA_PLACES) return IsPlace(info);
  return kind == info.scope_kind || (kind == v1::SCOPE_KIND_GROUP && info.scope_kind == v1::SCOPE_KIND_AREA);
}

FieldPolicy PolicyOf(uint32_t record_type, uint32_t field) {
  for (const PolicyEntry& entry : kPolicies) {
    if (entry.type == record_type && entry.field == field) return entry.policy;
  }
  return {};
}

const RecordTypeInfo& RecordTypeOfMessage(const google::protobuf::Message& message) {
  for (const RecordTypeInfo& info : Entries()) {
    if (info.prototype->GetDescriptor() == message.GetDescriptor()) return info;
  }
  std::cerr << "not a record type: " << message.GetTypeName() << '\n';
  std::abort();
}

}  // namespace opgang
