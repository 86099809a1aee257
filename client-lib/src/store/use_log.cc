#include "client-lib/src/store/use_log.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <utility>

#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "core/sealing/use_chain.h"
#include "core/sqlite/transaction.h"

namespace opgang {
namespace {

constexpr int kMostUses = 500;  // in one message (sync.proto)

}  // namespace

absl::StatusOr<UseLog::Chain> UseLog::OpenChain() {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT chain_id, sealed_start, next_key, next_number, last_link"
                                         " FROM use_chains WHERE next_key <> x'' LIMIT 1"));
  ASSIGN_OR_RETURN(const bool found, row.Step());
  Chain chain;
  if (found) {
    chain.id = std::string(row.Blob(0));
    chain.sealed_start = std::string(row.Blob(1));
    chain.next_key = std::string(row.Blob(2));
    chain.next_number = static_cast<uint64_t>(row.Int(3));
    chain.last_link = std::string(row.Blob(4));
  }
  if (chain.next_key.size() == kUseKeySize && chain.next_number <= kMostUsesInAChain) return chain;
  RETURN_IF_ERROR(BeginAnew());
  chain = {random_.Bytes(16), "", "", random_.Bytes(kUseKeySize)};
  chain.sealed_start = SealToPublicKey(base_public_key_, chain.next_key);
  return chain;
}

absl::Status UseLog::Put(const Chain& chain) {
  ASSIGN_OR_RETURN(auto put,
                   db_.Prepare("INSERT INTO use_chains(chain_id, sealed_start, next_key, next_number,"
                               " last_link) VALUES(?1, ?2, ?3, ?4, ?5)"
                               " ON CONFLICT(chain_id) DO UPDATE SET next_key = ?3,"
                               " next_number = ?4, last_link = ?5"));
  return put.BindBlob(1, chain.id)
      .BindBlob(2, chain.sealed_start)
      .BindBlob(3, chain.next_key)
      .BindInt(4, static_cast<int64_t>(chain.next_number))
      .BindBlob(5, chain.last_link)
      .Run();
}

absl::Status UseLog::Note(const v1::DeviceUse& use) {
  const std::string sealed = SealToPublicKey(base_public_key_, use.SerializeAsString());
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(db_));
  ASSIGN_OR_RETURN(Chain chain, OpenChain());
  const SecretBytes key(chain.next_key);
  const std::string before = chain.last_link;
  chain.last_link = UseLink(key, chain.next_number, before, sealed);
  ASSIGN_OR_RETURN(auto insert,
                   db_.Prepare("INSERT INTO uses(chain_id, number, link_before, sealed, link, rev)"
                               " VALUES(?, ?, ?, ?, ?, 0)"));
  insert.BindBlob(1, chain.id)
      .BindInt(2, static_cast<int64_t>(chain.next_number))
      .BindBlob(3, before)
      .BindBlob(4, sealed)
      .BindBlob(5, chain.last_link);
  RETURN_IF_ERROR(insert.Run());
  ++chain.next_number;
  chain.next_key = std::string(NextUseKey(key).Reveal());
  RETURN_IF_ERROR(Put(chain));
  return transaction.Commit();
}

// In stretches of what follows on each other: what is behind a gap is handed in as such, and the base sees it.
absl::StatusOr<std::vector<v1::DeviceUses>> UseLog::Read(int64_t up_to_rev, int most) {
  std::vector<v1::DeviceUses> stretches;
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT c.chain_id, c.sealed_start, u.number, u.link_before, u.sealed,"
                               " u.link FROM uses u JOIN use_chains c ON c.chain_id = u.chain_id"
                               " WHERE u.rev <= ?1 ORDER BY u.chain_id, u.number LIMIT ?2"));
  rows.BindInt(1, up_to_rev).BindInt(2, most);
  std::string last_link;
  for (uint64_t next = 0;; ++next) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return stretches;
    const auto number = static_cast<uint64_t>(rows.Int(2));
    const bool follows = !stretches.empty() && stretches.back().chain_id() == rows.Blob(0) &&
                         number == next && last_link == rows.Blob(3);
    if (!follows) {
      v1::DeviceUses& stretch = stretches.emplace_back();
      stretch.set_chain_id(std::string(rows.Blob(0)));
      stretch.set_sealed_start(std::string(rows.Blob(1)));
      stretch.set_first_number(number);
      stretch.set_link_before(std::string(rows.Blob(3)));
    }
    v1::SealedUse& use = *stretches.back().add_uses();
    use.set_sealed(std::string(rows.Blob(4)));
    use.set_link(std::string(rows.Blob(5)));
    last_link = use.link();
    next = number;
  }
}

absl::StatusOr<v1::DeviceUses> UseLog::Next() {
  ASSIGN_OR_RETURN(auto stretches, Read(/*up_to_rev=*/0, kMostUses));
  return stretches.empty() ? v1::DeviceUses() : std::move(stretches.front());
}

absl::StatusOr<std::vector<v1::DeviceUses>> UseLog::All() { return Read(INT64_MAX, INT_MAX); }

absl::Status UseLog::Taken(const v1::UsesTaken& taken) {
  ASSIGN_OR_RETURN(auto mark, db_.Prepare("UPDATE uses SET rev = ?3 WHERE chain_id = ?1 AND number <= ?2 AND"
                                          " rev = 0"));
  return mark.BindBlob(1, taken.chain_id())
      .BindInt(2, static_cast<int64_t>(taken.through_number()))
      .BindInt(3, static_cast<int64_t>(std::max<uint64_t>(taken.rev(), 1)))
      .Run();
}

absl::Status UseLog::HandInAgain() {
  ASSIGN_OR_RETURN(auto mark, db_.Prepare("UPDATE uses SET rev = 0 WHERE rev > 0"));
  return mark.Run();
}

absl::Status UseLog::BeginAnew() {
  ASSIGN_OR_RETURN(auto close, db_.Prepare("UPDATE use_chains SET next_key = x'' WHERE next_key <> x''"));
  return close.Run();
}

// A backup that is up to a rev may have been made before the base took what came at that rev: only beyond it is it surely there.
absl::Status UseLog::Forget(uint64_t horizon) {
  ASSIGN_OR_RETURN(auto any, db_.Prepare("SELECT 1 FROM uses WHERE rev > 0 AND rev < ?1 LIMIT 1"));
  ASSIGN_OR_RETURN(const bool some, any.BindInt(1, static_cast<int64_t>(horizon)).Step());
  if (!some) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(db_));
  ASSIGN_OR_RETURN(auto forget, db_.Prepare("DELETE FROM uses WHERE rev > 0 AND rev < ?1"));
  RETURN_IF_ERROR(forget.BindInt(1, static_cast<int64_t>(horizon)).Run());
  ASSIGN_OR_RETURN(auto drop, db_.Prepare("DELETE FROM use_chains WHERE next_key = x'' AND chain_id NOT IN"
                                          " (SELECT chain_id FROM uses)"));
  RETURN_IF_ERROR(drop.Run());
  return transaction.Commit();
}

absl::Status UseLog::TakeOver(const std::vector<v1::DeviceUses>& former) {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(db_));
  ASSIGN_OR_RETURN(auto chain,
                   db_.Prepare("INSERT OR IGNORE INTO use_chains(chain_id, sealed_start, next_key,"
                               " next_number, last_link) VALUES(?1, ?2, x'', 0, x'')"));
  ASSIGN_OR_RETURN(auto row,
                   db_.Prepare("INSERT OR IGNORE INTO uses(chain_id, number, link_before, sealed, link,"
                               " rev) VALUES(?1, ?2, ?3, ?4, ?5, 0)"));
  for (const v1::DeviceUses& uses : former) {
    RETURN_IF_ERROR(chain.BindBlob(1, uses.chain_id()).BindBlob(2, uses.sealed_start()).Run());
    auto number = static_cast<int64_t>(uses.first_number());
    std::string before = uses.link_before();
    for (const v1::SealedUse& use : uses.uses()) {
      row.BindBlob(1, uses.chain_id()).BindInt(2, number++).BindBlob(3, before);
      RETURN_IF_ERROR(row.BindBlob(4, use.sealed()).BindBlob(5, use.link()).Run());
      before = use.link();
    }
  }
  return transaction.Commit();
}

}  // namespace opgang
