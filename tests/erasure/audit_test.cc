// The audit's chain: what it notes, and that whatever is done to it behind the base's back is named.
#include <sqlite3.h>

#include "server/store/audit_chain.h"
#include "tests/erasure/erasure_story.h"

namespace opgang {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Audit : public ErasureStory {
 protected:
  std::vector<std::string> Problems() {
    const auto verified = base.store().VerifyAudit();
    EXPECT_EQ(verified.status(), absl::OkStatus());
    return {verified->problems().begin(), verified->problems().end()};
  }
  std::vector<v1::AuditLine> Lines(std::optional<RecordId> citizen = std::nullopt) {
    const auto listed = base.store().AuditLines(v1::ListAuditRequest(), citizen);
    EXPECT_EQ(listed.status(), absl::OkStatus());
    return {listed->lines().begin(), listed->lines().end()};
  }
  std::vector<v1::AuditLine> Lines(v1::AuditAction action) {
    v1::ListAuditRequest request;
    request.set_action(action);
    const auto listed = base.store().AuditLines(request, std::nullopt).value();
    return {listed.lines().begin(), listed.lines().end()};
  }
  // Behind the base's back.
  void Execute(const std::string& sql) {
    base.Close();
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(base.file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    EXPECT_EQ(sqlite3_close(db), SQLITE_OK);
    ASSERT_EQ(base.Open(), absl::OkStatus());
  }
  void Note(const std::string& detail) {
    BaseStore& store = base.store();
    EXPECT_EQ(InTransaction(store, [&] { return store.Audit("karen", detail, "", Now()); }),
              absl::OkStatus());
  }
  void Look(RecordId citizen, const std::string& who) {
    AuditUse use;
    use.note.set_at_us(Now());
    use.note.set_actor(who);
    use.note.set_action(v1::AUDIT_ACTION_LOOKED_AT);
    use.note.set_detail("history");
    use.person.emplace();
    use.person->set_subject_id(citizen.ToBytes());
    use.person->set_record_id(citizen.ToBytes());
    BaseStore& store = base.store();
    EXPECT_EQ(InTransaction(store, [&] { return store.AuditLook(use); }), absl::OkStatus());
  }
  int64_t Now() { return absl::ToUnixMicros(clock.WallNow()); }
  // Six entries by hand, from `first` on.
  uint64_t SixEntries() {
    const auto before = Lines();
    for (const char* detail : {"one", "two", "three", "four", "five", "six"}) Note(detail);
    EXPECT_THAT(Problems(), IsEmpty());
    return before.empty() ? 1 : before.back().seq() + 1;
  }
  static std::string At(uint64_t seq) { return std::to_string(seq); }
};

TEST_F(Audit, DayOfWorkIsNotedAndTheChainHolds) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  jonas.Rename(amina.citizen, "Amina H.");
  jonas.SyncWell();
  EXPECT_THAT(Problems(), IsEmpty());
  const auto changes = Lines(v1::AUDIT_ACTION_CHANGED);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].note().actor(), "amal");
  EXPECT_EQ(changes[0].note().changes().mutation_count(), 2u) << "one entry for a commit, not for a mutation";
  EXPECT_EQ(changes[1].note().actor(), "jonas");
  const auto delivered = Lines(v1::AUDIT_ACTION_DELIVERED);
  ASSERT_EQ(delivered.size(), 5u) << "one for each session";
  EXPECT_FALSE(delivered[0].note().scopes().empty());
  EXPECT_EQ(base.store().VerifyAudit()->change_count(), 3u);
  base.Crash();
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(Audit, LockedSessionIsGivenNothingAndNotesNoDelivery) {
  amal.SyncWell();
  const size_t before = Lines(v1::AUDIT_ACTION_DELIVERED).size();
  amal.Lock();
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  EXPECT_EQ(Lines(v1::AUDIT_ACTION_DELIVERED).size(), before);
}

TEST_F(Audit, DeliveryIsDurableBeforeTheFirstPageLeaves) {
  amal.SyncWell();
  const auto session = base.Connect(amal.peer());
  v1::SyncRequest request;
  *request.mutable_hello() = amal.store().sync_store().MakeHello().value();
  request.mutable_hello()->set_protocol_version(1);
  const size_t before = Lines(v1::AUDIT_ACTION_DELIVERED).size();
  session->Hear(request);
  ASSERT_TRUE(session->Say()->has_welcome());
  base.Crash();
  EXPECT_EQ(Lines(v1::AUDIT_ACTION_DELIVERED).size(), before + 1);
}

TEST_F(Audit, ChangedEntryIsNamed) {
  const uint64_t first = SixEntries();
  Execute("UPDATE audit SET note = CAST(substr(note, 1, length(note) - 1) || x'00ff' AS BLOB) WHERE seq = " +
          At(first + 2));
  EXPECT_THAT(Problems(), Contains("entry " + At(first + 2) + " is not what was written there"));
  EXPECT_THAT(Problems(), Not(Contains(HasSubstr("entry " + At(first + 3)))));
}

TEST_F(Audit, ChangedMonthOrPersonOfAnEntryIsNamed) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  Look(amina, "karen");
  const uint64_t seq = Lines().back().seq();
  ASSERT_THAT(Problems(), IsEmpty());
  Execute("UPDATE audit SET person = x'', person_tag = x'' WHERE seq = " + At(seq));
  EXPECT_THAT(Problems(), ElementsAre("entry " + At(seq) + " is not what was written there"));
}

TEST_F(Audit, EntryThatWasTakenOutIsNamed) {
  const uint64_t first = SixEntries();
  Execute("DELETE FROM audit WHERE seq = " + At(first + 1));
  EXPECT_THAT(Problems(), Contains("entry " + At(first + 1) + " is missing"));
  Execute("DELETE FROM audit WHERE seq = " + At(first + 2));
  EXPECT_THAT(Problems(), Contains("entries " + At(first + 1) + " to " + At(first + 2) + " are missing"));
}

TEST_F(Audit, EntriesThatWereSwappedAreNamed) {
  const uint64_t first = SixEntries();
  Execute("UPDATE audit SET seq = -1 WHERE seq = " + At(first + 1) +
          "; UPDATE audit SET seq = " + At(first + 1) + " WHERE seq = " + At(first + 3) +
          "; UPDATE audit SET seq = " + At(first + 3) + " WHERE seq = -1");
  for (const uint64_t seq : {first + 1, first + 3})
    EXPECT_THAT(Problems(), Contains("entry " + At(seq) + " is not what was written there"));
}

TEST_F(Audit, EndThatWasCutOffIsNamed) {
  const uint64_t first = SixEntries();
  Execute("DELETE FROM audit WHERE seq >= " + At(first + 4));
  EXPECT_THAT(Problems(),
              Contains("entries " + At(first + 4) + " to " + At(first + 5) + " at the end are missing"));
  Execute("DELETE FROM meta WHERE key = 'audit_head'");
  EXPECT_THAT(Problems(), Contains("how far the chain had come is not written down"));
}

TEST_F(Audit, EntryThatWasPutInIsNamed) {
  const uint64_t first = SixEntries();
  Execute("INSERT INTO audit SELECT seq + 1, month, person_tag, note, person, link FROM audit WHERE seq = " +
          At(first + 5));
  EXPECT_THAT(Problems(), Contains("entry " + At(first + 6) + " is not what was written there"));
}

TEST_F(Audit, ChangeThatWasTakenOutOfTheLogOrGivenToAnotherIsNamed) {
  amal.SaveInquirer("Amina");
  amal.SyncWell();
  ASSERT_THAT(Problems(), IsEmpty());
  Execute("UPDATE log SET author = 'jonas' WHERE rowid = 1");
  EXPECT_THAT(Problems(), Contains(HasSubstr("tells of 2 changes; the log holds others there (1)")));
  Execute("UPDATE log SET author = 'amal' WHERE rowid = 1");
  ASSERT_THAT(Problems(), IsEmpty());
  Execute("UPDATE log SET received_us = received_us + 1 WHERE rowid = 2");
  EXPECT_THAT(Problems(), Contains(HasSubstr("tells of 2 changes")));
}

TEST_F(Audit, ErasureTakesThePersonOutOfTheAuditAndTheChainHolds) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const RecordId bent = jonas.SaveCitizen("Bent");
  SyncBoth();
  Look(amina.citizen, "karen");
  Look(bent, "karen");
  ASSERT_EQ(Lines(amina.citizen).size(), 1u);
  base.Erase(amina.citizen);
  EXPECT_THAT(Problems(), IsEmpty());
  EXPECT_EQ(GetErrorCode(base.store().AuditLines({}, amina.citizen).status()), ErrorCode::kNotFound);
  EXPECT_EQ(Lines(bent).size(), 1u);
  int about_nobody_any_more = 0;
  for (const v1::AuditLine& line : Lines(v1::AUDIT_ACTION_LOOKED_AT))
    about_nobody_any_more += line.about_a_person() && !line.has_person() ? 1 : 0;
  EXPECT_EQ(about_nobody_any_more, 1);
  ASSERT_EQ(Lines(v1::AUDIT_ACTION_ERASED).size(), 1u);
  EXPECT_EQ(Lines(v1::AUDIT_ACTION_ERASED)[0].note().actor(), "karen");
  base.Crash();
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(Audit, RepeatedLooksWithinAnHourAreOneEntryWithACount) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  for (int i = 0; i < 3; ++i) {
    Look(amina, "karen");
    clock.Advance(absl::Minutes(20) - absl::Microseconds(1));
  }
  ASSERT_EQ(Lines(amina).size(), 1u);
  EXPECT_EQ(Lines(amina)[0].look_count(), 3u);
  Look(amina, "jonas");
  EXPECT_EQ(Lines(amina).size(), 2u) << "another person's look is another entry";
  clock.Advance(absl::Microseconds(3));
  Look(amina, "karen");
  EXPECT_EQ(Lines(amina).size(), 3u) << "an hour is over";
  EXPECT_THAT(Problems(), IsEmpty());
  Execute("UPDATE audit_looks SET look_count = 1");
  EXPECT_THAT(Problems(), Contains(HasSubstr("how often the look of entry")));
}

TEST_F(Audit, ExpiredMonthsEndInASignedCheckpointAndNobodyReadsThem) {
  SixEntries();
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const std::string link_before = base.store().VerifyAudit()->link();
  clock.Advance(absl::Hours(24 * 40));
  Note("in May");
  const size_t all = Lines().size();
  const auto would = base.store().ExpireAudit(202605, "karen", Now(), /*apply=*/false).value();
  EXPECT_EQ(would.entry_count(), all - 1);
  EXPECT_EQ(Lines().size(), all);
  const auto expired = base.store().ExpireAudit(202605, "karen", Now(), /*apply=*/true).value();
  EXPECT_EQ(expired.entry_count(), all - 1);
  EXPECT_EQ(expired.month_count(), 1u);
  EXPECT_EQ(Lines().size(), 2u) << "and that karen let them expire";
  EXPECT_THAT(Problems(), IsEmpty());
  base.Crash();
  EXPECT_THAT(Problems(), IsEmpty());
  Note("later");
  EXPECT_THAT(Problems(), IsEmpty());
  Execute("UPDATE audit_checkpoints SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'ff' AS BLOB)");
  EXPECT_THAT(Problems(), Contains(HasSubstr("does not bear this base's signature")));
}

TEST_F(Audit, NothingOfARolledBackTransactionIsInTheChain) {
  SixEntries();
  BaseStore& store = base.store();
  ASSERT_EQ(store.Begin(), absl::OkStatus());
  ASSERT_EQ(store.Audit("karen", "never", "", Now()), absl::OkStatus());
  store.Rollback();
  Note("after");
  EXPECT_THAT(Problems(), IsEmpty());
  EXPECT_EQ(Lines().back().note().detail(), "after");
}

TEST_F(Audit, NoWordOfTheAuditLiesInClear) {
  Note("a-detail-that-is-looked-for");
  EXPECT_EQ(BaseBytes().find("a-detail-that-is-looked-for"), std::string::npos);
}

}  // namespace
}  // namespace opgang
