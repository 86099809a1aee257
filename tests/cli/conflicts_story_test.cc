// opgang conflicts: what two workers wrote about the same field is counted, listed, shown with who wrote it, and settled
// in one action; and what a device can tell of a record's past.
#include <sstream>

#include "cli-client/layout.h"
#include "core/merge/standing.h"
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uint32_t kTelephone = v1::Citizen::kTelephoneFieldNumber;
constexpr uint32_t kAsked = v1::Inquiry::kAskedFieldNumber;

int Exit(ErrorCode code) { return static_cast<int>(code); }

class ConflictsStory : public CliTest {
 protected:
  RecordId IdOf(const std::string& handle) {
    auto store = OpenUnlocked();
    return (*ViewOf(*store).ByHandle(handle))->id;
  }
  // Somebody else gives Amina another number, unseen; returns her handle.
  std::string Clash() {
    Begin();
    SaveInquiryAt("2th", "Amina", "20304050");
    EXPECT_EQ(Run({"sync"}).exit, 0);
    const std::string citizen = CitizenHandle();
    v1::Citizen theirs;
    theirs.set_telephone("60708090");
    base_.PatchAsOther(IdOf(citizen), theirs, {kTelephone}, /*having_seen=*/false);
    return citizen;
  }
  std::string ClashAfterSync() {
    const std::string citizen = Clash();
    EXPECT_EQ(Run({"sync"}).exit, 0);
    return citizen;
  }
  Json TelephoneOf(const std::string& citizen) {
    return RunJson({"show", citizen})["record"]["content"]["telephone"];
  }
  int Open() { return RunJson({"status"})["open_conflicts"]; }

  static void ExpectNarrow(const std::string& screen) {
    std::istringstream lines(screen);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80) << line;
  }
};

TEST_F(ConflictsStory, AreCountedAfterSyncAndInStatusAndNotWhileLocked) {
  Clash();
  EXPECT_THAT(Run({"status"}).out, Not(HasSubstr("conflicts")));
  EXPECT_EQ(RunJson({"sync"})["open_conflicts"], 1);
  EXPECT_THAT(Run({"sync"}).out, HasSubstr("Open conflicts: 1 (opgang conflicts)."));
  EXPECT_THAT(Run({"status"}).out, HasSubstr("Open conflicts: 1 (opgang conflicts)."));
  EXPECT_EQ(Open(), 1);
  ASSERT_EQ(Run({"lock"}).exit, 0);
  EXPECT_TRUE(RunJson({"status"})["open_conflicts"].is_null());
}

TEST_F(ConflictsStory, AreListedAndShownWithAuthorDeviceAndTimeInBothLanguages) {
  const std::string citizen = ClashAfterSync();
  for (const char* language : {"en", "da"}) {
    const Ran list = Run({"--lang", language, "conflicts"});
    EXPECT_THAT(list.out, HasSubstr(citizen));
    EXPECT_THAT(list.out, HasSubstr("Amina"));
    EXPECT_THAT(list.out, Not(HasSubstr("20304050"))) << "a list is no place for values";
    const Ran shown = Run({"--lang", language, "conflicts", "show", citizen});
    EXPECT_THAT(shown.out, HasSubstr("1  60708090  (jonas "));
    EXPECT_THAT(shown.out, HasSubstr("2  20304050  (amal"));
    ExpectNarrow(list.out + shown.out);
  }
  const Json listed = RunJson({"conflicts", "list"});
  EXPECT_EQ(listed["schema"], "opgang/conflicts/1");
  EXPECT_EQ(listed["conflicts"][0]["field"], "telephone");
  EXPECT_EQ(listed["conflicts"][0]["values"], 2);
  const Json conflict = RunJson({"conflicts", "show", citizen})["conflicts"][0];
  EXPECT_EQ(conflict["values"][0]["author"], "jonas");
  EXPECT_EQ(conflict["values"][0]["device"], "tablet-of-jonas");
  EXPECT_EQ(conflict["values"][0]["in_front"], true);
  EXPECT_EQ(conflict["values"][1]["value"], "20304050");
  EXPECT_FALSE(conflict["values"][1]["recorded"]["earliest"].is_null());
}

TEST_F(ConflictsStory, NumberSettlesInOnePatch) {
  const std::string citizen = ClashAfterSync();
  const Ran ran = RunPiped({"conflicts", "settle", citizen, "--take", "2"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(Unsent(), 1u);
  EXPECT_EQ(TelephoneOf(citizen), "20304050");
  EXPECT_EQ(Open(), 0);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_EQ(Open(), 0) << "the base sees it the same way";
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--take", "1"}).exit, Exit(ErrorCode::kNotFound));
}

TEST_F(ConflictsStory, KeySettlesAndSoDoesANewValueAtThePrompt) {
  const std::string citizen = ClashAfterSync();
  EXPECT_EQ(Run({"conflicts", "settle", citizen}, "q").exit, Exit(ErrorCode::kCancelled));
  EXPECT_EQ(Open(), 1);
  const Ran ran = Run({"conflicts", "settle", citizen}, "n11223344\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(TelephoneOf(citizen), "11223344");
  EXPECT_EQ(Open(), 0);
}

TEST_F(ConflictsStory, NewValueComesAsJsonAndSetsNothingElse) {
  const std::string citizen = ClashAfterSync();
  const Ran more = RunPiped({"conflicts", "settle", citizen, "--json-input"},
                            R"({"citizen": {"telephone": "11223344", "name": "Bo"}})");
  EXPECT_EQ(more.exit, Exit(ErrorCode::kBadInput));
  EXPECT_THAT(more.err, Not(HasSubstr("11223344")));
  const Ran ran = RunPiped({"conflicts", "settle", citizen, "--json-input", "--json"},
                           R"({"citizen": {"telephone": "11223344"}})");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.json()["schema"], "opgang/saved/1");
  EXPECT_EQ(TelephoneOf(citizen), "11223344");
}

TEST_F(ConflictsStory, WithoutAChoiceNothingIsGuessed) {
  const std::string citizen = ClashAfterSync();
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen}).exit, Exit(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--take", "3"}).exit, Exit(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--keep"}).exit, Exit(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--field", "name", "--take", "1"}).exit,
            Exit(ErrorCode::kUsage));
  EXPECT_EQ(Open(), 1);
}

TEST_F(ConflictsStory, AskedDateIsSettledWithAReasonAndTheEarlierOneCountsTillThen) {
  Begin();
  ASSERT_EQ(Run({"inquiry", "--door", "2th", "--when", "tue"}, "Amina\n\ny").exit, 0);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const std::string inquiry = CaseHandle();
  const Json before = RunJson({"due"})["cases"][0]["in_a_group_by"];
  v1::Inquiry theirs;
  *theirs.mutable_asked()->mutable_date() = ToProto(LocalDay(clock_.WallNow()));
  base_.PatchAsOther(IdOf(inquiry), theirs, {kAsked}, /*having_seen=*/false);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  ASSERT_EQ(Open(), 1);
  EXPECT_EQ(RunPiped({"conflicts", "settle", inquiry, "--take", "1"}).exit, Exit(ErrorCode::kUsage));
  const Ran ran =
      RunPiped({"conflicts", "settle", inquiry, "--take", "1", "--reason", "citizen-said-otherwise"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(Open(), 0);
  EXPECT_EQ(RunJson({"due"})["cases"][0]["in_a_group_by"], before);
}

TEST_F(ConflictsStory, RecordThatSomebodyDeletedIsKeptOrDeleted) {
  const std::string citizen = Clash();
  {
    auto store = OpenUnlocked();
    Bundle bundle(clock_);
    bundle.Delete((*ViewOf(*store).ByHandle(citizen))->id, RecordTypeOf<v1::Citizen>());
    ASSERT_TRUE(store->Save(bundle).ok());
  }
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const Ran shown = Run({"conflicts", "show", citizen});
  EXPECT_THAT(shown.out, HasSubstr("1  keep it  (jonas"));
  EXPECT_THAT(shown.out, HasSubstr("2  delete it  (amal"));
  EXPECT_THAT(Run({"show", citizen}).out, HasSubstr("SOMEBODY DELETED THIS"));
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--field", "record"}).exit, Exit(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"conflicts", "settle", citizen, "--field", "record", "--keep"}).exit, 0);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_EQ(Open(), 1) << "the telephone number is another matter";
  EXPECT_EQ(Run({"show", citizen}).exit, 0);
}

TEST_F(ConflictsStory, DeletingItEndsAllItsConflicts) {
  const std::string citizen = Clash();
  {
    auto store = OpenUnlocked();
    Bundle bundle(clock_);
    bundle.Delete((*ViewOf(*store).ByHandle(citizen))->id, RecordTypeOf<v1::Citizen>());
    ASSERT_TRUE(store->Save(bundle).ok());
  }
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const Ran ran = RunPiped({"conflicts", "settle", citizen, "--field", "record", "--delete"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_EQ(Open(), 0);
  EXPECT_EQ(Run({"show", citizen}).exit, Exit(ErrorCode::kNotFound));
}

TEST_F(ConflictsStory, CaseWhoseClosingIsDisputedStaysOnTheListUntilSomebodyDecides) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string inquiry = CaseHandle();
  ASSERT_EQ(Run({"close", inquiry, "withdrawn"}).exit, 0);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  ASSERT_TRUE(RunJson({"due"})["cases"].empty());
  RecordId closing;
  {
    auto store = OpenUnlocked();
    closing = ViewOf(*store).OfType(RecordType::kClosing).at(0)->id;
  }
  v1::Closing theirs;
  theirs.set_reason(v1::CLOSING_REASON_MOVED);
  base_.PatchAsOther(closing, theirs, {v1::Closing::kReasonFieldNumber}, /*having_seen=*/true);
  ASSERT_EQ(Run({"undo"}).exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u) << "taken back here";
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_EQ(Open(), 1);
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u) << "a deadline is not hidden by a dispute";
  const std::string handle = RunJson({"conflicts"})["conflicts"][0]["handle"];
  ASSERT_EQ(RunPiped({"conflicts", "settle", handle, "--keep"}).exit, 0);
  EXPECT_TRUE(RunJson({"due"})["cases"].empty());
}

TEST_F(ConflictsStory, HistoryTellsWhatThisDeviceKnows) {
  const std::string citizen = ClashAfterSync();
  ASSERT_EQ(RunPiped({"conflicts", "settle", citizen, "--take", "1"}).exit, 0);
  for (const char* language : {"en", "da"})
    ExpectNarrow(Run({"--lang", language, "show", citizen, "--history"}).out);
  EXPECT_THAT(Run({"show", citizen, "--history"}).out, HasSubstr("telephone: 20304050  (amal on tablet-3"));
  Json told = Json::array();
  const Json history = RunJson({"show", citizen, "--history"})["history"];
  for (const Json& value : history) {
    if (value["field"] == "telephone") told.push_back({value["value"], value["fate"]});
  }
  EXPECT_EQ(told, Json::parse(R"([["20304050", "replaced"], ["60708090", "stands"]])"));
  EXPECT_FALSE(RunJson({"show", citizen}).contains("history"));
}

}  // namespace
}  // namespace opgang::cli
