// What must hold where citizens move and scopes are lost.
#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

bool ReadsNow(const v1::QueueState& state, const Scope& scope) {
  return std::any_of(state.grants().begin(), state.grants().end(), [&](const v1::StoredGrant& grant) {
    return grant.mode() != v1::GRANT_MODE_WRITE_ONLY && Scope::FromProto(grant.scope()) == scope;
  });
}

bool OfAnArea(const Scope& scope) {
  return scope.kind == v1::SCOPE_KIND_AREA || scope.kind == v1::SCOPE_KIND_AREA_HEALTH;
}

// As of `rev`.
bool StoodThere(const std::vector<BaseAudit::FeedRow>& rows, uint64_t rev) {
  bool stood = false;
  for (const BaseAudit::FeedRow& row : rows) {
    if (row.rev <= rev) stood = row.Stands();
  }
  return stood;
}

// Whether the tablet reads what was said of a scope at a rev.
using ReadsAt = std::function<bool(const Scope&, uint64_t rev)>;

// As of what the tablet has heard of each scope. A place that was taken anew beyond that comes with its page only, if the
// record is not `here` already.
bool StandsInSight(const BaseAudit::Placements& placements, const TabletAudit::Confirmed& copy, bool here,
                   const ReadsAt& reads_at) {
  return std::any_of(placements.begin(), placements.end(), [&](const auto& place) {
    const auto cursor = copy.cursors.find(place.first);
    const uint64_t rev = cursor == copy.cursors.end() ? 0 : cursor->second;
    const bool told = here || place.second.back().rev <= rev;
    return told && reads_at(place.first, rev) && StoodThere(place.second, rev);
  });
}

// At one of the revs that placed it, from `from` to `heard`, it stood nowhere that the tablet reads.
bool LeftSight(const BaseAudit::Placements& placements, uint64_t from, uint64_t heard,
               const ReadsAt& reads_at) {
  const auto stood_in_sight = [&](uint64_t rev) {
    return std::any_of(placements.begin(), placements.end(), [&](const auto& place) {
      return reads_at(place.first, rev) && StoodThere(place.second, rev);
    });
  };
  return std::any_of(placements.begin(), placements.end(), [&](const auto& place) {
    return std::any_of(place.second.begin(), place.second.end(), [&](const BaseAudit::FeedRow& placed) {
      return placed.rev >= from && placed.rev <= heard && !stood_in_sight(placed.rev);
    });
  });
}

}  // namespace

// Before the tablet hears it.
void World::NoteGained(const Tablet& tablet, const v1::Welcome& welcome) {
  const auto copy = tablet.audit->ReadConfirmed(tablet.store_keys->confirmed_rows);
  uint64_t heard = 0;
  for (const auto& [scope, rev] : copy.ok() ? copy->cursors : std::map<Scope, uint64_t>{})
    heard = std::max(heard, rev);
  for (const v1::Grant& grant : welcome.grants()) {
    const auto scope = Scope::FromProto(grant.scope());
    const bool readable = scope && grant.mode() != v1::GRANT_MODE_WRITE_ONLY;
    if (readable && !ReadsNow(tablet.audit->state(), *scope)) given_after_[{tablet.number, *scope}] = heard;
  }
}

// By all that this tablet has heard of the scopes that it reads, the record has gone where it reads nothing. Where its own
// note went while it read nothing there, it reads from the page on that brings it.
bool World::HasMovedAway(const Tablet& tablet, const TabletAudit::Row& row) {
  AuditBase();
  const auto copy = tablet.audit->ReadConfirmed(tablet.store_keys->confirmed_rows);
  if (!copy.ok()) return false;
  const auto reads_at = [&](const Scope& scope, uint64_t rev) {
    if (!ReadsNow(tablet.audit->state(), scope)) return false;
    const auto given = given_after_.find({tablet.number, scope});
    return row.scopes.contains(scope) || given == given_after_.end() || rev > given->second;
  };
  uint64_t heard = row.rev;
  for (const auto& [scope, cursor] : copy->cursors) {
    if (reads_at(scope, cursor)) heard = std::max(heard, cursor);
  }
  const BaseAudit::Placements& placements =
      base_audit_->PlacementsOf(row.record, tablet.audit->state().epoch());
  if (StandsInSight(placements, *copy, copy->records.contains(row.record), reads_at)) return false;
  const bool gone = LeftSight(placements, row.rev, heard, reads_at);
  if (gone) Reach("a late note landed where its citizen had gone");
  return gone;
}

// Kept back at the base, and told as applied to an author who could not read then (I11): nobody will see it on a screen
// before a person has decided.
bool World::WasToldOtherwise(IntentId intent) const {
  const BaseAudit::Entry* entry = base_audit_->Find(intent);
  return entry != nullptr && entry->logged.fate.told.has_value();
}

// Its rev is that of another mutation about a person, with which it moved.
bool World::CameWithAMove(const StoredRecord& record) const {
  const auto& entries = base_audit_->entries();
  return !record.subject.empty() &&
         std::any_of(entries.begin(), entries.end(), [&](const BaseAudit::Entry& entry) {
           return !entry.logged.subject.empty() && entry.logged.fate.verdict.applied().rev() == record.rev;
         });
}

std::set<Scope> World::ConfirmedRemovals(const Tablet& tablet) {
  std::set<Scope> removed;
  const auto replica = ReplicaId::FromBytes(tablet.audit->state().replica_id());
  if (!base_->running() || !replica.has_value() || tablet.audit->state().epoch() != epoch_) return removed;
  const auto holdings = base_->store().Holdings(*replica);
  for (size_t i = 0; holdings.ok() && i < holdings->size(); ++i) {
    // A copy, and what was put back to an old image, has not said so itself.
    const bool said = said_gone_.contains({tablet.number, (*holdings)[i].scope});
    if (said && (*holdings)[i].removed_us > 0) removed.insert((*holdings)[i].scope);
  }
  return removed;
}

// The second half of I11: once the base was told that a scope is gone from a tablet, of what was captured there before only
// the base's wrapping is left.
void World::CheckRemovals() {
  for (auto& tablet : tablets_) {
    const std::set<Scope> removed = ConfirmedRemovals(*tablet);
    std::erase_if(removed_at_, [&](const auto& known) {
      return known.first.first == tablet->number && !removed.contains(known.first.second);
    });
    for (const Scope& scope : removed) {
      if (removed_at_.emplace(std::pair(tablet->number, scope), said_gone_[{tablet->number, scope}]).second)
        Reach("a lost scope was removed and confirmed");
    }
    CheckClosed(*tablet);
  }
}

void World::CheckClosed(const Tablet& tablet) {
  for (const auto& [intent, row] : tablet.audit->rows()) {
    const Captured* captured = ledger_.Find(intent);
    if (row.closed || captured == nullptr || row.state == RowState::kQueued) continue;
    if (captured->tablet != tablet.number || captured->life != tablet.life) continue;
    const bool all_gone = std::all_of(row.scopes.begin(), row.scopes.end(), [&](const Scope& scope) {
      const auto at = removed_at_.find({tablet.number, scope});
      return at != removed_at_.end() && captured->at < at->second;
    });
    if (!all_gone) continue;
    return Fail("I11", absl::StrCat("tablet ", tablet.number, " can still read ", Name(intent),
                                    ", captured in a scope that it said was gone"));
  }
}

// I11: what was confirmed as removed is not there; in the end nothing is that may not be read.
void World::CheckNothingKept(Tablet& tablet, const TabletAudit::Confirmed& copy, bool converged) {
  const std::set<Scope> removed = ConfirmedRemovals(tablet);
  for (const auto& [scope, members] : copy.members) {
    if (members.empty() || ReadsNow(tablet.audit->state(), scope)) continue;
    if (!converged && !removed.contains(scope)) continue;
    return Fail("I11", absl::StrCat("tablet ", tablet.number, " keeps records of a scope that was taken"));
  }
}

// Everything about a citizen stands where the citizen lives, clinical records in the health part, and beside that only what
// follows up an open case where it was begun.
void World::CheckPlaces(const std::map<RecordId, v1::Record>& records) {
  const auto feed = base_audit_->ReadFeedRows();
  if (!feed.ok()) return Fail("I9", "the feed cannot be read");
  std::map<RecordId, std::set<Scope>> places;
  for (const auto& [scope, rows] : *feed) {
    for (const auto& [id, row] : rows) {
      if (row.Stands() && OfAnArea(scope)) places[id].insert(scope);
    }
  }
  About about;
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    v1::MutationEnvelope envelope;
    const bool applied = entry.logged.fate.verdict.has_applied();
    if (!applied || entry.logged.subject.empty() || !envelope.ParseFromString(entry.logged.envelope))
      continue;
    about[entry.logged.record] = {entry.logged.subject, envelope.record_type()};
  }
  const std::map<RecordId, AreaId> homes = HomesOf(records);
  for (const auto& [id, of] : about) {
    const auto home = homes.find(of.first);
    const RecordTypeInfo* type = FindRecordType(of.second);
    if (home == homes.end() || type == nullptr) continue;
    const bool clinical = type->scope_kind == v1::SCOPE_KIND_AREA_HEALTH;
    const std::set<Scope>& where = places[id];
    if (!where.contains(clinical ? AreaHealthScope(home->second) : AreaScope(home->second)))
      return Fail("I6", absl::StrCat("record ", id.ToString(), " does not stand where its citizen lives"));
    if (where.size() > 1) Reach("an open case stood in two areas");
    if (where.size() > 1 && !type->of_case)
      return Fail("I6", absl::StrCat("record ", id.ToString(), " stands in two areas for no case"));
  }
  CheckGroups(records, about, *feed);
  NoteReferrals();
}

// Whoever has a seat in a group stands in it, with what its leader needs, and nobody else does.
void World::CheckGroups(const std::map<RecordId, v1::Record>& records, const About& about,
                        const BaseAudit::FeedRows& feed) {
  std::map<RecordId, std::set<Scope>> groups;
  for (const auto& [id, of] : about) {
    const auto seat = records.find(id);
    v1::Seat content;
    if (of.second != RecordTypeOf<v1::Seat>().type || seat == records.end() || seat->second.deleted())
      continue;
    if (!content.ParseFromString(seat->second.fields()) || content.state() == v1::SEAT_STATE_CANCELLED)
      continue;
    const auto meeting = records.find(RecordId::FromBytes(content.meeting_id()).value_or(RecordId()));
    v1::Meeting evening;
    if (meeting == records.end() || !evening.ParseFromString(meeting->second.fields())) continue;
    const auto group = RecordId::FromBytes(evening.group_id());
    if (group.has_value()) groups[of.first].insert(GroupScope(*group));
  }
  std::map<RecordId, std::set<Scope>> standing;
  for (const auto& [scope, rows] : feed) {
    for (const auto& [id, row] : rows) {
      if (row.Stands() && scope.kind == v1::SCOPE_KIND_GROUP) standing[id].insert(scope);
    }
  }
  for (const auto& [id, of] : about) {
    const RecordTypeInfo* type = FindRecordType(of.second);
    const auto citizen = records.find(of.first);
    if (type == nullptr || !type->of_course || citizen == records.end()) continue;
    if (!citizen->second.has_created() || standing[id] == groups[of.first]) continue;
    return Fail("I6", absl::StrCat("record ", id.ToString(), " does not stand in its citizen's groups"));
  }
  if (!standing.empty()) Reach("a citizen with a seat stood in the group");
}

// By the log: where each citizen's create says, or where she has moved to.
std::map<RecordId, AreaId> World::HomesOf(const std::map<RecordId, v1::Record>& records) {
  std::map<RecordId, AreaId> homes;
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    const LoggedMutation& logged = entry.logged;
    const auto citizen = records.find(logged.record);
    const bool create = logged.record == logged.subject && citizen != records.end() &&
                        citizen->second.created().intent_id() == logged.fate.intent.ToBytes();
    v1::MutationEnvelope envelope;
    if (!create || !envelope.ParseFromString(logged.envelope)) continue;
    v1::Citizen content;
    content.ParseFromString(citizen->second.fields());
    const auto moved = AreaId::FromBytes(content.area_id());
    const Scope origin = Scope::FromProto(envelope.scopes(0)).value_or(Scope());
    homes[logged.record] = moved.value_or(AreaId(origin.id));
    if (moved.has_value() && moved->uuid() != origin.id) Reach("a citizen moved with everything");
  }
  return homes;
}

void World::NoteReferrals() {
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    if (entry.logged.fate.told.has_value()) Reach("what was kept back was told as applied");
  }
  for (int staff = 0; staff < plan_.cast.staff && base_->running(); ++staff) {
    const auto receipts = base_->store().Receipts(StaffCode(staff), 1);
    if (receipts.ok() && !receipts->empty()) Reach("a referral was received");
  }
}

}  // namespace opgang::simulation
