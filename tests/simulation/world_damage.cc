// Flipped bytes and lost rows on a tablet (I18), by SQL of the simulator's own while no process runs there.
#include <sqlite3.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

std::string Literal(const std::string& bytes) {
  return absl::StrCat("x'", absl::BytesToHexString(bytes), "'");
}

bool RunOnce(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  int rc = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE, kVfs);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(db);
  return rc == SQLITE_OK;
}

// SQL for a blob with one byte of it changed, far enough in to be neither format nor nonce.
std::string Flipped(const std::string& column) {
  return absl::StrCat("CAST(substr(", column, ", 1, length(", column, ") - 1) || CASE substr(", column,
                      ", -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB)");
}

}  // namespace

void World::Damage(Tablet& tablet, uint32_t what, uint32_t which) {
  if (tablet.store == nullptr || !tablet.store_keys.has_value()) return;
  AuditTablets();
  if (failure_.has_value()) return;
  tablet.disk.Heal();
  StopTablet(tablet);
  const bool done = what % 5 == 4 ? DamageQueue(tablet, which) : DamageCopy(tablet, what % 5, which);
  if (done) Say(absl::StrCat("  tablet ", tablet.number, "'s files are damaged"));
  tablet.audited_at = ~0ull;
  StartAnew(tablet, /*rebooted=*/false);
}

bool World::DamageCopy(Tablet& tablet, uint32_t what, uint32_t which) {
  const auto copy = tablet.audit->ReadConfirmed(tablet.store_keys->confirmed_rows);
  tablet.audit->Close();
  if (!copy.ok() || copy->records.empty()) return false;
  const auto pick = [&](uint32_t n) {
    return std::next(copy->records.begin(), static_cast<int64_t>(n % copy->records.size()))->first;
  };
  const RecordId one = pick(which);
  const RecordId other = pick(which + 1);
  const std::string at = Literal(one.ToBytes());
  const std::string where = absl::StrCat(" WHERE record_id = ", at);
  std::string sql;
  switch (what) {
    case 0:
      Reach("a byte of a copy's row was flipped");
      sql = absl::StrCat("UPDATE records SET sealed = ", Flipped("sealed"), where);
      break;
    case 1:
      Reach("a copy lost a row");
      tablet.lost.insert(one);
      sql = absl::StrCat("DELETE FROM records", where);
      break;
    case 2:
      Reach("two rows of a copy were exchanged");
      sql = absl::StrCat(
          "CREATE TEMP TABLE was AS SELECT record_id, sealed FROM records WHERE record_id IN (", at, ", ",
          Literal(other.ToBytes()), ");UPDATE records SET sealed = (SELECT sealed FROM was WHERE ",
          "was.record_id <> records.record_id) WHERE record_id IN (SELECT record_id FROM was) ",
          "AND (SELECT count(*) FROM was) = 2");
      tablet.damaged.insert(other);
      break;
    default:
      Reach("a copy forgot in which scope a record stands");
      tablet.lost.insert(one);
      sql = absl::StrCat("DELETE FROM memberships", where);
  }
  tablet.damaged.insert(one);
  if (!RunOnce(tablet.store_directory / "confirmed.db", sql)) Fail("setup", "a copy cannot be damaged");
  return true;
}

// Of what was not handed in yet, an edit that was saved by itself: what else such a loss takes along is its author's
// to see, and nothing that the base could be asked.
bool World::DamageQueue(Tablet& tablet, uint32_t which) {
  std::vector<Captured*> edits;
  for (Captured& captured : ledger_.entries()) {
    const auto row = tablet.audit->rows().find(captured.intent);
    const auto of_its_save =
        std::count_if(ledger_.entries().begin(), ledger_.entries().end(),
                      [&](const Captured& other) { return other.save == captured.save; });
    if (row == tablet.audit->rows().end() || row->second.state != RowState::kQueued || of_its_save > 1)
      continue;
    if (captured.rewritten || captured.action != v1::MUTATION_ACTION_PATCH) continue;
    if (!tablet.damaged_work.contains(captured.intent)) edits.push_back(&captured);
  }
  tablet.audit->Close();
  if (edits.empty()) return false;
  Captured& lost = *edits[which % edits.size()];
  lost.copy_destroyed = lost.damaged = true;
  tablet.damaged_work.insert(lost.intent);
  Reach("a byte of work not handed in was flipped");
  if (!RunOnce(tablet.store_directory / "queue.db",
               absl::StrCat("UPDATE mutations SET sealed_payload = ", Flipped("sealed_payload"),
                            " WHERE intent_id = ", Literal(lost.intent.ToBytes())))) {
    Fail("setup", "a queue cannot be damaged");
  }
  return true;
}

// I18: a session that compared the copy whole has put right what was damaged before it.
void World::CheckRepaired(Tablet& tablet) {
  if (tablet.damaged.empty() || !tablet.compared) return;
  const auto copy = tablet.audit->ReadConfirmed(tablet.store_keys->confirmed_rows);
  if (!copy.ok()) return Fail("I18", "a copy cannot be read");
  for (const RecordId& id : tablet.damaged) {
    const auto row = copy->records.find(id);
    if (row != copy->records.end() && row->second.bytes.empty()) {
      return Fail("I18", absl::StrCat("tablet ", tablet.number, " keeps a damaged row of ", id.ToString()));
    }
  }
  tablet.damaged.clear();
  tablet.lost.clear();
  Reach("damaged rows were put right");
}

}  // namespace opgang::simulation
