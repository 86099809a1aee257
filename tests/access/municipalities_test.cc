// One base, two municipalities: nothing of one is visible in the other, be it by name, by id, by count or by an error's words.
#include "server/admin/conflicts.h"
#include "server/admin/enrolment.h"
#include "server/admin/grants.h"
#include "server/admin/revocation.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class Municipalities : public SyncStory {
 protected:
  Municipalities() {
    Invite("karen", "coordinator", "", "Testlund");
    Invite("ib", "coordinator", "Anderby", "Testlund");  // an area of the same name, and another one
    Invite("eva", "admin", "Anderby", "");
    Invite("ove", "outreach", "Anderby", "Testlund");
  }
  v1::Invitation Invite(const std::string& staff, const std::string& role, const std::string& municipality,
                        const std::string& area) {
    v1::InviteRequest request;
    request.set_staff_code(staff);
    request.set_device_label("tablet-of-" + staff);
    request.set_role(role);
    request.set_municipality(municipality);
    if (!area.empty()) request.add_areas(area);
    auto made = MakeInvitation(base.store(), base.keys(), request, {"127.0.0.1:7443"}, clock.WallNow(),
                               SystemRandom());
    EXPECT_EQ(made.status(), absl::OkStatus());
    EXPECT_EQ(GrantDirectory(base.store(), staff, *RoleFromName(role)), absl::OkStatus());
    return made.value_or(v1::Invitation());
  }
  Caller CallerCalled(const std::string& staff) {
    Caller caller;
    caller.author = AuthorOf(base.store(), staff).value();
    return caller;
  }
  static std::vector<std::string> CodesIn(const v1::ListStaffResponse& response) {
    std::vector<std::string> codes;
    for (const v1::StaffLine& line : response.staff()) codes.push_back(line.staff_code());
    return codes;
  }
  // "not-found: no such ...": what somebody is told.
  static std::string Told(const absl::Status& status) {
    return std::string(ErrorCodeName(GetErrorCode(status))) + ": " + std::string(status.message());
  }
};

TEST_F(Municipalities, AnAreaOfTheSameNameIsAnotherAreaAndEachHasADirectoryOfItsOwn) {
  const auto karen = AuthorOf(base.store(), "karen").value(), ib = AuthorOf(base.store(), "ib").value();
  EXPECT_NE(karen.municipality, ib.municipality);
  for (const StoredGrant& hers : karen.grants) {
    for (const StoredGrant& his : ib.grants) EXPECT_NE(hers.scope, his.scope);
  }
}

TEST_F(Municipalities, StaffIsListedWithinOnesOwnOnly) {
  EXPECT_THAT(CodesIn(ListStaff(base.store(), CallerCalled("ib")).value()),
              testing::ElementsAre("eva", "ib", "ove"));
  EXPECT_THAT(CodesIn(ListStaff(base.store(), CallerCalled("karen")).value()),
              testing::ElementsAre("amal", "jonas", "karen"));
}

TEST_F(Municipalities, WhoOrWhatIsNotOnesOwnAndWhoIsNotThereGetTheSameAnswer) {
  const Caller eva = CallerCalled("eva");
  EXPECT_EQ(Told(StaffInSight(base.store(), eva, "amal").status()),
            Told(StaffInSight(base.store(), eva, "nobody").status()));
  EXPECT_EQ(Told(StoreInSight(base.store(), eva, amal.store().info().id.ToBytes()).status()),
            Told(StoreInSight(base.store(), eva, StoreId::Make(clock.WallNow(), SystemRandom()).ToBytes())
                     .status()));
  v1::ChangeRoleRequest role;
  role.set_staff_code("amal");
  role.set_role("admin");
  const absl::Status others = ChangeRole(base.store(), eva, role, clock.WallNow());
  role.set_staff_code("nobody");
  EXPECT_EQ(Told(others), Told(ChangeRole(base.store(), eva, role, clock.WallNow())));
  EXPECT_EQ(base.store().FindStaff("amal").value()->role, Role::kOutreach);
}

TEST_F(Municipalities, ACoordinatorGivesHisOwnAreasToHisOwnStaffAndNothingToHimself) {
  base.Area("Nabolund");  // the default municipality's
  v1::ChangeGrantRequest request;
  request.set_actor("ib");
  const auto change = [&](const std::string& staff, const std::string& area) {
    request.set_staff_code(staff);
    request.set_area(area);
    return Told(ChangeGrant(base.store(), request, clock.WallNow(), CallerCalled("ib")).status());
  };
  EXPECT_EQ(change("amal", "Testlund"), change("nobody", "Testlund"));
  EXPECT_EQ(change("ove", "Nabolund"), change("ove", "Nowhere"));
  EXPECT_EQ(change("ib", "Testlund"), "base-refused: nobody gives himself an area");
  EXPECT_TRUE(ChangeGrant(base.store(), request, clock.WallNow()).ok()) << "the machine's own user may";
}

TEST_F(Municipalities, ARecordOfTheOtherIsNotFoundWhateverItsState) {
  const RecordId citizen = amal.SaveCitizen("Hers");
  amal.SyncWell();
  const RecordId unknown = RecordId::Make(clock.WallNow(), SystemRandom());
  EXPECT_EQ(Told(CheckRecordInSight(base.store(), CallerCalled("ib"), citizen)),
            Told(CheckRecordInSight(base.store(), CallerCalled("ib"), unknown)));
  EXPECT_EQ(CheckRecordInSight(base.store(), CallerCalled("karen"), citizen), absl::OkStatus());
  EXPECT_FALSE(CheckRecordInSight(base.store(), CallerCalled("eva"), citizen).ok())
      << "an admin reads no person";
}

TEST_F(Municipalities, WhoInvitesOverTheNetInvitesIntoHisOwnAndBelowHisOwnRole) {
  v1::InviteRequest request;
  request.set_staff_code("new");
  request.set_device_label("t");
  request.add_areas("Testlund");
  request.set_municipality("Somewhere else");
  const auto narrow = [&](const std::string& who, const std::string& role) {
    request.set_role(role);
    return Told(NarrowInvitation(base.store(), CallerCalled(who), request));
  };
  EXPECT_EQ(narrow("ib", "outreach"), Told(absl::OkStatus()));
  EXPECT_EQ(request.municipality(), "Anderby");
  EXPECT_EQ(narrow("ib", "admin"), "base-refused: an admin gives this role");
  EXPECT_EQ(narrow("ib", "health"), "base-refused: an admin gives this role");
  EXPECT_EQ(narrow("eva", "health"), Told(absl::OkStatus()));
  request.set_staff_code("amal");
  EXPECT_EQ(narrow("eva", "outreach"), "base-refused: this staff code cannot be invited");
}

TEST_F(Municipalities, NobodyOfOneSeesARecordOfTheOtherOnHisDevice) {
  TestDevice bo(base, clock, "bo", "outreach", {"Testlund"});
  const RecordId citizen = amal.SaveCitizen("Hers");
  amal.SyncWell();
  bo.SyncWell();
  EXPECT_EQ(bo.NameOf(citizen), "Hers");
  const Caller ib = CallerCalled("ib");
  for (const GrantInfo& grant : bo.store().grants()) EXPECT_FALSE(ib.Reads(grant.scope));
}

}  // namespace
}  // namespace opgang
