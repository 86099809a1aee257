// opgang sync --explain: why each record was sent, merged, refused or fetched; codes and handles, nothing of anybody.
#include <sstream>

#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr uint32_t kTelephone = v1::Citizen::kTelephoneFieldNumber;

class ExplainStory : public CliTest {
 protected:
  RecordId IdOf(const std::string& handle) {
    auto store = OpenUnlocked();
    return (*ViewOf(*store).ByHandle(handle))->id;
  }
  Json Explanation() { return RunJson({"sync", "--explain"})["explanation"]; }
  // The decisions of one kind.
  static std::vector<Json> Steps(const Json& explanation, const std::string& step) {
    std::vector<Json> found;
    for (const Json& one : explanation) {
      if (one["step"] == step) found.push_back(one);
    }
    return found;
  }
  // Amina, with her number as the base has it.
  std::string Synced() {
    Begin();
    SaveInquiryAt("2th", "Amina", "20304050");
    EXPECT_EQ(Run({"sync"}).exit, 0);
    return CitizenHandle();
  }
};

TEST_F(ExplainStory, SaysNothingUnlessAsked) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  EXPECT_THAT(Run({"sync"}).out, Not(HasSubstr("Why")));
  EXPECT_FALSE(RunJson({"sync"}).contains("explanation"));
}

TEST_F(ExplainStory, WhatWasSavedIsSentStoredAndFetchedUnderItsHandleAndNameless) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string citizen = CitizenHandle();
  const Ran ran = Run({"sync", "--explain"});
  EXPECT_EQ(ran.exit, 0);
  ExpectFits(ran.out);
  EXPECT_THAT(ran.out, HasSubstr("sent         " + citizen));
  EXPECT_THAT(ran.out, HasSubstr("saved here, without a verdict so far"));
  EXPECT_THAT(ran.out, HasSubstr("stored       " + citizen));
  EXPECT_THAT(ran.out, HasSubstr("fetched      " + citizen));
  EXPECT_THAT(ran.out,
              AllOf(Not(HasSubstr("Amina")), Not(HasSubstr("20304050")), Not(HasSubstr("Humlebakken"))));
}

TEST_F(ExplainStory, AnEditThatReplacedWhatItSawNamesTheFieldAndTheVersions) {
  const std::string citizen = Synced();
  ASSERT_EQ(Run({"correct", citizen, "--field", "telephone"}, "60708090\n").exit, 0);
  const auto stored = Steps(Explanation(), "stored");
  ASSERT_EQ(stored.size(), 1u);
  const Json merged = stored[0]["merged"][0];
  EXPECT_EQ(merged["field_number"], kTelephone);
  EXPECT_EQ(merged["saw"], merged["replaced"]);
  EXPECT_EQ(merged["replaced"].size(), 1u);
  EXPECT_EQ(merged["front"], stored[0]["intent"]);
  EXPECT_EQ(merged["beside"].size(), 0u);
}

TEST_F(ExplainStory, AnEditOfWhatSomebodyElseChangedUnseenSaysWhatStandsBeside) {
  const std::string citizen = Synced();
  ASSERT_EQ(Run({"correct", citizen, "--field", "telephone"}, "60708090\n").exit, 0);
  v1::Citizen theirs;
  theirs.set_telephone("11223344");
  base_.PatchAsOther(IdOf(citizen), theirs, {kTelephone}, /*having_seen=*/false);
  const Ran ran = Run({"sync", "--explain"});
  ExpectFits(ran.out);
  // Which of the two stands in front is the merge's to say.
  EXPECT_THAT(ran.out, AnyOf(HasSubstr("beside: …"), HasSubstr("beside: this one")));
  EXPECT_THAT(ran.out, AllOf(Not(HasSubstr("11223344")), Not(HasSubstr("60708090"))));
}

TEST_F(ExplainStory, ARefusalSaysItsReasonAndFieldOnce) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  base_.refuse = [](const v1::MutationEnvelope&, const google::protobuf::Message&) {
    return std::optional(Refusal{v1::REFUSAL_CODE_TOO_LONG, 1});
  };
  const Ran ran = RunPiped({"sync", "--explain", "--json"});
  const auto refused = Steps(ran.json()["explanation"], "refused");
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused[0]["refusal"], "too-long");
  EXPECT_EQ(refused[0]["field_number"], 1);
}

TEST_F(ExplainStory, ACorrectionAndAnUndoSaySo) {
  const std::string citizen = Synced();
  ASSERT_EQ(Run({"correct", citizen, "--field", "telephone"}, "60708090\n").exit, 0);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  ASSERT_EQ(Run({"undo"}).exit, 0);
  const auto sent = Steps(Explanation(), "sent");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0]["queued_because"], "undo");
}

TEST_F(ExplainStory, ALockedStoreNamesItsWorkByNumberAndSaysWhyAllTheSame) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  ASSERT_EQ(Run({"lock"}).exit, 0);
  const Ran ran = RunPiped({"sync", "--hand-in", "--explain"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("sent         1 "));
  EXPECT_THAT(ran.out, HasSubstr("saved here, without a verdict so far"));
}

TEST_F(ExplainStory, ASyncWithNothingToDoSaysSo) {
  Synced();
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_THAT(Run({"sync", "--explain"}).out, HasSubstr("Nothing had to be decided."));
}

// Every step, in both languages, in 80 columns: the words stand in text/explain_texts.cc.
TEST_F(ExplainStory, EveryStepHasItsWordsAndFits) {
  Synced();
  for (int step = 0; step <= static_cast<int>(SyncStep::kNewReplica); ++step) {
    SyncDecision decision;
    decision.step = static_cast<SyncStep>(step);
    decision.record = RecordId::Make(clock_.WallNow(), SystemRandom());
    decision.record_type = RecordType::kClinicalIntake;
    decision.intent = IntentId::Make(clock_.WallNow(), SystemRandom());
    decision.rev = 12345;
    decision.rev_before = 12344;
    decision.refusal = Refusal{v1::REFUSAL_CODE_CPR_IN_TEXT, 3};
    decision.scope = AreaScope(AreaId::Make(clock_.WallNow(), SystemRandom()));
    decision.leaf = 255;
    decision.count = 5000;
    also_decided_.push_back(decision);
  }
  for (int reason = 0; reason <= static_cast<int>(v1::ResetReason_MAX) + 1; ++reason) {
    SyncDecision decision;
    decision.step = SyncStep::kAnew;
    decision.scope = Scope();
    decision.reset = static_cast<v1::ResetReason>(reason);
    also_decided_.push_back(decision);
  }
  for (const WhyQueued why : {WhyQueued::kSaved, WhyQueued::kCorrection, WhyQueued::kUndo,
                              WhyQueued::kBaseRestored, WhyQueued::kFormerStore}) {
    SyncDecision decision;
    decision.why_queued = why;
    also_decided_.push_back(decision);
    decision.again = true;
    also_decided_.push_back(decision);
  }
  for (const char* language : {"en", "da"}) {
    const Ran ran = Run({"sync", "--explain", "--lang", language});
    EXPECT_EQ(ran.exit, 0) << ran.err;
    ExpectFits(ran.out);
  }
  std::set<std::string> steps;
  for (const Json& one : Explanation()) steps.insert(one["step"].get<std::string>());
  EXPECT_EQ(steps.size(), static_cast<size_t>(SyncStep::kNewReplica) + 1)
      << "each step has a name of its own";
}

}  // namespace
}  // namespace opgang::cli
