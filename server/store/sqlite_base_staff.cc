// Rows of staff, municipalities, grants and stores.
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_reader.h"

namespace opgang {
namespace {

constexpr char kStaffColumns[] = "SELECT staff_code, role, role_since_us, municipality_id FROM staff";

absl::StatusOr<Role> RoleIn(std::string_view name) {
  const auto role = RoleFromName(name);
  if (role.has_value()) return *role;
  return MakeError(ErrorCode::kDamaged, "a staff row names an unknown role");
}

absl::StatusOr<StaffMember> StaffFrom(const sqlite::Statement& row) {
  StaffMember staff;
  staff.staff_code = std::string(row.Text(0));
  ASSIGN_OR_RETURN(staff.role, RoleIn(row.Text(1)));
  staff.role_since_us = row.Int(2);
  staff.municipality = MunicipalityId::FromBytes(row.Blob(3)).value_or(kDefaultMunicipality);
  return staff;
}

// `sql` takes the columns of a grant in the order in which they stand here.
absl::Status RunWithGrant(sqlite::Database& db, std::string_view sql, std::string_view staff_code,
                          const StoredGrant& grant) {
  ASSIGN_OR_RETURN(auto put, db.Prepare(sql));
  return put.BindText(1, staff_code)
      .BindBlob(2, grant.scope.ToKey())
      .BindInt(3, static_cast<int64_t>(grant.generation))
      .BindInt(4, grant.mode)
      .BindInt(5, grant.given_us)
      .BindInt(6, grant.taken_us)
      .Run();
}

}  // namespace

StoreAccount AccountFrom(const sqlite::Statement& row) {
  StoreAccount account;
  account.id = StoreId::FromBytes(row.Blob(0)).value_or(StoreId());
  account.staff_code = std::string(row.Text(1));
  account.device_label = std::string(row.Text(2));
  account.invitation_id = std::string(row.Blob(3));
  account.invited_us = row.Int(4);
  account.enrolled_us = row.Int(5);
  account.proof_public_key = std::string(row.Blob(6));
  account.store_public_key = std::string(row.Blob(7));
  account.replica = ReplicaId::FromBytes(row.Blob(8)).value_or(ReplicaId());
  account.twin_since_us = row.Int(9);
  account.work_since_us = row.Int(10);
  account.tls_key = std::string(row.Blob(11));
  account.alarm_us = row.Int(12);
  account.lease_public_key = std::string(row.Blob(13));
  account.lease_until_us = row.Int(14);
  account.lease_wrong_count = static_cast<uint32_t>(row.Int(15));
  account.lease_wrong_us = row.Int(16);
  account.last_read_us = row.Int(17);
  account.revoked.set_at_us(row.Int(18));
  account.revoked.set_reason(static_cast<v1::RevocationReason>(row.Int(19)));
  return account;
}

absl::StatusOr<std::optional<StaffMember>> SqliteBaseQueries::FindStaff(std::string_view staff_code) {
  ASSIGN_OR_RETURN(auto query, db_.Prepare(std::string(kStaffColumns) + " WHERE staff_code = ?"));
  query.BindText(1, staff_code);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  ASSIGN_OR_RETURN(StaffMember staff, StaffFrom(query));
  return staff;
}

absl::StatusOr<std::vector<StaffMember>> SqliteBaseQueries::Staff() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(std::string(kStaffColumns) + " ORDER BY staff_code"));
  std::vector<StaffMember> all;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return all;
    ASSIGN_OR_RETURN(all.emplace_back(), StaffFrom(rows));
  }
}

absl::StatusOr<std::vector<FormerRole>> SqliteBaseQueries::FormerRoles(std::string_view staff_code) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT role, from_us, until_us FROM former_roles"
                                          " WHERE staff_code = ? ORDER BY until_us"));
  rows.BindText(1, staff_code);
  std::vector<FormerRole> former;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return former;
    FormerRole& role = former.emplace_back();
    ASSIGN_OR_RETURN(role.role, RoleIn(rows.Text(0)));
    role.from_us = rows.Int(1);
    role.until_us = rows.Int(2);
  }
}

absl::StatusOr<std::vector<Municipality>> SqliteBaseQueries::Municipalities() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT municipality_id, sealed_name FROM municipalities"
                                          " ORDER BY municipality_id"));
  std::vector<Municipality> all;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return all;
    Municipality& one = all.emplace_back();
    one.id = MunicipalityId::FromBytes(rows.Blob(0)).value_or(kDefaultMunicipality);
    ASSIGN_OR_RETURN(one.name, OpenRow("municipalities", rows.Blob(0), 0, rows.Blob(1)));
  }
}

absl::StatusOr<std::vector<StoreAccount>> SqliteBaseQueries::Stores(std::string_view staff_code) {
  ASSIGN_OR_RETURN(
      auto rows, db_.Prepare(std::string(kStoreColumns) + " FROM stores s WHERE ?1 = '' OR s.staff_code = ?1"
                                                          " ORDER BY s.staff_code, s.store_id"));
  rows.BindText(1, staff_code);
  std::vector<StoreAccount> stores;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return stores;
    stores.push_back(AccountFrom(rows));
  }
}

// Every row of the feed names what was sent to whoever reads the scope, whatever became of it.
absl::StatusOr<std::vector<RecordId>> SqliteBaseQueries::PeopleEverIn(const Scope& scope) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT DISTINCT r.subject FROM feed f JOIN records r"
                                          " ON r.record_id = f.record_id"
                                          " WHERE f.scope = ? AND r.subject <> x''"));
  rows.BindBlob(1, scope.ToKey());
  std::vector<RecordId> people;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return people;
    people.push_back(RecordId::FromBytes(rows.Blob(0)).value_or(RecordId()));
  }
}

absl::StatusOr<std::optional<v1::StolenWord>> SqliteBaseQueries::FindStolenWord(IntentId intent) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT discard, actor, at_us FROM stolen_words"
                                         " WHERE intent_id = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, intent.ToBytes()).Step());
  if (!found) return std::nullopt;
  v1::StolenWord word;
  word.set_discard(row.Int(0) != 0);
  word.set_actor(std::string(row.Text(1)));
  word.set_at_us(row.Int(2));
  return word;
}

absl::Status PutStaffRow(sqlite::Database& db, const StaffMember& staff) {
  ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT OR REPLACE INTO staff (staff_code, role, role_since_us,"
                                        " municipality_id) VALUES (?, ?, ?, ?)"));
  return put.BindText(1, staff.staff_code)
      .BindText(2, RoleName(staff.role))
      .BindInt(3, staff.role_since_us)
      .BindBlob(4, staff.municipality.ToBytes())
      .Run();
}

absl::Status PutFormerRoleRow(sqlite::Database& db, std::string_view staff_code, const FormerRole& role) {
  ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT INTO former_roles (staff_code, role, from_us, until_us)"
                                        " VALUES (?, ?, ?, ?)"));
  return put.BindText(1, staff_code)
      .BindText(2, RoleName(role.role))
      .BindInt(3, role.from_us)
      .BindInt(4, role.until_us)
      .Run();
}

absl::Status PutStoreRow(sqlite::Database& db, const StoreAccount& account) {
  ASSIGN_OR_RETURN(
      auto put,
      db.Prepare(
          "INSERT OR REPLACE INTO stores (store_id, staff_code, device_label, invitation_id, invited_us,"
          " enrolled_us, proof_public_key, store_public_key, replica_id, twin_since_us, work_since_us,"
          " tls_key, alarm_us, lease_public_key, lease_until_us, lease_wrong_count, lease_wrong_us,"
          " last_read_us, revoked_us, revoked_reason)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return put.BindBlob(1, account.id.ToBytes())
      .BindText(2, account.staff_code)
      .BindText(3, account.device_label)
      .BindBlob(4, account.invitation_id)
      .BindInt(5, account.invited_us)
      .BindInt(6, account.enrolled_us)
      .BindBlob(7, account.proof_public_key)
      .BindBlob(8, account.store_public_key)
      .BindBlob(9, account.replica.ToBytes())
      .BindInt(10, account.twin_since_us)
      .BindInt(11, account.work_since_us)
      .BindBlob(12, account.tls_key)
      .BindInt(13, account.alarm_us)
      .BindBlob(14, account.lease_public_key)
      .BindInt(15, account.lease_until_us)
      .BindInt(16, account.lease_wrong_count)
      .BindInt(17, account.lease_wrong_us)
      .BindInt(18, account.last_read_us)
      .BindInt(19, account.revoked.at_us())
      .BindInt(20, account.revoked.reason())
      .Run();
}

absl::Status PutGrantRow(sqlite::Database& db, std::string_view staff_code, const StoredGrant& grant) {
  return RunWithGrant(
      db,
      "INSERT OR REPLACE INTO grants (staff_code, scope, generation, mode, given_us, taken_us)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      staff_code, grant);
}

absl::Status PutFormerGrantRow(sqlite::Database& db, std::string_view staff_code, const StoredGrant& grant) {
  return RunWithGrant(db,
                      "INSERT INTO former_grants (staff_code, scope, generation, mode, given_us, taken_us)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      staff_code, grant);
}

absl::Status PutStolenWordRow(sqlite::Database& db, IntentId intent, const v1::StolenWord& word) {
  ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT OR REPLACE INTO stolen_words (intent_id, discard, actor,"
                                        " at_us) VALUES (?, ?, ?, ?)"));
  return put.BindBlob(1, intent.ToBytes())
      .BindInt(2, word.discard())
      .BindText(3, word.actor())
      .BindInt(4, word.at_us())
      .Run();
}

}  // namespace opgang
