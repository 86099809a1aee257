// A delete takes only what its author saw; what stands beside it is a conflict that a person settles.
#include "tests/merge/merge_story.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;

class DeleteConflictTest : public MergeStory {
 protected:
  DeleteConflictTest() {
    Create('a', "11111111");
    Patch('b', "22222222", "a");
  }
};

TEST_F(DeleteConflictTest, DeleteThatSawAllThatStandsDeletes) {
  Delete('d', "b");
  EXPECT_THAT(Outcomes("abd"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, UnseenEditBeatsADeleteAndTheDeleteStandsBeside) {
  Delete('d', "a");
  EXPECT_THAT(Outcomes("abd"), ElementsAre("22222222 deleted?"));
  EXPECT_THAT(Arriving("abd").conflict_fields(), ElementsAre(kWholeRecord));
  const auto conflicts = OpenConflictsOf(Arriving("abd").record());
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].values[0].provenance.author(), "author-b");
  EXPECT_EQ(conflicts[0].values[1].provenance.author(), "author-d");
  EXPECT_EQ(conflicts[0].values[1].provenance.device(), "tablet-d");
}

TEST_F(DeleteConflictTest, WhoSeesTheDeleteAndKeepsTheRecordSettlesIt) {
  Delete('d', "a");
  Keep('k', "d");
  EXPECT_THAT(Outcomes("abdk"), ElementsAre("22222222"));
  const Holder settled = Arriving("abdk");
  for (const auto& state : settled.record().field_states()) EXPECT_EQ(state.unseen_size(), 0);
}

TEST_F(DeleteConflictTest, WhoSeesBothAndDeletesSettlesIt) {
  Delete('d', "a");
  Delete('e', "b", "d");
  EXPECT_THAT(Outcomes("abde"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, CreateCountsAsSeenByADeleteAlsoWhereItsValueStandsBesideAnother) {
  Patch('c', "33333333", "");
  Delete('d', "bc");
  EXPECT_THAT(Outcomes("abcd"), ElementsAre("(deleted)"));
  Patch('e', "55555555", "");
  Delete('f', "e");
  EXPECT_THAT(Outcomes("aef"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, TwoDeletesThatTogetherSawEverythingDelete) {
  Patch('c', "33333333", "a");
  Delete('d', "b");
  Delete('e', "c");
  EXPECT_THAT(Outcomes("abcde"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, ConcurrentKeepAndSecondDeleteStayAConflict) {
  Delete('d', "a");
  Keep('k', "d");
  Delete('e', "b", "d");
  EXPECT_THAT(Outcomes("abdek"), ElementsAre("22222222 deleted?"));
  EXPECT_EQ(OpenConflictsOf(Arriving("abdek").record())[0].values[0].bytes, kKept)
      << "to keep it comes first";
  Delete('f', "b", "ke");
  EXPECT_THAT(Outcomes("abdefk"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, DeleteThatSawAnEditOfAnEditStillTakesBothWhateverTheOrder) {
  Patch('c', "33333333", "b");
  Delete('d', "c");
  EXPECT_THAT(Outcomes("abcd"), ElementsAre("(deleted)"));
}

TEST_F(DeleteConflictTest, DeletedRecordShowsNoConflict) {
  Patch('c', "33333333", "a");
  Delete('d', "bc");
  const Holder holder = Arriving("abcd");
  EXPECT_TRUE(holder.deleted());
  EXPECT_FALSE(HasOpenConflict(holder.record()));
}

}  // namespace
}  // namespace opgang
