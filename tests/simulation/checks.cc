// What must hold after every step: the census, first of all.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/merge/merge.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

bool Reads(const v1::StoredGrant& grant) { return grant.mode() != v1::GRANT_MODE_WRITE_ONLY; }

bool ReadsNow(const v1::QueueState& state, const Scope& scope) {
  return std::any_of(state.grants().begin(), state.grants().end(), [&](const v1::StoredGrant& grant) {
    return Reads(grant) && Scope::FromProto(grant.scope()) == scope;
  });
}

// What its author hears: who may write and not read is told less than the truth.
const v1::Verdict& Told(const BaseAudit::Entry& entry) {
  const Fate& fate = entry.logged.fate;
  return fate.told.has_value() ? *fate.told : fate.verdict;
}

}  // namespace

void World::CheckCheap() {
  if (failure_.has_value()) return;
  AuditBase();
  AuditTablets();
  if (failure_.has_value()) return;
  CheckFates();
  CheckCensus();
  for (auto& tablet : tablets_) {
    CheckHeard(*tablet);
    CheckVisible(*tablet);
  }
  CheckBounded();
  CheckRemovals();
}

void World::AuditTablets() {
  for (auto& tablet : tablets_) {
    if (tablet->audited_at == tablet->disk.changes()) continue;
    const absl::Status read = tablet->audit->ReadQueue();
    if (!read.ok()) return Fail("I4", absl::StrCat("tablet ", tablet->number, "'s queue: ", read.ToString()));
    tablet->audited_at = tablet->disk.changes();
    // What a failed save left behind after all counts as captured from now on.
    for (const auto& [intent, row] : tablet->audit->rows()) {
      if (Captured* known = ledger_.Find(intent)) known->subject = row.subject;
      if (ledger_.Find(intent) != nullptr) continue;
      if (!tablet->save_failed && tablet->parent < 0) {
        return Fail("I3", absl::StrCat("tablet ", tablet->number, " holds a mutation that nobody saved"));
      }
      Captured captured;
      captured.intent = intent;
      captured.record = row.record;
      captured.subject = row.subject;
      captured.rewritten = captured.came_back = true;
      captured.tablet = tablet->number;
      captured.life = tablet->life;
      captured.at = now_;
      captured.save = ledger_.NextSave();
      ledger_.murky.insert(row.record);
      Reach("a save that had failed came back");
      Say(absl::StrCat("  tablet ", tablet->number, " holds a save after all: #",
                       ledger_.Add(std::move(captured)).number));
    }
  }
}

void World::AuditBase() {
  if (base_audited_at_ == base_disk_->changes()) return;
  const absl::Status read = base_audit_->Read(epoch_);
  if (!read.ok()) return Fail("I1", absl::StrCat("the base's log: ", read.ToString()));
  base_audited_at_ = base_disk_->changes();
}

// Each new fate: of a mutation that somebody captured, and beyond every cursor that was told (I9).
void World::CheckFates() {
  const auto& entries = base_audit_->entries();
  for (; fates_checked_ < entries.size(); ++fates_checked_) {
    const LoggedMutation& logged = entries[fates_checked_].logged;
    const v1::Verdict& verdict = logged.fate.verdict;
    const bool forged = logged.fate.seq > 1000000;
    if (!forged && logged.author != "base" && ledger_.Find(logged.fate.intent) == nullptr) {
      return Fail("I3", "the base holds a mutation that nobody captured");
    }
    if (verdict.has_quarantined()) Reach("a bundle was quarantined");
    if (verdict.applied().conflict_fields_size() > 0) Reach("a conflict appeared");
    v1::MutationEnvelope envelope;
    if (!verdict.has_applied() || !envelope.ParseFromString(logged.envelope)) continue;
    for (const auto& proto : envelope.scopes()) {
      const auto told = announced_.find(Scope::FromProto(proto).value_or(Scope()));
      if (told != announced_.end() && verdict.applied().rev() <= told->second) {
        return Fail("I9",
                    absl::StrCat(Name(logged.fate.intent), " was applied at rev ", verdict.applied().rev(),
                                 ", at or below a cursor that was told: ", told->second));
      }
    }
  }
}

// I4: whatever was captured has a fate at the base, or lies in a living tablet's queue or kept log.
void World::CheckCensus() {
  for (Captured& captured : ledger_.entries()) {
    if (captured.copy_destroyed || base_audit_->Find(captured.intent) != nullptr) continue;
    if (IsErased(captured)) continue;  // its fate, whether the base has ever seen it or not
    const bool held = std::any_of(tablets_.begin(), tablets_.end(), [&](const auto& tablet) {
      return tablet->audit->rows().contains(captured.intent);
    });
    if (!held && captured.came_back) {  // its worker was told that it was not saved
      captured.copy_destroyed = true;
    } else if (!held) {
      return Fail("I4", absl::StrCat("#", captured.number, " of tablet ", captured.tablet, " is nowhere"));
    }
  }
}

// What its author withdrew or corrected is not handed in again to a base whose history went back.
bool World::WasGivenUp(const IntentId& intent) const {
  return epochs_ > 1 && std::any_of(tablets_.begin(), tablets_.end(), [&](const auto& tablet) {
           const auto row = tablet->audit->rows().find(intent);
           return row != tablet->audit->rows().end() && row->second.state == RowState::kRefused &&
                  row->second.settled;
         });
}

// I1, and the other half of I4: what a tablet heard the base say, the base says still.
void World::CheckHeard(const Tablet& tablet) {
  if (tablet.audit->state().epoch() != epoch_) return;
  for (const auto& [intent, row] : tablet.audit->rows()) {
    if (row.state == RowState::kQueued) continue;
    const BaseAudit::Entry* entry = base_audit_->Find(intent);
    if (entry == nullptr && WasGivenUp(intent)) continue;
    if (entry == nullptr) {
      return Fail("I1", absl::StrCat("tablet ", tablet.number, " heard of the fate of ", Name(intent),
                                     ", and the base knows none"));
    }
    const v1::Verdict& verdict = Told(*entry);
    const bool applied = row.state == RowState::kAcknowledged || row.state == RowState::kKept;
    if (verdict.has_erased()) continue;  // since
    if (applied && !verdict.has_applied()) {
      return Fail("I1", absl::StrCat("tablet ", tablet.number, " was told that ", Name(intent),
                                     " is applied, and it is not"));
    }
    if (applied && !entry->decided && verdict.applied().rev() != row.rev) {
      return Fail("I1", absl::StrCat(Name(intent), " was told at rev ", row.rev, ", and is at ",
                                     verdict.applied().rev()));
    }
  }
}

// I10: what was saved on this tablet is on its screen, and so is each value until somebody who saw it wrote another.
void World::CheckVisible(Tablet& tablet) {
  if (tablet.store == nullptr || !tablet.store->unlocked()) return;
  const auto view = tablet.store->view();
  if (!view.ok()) {
    const ErrorCode code = GetErrorCode(view.status());
    const bool disk = code == ErrorCode::kDiskFull || code == ErrorCode::kNotWritable;
    if (!disk)
      Fail("I10", absl::StrCat("tablet ", tablet.number, " shows nothing: ", view.status().ToString()));
    return;
  }
  for (const Captured& captured : ledger_.entries()) {
    if (captured.rewritten || captured.damaged || ledger_.murky.contains(captured.record)) continue;
    if (IsErased(captured)) continue;
    if (captured.tablet != tablet.number || captured.life != tablet.life) continue;
    if (tablet.lost.contains(captured.record)) continue;
    const auto row = tablet.audit->rows().find(captured.intent);
    if (row == tablet.audit->rows().end() || row->second.settled) continue;
    // Where the scope was taken meanwhile, what was answered is no longer this tablet's to show.
    const bool answered = row->second.state != RowState::kQueued;
    if (answered && !ReadsNow(tablet.audit->state(), row->second.scope)) continue;
    if (row->second.closed || WasToldOtherwise(captured.intent)) continue;
    const VisibleRecord* record = (*view)->Find(captured.record);
    if (record == nullptr && answered && HasMovedAway(tablet, row->second)) continue;
    if (captured.action == v1::MUTATION_ACTION_CREATE && record == nullptr) {
      return Fail("I10", absl::StrCat("#", captured.number, " was saved on tablet ", tablet.number,
                                      " and is not on its screen"));
    }
    if (captured.action == v1::MUTATION_ACTION_PATCH && record != nullptr)
      CheckValues(tablet, captured, *record);
  }
}

void World::CheckValues(const Tablet& tablet, const Captured& captured, const VisibleRecord& record) {
  for (const uint32_t field : captured.fields) {
    // Two people who clear a field say the same: one of them stands for both.
    const bool clears =
        captured.type == v1::RecordBody::kCitizen && field == v1::Citizen::kTelephoneFieldNumber;
    const auto standing = VersionsOf(*record.record, field);
    if (clears || std::find(standing.begin(), standing.end(), captured.intent) != standing.end()) continue;
    const auto& entries = ledger_.entries();
    const bool replaced = std::any_of(entries.begin(), entries.end(), [&](const Captured& other) {
      const auto saw = other.saw.find(field);
      return other.record == captured.record && saw != other.saw.end() &&
             saw->second.contains(captured.intent.ToBytes());
    });
    if (replaced || (captured.type == v1::RecordBody::kSeat && WasAnswered(captured, field))) continue;
    // What is answered and has moved to where this tablet reads nothing is not on its screen, beside what is still its own.
    const auto row = tablet.audit->rows().find(captured.intent);
    const bool answered = row != tablet.audit->rows().end() && row->second.state != RowState::kQueued;
    if (answered && HasMovedAway(tablet, row->second)) continue;
    return Fail(
        "I10", absl::StrCat("#", captured.number, "'s value is not on the screen of tablet ", tablet.number));
  }
}

// The base has answered this wish; or somebody else said the same of the seat, and one of the two stands for both.
bool World::WasAnswered(const Captured& wish, uint32_t field) {
  if (field != v1::Seat::kStateFieldNumber) return false;
  const auto& captured = ledger_.entries();
  NoteAnswers();
  return std::any_of(captured.begin(), captured.end(),
                     [&](const Captured& other) {
                       return other.record == wish.record && other.intent != wish.intent &&
                              other.fields.contains(field) && other.tablet != wish.tablet;
                     }) ||
         answered_.contains(wish.record);
}

// I15: whatever the other side does, a session holds its credit and a page.
void World::CheckBounded() {
  constexpr size_t kGreetingBytes = 4096;
  for (const auto& stream : streams_) {
    if (stream->base == nullptr) continue;
    const size_t held = stream->base->session().held_bytes();
    if (held > 2 * limits_.credit_bytes + kGreetingBytes) {
      return Fail("I15", absl::StrCat("stream ", stream->id, " holds ", held, " bytes at the base"));
    }
  }
}

// The first verdict again (I1), unless a person decided otherwise meanwhile.
void World::NoteVerdicts(const Stream& stream, const v1::Ack& ack) {
  if (stream.epoch != epochs_) return;  // of a history that is gone
  for (const v1::Verdict& verdict : ack.verdicts()) {
    if (verdict.has_retry_later() || verdict.has_id_reused()) {
      Reach(verdict.has_retry_later() ? "the base asked to send later" : "the base said ID_REUSED");
      continue;
    }
    v1::Verdict told = verdict;
    told.clear_seq();
    const auto [before, first] = heard_.emplace(verdict.intent_id(), told);
    if (first) continue;
    Reach("a verdict was given twice");
    const BaseAudit::Entry* entry =
        base_audit_->Find(IntentId::FromBytes(verdict.intent_id()).value_or(IntentId()));
    const bool decided = entry == nullptr || entry->decided || told.has_erased();
    if (told.has_erased()) Reach("work was answered ERASED");
    if (!decided && before->second.SerializeAsString() != told.SerializeAsString()) {
      return Fail("I1", "a verdict was told again, and is another one");
    }
    before->second = told;
  }
}

void World::CheckPage(const Stream&, const v1::Page& page) {
  AuditBase();
  if (failure_.has_value()) return;
  CheckFates();  // what was committed before this page was said
  const Scope scope = Scope::FromProto(page.scope()).value_or(Scope());
  uint64_t last = 0;
  for (const v1::FeedEntry& entry : page.entries()) {
    if (entry.rev() < last || entry.rev() > page.to_rev()) return Fail("I9", "a page is out of order");
    last = entry.rev();
    if (entry.as_sent_seq() != 0) Reach("a record came back as it was sent");
  }
  if (page.reset()) Reach("a scope was reset");
  uint64_t& told = announced_[scope];
  told = std::max(told, page.to_rev());
}

}  // namespace opgang::simulation
