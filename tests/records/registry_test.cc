#include "core/records/registry.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> TypesThatMayBeWrittenBy(Role role) {
  std::vector<std::string> names;
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (MayWrite(role, info)) names.emplace_back(info.name);
  }
  return names;
}

TEST(RegistryTest, EveryTypeOfRecordBodyHasItsEntryInOrder) {
  const auto* body = v1::RecordBody::descriptor()->oneof_decl(0);
  ASSERT_EQ(AllRecordTypes().size(), static_cast<size_t>(body->field_count()))
      << "a type in RecordBody lacks its entry in core/records/registry.cc";
  for (int i = 0; i < body->field_count(); ++i) {
    const RecordTypeInfo& info = AllRecordTypes()[i];
    EXPECT_EQ(info.type, body->field(i)->number());
    EXPECT_EQ(info.prototype->GetDescriptor(), body->field(i)->message_type());
    std::string name(info.name);
    std::replace(name.begin(), name.end(), '-', '_');
    EXPECT_EQ(name, body->field(i)->name());
  }
}

TEST(RegistryTest, EveryTypeIsFoundByNumberAndByMessage) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    EXPECT_EQ(FindRecordType(info.type), &info);
    EXPECT_EQ(&RecordTypeOfMessage(*info.prototype), &info);
  }
  EXPECT_EQ(RecordTypeOf<v1::Visit>().type, RecordType::kVisit);
}

TEST(RegistryTest, AnUnknownNumberIsNoType) {
  EXPECT_EQ(FindRecordType(0), nullptr);
  EXPECT_EQ(FindRecordType(static_cast<uint32_t>(AllRecordTypes().size()) + 1), nullptr);
  EXPECT_EQ(FindRecordType(UINT32_MAX), nullptr);
}

TEST(RegistryDeathTest, AMessageThatIsNoRecordAborts) {
  EXPECT_DEATH(RecordTypeOfMessage(v1::ScopeId::default_instance()), "not a record type: opgang.v1.ScopeId");
}

TEST(RegistryTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const RecordTypeInfo& info : AllRecordTypes())
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
}

TEST(RegistryTest, CitizenIdIsFieldOneWhereThereIsACitizen) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const bool has_citizen = info.subject == SubjectRule::kCitizen || info.subject == SubjectRule::kOptional;
    if (!has_citizen) continue;
    EXPECT_EQ(info.prototype->GetDescriptor()->FindFieldByNumber(1)->name(), "citizen_id") << info.name;
  }
}

bool IsClinical(const RecordTypeInfo& info) {
  return info.type == RecordType::kClinicalIntake || info.type == RecordType::kNicotineHandOut ||
         info.type == RecordType::kCarbonMonoxideTest;
}

// What is offered, about no person.
bool IsOffer(const RecordTypeInfo& info) {
  return info.type == RecordType::kVenue || info.type == RecordType::kGroupProgramme ||
         info.type == RecordType::kGroup || info.type == RecordType::kMeeting;
}

TEST(RegistryTest, ClinicalTypesStandInTheHealthPartTheOfferInTheDirectoryAllElseInTheArea) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const v1::ScopeKind expected = IsClinical(info) ? v1::SCOPE_KIND_AREA_HEALTH
                                   : IsOffer(info)  ? v1::SCOPE_KIND_DIRECTORY
                                                    : v1::SCOPE_KIND_AREA;
    EXPECT_EQ(info.scope_kind, expected) << info.name;
  }
}

TEST(RegistryTest, TheOfferHasNoSubjectAndIsWrittenByThosePlanningIt) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (!IsOffer(info)) continue;
    EXPECT_EQ(info.subject, SubjectRule::kNone) << info.name;
    EXPECT_TRUE(MayWrite(Role::kCoordinator, info) && MayWrite(Role::kInstructor, info)) << info.name;
    EXPECT_FALSE(MayWrite(Role::kOutreach, info) || MayWrite(Role::kHealth, info)) << info.name;
    EXPECT_FALSE(MayStandIn(info, v1::SCOPE_KIND_AREA) || MayStandIn(info, v1::SCOPE_KIND_GROUP));
  }
}

TEST(RegistryTest, OutreachAndCoordinatorWriteEverythingAboutPeopleButTheClinicalPart) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (IsOffer(info)) continue;
    const bool clinical = IsClinical(info);
    EXPECT_EQ(MayWrite(Role::kOutreach, info), !clinical) << info.name;
    EXPECT_EQ(MayWrite(Role::kCoordinator, info), !clinical) << info.name;
    EXPECT_TRUE(MayWrite(Role::kHealth, info)) << info.name;
  }
}

TEST(RegistryTest, TheInstructorWritesTheResponseAndTheCourseAndTheBasePlacesAndAnswersToWishes) {
  EXPECT_THAT(TypesThatMayBeWrittenBy(Role::kInstructor),
              ElementsAre("citizen", "consent", "contact", "inquiry", "closing", "reply", "participation",
                          "venue", "group-programme", "group", "meeting", "seat", "absence", "follow-up",
                          "quit-date", "course-end", "four-week-status", "follow-up-call", "six-month-status",
                          "claim", "breach-cause"));
  EXPECT_THAT(TypesThatMayBeWrittenBy(Role::kBase), ElementsAre("entrance", "dwelling", "seat"));
}

TEST(RegistryTest, EveryRoleIsFoundByItsName) {
  for (const Role role :
       {Role::kOutreach, Role::kHealth, Role::kInstructor, Role::kCoordinator, Role::kBase}) {
    EXPECT_EQ(RoleFromName(RoleName(role)), role);
  }
  EXPECT_EQ(RoleName(Role::kOutreach), "outreach");
  EXPECT_FALSE(RoleFromName("Outreach") || RoleFromName("") || RoleFromName("administrator"));
}

TEST(RegistryTest, EveryTypeHasASoundRecordForTheTests) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    EXPECT_NE(SoundRecord(info.type), nullptr) << info.name << " lacks its record in sound_records.h";
  }
}

}  // namespace
}  // namespace opgang
