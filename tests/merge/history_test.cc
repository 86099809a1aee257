// Every value that lost is one command away: who wrote it, what became of it, who replaced it.
#include "core/merge/history.h"

#include "tests/merge/merge_story.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;

class HistoryTest : public MergeStory {
 protected:
  // "b by author-b: replaced by author-c"
  std::vector<std::string> Told(const std::string& arrived, const std::string& known) const {
    std::vector<LoggedChange> changes;
    for (char letter : known) changes.push_back({said_.at(letter).payload, said_.at(letter).provenance});
    std::vector<std::string> told;
    for (const HistoryValue& value : HistoryOf(changes, Arriving(arrived).record())) {
      v1::Citizen citizen;
      const bool whole = value.field == kWholeRecord;
      EXPECT_TRUE(whole || citizen.ParseFromString(value.bytes));
      const std::string what = whole ? (value.bytes.empty() ? "delete" : "keep") : citizen.telephone();
      told.push_back(what + " by " + value.provenance.author() + ": " + FateWord(value));
    }
    return told;
  }
  static std::string FateWord(const HistoryValue& value) {
    switch (value.fate) {
      case ValueFate::kStands: return "stands";
      case ValueFate::kStandsBeside: return "stands beside";
      case ValueFate::kReplaced: return "replaced by " + value.replaced_by.author();
      case ValueFate::kCameLate: return "came after " + value.replaced_by.author();
    }
    return "";
  }
};

TEST_F(HistoryTest, TellsEveryValueAndWhoReplacedIt) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "a");
  Patch('d', "44444444", "b");
  EXPECT_THAT(
      Told("abcd", "abcd"),
      ElementsAre("11111111 by author-a: replaced by author-b", "22222222 by author-b: replaced by author-d",
                  "33333333 by author-c: stands beside", "44444444 by author-d: stands"));
}

TEST_F(HistoryTest, WhoSawTheSameVersionOfAnotherFieldReplacedNothingHere) {
  Create('a', "11111111");
  See(Say('n', v1::MUTATION_ACTION_PATCH, ""), v1::Citizen::kNameFieldNumber, "a");
  Patch('b', "22222222", "a");
  EXPECT_THAT(Told("anb", "anb"), testing::Contains("11111111 by author-a: replaced by author-b"));
}

TEST_F(HistoryTest, ParentThatCameAfterItsChildIsToldAsLate) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "b");
  EXPECT_THAT(Told("acb", "acb"),
              ElementsAre("11111111 by author-a: replaced by author-b", "33333333 by author-c: stands",
                          "22222222 by author-b: came after author-c"));
}

TEST_F(HistoryTest, DeletesAndKeepsAreToldOfTheRecord) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Delete('d', "a");
  EXPECT_THAT(Told("abd", "abd"),
              ElementsAre("delete by author-d: stands beside", "11111111 by author-a: replaced by author-b",
                          "22222222 by author-b: stands"));
  Keep('k', "d");
  EXPECT_EQ(Told("abdk", "abdk")[0], "delete by author-d: replaced by author-k");
}

TEST_F(HistoryTest, DeviceThatKnowsItsOwnWordsOnlyTellsThemAndWhatStands) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "b");
  EXPECT_THAT(Told("abc", "b"),
              ElementsAre("22222222 by author-b: came after ", "33333333 by author-c: stands"));
}

TEST_F(HistoryTest, WhatNoKnownMutationWroteIsToldAsItStands) {
  Create('a', "11111111");
  Patch('b', "", "a");
  EXPECT_THAT(Told("a", ""), ElementsAre("11111111 by author-a: stands"));
  EXPECT_THAT(Told("ab", ""), ElementsAre(" by author-b: stands")) << "cleared";
}

}  // namespace
}  // namespace opgang
