// Whatever happens to a confirmed row on the device's disk is noticed within one session and put right by its leaf
// (I18): nothing else travels, no other row is touched, and the queue is not looked at.
#include <functional>

#include "tests/support/hand_device.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

constexpr int kCitizens = 120;

std::string Literal(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) {
    constexpr char kHex[] = "0123456789abcdef";
    hex += {kHex[static_cast<uint8_t>(byte) >> 4], kHex[byte & 15]};
  }
  return "x'" + hex + "'";
}
std::string Literal(RecordId id) { return Literal(id.ToBytes()); }
std::string Where(RecordId id) { return " WHERE record_id = " + Literal(id); }

// The `at`-th byte of a blob (from 1; negative: from the end), changed.
std::string Flipped(const std::string& column, int at) {
  const std::string n =
      at > 0 ? std::to_string(at) : "(length(" + column + ") + " + std::to_string(at + 1) + ")";
  return column + " = CAST(substr(" + column + ", 1, " + n + " - 1) || CASE substr(" + column + ", " + n +
         ", 1) WHEN x'a5' THEN x'5a' ELSE x'a5' END || substr(" + column + ", " + n + " + 1) AS BLOB)";
}

class Integrity : public SyncStory {
 protected:
  Integrity() {
    for (int i = 0; i < kCitizens; ++i) citizens.push_back(jonas.SaveCitizen("Citizen " + std::to_string(i)));
    jonas.SyncWell();
    amal.SyncWell();
    amal.dialer().on_response = [this](const v1::SyncResponse& response) {
      pages += response.page().entries_size();
      travelled += response.leaf_content().entries_size();
      contents += response.has_leaf_content() ? 1 : 0;
    };
  }

  std::vector<std::string> Rows() {
    return amal.AskConfirmed("SELECT hex(record_id) || hex(sealed) || rev FROM records ORDER BY record_id");
  }
  static size_t NotIn(const std::vector<std::string>& now, const std::vector<std::string>& before) {
    return static_cast<size_t>(std::count_if(now.begin(), now.end(), [&](const std::string& row) {
      return std::find(before.begin(), before.end(), row) == before.end();
    }));
  }

  // One session notices and mends what `sql` has done to `least` to `most` rows; the next finds nothing.
  void ExpectMended(const std::string& sql, uint32_t least, uint32_t most) {
    SCOPED_TRACE(sql);
    const auto before = Rows();
    const RecordId note = amal.SaveCitizen("A note in the queue");
    amal.SpoilConfirmed(sql);
    pages = travelled = contents = 0;
    const SyncResult result = amal.SyncWell();
    EXPECT_GE(result.repaired, least);
    EXPECT_LE(result.repaired, most);
    EXPECT_EQ(result.differing, 0u);
    EXPECT_EQ(result.applied, 1u) << "the queue";
    EXPECT_EQ(pages, 1) << "the note, and nothing of the rest";
    EXPECT_LE(contents, 3) << "leaves";
    EXPECT_LE(travelled, 12) << "records of these leaves, of " << kCitizens;
    EXPECT_EQ(amal.NameOf(note), "A note in the queue");
    ExpectSameRecords(base, {&amal});
    EXPECT_LE(NotIn(Rows(), before), most + 1) << "rows written: the mended, and the note";
    pages = travelled = contents = 0;
    EXPECT_EQ(amal.SyncWell().repaired, 0u);
    EXPECT_EQ(contents, 0);
  }

  std::vector<RecordId> citizens;
  int pages = 0, travelled = 0, contents = 0;
};

TEST_F(Integrity, FlippedByteAnywhereInASealedRowIsMendedByItsLeaf) {
  for (const int at : {1, 24, 25, 60, -16, -1}) {
    ExpectMended("UPDATE records SET " + Flipped("sealed", at) + Where(citizens[7]), 1, 1);
  }
}

TEST_F(Integrity, FlippedClearColumnIsMendedByItsLeaf) {
  ExpectMended("UPDATE records SET rev = rev + 1" + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE records SET rev = 4000000000" + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE records SET record_type = 3" + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE records SET stale = 1" + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE records SET " + Flipped("subject_id", 3) + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE records SET " + Flipped("record_id", 16) + Where(citizens[7]), 1, 1);
  ExpectMended("UPDATE memberships SET " + Flipped("record_id", 16) + Where(citizens[7]), 1, 2);
}

TEST_F(Integrity, SwappedRowsAreMendedByTheirLeaves) {
  const std::string other = "(SELECT sealed FROM records" + Where(citizens[8]) + ")";
  ExpectMended("CREATE TEMP TABLE aside AS SELECT sealed FROM records" + Where(citizens[7]) +
                   "; UPDATE records SET sealed = " + other + Where(citizens[7]) +
                   "; UPDATE records SET sealed = (SELECT sealed FROM aside)" + Where(citizens[8]),
               2, 2);
}

TEST_F(Integrity, MissingRowIsMendedByItsLeaf) {
  ExpectMended("DELETE FROM records" + Where(citizens[7]), 1, 1);
  ExpectMended("DELETE FROM memberships" + Where(citizens[7]), 1, 1);
  ExpectMended("DELETE FROM records" + Where(citizens[7]) + "; DELETE FROM memberships" + Where(citizens[7]),
               1, 1);
}

TEST_F(Integrity, RowRolledBackToItsOlderSealedBytesIsMendedByItsLeaf) {
  const std::string old = amal.AskConfirmed(
      "SELECT 'sealed = x''' || hex(sealed) || ''', rev = ' || rev FROM"
      " records" +
      Where(citizens[7]))[0];
  jonas.Rename(citizens[7], "New name");
  jonas.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(citizens[7]), "New name");
  amal.SpoilConfirmed("UPDATE records SET " + old + Where(citizens[7]));
  EXPECT_EQ(amal.NameOf(citizens[7]), "Citizen 7") << "the old row opens: only the sum can tell";
  ExpectMended("SELECT 1", 1, 1);
  EXPECT_EQ(amal.NameOf(citizens[7]), "New name");
}

TEST_F(Integrity, RowOfADeletedRecordPutBackIsTakenOutAgain) {
  for (const bool with_membership : {true, false}) {
    const RecordId gone = citizens[with_membership ? 7 : 8];
    const std::string row = amal.AskConfirmed(
        "SELECT 'INSERT INTO records VALUES(x''' || hex(record_id) || ''', ' || record_type || ', x''' ||"
        " hex(subject_id) || ''', ' || rev || ', 0, x''' || hex(sealed) || ''')' FROM records" +
        Where(gone))[0];
    const std::string membership = amal.AskConfirmed(
        "SELECT 'INSERT INTO memberships VALUES(x''' || hex(scope) || ''', x''' || hex(record_id) || ''', 1, "
        "0)'"
        " FROM memberships" +
        Where(gone))[0];
    Bundle bundle = jonas.NewBundle();
    bundle.Delete(gone, RecordTypeOf<v1::Citizen>());
    jonas.Save(bundle);
    jonas.SyncWell();
    amal.SyncWell();
    EXPECT_EQ(amal.NameOf(gone), "(not visible)");
    ExpectMended(with_membership ? row + ";" + membership : row, with_membership ? 1 : 0, 1);
    EXPECT_EQ(amal.NameOf(gone), "(not visible)");
    EXPECT_TRUE(amal.AskConfirmed("SELECT 1 FROM records" + Where(gone)).empty());
  }
}

TEST_F(Integrity, MembershipOfARecordThatNobodyHasIsTakenOut) {
  const std::string nobody = Literal(std::string(16, '\x70'));
  amal.SpoilConfirmed("INSERT INTO memberships SELECT scope, " + nobody + ", 1, 0 FROM cursors");
  EXPECT_EQ(amal.SyncWell().repaired, 1u);
  EXPECT_TRUE(amal.AskConfirmed("SELECT 1 FROM memberships WHERE record_id = " + nobody).empty());
  EXPECT_LE(travelled, 12) << "its leaf";
  ExpectSameRecords(base, {&amal});
}

TEST_F(Integrity, CursorThatSaysMoreThanWasReceivedLosesNoNews) {
  const RecordId news = jonas.SaveCitizen("News");
  jonas.SyncWell();
  amal.SpoilConfirmed("UPDATE cursors SET rev = (SELECT max(rev) FROM records) + 1");
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.received, 0u);
  EXPECT_EQ(result.repaired, 1u);
  EXPECT_EQ(amal.NameOf(news), "News");
  ExpectSameRecords(base, {&amal});
}

TEST_F(Integrity, CursorBeyondEverythingStartsTheScopeAnew) {
  amal.SpoilConfirmed("UPDATE cursors SET rev = 1000000");
  jonas.SaveCitizen("News");
  jonas.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(amal.AskConfirmed("SELECT rev FROM cursors")[0],
            std::to_string(base.reader().NewestRev().value()));
  ExpectSameRecords(base, {&amal});
}

TEST_F(Integrity, OwnWorkOnADamagedRowIsVisibleBeforeAnySession) {
  const RecordId own = amal.SaveCitizen("My own");
  amal.SyncWell();
  amal.SpoilConfirmed("UPDATE records SET " + Flipped("sealed", 30) + Where(own));
  EXPECT_EQ(amal.NameOf(own), "My own");
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_EQ(amal.SyncWell().repaired, 1u);
  EXPECT_EQ(amal.NameOf(own), "My own");
  amal.SpoilConfirmed("DELETE FROM records" + Where(own));
  EXPECT_EQ(amal.NameOf(own), "My own");
  EXPECT_EQ(amal.SyncWell().repaired, 1u);
}

TEST_F(Integrity, DeviceThatLostHalfOfItsRowsGetsThemAndNothingItHas) {
  amal.SpoilConfirmed("DELETE FROM records WHERE substr(record_id, 16, 1) < x'80'");
  const auto kept = Rows();
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.repaired, kCitizens - kept.size());
  EXPECT_EQ(travelled, static_cast<int>(kCitizens - kept.size())) << "leaves that are whole do not travel";
  EXPECT_EQ(pages, 0);
  EXPECT_EQ(NotIn(kept, Rows()), 0u);
  ExpectSameRecords(base, {&amal});
}

TEST_F(Integrity, RepairIsToldWhileItGoesOn) {
  class Watcher : public SyncObserver {
   public:
    void OnProgress(const SyncProgress& progress) override { repaired = progress.repaired; }
    uint32_t repaired = 0;
  } watcher;
  amal.SpoilConfirmed("DELETE FROM records" + Where(citizens[1]));
  ASSERT_TRUE(amal.Sync({.attempts = 1, .observer = &watcher}).ok());
  EXPECT_EQ(watcher.repaired, 1u);
}

TEST_F(Integrity, RepairIsTold) {
  EXPECT_FALSE(amal.store().last_repair().has_value());
  amal.SpoilConfirmed("DELETE FROM records" + Where(citizens[1]) + " OR record_id = " + Literal(citizens[2]));
  amal.SyncWell();
  ASSERT_TRUE(amal.store().last_repair().has_value());
  EXPECT_EQ(amal.store().last_repair()->records, 2u);
  EXPECT_EQ(amal.store().last_repair()->at, clock.WallNow());
  amal.Reopen();
  EXPECT_EQ(amal.store().last_repair()->records, 2u);
}

TEST_F(Integrity, LockedStoreRepairsNothingAndTheUnlockedOneDoes) {
  amal.SpoilConfirmed("DELETE FROM records" + Where(citizens[1]));
  amal.Lock();
  EXPECT_EQ(amal.SyncWell().repaired, 0u);
  amal.Unlock();
  EXPECT_EQ(amal.SyncWell().repaired, 1u);
}

TEST_F(Integrity, SumsOfTheBaseThatAreWrongEndTheSessionAllTheSameAndAreTold) {
  base.SpoilSums();
  EXPECT_FALSE(base.Check().problems.empty());
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.differing, 1u);
  EXPECT_EQ(result.repaired, 0u);
  ExpectSameRecords(base, {&amal});
}

// Twenty rows lost; the session is cut after every message in turn. What arrived stays, and the next session goes on.
TEST(IntegrityCut, RepairCutAfterEveryMessageEndsAsIfNeverCut) {
  for (int after = 0;; ++after) {
    SCOPED_TRACE("cut after " + std::to_string(after) + " messages");
    Neighbourhood here;
    for (int i = 0; i < 20; ++i) here.jonas.SaveCitizen("Citizen " + std::to_string(i));
    here.jonas.SyncWell();
    here.amal.SyncWell();
    here.amal.SpoilConfirmed("DELETE FROM records");
    here.amal.dialer().CutNext({after});
    const auto cut = here.amal.Sync();
    const size_t mended = here.amal.AskConfirmed("SELECT 1 FROM records").size();
    here.amal.Reopen();
    const SyncResult rest = here.amal.SyncWell();
    EXPECT_EQ(rest.repaired + mended, 20u) << "each leaf is durable by itself";
    ExpectSameRecords(here.base, {&here.amal});
    if (cut.ok()) {
      EXPECT_GT(after, 30);
      return;
    }
    ASSERT_LT(after, 200);
  }
}

TEST(IntegrityCut, RepairWhileOthersWriteConvergesAndShowsNoBundleInPart) {
  Neighbourhood here;
  for (int i = 0; i < 20; ++i) here.jonas.SaveInquirer("Citizen " + std::to_string(i));
  here.jonas.SyncWell();
  here.amal.SyncWell();
  here.amal.SpoilConfirmed("DELETE FROM records");
  std::vector<SavedInquirer> written;
  here.amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    for (const SavedInquirer& saved : written) {
      EXPECT_EQ(here.amal.view().Find(saved.citizen) == nullptr,
                here.amal.view().Find(saved.inquiry) == nullptr);
    }
    if (!response.has_leaf_content() || written.size() >= 15) return;
    written.push_back(here.jonas.SaveInquirer("While it is mended"));
    here.jonas.SyncWell();
  };
  here.amal.SyncWell();
  here.amal.SyncWell();
  EXPECT_EQ(written.size(), 15u);
  ExpectSameRecords(here.base, {&here.amal, &here.jonas});
}

// Somebody who works in an area and in a group, and a family that stands in both.
struct AreaAndGroup : Neighbourhood {
  AreaAndGroup() {
    const Scope other{v1::SCOPE_KIND_GROUP, base.Area("Nabolund").uuid()};
    for (const char* staff : {"amal", "clerk"}) base.Grant(staff, other);
    HandDevice clerk(base, clock, "clerk", "outreach", {"Testlund"});
    here = AreaScope(base.Area("Testlund"));
    there = other;
    Draft both = clerk.Create(CitizenCalled("In both"), here);
    *both.envelope.add_scopes() = there.ToProto();
    in_both = both.record();
    EXPECT_TRUE(clerk.Commit(both).has_applied());
    for (int i = 0; i < 30; ++i) {
      const Draft one = clerk.Create(CitizenCalled("Here"), here);
      only_here = one.record();
      EXPECT_TRUE(clerk.Commit(one).has_applied());
    }
    amal.SyncWell();
  }
  Scope here, there;
  RecordId in_both, only_here;
};

TEST(IntegrityScopes, RecordInTwoScopesIsMendedOnceAndStaysInBoth) {
  AreaAndGroup town;
  town.amal.SpoilConfirmed("UPDATE records SET " + Flipped("sealed", 40) + Where(town.in_both));
  EXPECT_EQ(town.amal.SyncWell().repaired, 1u);
  EXPECT_EQ(town.amal.view().Find(town.in_both)->scopes.size(), 2u);
  ExpectSameRecords(town.base, {&town.amal});
}

TEST(IntegrityScopes, RepairOfOneScopeDoesNotTakeARecordOutOfTheOther) {
  AreaAndGroup town;
  town.amal.SpoilConfirmed("INSERT INTO memberships VALUES(" + Literal(town.there.ToKey()) + ", " +
                           Literal(town.only_here) + ", 1, 0)");
  EXPECT_EQ(town.amal.view().Find(town.only_here)->scopes.size(), 2u);
  EXPECT_EQ(town.amal.SyncWell().repaired, 1u);
  ASSERT_NE(town.amal.view().Find(town.only_here), nullptr);
  EXPECT_EQ(town.amal.view().Find(town.only_here)->scopes.size(), 1u);
  ExpectSameRecords(town.base, {&town.amal});
}

TEST(IntegrityScopes, MembershipLostInOneScopeIsMendedThere) {
  AreaAndGroup town;
  town.amal.SpoilConfirmed("DELETE FROM memberships WHERE scope = " + Literal(town.there.ToKey()));
  EXPECT_EQ(town.amal.SyncWell().repaired, 1u);
  EXPECT_EQ(town.amal.view().Find(town.in_both)->scopes.size(), 2u);
  ExpectSameRecords(town.base, {&town.amal});
}

}  // namespace
}  // namespace opgang
