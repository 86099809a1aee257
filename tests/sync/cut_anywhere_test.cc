// A stream cut at any message boundary and resumed ends as if it had never been cut (I10), whether the line
// goes or the base is killed; and a saved note is visible throughout.
#include <set>

#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

// Without ids, versions and times: what two runs of the same story have in common.
std::multiset<std::string> Outcome(TestDevice& device) {
  std::multiset<std::string> outcome;
  for (const VisibleRecord* record : device.view().OfType(RecordType::kCitizen)) {
    std::string line = "citizen";
    for (const std::string& name : device.NamesOf(record->id)) line += " " + name;
    outcome.insert(line + " " + record->As<v1::Citizen>().telephone());
  }
  for (const VisibleRecord* record : device.view().OfType(RecordType::kInquiry)) {
    outcome.insert("inquiry " + device.NameOf(record->subject));
  }
  return outcome;
}

// Amal and Jonas have met, then work apart: a new inquirer on each side, one rename that clashes, one delete.
struct Afternoon : Neighbourhood {
  Afternoon() {
    known = amal.SaveCitizen("Amina");
    gone = amal.SaveCitizen("Gone");
    amal.SyncWell();
    jonas.SyncWell();
    amal.Rename(known, "Amina A.");
    jonas.Rename(known, "Amina B.");
    Bundle bundle = jonas.NewBundle();
    bundle.Delete(gone, RecordTypeOf<v1::Citizen>());
    jonas.Save(bundle);
    jonas.SaveInquirer("Bo");
    jonas.SyncWell();
    note = amal.SaveInquirer("Carla");
  }
  RecordId known, gone;
  SavedInquirer note;
};

struct CutOutcome {
  bool was_cut = false;
  std::multiset<std::string> amal, jonas;
  int64_t records = 0, mutations = 0;
};

CutOutcome RunCut(std::optional<Cut> cut) {
  Afternoon day;
  const auto note_is_visible = [&] {
    EXPECT_EQ(day.amal.NameOf(day.note.citizen), "Carla");
    EXPECT_NE(day.amal.view().Find(day.note.inquiry), nullptr);
    EXPECT_EQ(day.amal.NamesOf(day.known).count("Amina A."), 1u);
  };
  day.amal.dialer().on_response = [&](const v1::SyncResponse&) { note_is_visible(); };
  CutOutcome outcome;
  if (cut.has_value()) {
    day.amal.dialer().CutNext(*cut);
    const auto result = day.amal.Sync();
    outcome.was_cut = !result.ok();
    EXPECT_TRUE(result.ok() || GetErrorCode(result.status()) == ErrorCode::kNoBase) << result.status();
    note_is_visible();
    day.amal.Reopen();
    note_is_visible();
  }
  day.amal.SyncWell();
  day.jonas.SyncWell();
  ExpectSameRecords(day.base, {&day.amal, &day.jonas});
  const auto soundness = day.base.Check();
  EXPECT_THAT(soundness.problems, ElementsAre());
  EXPECT_EQ(soundness.quarantined, 0);
  return {outcome.was_cut, Outcome(day.amal), Outcome(day.jonas), soundness.records, soundness.mutations};
}

void ExpectEveryCutHeals(Cut::Kind kind) {
  const CutOutcome uncut = RunCut(std::nullopt);
  EXPECT_EQ(uncut.records, 6);
  EXPECT_EQ(uncut.mutations, 9);
  for (int after = 0;; ++after) {
    SCOPED_TRACE("cut after " + std::to_string(after) + " messages");
    const CutOutcome cut = RunCut(Cut{after, kind});
    EXPECT_EQ(cut.amal, uncut.amal);
    EXPECT_EQ(cut.jonas, uncut.jonas);
    EXPECT_EQ(cut.records, uncut.records);
    EXPECT_EQ(cut.mutations, uncut.mutations);
    if (!cut.was_cut) {
      EXPECT_GE(after, 6) << "a session has at least Hello, Push, Welcome, Ack, Page, Current";
      return;
    }
    ASSERT_LT(after, 100);
  }
}

TEST(CutAnywhere, LineCutAfterEveryMessageThenResumedEndsAsIfNeverCut) {
  ExpectEveryCutHeals(Cut::Kind::kLine);
}

TEST(CutAnywhere, BaseKilledAfterEveryMessageThenResumedEndsAsIfNeverKilled) {
  ExpectEveryCutHeals(Cut::Kind::kBaseDies);
}

TEST(CutAnywhere, ReceivingDeviceCutAfterEveryMessageMissesNothing) {
  for (int after = 0;; ++after) {
    SCOPED_TRACE(after);
    Neighbourhood here;
    for (int i = 0; i < 12; ++i) here.amal.SaveInquirer("Citizen " + std::to_string(i));
    here.amal.SyncWell();
    here.jonas.dialer().limits.page_bytes = 400;  // several pages
    here.jonas.dialer().CutNext({after});
    const bool cut = !here.jonas.Sync().ok();
    here.jonas.SyncWell();
    ExpectSameRecords(here.base, {&here.jonas});
    if (!cut) {
      EXPECT_GT(after, 10);
      return;
    }
    ASSERT_LT(after, 200);
  }
}

TEST(CutAnywhere, CutBetweenAckAndPageLeavesTheNoteVisible) {
  Neighbourhood here;
  const RecordId note = here.amal.SaveCitizen("Amina");
  int until_ack = 0;
  bool heard = false;
  {
    Neighbourhood rehearsal;
    rehearsal.amal.SaveCitizen("Amina");
    rehearsal.amal.dialer().on_response = [&](const v1::SyncResponse& response) {
      if (response.has_ack() && !heard) until_ack = rehearsal.amal.dialer().passed();
      heard |= response.has_ack();
    };
    rehearsal.amal.SyncWell();
  }
  here.amal.dialer().CutNext({until_ack});
  EXPECT_FALSE(here.amal.Sync().ok());
  EXPECT_EQ(here.amal.store().outbox_counts().unsent, 0u);
  EXPECT_EQ(here.amal.NameOf(note), "Amina");
  here.amal.Reopen();
  EXPECT_EQ(here.amal.NameOf(note), "Amina");
  EXPECT_FALSE(here.amal.view().Find(note)->unsent);
  here.amal.SyncWell();
  ExpectSameRecords(here.base, {&here.amal});
}

TEST(CutAnywhere, CommittedButTheAnswerLostIsAnsweredAgainAndNotDoubled) {
  Neighbourhood here;
  here.amal.SaveCitizen("Amina");
  here.amal.dialer().CutNext({2});  // Hello and Push pass; Welcome does not
  EXPECT_FALSE(here.amal.Sync().ok());
  EXPECT_EQ(here.base.Check().mutations, 1);
  EXPECT_EQ(here.amal.store().outbox_counts().unsent, 1u);
  const SyncResult result = here.amal.SyncWell();
  EXPECT_EQ(result.applied, 1u);
  EXPECT_EQ(here.base.Check().mutations, 1);
  EXPECT_EQ(here.base.Check().records, 1);
}

TEST(CutAnywhere, OwnRetriesGoOnForAsLongAsSomethingArrives) {
  Neighbourhood here;
  for (int i = 0; i < 12; ++i) here.amal.SaveCitizen("Citizen");
  here.amal.SyncWell();
  here.jonas.dialer().limits.page_bytes = 400;
  here.jonas.dialer().CutNext({6});
  EXPECT_EQ(here.jonas.Sync({.attempts = 2}).status(), absl::OkStatus());
  EXPECT_EQ(here.jonas.dialer().dials(), 2);
  ExpectSameRecords(here.base, {&here.jonas});
}

}  // namespace
}  // namespace opgang
