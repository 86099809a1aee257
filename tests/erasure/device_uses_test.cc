// What a tablet was used for out of the base's sight: noted before anything is shown, in a chain of the tablet's own, and taken into
// the base's audit once, whatever befalls the two.
#include "absl/strings/escaping.h"
#include "client-lib/src/sync/sync_store.h"
#include "tests/erasure/erasure_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DeviceUses : public ErasureStory {
 protected:
  static void LookAt(TestDevice& device, RecordId record) {
    EXPECT_EQ(device.store().NoteUse({UseKind::kLookedAt, "show", {record}}), absl::OkStatus());
  }
  // Lists are told apart by their names: "due", "due-2", ...
  static void List(TestDevice& device, const std::string& how) {
    EXPECT_EQ(device.store().NoteUse({UseKind::kListed, how, {}}), absl::OkStatus());
  }
  static void ListTimes(TestDevice& device, int times) {
    for (int i = 1; i <= times; ++i) List(device, "list-" + std::to_string(i));
  }
  // What the base's audit has from devices: who, how, how often.
  std::vector<std::string> Told(std::optional<RecordId> citizen = std::nullopt) {
    std::vector<std::string> told;
    const auto listed = base.store().AuditLines(v1::ListAuditRequest(), citizen).value();
    for (const v1::AuditLine& line : listed.lines()) {
      const v1::AuditNote& note = line.note();
      if (note.has_used())
        told.push_back(note.actor() + " " + note.detail() + " " + std::to_string(note.used().use_count()));
    }
    return told;
  }
  std::vector<std::string> Broken() {
    v1::ListAuditRequest request;
    request.set_action(v1::AUDIT_ACTION_CHAIN_BROKEN);
    std::vector<std::string> broken;
    const auto listed = base.store().AuditLines(request, std::nullopt).value();
    for (const v1::AuditLine& line : listed.lines())
      broken.push_back(line.note().actor() + ": " + line.note().detail());
    return broken;
  }
  static std::string Unsent(TestDevice& device) {
    return device.AskQueue("SELECT count(*) FROM uses WHERE rev = 0").at(0);
  }
  ~DeviceUses() override { EXPECT_THAT(base.store().VerifyAudit()->problems(), IsEmpty()); }
};

TEST_F(DeviceUses, LookIsHandedInOnceAndSaysWhoWhenAndAtWhom) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const absl::Time looked = clock.WallNow();
  LookAt(amal, amina.citizen);
  clock.Advance(absl::Hours(5));
  amal.SyncWell();
  ASSERT_THAT(Told(amina.citizen), ElementsAre("amal show 1"));
  const auto lines = base.store().AuditLines(v1::ListAuditRequest(), amina.citizen)->lines();
  const v1::AuditLine& line = *lines.rbegin();
  EXPECT_EQ(line.person().subject_id(), amina.citizen.ToBytes());
  EXPECT_EQ(line.note().used().first_us(), absl::ToUnixMicros(looked));
  EXPECT_EQ(line.note().at_us(), absl::ToUnixMicros(clock.WallNow())) << "when the base heard of it";
  amal.SyncWell();
  amal.Reopen();
  amal.SyncWell();
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_F(DeviceUses, NoteIsDurableBeforeItReturnsAndALockedTabletHandsItIn) {
  List(amal, "due");
  amal.ReopenLocked();
  amal.Lock();
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal due 1"));
}

TEST_F(DeviceUses, LooksWithinAnHourAreOneEntryAndALaterOneIsAnother) {
  const RecordId amina = amal.SaveCitizen("Amina");
  for (int i = 0; i < 3; ++i) {
    LookAt(amal, amina);
    clock.Advance(absl::Minutes(20));
  }
  LookAt(amal, amina);
  amal.SyncWell();
  EXPECT_THAT(Told(amina), ElementsAre("amal show 3", "amal show 1"));
}

TEST_F(DeviceUses, FewHitsAreNamedAndManyAreAList) {
  std::vector<RecordId> people;
  for (const char* name : {"A", "B", "C", "D", "E", "F"}) people.push_back(amal.SaveCitizen(name));
  const std::vector<RecordId> five(people.begin(), people.begin() + 5);
  EXPECT_EQ(amal.store().NoteUse({UseKind::kSearched, "find", five}), absl::OkStatus());
  EXPECT_EQ(amal.store().NoteUse({UseKind::kSearched, "find", people}), absl::OkStatus());
  amal.SyncWell();
  EXPECT_THAT(Told(), SizeIs(6));
  for (const RecordId& person : five) EXPECT_THAT(Told(person), ElementsAre("amal find 1"));
  EXPECT_THAT(Told(people.back()), IsEmpty());
}

TEST_F(DeviceUses, ThiefOfTheTabletLearnsOfNobodyWhoWasLookedAt) {
  const RecordId amina = jonas.SaveCitizen("Amina");
  SyncBoth();
  LookAt(amal, amina);
  amal.Lock();
  const auto rows = amal.AskQueue("SELECT hex(sealed) FROM uses");
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(absl::HexStringToBytes(rows[0]).find(amina.ToBytes()), std::string::npos);
  EXPECT_EQ(absl::HexStringToBytes(rows[0]).find("show"), std::string::npos);
}

TEST_F(DeviceUses, UseOfSomebodyWhoWasErasedMeanwhileStandsWithoutTheName) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  LookAt(amal, amina.citizen);
  base.Erase(amina.citizen);
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal show 1"));
  EXPECT_FALSE(HasKey(amina.citizen));
}

TEST_F(DeviceUses, RecordThatTheBaseDoesNotHoldMakesNoKeyForAnybody) {
  const RecordId stranger = RecordId::FromBytes(std::string(16, '\x42')).value();
  LookAt(amal, stranger);
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal show 1"));
  EXPECT_FALSE(HasKey(stranger));
}

TEST_F(DeviceUses, UseThatWasTakenOutIsAGap) {
  ListTimes(amal, 4);
  amal.SpoilQueue("DELETE FROM uses WHERE number IN (2, 3)");
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal list-1 1", "amal list-4 1"));
  EXPECT_THAT(Broken(), ElementsAre("amal: gap 2-3"));
}

TEST_F(DeviceUses, UseThatWasChangedOrExchangedIsNoticedAndTheOthersCount) {
  ListTimes(amal, 3);
  amal.SpoilQueue("UPDATE uses SET sealed = (SELECT sealed FROM uses WHERE number = 1) WHERE number = 2");
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal list-1 1", "amal list-3 1"));
  EXPECT_EQ(Broken().at(0), "amal: changed 2");
}

// Whoever has the tablet now has the key of the next use, and of none before.
TEST_F(DeviceUses, UsesCannotBeWrittenAnewByWhoeverTookTheTablet) {
  ListTimes(amal, 3);
  amal.SpoilQueue(
      "DELETE FROM uses WHERE number > 1; UPDATE use_chains SET next_number = 2,"
      " last_link = (SELECT link FROM uses WHERE number = 1)");
  List(amal, "harmless");
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal list-1 1"));
  EXPECT_THAT(Broken(), ElementsAre("amal: changed 2"));
}

TEST_F(DeviceUses, CloneHandsInWhatItNotedItselfAndNothingTwice) {
  amal.SyncWell();
  List(amal, "before");
  const auto clone = amal.Clone();
  List(amal, "here");
  List(*clone, "there");
  amal.SyncWell();
  clone->SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal before 1", "amal here 1", "amal there 1"));
  EXPECT_THAT(Broken(), ElementsAre("amal: forked 2"));
  // The one that came first is told at its second session that it is another from now on.
  const auto round = [&](const std::string& how) {
    List(amal, how + "-here");
    List(*clone, how + "-there");
    amal.SyncWell();
    clone->SyncWell();
  };
  round("later");
  round("then");
  const size_t broken = Broken().size();
  round("settled");
  EXPECT_THAT(Told(), SizeIs(9)) << "each of them once";
  EXPECT_THAT(Broken(), SizeIs(broken)) << "each has a chain of its own";
}

TEST_F(DeviceUses, RestoredBaseIsToldAgainAndWhatItStillHasIsNotDoubled) {
  OffSite off_site(base);
  List(amal, "yesterday");
  amal.SyncWell();
  const auto backup = off_site.Backup();
  List(amal, "today");
  amal.SyncWell();
  ASSERT_TRUE(off_site.Restore(backup).ok());
  ASSERT_THAT(Told(), ElementsAre("amal yesterday 1"));
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal yesterday 1", "amal today 1"));
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(DeviceUses, KeptUntilABackupHoldsThemAndTheChainGoesOnWithoutThem) {
  OffSite off_site(base);
  List(amal, "one");
  amal.SyncWell();
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM uses").at(0), "1");
  off_site.BackUpAndConfirm();
  amal.SyncWell();
  amal.SaveCitizen("Bent");
  amal.SyncWell();
  off_site.BackUpAndConfirm();
  amal.SyncWell();
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM uses").at(0), "0");
  List(amal, "two");
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal one 1", "amal two 1"));
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(DeviceUses, WorkerWhoIsInvitedAnewHandsInWhatTheFormerStoreNoted) {
  List(amal, "before");
  amal.EnrollAgain(base.Invite("amal", "outreach", {"Testlund"}));
  List(amal, "after");
  amal.SyncWell();
  const auto told = Told();
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()),
            (std::set<std::string>{"amal before 1", "amal after 1"}));
  EXPECT_THAT(Broken(), IsEmpty());
  EXPECT_EQ(Unsent(amal), "0");
}

TEST_F(DeviceUses, MoreThanOneMessageOfThemGoesInOneSession) {
  ListTimes(amal, 1001);
  amal.SyncWell();
  EXPECT_THAT(Told(), SizeIs(1000)) << "as many as are listed at once";
  EXPECT_EQ(Unsent(amal), "0");
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(DeviceUses, LongChainIsFollowedByAnotherSoThatNoneCostsTheBaseMoreThanAMoment) {
  List(amal, "first");
  amal.SyncWell();
  amal.SpoilQueue("UPDATE use_chains SET next_number = 10001");
  List(amal, "second");
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM use_chains").at(0), "2");
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal first 1", "amal second 1"));
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(DeviceUses, BaseThatDiesBeforeItsAnswerLeavesIsToldAgainAndCountsOnce) {
  List(amal, "due");
  const auto session = base.Connect(amal.peer());
  v1::SyncRequest request;
  *request.mutable_hello() = amal.store().sync_store().MakeHello().value();
  request.mutable_hello()->set_protocol_version(1);
  session->Hear(request);
  ASSERT_TRUE(session->Say()->has_welcome());
  *request.mutable_device_uses() = amal.store().sync_store().NextUses().value();
  session->Hear(request);
  bool answered = false;
  for (const v1::SyncResponse& response : session->SayAll()) answered |= response.has_uses_taken();
  ASSERT_TRUE(answered);
  base.Crash();
  amal.SyncWell();
  EXPECT_THAT(Told(), ElementsAre("amal due 1"));
}

TEST_F(DeviceUses, MalformedOnesBreakTheProtocolAndCostTheBaseNothing) {
  const auto answer = [&](const v1::DeviceUses& uses) {
    const auto session = base.Connect(amal.peer());
    v1::SyncRequest request;
    *request.mutable_hello() = amal.store().sync_store().MakeHello().value();
    request.mutable_hello()->set_protocol_version(1);
    session->Hear(request);
    session->SayAll();
    *request.mutable_device_uses() = uses;
    session->Hear(request);
    const auto said = session->SayAll();
    return !said.empty() && said.back().go_away().reason() == v1::GO_AWAY_REASON_PROTOCOL;
  };
  List(amal, "due");
  const v1::DeviceUses good = amal.store().sync_store().NextUses().value();
  v1::DeviceUses bad = good;
  bad.set_first_number(uint64_t{1} << 40);
  EXPECT_TRUE(answer(bad));
  bad = good;
  bad.set_chain_id("short");
  EXPECT_TRUE(answer(bad));
  bad = good;
  bad.clear_uses();
  EXPECT_TRUE(answer(bad));
  bad = good;
  bad.set_sealed_start("sealed to nobody");
  EXPECT_FALSE(answer(bad));
  EXPECT_THAT(Broken(), ElementsAre("amal: start"));
  EXPECT_FALSE(answer(good));
  EXPECT_THAT(Told(), ElementsAre("amal due 1"));
}

}  // namespace
}  // namespace opgang
