// Roles and grants change while devices are away: what was captured is judged by what its author could do over the whole time in
// which it may have been captured, and what a role has lost no old grant keeps.
#include "server/admin/staff.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

class Roles : public BaseStory {
 protected:
  // Committed an hour later, or more.
  std::string Later(const Draft& draft, absl::Duration by = absl::Hours(1)) {
    clock.Advance(by);
    return Words(amal.Commit({amal.Seal(draft)}))[0];
  }
  Draft VisitAt(const std::string& note) {
    v1::Visit visit;
    visit.set_entrance_id(entrance.envelope.record_id());
    visit.set_disposition(v1::DISPOSITION_NO_ANSWER);
    (void)note;
    return amal.Create(visit, area);
  }
  void Change(bool take) { take ? base.TakeArea("amal", "Testlund") : base.GiveArea("amal", "Testlund"); }

  Draft entrance = [this] {
    v1::Entrance there;
    there.set_street("Humlebakken");
    there.set_number("20B");
    Draft draft = amal.Create(there, area);
    EXPECT_EQ(Words(amal.Commit({amal.Seal(draft)}))[0], "applied");
    return draft;
  }();
};

TEST_F(Roles, WhatWasCapturedInTheFormerRoleCountsAndWhatComesAfterDoesNot) {
  const Draft before = VisitAt("captured as outreach");
  clock.Advance(absl::Minutes(10));
  base.GiveRole("amal", "instructor");
  clock.Advance(absl::Minutes(10));
  const Draft after = VisitAt("captured as instructor, who writes no visits");
  EXPECT_EQ(Later(before), "applied");
  EXPECT_EQ(Later(after), "REFUSAL_CODE_NOT_PERMITTED");
}

TEST_F(Roles, WhereTheTimeIsNotKnownBothRolesMustAllowIt) {
  amal.knows_time = false;  // somewhere between its last word from the base and now
  const Draft visit = VisitAt("before or after?");
  const Draft citizen = Citizen("Both may write this");
  clock.Reboot();
  clock.Advance(absl::Minutes(10));
  base.GiveRole("amal", "instructor");
  EXPECT_EQ(Later(visit), "REFUSAL_CODE_NOT_PERMITTED");
  EXPECT_EQ(Later(citizen), "applied");
}

TEST_F(Roles, ARoleIsNotGivenBackwardsToWhatWasCapturedBeforeIt) {
  base.GiveRole("amal", "instructor");
  clock.Advance(absl::Minutes(10));
  const Draft visit = VisitAt("as instructor");
  clock.Advance(absl::Minutes(10));
  base.GiveRole("amal", "outreach");
  EXPECT_EQ(Later(visit), "REFUSAL_CODE_NOT_PERMITTED");
  EXPECT_EQ(Later(VisitAt("as outreach again")), "applied");
}

TEST_F(Roles, ATimeThatStraddlesTheTakingOfAGrantWaitsForAPerson) {
  amal.knows_time = false;
  const Draft citizen = Citizen("Before or after it was taken?");
  clock.Reboot();
  clock.Advance(absl::Minutes(10));
  Change(/*take=*/true);
  EXPECT_EQ(Later(citizen), "REFUSAL_CODE_NOT_PERMITTED");
}

TEST_F(Roles, WhatWasCapturedWhileAnAreaWasTakenStaysOutsideThoughItIsGivenAgain) {
  const Draft before = Citizen("Before");
  clock.Advance(absl::Minutes(10));
  Change(/*take=*/true);
  clock.Advance(absl::Minutes(10));
  const Draft meanwhile = Citizen("Meanwhile");
  clock.Advance(absl::Minutes(10));
  Change(/*take=*/false);
  clock.Advance(absl::Minutes(10));
  const Draft again = Citizen("Again");
  EXPECT_EQ(Later(before), "applied");
  EXPECT_EQ(Later(meanwhile), "REFUSAL_CODE_NOT_PERMITTED");
  EXPECT_EQ(Later(again), "applied");
}

TEST_F(Roles, AnotherRoleTakesTheGrantsThatItMayNotHoldAndBringsItsOwn) {
  const auto kinds = [&] {
    std::vector<std::string> words;
    const Author author = AuthorOf(base.store(), "amal").value();
    for (const StoredGrant& grant : author.grants)
      words.push_back(v1::ScopeKind_Name(grant.scope.kind) + " " + v1::GrantMode_Name(grant.mode));
    std::sort(words.begin(), words.end());
    return words;
  };
  base.GiveRole("amal", "health");
  EXPECT_THAT(kinds(), ElementsAre("SCOPE_KIND_AREA GRANT_MODE_READ_WRITE",
                                   "SCOPE_KIND_AREA_HEALTH GRANT_MODE_READ_WRITE",
                                   "SCOPE_KIND_DIRECTORY GRANT_MODE_READ"));
  base.GiveRole("amal", "partner");
  EXPECT_THAT(kinds(),
              ElementsAre("SCOPE_KIND_AREA GRANT_MODE_WRITE_ONLY", "SCOPE_KIND_AREA_PLACES GRANT_MODE_READ",
                          "SCOPE_KIND_DIRECTORY GRANT_MODE_READ"));
  base.GiveRole("amal", "admin");
  EXPECT_TRUE(kinds().empty());
}

TEST_F(Roles, AGrantLeftInTheRowsThatTheRoleMayNotHoldCountsForNothing) {
  base.Grant("amal", AreaHealthScope(base.Area("Testlund")));
  const Author author = AuthorOf(base.store(), "amal").value();
  for (const StoredGrant& grant : author.grants) EXPECT_NE(grant.scope.kind, v1::SCOPE_KIND_AREA_HEALTH);
}

}  // namespace
}  // namespace opgang
