#include "server/rpc/refusals.h"

#include <string>
#include <utility>

#include "server/engine/transaction.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

// A device that asks again and again is noted once in so long a time for each method.
constexpr absl::Duration kNoteEvery = absl::Minutes(1);

bool IsTimeToNote(BaseServices& base, StoreId store, std::string_view method) {
  const std::unique_lock lock(base.refusals_mutex);
  const absl::Time now = base.clock->WallNow();
  auto& last = base.refusals[{store, std::string(method)}];
  if (last != absl::Time() && now >= last && now - last < kNoteEvery) return false;
  last = now;
  return true;
}

}  // namespace

void NoteRefusal(BaseServices& base, const Peer& who, std::string_view method) {
  spdlog::warn("event=refused method={} staff={} store={}", method, who.staff_code, who.store.ToString());
  if (!IsTimeToNote(base, who.store, method)) return;
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(base.clock->WallNow()));
  use.note.set_actor(who.staff_code);
  use.note.set_action(v1::AUDIT_ACTION_REFUSED);
  use.note.set_detail(std::string(method));
  use.note.set_store_id(who.store.ToBytes());
  base.writer->Run([use = std::move(use)](BaseStore& store, Committer&) {
    const absl::Status noted = InTransaction(store, [&] { return store.AuditUsed(use); });
    if (!noted.ok()) spdlog::warn("event=refusal-not-noted error=\"{}\"", std::string(noted.message()));
  });
}

}  // namespace opgang
