// Citizens who are erased, and that nothing brings them back (I12).
#include "absl/strings/str_cat.h"
#include "server/engine/erasure.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

void World::Erase(uint32_t which) {
  if (!base_->running()) return;
  const auto citizens = base_->store().Citizens();
  if (!citizens.ok() || citizens->empty()) return;
  AuditTablets();  // whose is what, before a tablet lets go of it
  if (failure_.has_value()) return;
  const RecordId citizen = (*citizens)[which % citizens->size()];
  std::set<Scope> touched;
  const ErasureOrder order{"karen", v1::ERASURE_REASON_REQUEST, base_clock_.WallNow()};
  const absl::Status status = EraseCitizen(base_->store(), citizen, order, touched);
  Say(absl::StrCat("  karen erases ", citizen.ToString(), status.ok() ? "" : ", which is not finished"));
  if (base_->store().ledger().Holds(citizen)) erased_.insert(citizen);
  if (status.ok()) (void)base_->committer().AnswerWishes(base_clock_.WallNow(), touched);
  base_->Announce(touched);
  base_audit_->StartAnew();  // the log does not only grow here
  base_audited_at_ = ~0ull;
  Reach(status.ok() ? "a citizen was erased" : "an erasure met a bad disk");
}

// What a bad disk kept from being finished, and no start has finished since, a person does again.
void World::FinishErasing() {
  for (const RecordId& citizen : erased_) {
    if (!base_->running()) return;
    const auto noted = base_->store().IsNotedErased(citizen);
    if (noted.ok() && *noted) continue;
    std::set<Scope> touched;
    const ErasureOrder order{"karen", v1::ERASURE_REASON_REQUEST, base_clock_.WallNow()};
    const absl::Status status = EraseCitizen(base_->store(), citizen, order, touched);
    if (!status.ok()) return Fail("I12", absl::StrCat("an erasure cannot be finished: ", status.ToString()));
    base_->Announce(touched);
    base_audit_->StartAnew();
    base_audited_at_ = ~0ull;
  }
}

// I12: neither at the base nor on any tablet is there anything about them; and the audit over all that happened holds.
void World::CheckErased() {
  for (const RecordId& citizen : erased_) {
    const auto footprint = base_->store().FootprintOf(citizen);
    if (!footprint.ok() || !footprint->empty())
      return Fail("I12", absl::StrCat("the base holds something about ", citizen.ToString()));
    for (auto& tablet : tablets_) {
      for (const auto& [intent, row] : tablet->audit->rows()) {
        if (row.subject != citizen) continue;
        return Fail("I12", absl::StrCat("tablet ", tablet->number, " keeps ", Name(intent),
                                        ", which is about somebody erased"));
      }
      const auto copy = tablet->audit->ReadConfirmed(tablet->store_keys->confirmed_rows);
      if (copy.ok() && copy->records.contains(citizen))
        return Fail("I12", absl::StrCat("tablet ", tablet->number, " shows somebody erased"));
    }
  }
  const auto verified = base_->store().VerifyAudit();
  if (!verified.ok()) return Fail("audit", verified.status().ToString());
  if (!verified->problems().empty()) Fail("audit", verified->problems(0));
}

}  // namespace opgang::simulation
