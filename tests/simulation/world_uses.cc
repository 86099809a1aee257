// What tablets were used for: each use stands in the base's audit once, whatever befell the two (decision 0022).
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

void World::UseTablet(Tablet& tablet) {
  if (tablet.store == nullptr) return;
  const std::string code = absl::StrCat("use-", uses_.size());
  const absl::Status noted = tablet.store->NoteUse({UseKind::kListed, code, {}});
  // On a bad disk it may be there all the same.
  uses_.push_back({tablet.number, /*destroyed=*/!noted.ok()});
  Say(absl::StrCat("  tablet ", tablet.number, " is used: ", code, noted.ok() ? "" : ", which is not noted"));
  Reach(noted.ok() ? "a tablet was used" : "a use met a bad disk");
}

void World::CheckUses() {
  v1::ListAuditRequest request;
  request.set_most(1 << 20);
  const auto listed = base_->store().AuditLines(request, std::nullopt);
  if (!listed.ok()) return Fail("audit", listed.status().ToString());
  std::map<std::string, int> told;
  for (const v1::AuditLine& line : listed->lines()) {
    const v1::AuditNote& note = line.note();
    if (note.has_used()) told[note.detail()] += static_cast<int>(note.used().use_count());
    const bool fork = absl::StartsWith(note.detail(), "forked") || absl::StartsWith(note.detail(), "gap");
    if (note.action() == v1::AUDIT_ACTION_CHAIN_BROKEN && !fork)
      return Fail("audit", absl::StrCat("a tablet's own chain: ", note.detail()));
  }
  for (size_t i = 0; i < uses_.size(); ++i) {
    const int times = told[absl::StrCat("use-", i)];
    const bool lost = times == 0 && !uses_[i].destroyed;
    if (!lost && times <= 1) continue;
    return Fail("audit",
                absl::StrCat("use-", i, " of tablet ", uses_[i].tablet, " is told ", times, " times"));
  }
  if (!uses_.empty()) Reach("uses were told once each");
}

}  // namespace opgang::simulation
