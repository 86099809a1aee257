#include "server/store/audit_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/base/big_endian.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "core/sealing/signing.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

constexpr size_t kLinkBytes = 32;
constexpr int64_t kOneLookUs = int64_t{3600} * 1'000'000;

std::string Number(uint64_t number) {
  std::string bytes;
  AppendBigEndian(number, 8, bytes);
  return bytes;
}

// So that no two lists of parts ever give the same bytes.
void AppendWithLength(std::string_view part, std::string& bytes) {
  AppendBigEndian(part.size(), 8, bytes);
  bytes.append(part);
}

std::string WithLength(std::string_view part) {
  std::string bytes;
  AppendWithLength(part, bytes);
  return bytes;
}

}  // namespace

int AuditMonthOf(int64_t at_us) {
  const absl::CivilMonth month = absl::ToCivilMonth(absl::FromUnixMicros(at_us), CopenhagenTime());
  return static_cast<int>(month.year()) * 100 + month.month();
}

std::string AuditMonthOwner(int month) { return absl::StrFormat("%04d-%02d", month / 100, month % 100); }

AuditKeys::AuditKeys(const SecretBytes& storage_key)
    : chain(DeriveKey(storage_key, "audit chain")),
      checkpoint(SignKeyPairFromSeed(DeriveKey(storage_key, "audit checkpoints"))) {}

std::string AuditLinkOf(const AuditKeys& keys, std::string_view before, const AuditRow& row) {
  return KeyedDigest(keys.chain,
                     "link" + WithLength(before) + Number(row.seq) +
                         Number(static_cast<uint64_t>(row.month)) + WithLength(row.person_tag) +
                         WithLength(row.note) + WithLength(row.person),
                     kLinkBytes);
}

std::string AuditNoteBinding(uint64_t seq) { return "audit note " + std::to_string(seq); }
std::string AuditPersonBinding(uint64_t seq) { return "audit person " + std::to_string(seq); }
std::string AuditTagOf(const SecretBytes& citizen_key) { return KeyedDigest(citizen_key, "audit tag", 16); }

std::string AuditLookMark(const AuditKeys& keys, uint64_t seq, int64_t count, int64_t last_us) {
  return KeyedDigest(
      keys.chain,
      "looks" + Number(seq) + Number(static_cast<uint64_t>(count)) + Number(static_cast<uint64_t>(last_us)),
      16);
}

std::string AuditDigestOf(const AuditKeys& keys, const std::vector<PinnedMutation>& pinned) {
  std::string bytes = "changes";
  for (const PinnedMutation& mutation : pinned) {
    AppendWithLength(BytesOf(mutation.intent), bytes);
    AppendWithLength(BytesOf(mutation.replica), bytes);
    AppendBigEndian(mutation.seq, 8, bytes);
    AppendWithLength(mutation.author, bytes);
    AppendBigEndian(static_cast<uint64_t>(mutation.received_us), 8, bytes);
  }
  return KeyedDigest(keys.chain, bytes, kLinkBytes);
}

std::string AuditHeadBytes(const AuditKeys& keys, uint64_t seq, std::string_view link) {
  const std::string head = Number(seq) + std::string(link);
  return head + KeyedDigest(keys.chain, "head" + head, 16);
}

absl::Status AuditChain::Load() {
  ASSIGN_OR_RETURN(auto last, db_.Prepare("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1"));
  ASSIGN_OR_RETURN(const bool any, last.Step());
  if (any) {
    head_ = {static_cast<uint64_t>(last.Int(0)), std::string(last.Blob(1))};
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(auto expired,
                   db_.Prepare("SELECT bytes FROM audit_checkpoints ORDER BY from_seq DESC LIMIT 1"));
  ASSIGN_OR_RETURN(const bool all_expired, expired.Step());
  v1::AuditCheckpoint checkpoint;
  if (all_expired && checkpoint.ParseFromString(std::string(expired.Blob(0))))
    head_ = {checkpoint.to_seq(), checkpoint.link()};
  return absl::OkStatus();
}

absl::Status AuditChain::Append(const AuditUse& use) {
  AuditRow row;
  row.seq = head_.seq + 1;
  row.month = AuditMonthOf(use.note.at_us());
  ASSIGN_OR_RETURN(const SecretBytes month_key, give_key_(AuditMonthOwner(row.month)));
  row.note = Seal(month_key, use.note.SerializeAsString(), AuditNoteBinding(row.seq), random_);
  if (use.person.has_value()) {
    ASSIGN_OR_RETURN(const SecretBytes citizen_key, give_key_(use.person->subject_id()));
    row.person_tag = AuditTagOf(citizen_key);
    row.person = Seal(citizen_key, use.person->SerializeAsString(), AuditPersonBinding(row.seq), random_);
  }
  const std::string link = AuditLinkOf(keys_, head_.link, row);
  ASSIGN_OR_RETURN(auto insert, db_.Prepare("INSERT INTO audit (seq, month, person_tag, note, person, link)"
                                            " VALUES (?, ?, ?, ?, ?, ?)"));
  insert.BindInt(1, static_cast<int64_t>(row.seq))
      .BindInt(2, row.month)
      .BindBlob(3, row.person_tag)
      .BindBlob(4, row.note)
      .BindBlob(5, row.person)
      .BindBlob(6, link);
  RETURN_IF_ERROR(insert.Run());
  head_ = {row.seq, link};
  return absl::OkStatus();
}

absl::Status AuditChain::Look(const AuditUse& use) {
  const std::string record = use.person.has_value() ? use.person->record_id() : use.note.about();
  const LookKey key{use.note.actor(), record, use.note.detail()};
  const int64_t now = use.note.at_us();
  std::erase_if(looks_, [&](const auto& look) { return look.second.first_us + kOneLookUs <= now; });
  const auto recent = looks_.find(key);
  if (recent == looks_.end()) {
    RETURN_IF_ERROR(Append(use));
    looks_[key] = {head_.seq, now, 1};
    return absl::OkStatus();
  }
  const auto seq = static_cast<int64_t>(recent->second.seq);
  const int64_t count = ++recent->second.count;
  ASSIGN_OR_RETURN(auto put, db_.Prepare("INSERT OR REPLACE INTO audit_looks (seq, look_count, last_us, mark)"
                                         " VALUES (?, ?, ?, ?)"));
  return put.BindInt(1, seq)
      .BindInt(2, count)
      .BindInt(3, now)
      .BindBlob(4, AuditLookMark(keys_, recent->second.seq, count, now))
      .Run();
}

absl::Status AuditChain::AppendDeviceUse(const AuditUse& use, const std::vector<std::string>& links) {
  RETURN_IF_ERROR(Append(use));
  for (const std::string& link : links) {
    ASSIGN_OR_RETURN(auto note, db_.Prepare("INSERT INTO use_links (link, seq) VALUES (?, ?)"));
    RETURN_IF_ERROR(note.BindBlob(1, link).BindInt(2, static_cast<int64_t>(head_.seq)).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HoldsUse(sqlite::Database& db, std::string_view link) {
  ASSIGN_OR_RETURN(auto row, db.Prepare("SELECT 1 FROM use_links WHERE link = ?"));
  return row.BindBlob(1, link).Step();
}

absl::StatusOr<UseChainState> ReadUseChain(sqlite::Database& db, std::string_view chain_id) {
  ASSIGN_OR_RETURN(auto row, db.Prepare("SELECT next_number, last_link FROM use_chains WHERE chain_id = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, chain_id).Step());
  UseChainState state{std::string(chain_id), 1, ""};
  if (!found) return state;
  state.next_number = static_cast<uint64_t>(row.Int(0));
  state.last_link = std::string(row.Blob(1));
  return state;
}

absl::Status WriteUseChain(sqlite::Database& db, const UseChainState& state) {
  ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT OR REPLACE INTO use_chains (chain_id, next_number, last_link)"
                                        " VALUES (?, ?, ?)"));
  return put.BindBlob(1, state.chain_id)
      .BindInt(2, static_cast<int64_t>(state.next_number))
      .BindBlob(3, state.last_link)
      .Run();
}

void AuditChain::Begin() {
  at_begin_ = head_;
  pinned_.clear();
}

void AuditChain::BeginPart() {
  at_part_ = head_;
  pinned_at_part_ = pinned_.size();
}

void AuditChain::DropPart() {
  head_ = at_part_;
  pinned_.resize(pinned_at_part_);
}

void AuditChain::Rollback() {
  head_ = at_begin_;
  pinned_.clear();
  looks_.clear();  // what was counted may not be there
}

absl::Status AuditChain::NotePinned() {
  using Whose = std::pair<ReplicaId, std::string>;  // and the author
  std::map<Whose, std::vector<PinnedMutation>> groups;
  for (PinnedMutation& mutation : pinned_) {
    const Whose whose{mutation.replica, mutation.author};
    groups[whose].push_back(std::move(mutation));
  }
  pinned_.clear();
  for (auto& [whose, group] : groups) {
    std::sort(group.begin(), group.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
    AuditUse use;
    use.note.set_at_us(group.back().received_us);
    use.note.set_actor(whose.second);
    use.note.set_action(v1::AUDIT_ACTION_CHANGED);
    v1::AuditedChanges& changes = *use.note.mutable_changes();
    changes.set_replica_id(whose.first.ToBytes());
    changes.set_first_seq(group.front().seq);
    changes.set_last_seq(group.back().seq);
    changes.set_mutation_count(static_cast<uint32_t>(group.size()));
    changes.set_digest(AuditDigestOf(keys_, group));
    RETURN_IF_ERROR(Append(use));
  }
  return absl::OkStatus();
}

absl::Status AuditChain::Finish() {
  RETURN_IF_ERROR(NotePinned());
  if (head_.seq == at_begin_.seq) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto put, db_.Prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
  return put.BindText(1, kAuditHead).BindBlob(2, AuditHeadBytes(keys_, head_.seq, head_.link)).Run();
}

absl::StatusOr<v1::ExpireAuditResponse> AuditChain::Expire(int before_month, std::string_view actor,
                                                           int64_t now_us, bool apply) {
  // Months do not run backwards along the chain, but a clock may have: what expires is a stretch from the beginning.
  ASSIGN_OR_RETURN(auto end, db_.Prepare("SELECT coalesce(min(seq), ?2) FROM audit WHERE month >= ?1"));
  end.BindInt(1, before_month).BindInt(2, static_cast<int64_t>(head_.seq) + 1);
  RETURN_IF_ERROR(end.Step().status());
  const int64_t first_kept = end.Int(0);
  ASSIGN_OR_RETURN(auto count, db_.Prepare("SELECT count(*), count(DISTINCT month), coalesce(min(seq), 0)"
                                           " FROM audit WHERE seq < ?"));
  RETURN_IF_ERROR(count.BindInt(1, first_kept).Step().status());
  v1::ExpireAuditResponse response;
  response.set_entry_count(static_cast<uint64_t>(count.Int(0)));
  response.set_month_count(static_cast<uint32_t>(count.Int(1)));
  if (!apply || response.entry_count() == 0) return response;
  ASSIGN_OR_RETURN(auto last,
                   db_.Prepare("SELECT seq, link FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT 1"));
  RETURN_IF_ERROR(last.BindInt(1, first_kept).Step().status());
  v1::AuditCheckpoint checkpoint;
  checkpoint.set_from_seq(static_cast<uint64_t>(count.Int(2)));
  checkpoint.set_to_seq(static_cast<uint64_t>(last.Int(0)));
  checkpoint.set_link(std::string(last.Blob(1)));
  checkpoint.set_at_us(now_us);
  checkpoint.set_actor(std::string(actor));
  checkpoint.set_signature(Sign(keys_.checkpoint, "audit checkpoint 1", checkpoint.SerializeAsString()));
  ASSIGN_OR_RETURN(auto put, db_.Prepare("INSERT INTO audit_checkpoints (from_seq, bytes) VALUES (?, ?)"));
  RETURN_IF_ERROR(put.BindInt(1, count.Int(2)).BindBlob(2, checkpoint.SerializeAsString()).Run());
  for (const char* table : {"audit_looks", "use_links", "audit"}) {
    ASSIGN_OR_RETURN(auto drop, db_.Prepare(std::string("DELETE FROM ") + table + " WHERE seq < ?"));
    RETURN_IF_ERROR(drop.BindInt(1, first_kept).Run());
  }
  return response;
}

}  // namespace opgang
