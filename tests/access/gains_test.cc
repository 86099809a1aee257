// Nobody gains by administering: whoever decides something in his own name gives and moves what he has himself, and sees what he
// may read.
#include "server/admin/conflicts.h"
#include "server/admin/enrolment.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

class Gains : public BaseStory {
 protected:
  Gains() {
    base.Invite("karen", "coordinator", {"Testlund"});
    base.Invite("nabo", "outreach", {"Testlund", "Nabolund"});
    base.Invite("lise", "health", {"Testlund"});
    base.Invite("ole", "coordinator", {"Testlund"});
    base.Invite("vagn", "partner", {"Nabolund"});
    for (const char* staff : {"amal", "karen", "nabo", "lise", "ole"})
      EXPECT_EQ(GrantDirectory(base.store(), staff, AuthorOf(base.store(), staff)->role), absl::OkStatus());
  }
  Caller CallerCalled(const std::string& staff) {
    Caller caller;
    caller.author = AuthorOf(base.store(), staff).value();
    return caller;
  }
  ErrorCode Invites(const std::string& staff, const std::string& role) {
    v1::InviteRequest request;
    request.set_staff_code(staff);
    request.set_device_label("t");
    request.set_role(role);
    request.add_areas("Testlund");
    const absl::Status narrowed = NarrowInvitation(base.store(), CallerCalled("karen"), request);
    return narrowed.ok() ? ErrorCode{} : GetErrorCode(narrowed);
  }
  // Two say that she has moved, each to another area; `who` says which it is.
  absl::Status MoveTo(const std::string& area, const Caller& who) {
    const Draft citizen = Citizen("Moves");
    EXPECT_EQ(Word(amal.Commit(citizen)), "applied");
    base.GiveArea("amal", "Nabolund");
    base.GiveArea("jonas", "Nabolund");
    clock.Advance(absl::Minutes(1));
    v1::Citizen one, other;
    one.set_area_id(base.Area("Nabolund").ToBytes());
    other.set_area_id(base.Area("Testlund").ToBytes());
    const Draft there = amal.Patch(citizen, one, {citizen.intent()});
    EXPECT_EQ(Word(amal.Commit(there)), "applied");
    clock.Advance(absl::Minutes(1));
    const Draft here = jonas.Patch(citizen, other, {citizen.intent()});  // the later: she stands here
    EXPECT_EQ(Word(jonas.Commit(here)), "applied");
    v1::SettleConflictRequest request;
    request.set_record_id(citizen.envelope.record_id());
    request.set_field(v1::Citizen::kAreaIdFieldNumber);
    request.set_take_version((area == "Nabolund" ? there : here).intent().ToBytes());
    request.set_actor("karen");
    std::set<Scope> touched;
    return SettleConflict(base.store(), base.committer(), request, clock, SystemRandom(), touched, who)
        .status();
  }
};

TEST_F(Gains, ACoordinatorHoldsNoInvitationToMoreThanHeMayUseHimself) {
  EXPECT_EQ(Invites("amal", "outreach"), ErrorCode{}) << "a new tablet for one of his own";
  EXPECT_EQ(Invites("new", "outreach"), ErrorCode{});
  EXPECT_EQ(Invites("lise", "health"), ErrorCode::kBaseRefused) << "she reads health data";
  EXPECT_EQ(Invites("ole", "coordinator"), ErrorCode::kBaseRefused);
  EXPECT_EQ(Invites("nabo", "outreach"), ErrorCode::kBaseRefused) << "she reads another area too";
  EXPECT_EQ(Invites("vagn", "partner"), ErrorCode::kBaseRefused) << "he hands in to another area";
  EXPECT_EQ(Invites("amal", "partner"), ErrorCode::kBaseRefused) << "a role is an admin's to change";
}

TEST_F(Gains, ACoordinatorWhoSettlesWhereSomebodyLivesNowMovesNobodyToAnAreaThatIsNotHis) {
  EXPECT_EQ(GetErrorCode(MoveTo("Nabolund", CallerCalled("karen"))), ErrorCode::kRefused);
}

TEST_F(Gains, ToHisOwnAreaHeDoesAndTheMachinesUserToAny) {
  EXPECT_EQ(MoveTo("Testlund", CallerCalled("karen")), absl::OkStatus());
  EXPECT_EQ(MoveTo("Nabolund", {.local = true}), absl::OkStatus());
}

TEST_F(Gains, WhoMayOnlyReadSettlesNothing) {
  base.Grant("karen", area, v1::GRANT_MODE_READ);
  EXPECT_EQ(GetErrorCode(MoveTo("Testlund", CallerCalled("karen"))), ErrorCode::kRefused);
}

}  // namespace
}  // namespace opgang
