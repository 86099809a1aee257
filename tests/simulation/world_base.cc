// What people do at the base.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "server/admin/dwelling_import.h"
#include "server/engine/transaction.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

void World::Decide(uint32_t which, uint32_t how) {
  AuditBase();
  const std::set<IntentId>& waiting = base_audit_->quarantined();
  if (waiting.empty() || failure_.has_value()) return;
  const IntentId intent = *std::next(waiting.begin(), static_cast<int64_t>(which % waiting.size()));
  if (how % 3 == 0) {
    const absl::Status discarded =
        base_->committer()
            .Discard(intent, "karen", base_clock_.WallNow(), v1::DECISION_REASON_OTHER)
            .status();
    Say(absl::StrCat("  karen discards ", Name(intent)));
    if (discarded.ok()) Reach("a quarantined mutation was discarded");
    return;
  }
  std::set<Scope> touched;
  const auto verdict = base_->committer().Replay(intent, "karen", base_clock_.WallNow(), touched);
  Say(absl::StrCat("  karen replays ", Name(intent), ": ",
                   !verdict.ok()            ? "failed"
                   : verdict->has_applied() ? "applied"
                                            : "refused again"));
  if (!verdict.ok()) return;
  base_->Announce(touched);
  Reach(verdict->has_applied() ? "a quarantined mutation was replayed" : "a replay was refused again");
}

void World::Import(uint32_t which) {
  v1::ImportDwellingsRequest request;
  request.set_area("Area0");
  for (uint32_t i = 0; i < 1 + which % 3; ++i) {
    v1::DwellingRow& row = *request.add_rows();
    row.mutable_entrance()->set_street("Humlebakken");
    row.mutable_entrance()->set_number(std::to_string(1 + (which + i) % 4));
    row.mutable_entrance()->set_postcode("9220");
    row.mutable_dwelling()->set_floor(std::to_string(1 + i));
    row.mutable_dwelling()->set_door("tv");
  }
  std::set<Scope> touched;
  const auto counts =
      ImportDwellings(base_->store(), base_->committer(), request, base_clock_, SystemRandom(), touched);
  Say(absl::StrCat("  the base imports dwellings", counts.ok() ? "" : ", which fails"));
  if (!counts.ok()) return;
  base_->Announce(touched);
  Reach("dwellings were imported");
}

// Taken: only handing in is left, or only reading. Given again: under another generation.
void World::Grant(uint32_t staff, uint32_t area, uint32_t mode) {
  const std::string code = StaffCode(static_cast<int>(staff % static_cast<uint32_t>(plan_.cast.staff)));
  const Scope scope = AreaScope(areas_[area % areas_.size()]);
  const auto grants = base_->store().Grants(code);
  if (!grants.ok()) return;
  StoredGrant grant{scope, 1, v1::GRANT_MODE_READ_WRITE, ""};
  const auto held =
      std::find_if(grants->begin(), grants->end(), [&](const StoredGrant& g) { return g.scope == scope; });
  if (held != grants->end()) {
    grant = *held;
    const bool read = grant.mode != v1::GRANT_MODE_WRITE_ONLY;
    static const v1::GrantMode kModes[] = {v1::GRANT_MODE_READ_WRITE, v1::GRANT_MODE_READ,
                                           v1::GRANT_MODE_WRITE_ONLY, v1::GRANT_MODE_READ_WRITE};
    grant.mode = kModes[mode % 4];
    if (!read && grant.mode != v1::GRANT_MODE_WRITE_ONLY) ++grant.generation;
  }
  const absl::Status put =
      InTransaction(base_->store(), [&] { return base_->store().PutGrant(code, grant); });
  Say(absl::StrCat("  ", code, " is given ", v1::GrantMode_Name(grant.mode), " generation ", grant.generation,
                   put.ok() ? "" : ", which fails"));
  Reach(grant.mode == v1::GRANT_MODE_READ_WRITE ? "a scope was given" : "a scope was taken");
}

}  // namespace opgang::simulation
