#include "server/engine/erasure.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr char kBase[] = "base";

ErasureLine LineOf(const ErasureOrder& order) {
  ErasureLine line;
  line.at_us = absl::ToUnixMicros(order.now);
  line.actor = order.actor;
  line.reason = order.reason;
  return line;
}

// As the ledger has it: a restored base tells whose decision it was.
ErasureLine LineInLedger(const BaseStore& store, RecordId citizen, const ErasureOrder& order) {
  const std::string hash = store.ledger().HashOf(citizen);
  for (const ErasureLine& line : store.ledger().lines()) {
    if (line.hash == hash) return line;
  }
  return LineOf(order);
}

absl::Status AuditErasure(BaseStore& store, RecordId citizen, const ErasureOrder& order) {
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(order.now));
  use.note.set_actor(order.actor);
  use.note.set_action(v1::AUDIT_ACTION_ERASED);
  use.note.set_detail(v1::ErasureReason_Name(order.reason));
  use.note.set_about(citizen.ToBytes());
  return store.AuditUsed(use);
}

absl::Status BringAbout(BaseStore& store, RecordId citizen, const ErasureOrder& order,
                        std::set<Scope>& touched) {
  return InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const uint64_t rev, store.NextRev());
    RETURN_IF_ERROR(store.EraseContents(citizen, LineInLedger(store, citizen, order), rev, touched));
    return AuditErasure(store, citizen, order);
  });
}

}  // namespace

absl::Status EraseCitizen(BaseStore& store, RecordId citizen, const ErasureOrder& order,
                          std::set<Scope>& touched) {
  if (!store.ledger().Holds(citizen)) RETURN_IF_ERROR(store.NoteInLedger(citizen, LineOf(order)));
  // One that met a full disk before comes to its end first: its key goes with this one's.
  ASSIGN_OR_RETURN(const std::vector<RecordId> begun, store.ErasuresToFinish());
  for (const RecordId& other : begun) {
    if (other != citizen) RETURN_IF_ERROR(BringAbout(store, other, order, touched));
  }
  RETURN_IF_ERROR(BringAbout(store, citizen, order, touched));
  RETURN_IF_ERROR(store.DestroyErasedKeys());
  return InTransaction(store, [&] { return store.NoteLedgerFollowed(); });
}

absl::StatusOr<int> FinishErasures(BaseStore& store, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<RecordId> unfinished, store.ErasuresToFinish());
  std::set<Scope> nobody_listens_yet;
  const ErasureOrder order{kBase, v1::ERASURE_REASON_LEDGER, now};
  for (const RecordId& citizen : unfinished) {
    if (!store.ledger().Holds(citizen)) RETURN_IF_ERROR(store.NoteInLedger(citizen, LineOf(order)));
    RETURN_IF_ERROR(BringAbout(store, citizen, order, nobody_listens_yet));
  }
  if (!store.has_erasures()) return 0;
  RETURN_IF_ERROR(store.DestroyErasedKeys());
  RETURN_IF_ERROR(InTransaction(store, [&] { return store.NoteLedgerFollowed(); }));
  return static_cast<int>(unfinished.size());
}

absl::Status HearErasures(BaseStore& store, const SecretBytes& storage_key, ReplicaId replica,
                          const std::vector<v1::Erasure>& erasures, absl::Time now,
                          std::set<Scope>& touched) {
  std::vector<RecordId> heeded;
  for (const v1::Erasure& erasure : erasures) {
    const auto citizen = RecordId::FromBytes(erasure.subject_id());
    if (!citizen.has_value() || ErasureProof(storage_key, erasure.subject_id()) != erasure.proof()) continue;
    const ErasureOrder order{kBase, v1::ERASURE_REASON_DEVICE, now};
    ASSIGN_OR_RETURN(const bool noted, store.IsNotedErased(*citizen));
    if (!noted) RETURN_IF_ERROR(EraseCitizen(store, *citizen, order, touched));
    heeded.push_back(*citizen);
  }
  return InTransaction(store, [&]() -> absl::Status {
    for (const RecordId& citizen : heeded)
      RETURN_IF_ERROR(store.NoteHeeded(replica, citizen, absl::ToUnixMicros(now)));
    return absl::OkStatus();
  });
}

}  // namespace opgang
