// The table of authority: whole as it stands, and with any hole in it no base starts.
#include "server/engine/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/error.h"

namespace opgang {
namespace {

using testing::HasSubstr;

std::vector<MethodRule> Methods() { return {MethodRules().begin(), MethodRules().end()}; }
std::vector<TypeRule> Types() { return {TypeRules().begin(), TypeRules().end()}; }
std::string WordsOf(const absl::Status& status) { return std::string(status.message()); }
uint32_t Bit(Role role) { return 1u << static_cast<int>(role); }

TEST(AuthorityTest, TheTableAsItShipsIsWhole) {
  EXPECT_EQ(CheckAuthority(MethodRules(), TypeRules()), absl::OkStatus());
}

TEST(AuthorityTest, WithoutAnyOneMethodsRowTheBaseWouldNotStartAndSaysWhich) {
  for (size_t i = 0; i < MethodRules().size(); ++i) {
    auto methods = Methods();
    const std::string name(methods[i].method);
    methods.erase(methods.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(WordsOf(CheckAuthority(methods, TypeRules())), HasSubstr(name + " has no row"));
  }
}

TEST(AuthorityTest, ARowForWhatIsNoMethodOrStandsTwiceIsRefused) {
  auto methods = Methods();
  methods.push_back({"AdminService/ReadEverything", true, 0, Proof::kRead});
  EXPECT_THAT(WordsOf(CheckAuthority(methods, TypeRules())), HasSubstr("AdminService/ReadEverything"));
  methods.back() = methods.front();
  EXPECT_THAT(WordsOf(CheckAuthority(methods, TypeRules())), HasSubstr(std::string(methods.front().method)));
}

TEST(AuthorityTest, WithoutAnyOneRecordTypesRowTheBaseWouldNotStart) {
  for (size_t i = 0; i < TypeRules().size(); ++i) {
    auto types = Types();
    types.erase(types.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(CheckAuthority(MethodRules(), types).ok()) << i;
  }
}

TEST(AuthorityTest, ARowThatGivesOrTakesOneRoleContradictsTheRegisterOrTheScopes) {
  for (size_t i = 0; i < TypeRules().size(); ++i) {
    for (const Role role : {Role::kOutreach, Role::kHealth, Role::kPartner, Role::kAdmin}) {
      auto reads = Types(), writes = Types(), refers = Types();
      reads[i].readers ^= Bit(role);
      writes[i].writers ^= Bit(role);
      refers[i].referrers ^= Bit(role);
      EXPECT_FALSE(CheckAuthority(MethodRules(), reads).ok()) << i;
      EXPECT_FALSE(CheckAuthority(MethodRules(), writes).ok()) << i;
      EXPECT_FALSE(CheckAuthority(MethodRules(), refers).ok()) << i;
    }
  }
}

TEST(AuthorityTest, APartnerReadsNoPersonAndAnAdminAnAuditorAndAnEvaluatorReadNoRecord) {
  for (const TypeRule& rule : TypeRules()) {
    const RecordTypeInfo& info = *FindRecordType(static_cast<uint32_t>(rule.type));
    const bool about_a_person = info.subject != SubjectRule::kNone;
    EXPECT_FALSE(about_a_person && (rule.readers & Bit(Role::kPartner))) << info.name;
    for (const Role role : {Role::kAdmin, Role::kAuditor, Role::kEvaluator}) {
      EXPECT_FALSE((rule.readers | rule.writers | rule.referrers) & Bit(role)) << info.name;
    }
  }
}

TEST(AuthorityTest, HealthDataIsTheHealthRolesAlone) {
  for (int role = 0; role <= static_cast<int>(Role::kAdmin); ++role) {
    const bool holds =
        MayHold(static_cast<Role>(role), v1::SCOPE_KIND_AREA_HEALTH, v1::GRANT_MODE_READ_WRITE);
    EXPECT_EQ(holds, static_cast<Role>(role) == Role::kHealth) << role;
  }
  EXPECT_FALSE(MayHold(Role::kPartner, v1::SCOPE_KIND_AREA, v1::GRANT_MODE_READ));
  EXPECT_TRUE(MayHold(Role::kPartner, v1::SCOPE_KIND_AREA, v1::GRANT_MODE_WRITE_ONLY));
}

TEST(AuthorityTest, WhatTellsOfPersonsIsNoAdminsAndWhatIsTheMachinesIsNobodys) {
  for (const char* method : {"ListQuarantine", "RecordHistory", "ListConflicts", "SettleStolen"}) {
    const MethodRule* rule = FindMethodRule("AdminService/" + std::string(method));
    ASSERT_NE(rule, nullptr);
    EXPECT_FALSE(Permits(*rule, Role::kAdmin)) << method;
    EXPECT_TRUE(Permits(*rule, Role::kCoordinator)) << method;
  }
  for (const char* method : {"MakeBackup", "SealBackupsTo", "CheckBase", "ImportDwellings"})
    EXPECT_EQ(FindMethodRule("AdminService/" + std::string(method))->roles, 0u) << method;
  EXPECT_EQ(FindMethodRule("AdminService/NoSuchThing"), nullptr);
}

}  // namespace
}  // namespace opgang
