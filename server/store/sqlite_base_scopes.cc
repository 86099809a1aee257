// Where records stand and stood, what replicas hold, what was referred: the reads of them.
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

constexpr char kIdsAbout[] = "SELECT record_id FROM records WHERE subject = ?1 AND subject <> x''";

// In the rows' first column, sorted.
absl::StatusOr<std::vector<RecordId>> IdsIn(sqlite::Statement& rows) {
  std::vector<RecordId> ids;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    ids.push_back(RecordId::FromBytes(rows.Blob(0)).value_or(RecordId()));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

absl::StatusOr<std::vector<Scope>> SqliteBaseQueries::ScopesWhere(RecordId id, bool standing) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT scope FROM feed WHERE record_id = ?1 AND"
                                          " (change IN (?2, ?3)) <> ?4 AND change <> ?5 ORDER BY scope"));
  rows.BindBlob(1, BytesOf(id))
      .BindInt(2, v1::FEED_CHANGE_LEAVE)
      .BindInt(3, kLeftLongAgo)
      .BindInt(4, standing ? 1 : 0)
      .BindInt(5, v1::FEED_CHANGE_ERASE);
  std::vector<Scope> scopes;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return scopes;
    if (auto scope = Scope::FromKey(rows.Blob(0))) scopes.push_back(*scope);
  }
}

absl::StatusOr<bool> SqliteBaseQueries::StandsOutside(RecordId subject, AreaId area) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(kIdsAbout));
  ASSIGN_OR_RETURN(const std::vector<RecordId> about, IdsIn(rows.BindBlob(1, BytesOf(subject))));
  for (const RecordId& id : about) {
    ASSIGN_OR_RETURN(const std::vector<Scope> scopes, ScopesOf(id));
    const bool outside = std::any_of(scopes.begin(), scopes.end(), [&](const Scope& scope) {
      const bool of_an_area = scope.kind == v1::SCOPE_KIND_AREA || scope.kind == v1::SCOPE_KIND_AREA_HEALTH;
      return of_an_area && scope.id != area.uuid();
    });
    if (outside) return true;
  }
  return false;
}

absl::StatusOr<std::vector<Scope>> SqliteBaseQueries::ScopesOf(RecordId id) {
  if (!standing_.has_value()) return ScopesWhere(id, /*standing=*/true);
  const auto known = standing_->find(id);
  if (known != standing_->end()) return known->second;
  ASSIGN_OR_RETURN(std::vector<Scope> scopes, ScopesWhere(id, /*standing=*/true));
  return standing_->insert_or_assign(id, std::move(scopes)).first->second;
}

absl::StatusOr<std::vector<Scope>> SqliteBaseQueries::FormerScopesOf(RecordId id) {
  return ScopesWhere(id, /*standing=*/false);
}

absl::StatusOr<std::vector<StoredRecord>> SqliteBaseQueries::FindAll(sqlite::Statement rows) {
  ASSIGN_OR_RETURN(const std::vector<RecordId> ids, IdsIn(rows));
  std::vector<StoredRecord> records;
  for (const RecordId& id : ids) {
    ASSIGN_OR_RETURN(auto record, FindRecord(id));
    if (record.has_value()) records.push_back(*std::move(record));
  }
  return records;
}

absl::StatusOr<std::vector<StoredRecord>> SqliteBaseQueries::RecordsAbout(RecordId subject, uint32_t type) {
  if (subject.empty()) return std::vector<StoredRecord>();
  constexpr char kOfType[] =
      "SELECT record_id FROM records WHERE subject = ?1 AND subject <> x'' AND type = ?2";
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(type == 0 ? kIdsAbout : kOfType));
  rows.BindBlob(1, BytesOf(subject));
  if (type != 0) rows.BindInt(2, type);
  return FindAll(std::move(rows));
}

absl::StatusOr<std::vector<Holding>> SqliteBaseQueries::Holdings(ReplicaId replica) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT scope, told_us, removed_us FROM holdings"
                                          " WHERE replica_id = ? ORDER BY scope"));
  rows.BindBlob(1, replica.ToBytes());
  std::vector<Holding> holdings;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return holdings;
    const auto scope = Scope::FromKey(rows.Blob(0));
    if (!scope.has_value()) return MakeError(ErrorCode::kDamaged, "a holding names no scope");
    holdings.push_back({*scope, rows.Int(1), rows.Int(2)});
  }
}

absl::StatusOr<std::vector<v1::ReferralReceipt>> SqliteBaseQueries::Receipts(std::string_view staff_code,
                                                                             int most) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT intent_id, taken_up_us, sealed, citizen_id FROM referrals"
                                          " WHERE author = ? ORDER BY received_us DESC, rowid DESC LIMIT ?"));
  rows.BindText(1, staff_code).BindInt(2, most);
  std::vector<v1::ReferralReceipt> receipts;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return receipts;
    ASSIGN_OR_RETURN(const std::string bytes,
                     OpenRow("referrals", rows.Blob(0), 0, rows.Blob(2), rows.Blob(3)));
    v1::ReferralReceipt& receipt = receipts.emplace_back();
    if (!receipt.ParseFromString(bytes)) return MakeError(ErrorCode::kDamaged, "a referral does not parse");
    receipt.set_taken_up_us(rows.Int(1));
  }
}

absl::StatusOr<std::vector<StoredGrant>> SqliteBaseQueries::GrantsFrom(sqlite::Statement rows) {
  std::vector<StoredGrant> grants;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return grants;
    const auto scope = Scope::FromKey(rows.Blob(0));
    if (!scope.has_value()) return MakeError(ErrorCode::kDamaged, "a grant row names no scope");
    StoredGrant& grant = grants.emplace_back();
    grant.scope = *scope;
    grant.generation = static_cast<uint64_t>(rows.Int(1));
    grant.mode = static_cast<v1::GrantMode>(rows.Int(2));
    grant.taken_us = rows.Int(3);
    grant.given_us = rows.Int(4);
  }
}

absl::StatusOr<std::vector<StoredGrant>> SqliteBaseQueries::TakenGrants(std::string_view staff_code) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT scope, generation, mode, taken_us, given_us FROM grants"
                                          " WHERE staff_code = ?1 AND taken_us > 0 UNION ALL"
                                          " SELECT scope, generation, mode, taken_us, given_us"
                                          " FROM former_grants WHERE staff_code = ?1"));
  rows.BindText(1, staff_code);
  return GrantsFrom(std::move(rows));
}

absl::StatusOr<std::vector<StoredGrant>> SqliteBaseQueries::Grants(std::string_view staff_code) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT scope, generation, mode, taken_us, given_us FROM grants"
                                          " WHERE staff_code = ? AND taken_us = 0"));
  rows.BindText(1, staff_code);
  ASSIGN_OR_RETURN(std::vector<StoredGrant> grants, GrantsFrom(std::move(rows)));
  for (StoredGrant& grant : grants) {
    grant.sum_key = ScopeSumKey(key_, grant.scope);
    ASSIGN_OR_RETURN(grant.display_name, ScopeName(grant.scope));
  }
  return grants;
}

absl::StatusOr<std::string> SqliteBaseQueries::ScopeName(const Scope& scope) {
  if (scope.kind == v1::SCOPE_KIND_GROUP) {
    ASSIGN_OR_RETURN(const auto record, FindRecord(RecordId(scope.id)));
    v1::Group group;
    const bool known = record.has_value() && record->type == RecordTypeOf<v1::Group>().type &&
                       group.ParseFromString(record->record.fields());
    return known ? group.name() : "";
  }
  const std::string area = AreaId(scope.id).ToBytes();
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT sealed_name FROM areas WHERE area_id = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, area).Step());
  return found ? OpenRow("areas", area, 0, row.Blob(0)) : absl::StatusOr<std::string>("");
}

absl::StatusOr<uint64_t> SqliteBaseQueries::GrantGeneration(std::string_view staff_code, const Scope& scope) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT generation FROM grants WHERE staff_code = ? AND scope = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindText(1, staff_code).BindBlob(2, scope.ToKey()).Step());
  return found ? static_cast<uint64_t>(row.Int(0)) : 0;
}

absl::StatusOr<std::string> SqliteBaseQueries::WroteIt(IntentId intent) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT author FROM log WHERE intent_id = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, intent.ToBytes()).Step());
  return found ? std::string(row.Text(0)) : std::string();
}

}  // namespace opgang
