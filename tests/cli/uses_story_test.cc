// What a command shows of people is noted for the audit before it is shown: which command, and whom; never what was typed.
#include <sqlite3.h>

#include "tests/cli/cli_test_base.h"
#include "tests/support/fault_vfs.h"

namespace opgang::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class UsesStory : public CliTest {
 protected:
  // What the device has to tell since it was asked last: "looked-at show 1".
  std::vector<std::string> Uses() {
    std::vector<std::string> told;
    const auto store = Open();
    SyncStore& sync = store->sync_store();
    for (;;) {
      const v1::DeviceUses uses = sync.NextUses().value();
      if (uses.uses().empty()) return told;
      for (const v1::DeviceUse& use : base_.OpenUses(uses)) {
        told.push_back(v1::AuditAction_Name(use.action()).substr(std::string("AUDIT_ACTION_").size()) + " " +
                       use.detail() + " " + std::to_string(use.record_ids_size()));
        last_ = use;
      }
      v1::UsesTaken taken;
      taken.set_chain_id(uses.chain_id());
      taken.set_through_number(uses.first_number() + static_cast<uint64_t>(uses.uses_size()) - 1);
      EXPECT_EQ(sync.ApplyUsesTaken(taken), absl::OkStatus());
    }
  }

  v1::DeviceUse last_;
};

TEST_F(UsesStory, ShowingOnePersonNamesTheRecordAndTheCommandOnce) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string citizen = CitizenHandle();
  Uses();
  ASSERT_EQ(Run({"show", citizen}).exit, 0);
  EXPECT_THAT(Uses(), ElementsAre("LOOKED_AT show 1"));
  EXPECT_EQ(last_.record_ids(0).size(), 16u);
  ASSERT_EQ(Run({"show", citizen, "--history"}).exit, 0);
  EXPECT_THAT(Uses(), ElementsAre("LOOKED_AT show 1"));
}

TEST_F(UsesStory, SearchSaysWhomItFoundAndNotWhatWasTyped) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  Uses();
  ASSERT_THAT(Run({"find"}, "Amina\n").out, HasSubstr("Amina"));
  const auto uses = Uses();
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_THAT(uses[0], HasSubstr("SEARCHED find "));
  EXPECT_THAT(last_.record_ids(), Not(IsEmpty()));
  EXPECT_THAT(last_.SerializeAsString(), Not(HasSubstr("Amina")));
}

TEST_F(UsesStory, SearchThatFindsNobodyIsNotedToo) {
  Begin();
  Uses();
  ASSERT_EQ(Run({"find"}, "Neighbour\n").exit, 0);
  EXPECT_THAT(Uses(), ElementsAre("SEARCHED find 0"));
}

TEST_F(UsesStory, EveryListOfPeopleIsNotedOnce) {
  Begin("coordinator");
  SaveInquiryAt("2th", "Amina", "20304050");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"due"}, {"tasks"}, {"groups"}, {"conflicts"}, {"outbox"}, {"board"}, {"receipts"}}) {
    Uses();
    Run(words);
    EXPECT_THAT(Uses(), ElementsAre("LISTED " + words[0] + " 0")) << words[0];
  }
}

TEST_F(UsesStory, LockedDeviceShowsNothingAndNotesNothing) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  Uses();
  ASSERT_EQ(Run({"lock"}).exit, 0);
  EXPECT_NE(RunPiped({"due", "--no-input"}).exit, 0);
  EXPECT_THAT(Uses(), IsEmpty());
}

TEST_F(UsesStory, WhereTheUseCannotBeNotedNothingIsShown) {
  FaultVfs::Register();
  FaultVfs::Heal();
  vfs_ = FaultVfs::kName;
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string citizen = CitizenHandle();
  FaultVfs::FailAfter(0, SQLITE_FULL);
  const Ran shown = Run({"show", citizen});
  FaultVfs::Heal();
  EXPECT_NE(shown.exit, 0);
  EXPECT_THAT(shown.out, Not(HasSubstr("Amina")));
}

}  // namespace
}  // namespace opgang::cli
