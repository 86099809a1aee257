// The half of SqliteBaseQueries that reads the audit, and says whether it is whole.
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/signing.h"
#include "core/sqlite/transaction.h"
#include "server/store/audit_chain.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

constexpr uint32_t kMostLines = 1000;
constexpr size_t kNumberBytes = 8, kLinkBytes = 32;

std::string Entry(uint64_t seq) { return "entry " + std::to_string(seq); }

std::string Entries(uint64_t from, uint64_t to) {
  if (from == to) return Entry(from);
  return "entries " + std::to_string(from) + " to " + std::to_string(to);
}

AuditRow RowFrom(const sqlite::Statement& row) {
  return {static_cast<uint64_t>(row.Int(0)), static_cast<int>(row.Int(1)), std::string(row.Blob(2)),
          std::string(row.Blob(3)), std::string(row.Blob(4))};
}

// Walks along the chain and names what does not hold.
class Verifier {
 public:
  Verifier(sqlite::Database& db, const SecretBytes& storage_key, const CitizenKeys& citizens)
      : db_(db), keys_(storage_key), citizens_(citizens) {}

  absl::StatusOr<v1::VerifyAuditResponse> Run() {
    RETURN_IF_ERROR(TakeCheckpoints());
    RETURN_IF_ERROR(WalkEntries());
    RETURN_IF_ERROR(CheckHead());
    RETURN_IF_ERROR(CheckLooks());
    if (last_expired_ == 0) RETURN_IF_ERROR(CheckLogIsCovered());
    response_.set_link(link_);
    return std::move(response_);
  }

 private:
  void Name(const std::string& problem) { response_.add_problems(problem); }

  absl::Status TakeCheckpoints() {
    ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT bytes FROM audit_checkpoints ORDER BY from_seq"));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return absl::OkStatus();
      v1::AuditCheckpoint checkpoint;
      const bool parsed = checkpoint.ParseFromString(std::string(rows.Blob(0)));
      const std::string signature = checkpoint.signature();
      checkpoint.clear_signature();
      const bool ours = parsed && CheckSignature(keys_.checkpoint.public_key, "audit checkpoint 1",
                                                 checkpoint.SerializeAsString(), signature);
      if (!ours) {
        Name("the checkpoint behind " + Entry(last_expired_) + " does not bear this base's signature");
        continue;
      }
      if (checkpoint.from_seq() != last_expired_ + 1)
        Name(Entries(last_expired_ + 1, checkpoint.from_seq() - 1) + " are missing before a checkpoint");
      last_expired_ = checkpoint.to_seq();
      link_ = checkpoint.link();
    }
  }

  absl::Status WalkEntries() {
    uint64_t before = last_expired_;
    ASSIGN_OR_RETURN(
        auto rows, db_.Prepare("SELECT seq, month, person_tag, note, person, link FROM audit ORDER BY seq"));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) break;
      const AuditRow row = RowFrom(rows);
      const std::string written(rows.Blob(5));
      const bool gap = row.seq != before + 1;
      if (gap) Name(Entries(before + 1, row.seq - 1) + (row.seq - before == 2 ? " is" : " are") + " missing");
      // Behind a gap the link before is not known: the entry itself is looked at through its notes only.
      if (!gap && AuditLinkOf(keys_, link_, row) != written)
        Name(Entry(row.seq) + " is not what was written there");
      RETURN_IF_ERROR(CheckNote(row));
      if (response_.first_seq() == 0) response_.set_first_seq(row.seq);
      response_.set_entry_count(response_.entry_count() + 1);
      link_ = written;
      before = row.seq;
    }
    last_ = before;
    response_.set_last_seq(before);
    return absl::OkStatus();
  }

  absl::Status CheckNote(const AuditRow& row) {
    const auto month_key = citizens_.KeyOf(AuditMonthOwner(row.month));
    if (!month_key.ok()) {
      Name("the key of " + Entry(row.seq) + "'s month is not there");
      return absl::OkStatus();
    }
    const auto bytes = Open(*month_key, row.note, AuditNoteBinding(row.seq));
    v1::AuditNote note;
    if (!bytes.ok() || !note.ParseFromString(*bytes)) {
      Name(Entry(row.seq) + " cannot be opened");
      return absl::OkStatus();
    }
    return note.has_changes() ? CheckChanges(row.seq, note) : absl::OkStatus();
  }

  absl::Status CheckChanges(uint64_t seq, const v1::AuditNote& note) {
    const v1::AuditedChanges& changes = note.changes();
    ASSIGN_OR_RETURN(auto rows,
                     db_.Prepare("SELECT intent_id, seq, received_us FROM log WHERE replica_id = ?1 AND"
                                 " seq BETWEEN ?2 AND ?3 AND author = ?4 ORDER BY seq"));
    rows.BindBlob(1, changes.replica_id())
        .BindInt(2, static_cast<int64_t>(changes.first_seq()))
        .BindInt(3, static_cast<int64_t>(changes.last_seq()))
        .BindText(4, note.actor());
    const ReplicaId replica = ReplicaId::FromBytes(changes.replica_id()).value_or(ReplicaId());
    std::vector<PinnedMutation> found;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) break;
      found.push_back({IntentId::FromBytes(rows.Blob(0)).value_or(IntentId()), replica,
                       static_cast<uint64_t>(rows.Int(1)), note.actor(), rows.Int(2)});
    }
    covered_ += changes.mutation_count();
    response_.set_change_count(response_.change_count() + found.size());
    if (AuditDigestOf(keys_, found) != changes.digest()) {
      Name(Entry(seq) + " tells of " + std::to_string(changes.mutation_count()) +
           " changes; the log holds others there (" + std::to_string(found.size()) + ")");
    }
    return absl::OkStatus();
  }

  absl::Status CheckHead() {
    ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT value FROM meta WHERE key = ?"));
    ASSIGN_OR_RETURN(const bool known, row.BindText(1, kAuditHead).Step());
    if (!known) {
      if (last_ > 0) Name("how far the chain had come is not written down");
      return absl::OkStatus();
    }
    const std::string head(row.Blob(0));
    uint64_t seq = 0;
    for (size_t i = 0; i < kNumberBytes && i < head.size(); ++i)
      seq = (seq << 8) | static_cast<unsigned char>(head[i]);
    if (head.size() < kNumberBytes + kLinkBytes) {
      Name("how far the chain had come cannot be read");
      return absl::OkStatus();
    }
    const bool ours = head == AuditHeadBytes(keys_, seq, head.substr(kNumberBytes, kLinkBytes));
    if (ours && seq > last_) {
      Name(Entries(last_ + 1, seq) + " at the end " + (seq == last_ + 1 ? "is" : "are") + " missing");
    } else if (!ours || seq < last_ || head.substr(kNumberBytes, kLinkBytes) != link_) {
      Name("the chain ends otherwise than was written down");
    }
    return absl::OkStatus();
  }

  absl::Status CheckLooks() {
    ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT seq, look_count, last_us, mark FROM audit_looks"));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return absl::OkStatus();
      const auto seq = static_cast<uint64_t>(rows.Int(0));
      if (AuditLookMark(keys_, seq, rows.Int(1), rows.Int(2)) != rows.Blob(3))
        Name("how often the look of " + Entry(seq) + " was repeated was changed");
    }
  }

  absl::Status CheckLogIsCovered() {
    ASSIGN_OR_RETURN(const int64_t logged, db_.QueryInt("SELECT count(*) FROM log"));
    if (logged > static_cast<int64_t>(covered_))
      Name("the log holds " + std::to_string(logged) + " changes, of which the entries tell of " +
           std::to_string(covered_));
    return absl::OkStatus();
  }

  sqlite::Database& db_;
  const AuditKeys keys_;
  const CitizenKeys& citizens_;
  v1::VerifyAuditResponse response_;
  std::string link_;
  uint64_t last_expired_ = 0;
  uint64_t last_ = 0;
  uint64_t covered_ = 0;
};

bool IsWanted(const v1::AuditLine& line, const v1::ListAuditRequest& request) {
  const v1::AuditNote& note = line.note();
  if (!request.by().empty() && note.actor() != request.by()) return false;
  if (request.action() != v1::AUDIT_ACTION_UNSPECIFIED && note.action() != request.action()) return false;
  if (note.at_us() < request.since_us()) return false;
  return request.until_us() == 0 || note.at_us() < request.until_us();
}

}  // namespace

absl::StatusOr<v1::VerifyAuditResponse> SqliteBaseQueries::VerifyAudit() {
  ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::BeginRead(db_));
  if (citizens_ == nullptr) return MakeError(ErrorCode::kNotFound, "the citizens' keys are not here");
  return Verifier(db_, key_, *citizens_).Run();
}

absl::StatusOr<v1::ListAuditResponse> SqliteBaseQueries::AuditLines(const v1::ListAuditRequest& request,
                                                                    std::optional<RecordId> citizen) {
  if (citizens_ == nullptr) return MakeError(ErrorCode::kNotFound, "the citizens' keys are not here");
  std::string tag;
  SecretBytes citizen_key;
  if (citizen.has_value()) {
    ASSIGN_OR_RETURN(citizen_key, citizens_->KeyOf(citizen->ToBytes()));
    tag = AuditTagOf(citizen_key);
  }
  ASSIGN_OR_RETURN(
      auto rows, db_.Prepare("SELECT a.seq, a.month, a.person_tag, a.note, a.person, l.look_count, l.last_us"
                             " FROM audit a LEFT JOIN audit_looks l ON l.seq = a.seq"
                             " WHERE (?1 = x'' OR a.person_tag = ?1) AND (?2 = 0 OR a.seq = ?2)"
                             " ORDER BY a.seq DESC"));
  rows.BindBlob(1, tag).BindInt(2, static_cast<int64_t>(request.seq()));
  const uint32_t most = request.most() == 0 ? kMostLines : request.most();
  std::map<std::string, SecretBytes> owners;  // by tag: whose the person parts are
  for (const std::string& id : citizens_->Citizens()) {
    const auto key = citizens_->KeyOf(id);
    if (key.ok()) owners.emplace(AuditTagOf(*key), *key);
  }
  std::vector<v1::AuditLine> newest_first;
  v1::ListAuditResponse response;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    const AuditRow row = RowFrom(rows);
    v1::AuditLine line = LineFrom(row.seq, row.month, row.note);
    line.set_look_count(rows.Int(5) > 0 ? static_cast<uint32_t>(rows.Int(5)) : 1);
    line.set_last_look_us(rows.Int(6));
    line.set_about_a_person(!row.person.empty());
    const auto owner = owners.find(row.person_tag);
    if (owner != owners.end()) {
      const auto bytes = Open(owner->second, row.person, AuditPersonBinding(row.seq));
      if (bytes.ok()) line.mutable_person()->ParseFromString(*bytes);
    }
    if (!IsWanted(line, request)) continue;
    if (newest_first.size() == most) {
      response.set_more(true);
      break;
    }
    newest_first.push_back(std::move(line));
  }
  for (auto line = newest_first.rbegin(); line != newest_first.rend(); ++line)
    *response.add_lines() = std::move(*line);
  return response;
}

v1::AuditLine SqliteBaseQueries::LineFrom(uint64_t seq, int month, const std::string& sealed_note) {
  v1::AuditLine line;
  line.set_seq(seq);
  const auto key = citizens_->KeyOf(AuditMonthOwner(month));
  if (!key.ok()) return line;
  const auto bytes = Open(*key, sealed_note, AuditNoteBinding(seq));
  if (bytes.ok()) line.mutable_note()->ParseFromString(*bytes);
  return line;
}

}  // namespace opgang
