// What is looked at now and then, and at the end: the whole content of both sides.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/merge/merge.h"
#include "core/rules/response_case.h"
#include "server/engine/authority.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

// The base takes a Hello for as old as its arrival: how long it was under way is bounded by the silence limit only.
constexpr absl::Duration kClockGrain = absl::Seconds(65);

// With what it corrects, and what that corrects in turn.
v1::Provenance ProvenanceOf(const BaseAudit& audit, const LoggedMutation& logged, const std::string& device) {
  v1::Provenance provenance;
  provenance.set_intent_id(logged.fate.intent.ToBytes());
  provenance.set_author(logged.author);
  provenance.set_device(device);
  *provenance.mutable_recorded() = logged.recorded;
  provenance.set_received_us(logged.received_us);
  v1::MutationPayload payload;
  payload.ParseFromString(logged.payload);
  while (!payload.replaces_intent_id().empty()) {
    provenance.add_replaces(payload.replaces_intent_id());
    const auto corrected = IntentId::FromBytes(payload.replaces_intent_id());
    const BaseAudit::Entry* entry = corrected.has_value() ? audit.Find(*corrected) : nullptr;
    payload.Clear();
    if (entry != nullptr && entry->logged.author == logged.author && entry->logged.record == logged.record)
      payload.ParseFromString(entry->logged.payload);
  }
  return provenance;
}

}  // namespace

void World::CheckDeep() {
  AuditBase();
  AuditTablets();
  if (failure_.has_value()) return;
  CheckReplayedLog();
  CheckEvidence();
  CheckStamps();
  CheckReplicas();
  CheckRefusals();
  CheckBundles();
  CheckSeats();
  for (auto& tablet : tablets_) {
    if (!failure_.has_value()) CheckCopy(*tablet, /*converged=*/false);
  }
}

// I8 and I2: what the base holds is what its log makes, each applied mutation merged once, in order.
void World::CheckReplayedLog() {
  std::vector<const BaseAudit::Entry*> applied;
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    if (entry.logged.fate.verdict.has_applied()) applied.push_back(&entry);
  }
  std::stable_sort(applied.begin(), applied.end(), [](const auto* a, const auto* b) {
    return a->logged.fate.verdict.applied().rev() < b->logged.fate.verdict.applied().rev();
  });
  std::map<RecordId, v1::Record> records;
  std::map<RecordId, uint64_t> revs;
  std::map<std::string, v1::Provenance> merged_before;
  for (const BaseAudit::Entry* entry : applied) {
    const LoggedMutation& logged = entry->logged;
    v1::MutationPayload payload;
    v1::MutationEnvelope envelope;
    if (!payload.ParseFromString(logged.payload) || !envelope.ParseFromString(logged.envelope))
      return Fail("I8", "an applied mutation does not parse");
    const auto known = records.find(logged.record);
    const auto device = base_->reader().DeviceLabelOf(logged.fate.replica);
    if (!device.ok()) return Fail("I8", device.status().ToString());
    const v1::Provenance provenance = ProvenanceOf(*base_audit_, logged, *device);
    MergeContext context;
    context.record_type = envelope.record_type();
    context.merged_before = [&](const std::string& intent) -> std::optional<v1::Provenance> {
      const auto found = merged_before.find(intent);
      if (found == merged_before.end()) return std::nullopt;
      return found->second;
    };
    auto merged = Merge(known == records.end() ? nullptr : &known->second, payload, provenance, context);
    if (!merged.ok()) return Fail("I8", "an applied mutation does not merge");
    revs[logged.record] = logged.fate.verdict.applied().rev();
    records[logged.record] = std::move(merged->record);
    merged_before[provenance.intent_id()] = provenance;
    merged_before[provenance.intent_id()].clear_replaces();
  }
  for (const auto& [id, record] : records) {
    const auto stored = base_->reader().FindRecord(id);
    if (!stored.ok()) return Fail("I8", stored.status().ToString());
    if (!stored->has_value()) {
      if (!revs.contains(id)) continue;  // a delete of what never was
      return Fail("I8", absl::StrCat("record ", id.ToString(), " is in the log and not at the base"));
    }
    if ((*stored)->record.SerializeAsString() != record.SerializeAsString()) {
      return Fail("I8", absl::StrCat("record ", id.ToString(), " is not what the log makes of it"));
    }
    const bool moved_since = (*stored)->rev > revs[id] && CameWithAMove(**stored);
    if ((*stored)->rev != revs[id] && !moved_since)
      return Fail("I2", absl::StrCat("record ", id.ToString(), " changed unlogged"));
  }
  CheckCausality(records);
  CheckDue(records);
  CheckPlaces(records);
}

// Whether the edit took effect before one of the versions that its author had seen.
bool World::CameBefore(const BaseAudit::Entry& edit, const std::set<std::string>& versions) const {
  const uint64_t rev = edit.logged.fate.verdict.applied().rev();
  return std::any_of(versions.begin(), versions.end(), [&](const std::string& version) {
    const auto intent = IntentId::FromBytes(version);
    const BaseAudit::Entry* seen = intent.has_value() ? base_audit_->Find(*intent) : nullptr;
    return seen != nullptr && seen->logged.fate.verdict.applied().rev() > rev;
  });
}

// I7: what an edit's author saw does not stand beside or before that edit.
void World::CheckCausality(const std::map<RecordId, v1::Record>& records) {
  for (const Captured& captured : ledger_.entries()) {
    const BaseAudit::Entry* edit = base_audit_->Find(captured.intent);
    if (captured.rewritten || edit == nullptr || !edit->logged.fate.verdict.has_applied()) continue;
    const auto record = records.find(captured.record);
    if (record == records.end()) continue;
    for (const auto& [field, versions] : captured.saw) {
      if (CameBefore(*edit, versions)) Reach("an edit arrived before what it had seen");
      for (const IntentId& standing : VersionsOf(record->second, field)) {
        if (!versions.contains(standing.ToBytes())) continue;
        return Fail("I7",
                    absl::StrCat("#", captured.number, " had seen ", Name(standing), ", which stands still"));
      }
    }
  }
}

// I14 and I16: the recorded interval holds the true moment, whatever the tablet's wall clock said.
void World::CheckEvidence() {
  for (const Captured& captured : ledger_.entries()) {
    const BaseAudit::Entry* entry = base_audit_->Find(captured.intent);
    if (entry == nullptr || !entry->opened || captured.came_back || IsErased(captured)) continue;
    const absl::Time earliest = absl::FromUnixMicros(entry->logged.recorded.earliest_us());
    const absl::Time latest = absl::FromUnixMicros(entry->logged.recorded.latest_us());
    if (latest - earliest > absl::Hours(24)) Reach("a moment was known to no better than a day");
    if (captured.at >= earliest - kClockGrain && captured.at <= latest + kClockGrain) continue;
    return Fail("I14", absl::StrCat("#", captured.number, " was captured at ", absl::FormatTime(captured.at),
                                    ", and the base says ", absl::FormatTime(earliest), " to ",
                                    absl::FormatTime(latest)));
  }
}

// I14: once fixed, a due time never moves later (nobody here corrects the asked date).
void World::CheckDue(const std::map<RecordId, v1::Record>& records) {
  for (const Captured& captured : ledger_.entries()) {
    if (captured.type != v1::RecordBody::kInquiry || captured.action != v1::MUTATION_ACTION_CREATE) continue;
    const auto record = records.find(captured.record);
    if (record == records.end() || !record->second.has_created()) continue;
    v1::Inquiry inquiry;
    if (!inquiry.ParseFromString(record->second.fields())) return Fail("I14", "an inquiry does not parse");
    const v1::InstantInterval& recorded = record->second.created().recorded();
    PersonFacts facts;
    facts.inquiries.push_back(
        {captured.record,
         RecordId(),
         &inquiry,
         {absl::FromUnixMicros(recorded.earliest_us()), absl::FromUnixMicros(recorded.latest_us())}});
    const auto cases = CasesOf(facts, now_, RuleSettings{});
    if (cases.size() != 1) return Fail("I14", "an inquiry without a case");
    const std::pair<int64_t, int64_t> due{absl::ToUnixSeconds(EndOfLocalDay(cases[0].due.earliest)),
                                          absl::ToUnixSeconds(EndOfLocalDay(cases[0].due.latest))};
    const auto [fixed, first] = due_.emplace(captured.record, due);
    if (!first && (due.first > fixed->second.first || due.second > fixed->second.second)) {
      return Fail("I14", absl::StrCat("#", captured.number, "'s due time moved later"));
    }
  }
}

// I16: on one tablet stamps rise strictly, whatever its clock does.
void World::CheckStamps() {
  std::map<std::pair<int, int>, std::pair<int64_t, uint32_t>> last;
  for (const Captured& captured : ledger_.entries()) {
    const BaseAudit::Entry* entry = base_audit_->Find(captured.intent);
    v1::MutationPayload payload;
    if (entry == nullptr || !entry->opened || !payload.ParseFromString(entry->logged.payload)) continue;
    if (entry->logged.fate.verdict.has_erased()) continue;
    const std::pair<int64_t, uint32_t> stamp{payload.stamp().wall_us(), payload.stamp().logical()};
    auto& before = last[{captured.tablet, captured.life}];
    if (captured.save > 0 && stamp <= before && !captured.rewritten) {
      return Fail("I16", absl::StrCat("#", captured.number, "'s stamp does not rise"));
    }
    before = std::max(before, stamp);
  }
}

// Whether `heir` has, from its own days or by inheritance, what `from` captured as the number-th.
bool World::Inherits(LifeId heir, LifeId from, int number) const {
  int until = std::numeric_limits<int>::max();
  for (;;) {
    if (heir == from) return number <= until;
    const auto parting = partings_.find(heir);
    if (parting == partings_.end()) return false;
    heir = parting->second.from;
    until = std::min(until, parting->second.captured);
  }
}

// I3: two stores that were one never go on under one name: of all that stands under a replica, one of its stores has
// captured or inherited every piece. A copy may well hand in what its original had captured before they parted.
void World::CheckReplicas() {
  std::map<ReplicaId, std::vector<const Captured*>> by_replica;
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    const Captured* captured = ledger_.Find(entry.logged.fate.intent);
    if (captured != nullptr && !captured->came_back)
      by_replica[entry.logged.fate.replica].push_back(captured);
  }
  for (const auto& [replica, all] : by_replica) {
    std::set<LifeId> lives;
    for (const Captured* captured : all) lives.insert({captured->tablet, captured->life});
    if (lives.size() > 1) Reach("a copy handed in what it had of its original");
    const bool one_store = std::any_of(lives.begin(), lives.end(), [&](const LifeId& heir) {
      return std::all_of(all.begin(), all.end(), [&](const Captured* captured) {
        return Inherits(heir, {captured->tablet, captured->life}, captured->number);
      });
    });
    // A row that cannot be read back hides that its place was taken.
    const bool hidden = std::any_of(lives.begin(), lives.end(), [&](const LifeId& life) {
      return !tablets_[static_cast<size_t>(life.first)]->damaged_work.empty();
    });
    if (one_store || hidden) continue;
    return Fail("I3", absl::StrCat("tablets ", lives.begin()->first, " and ", lives.rbegin()->first,
                                   " go by one name after they parted, the last with #", all.back()->number));
  }
}

// I3, in the end: no two tablets go by one name, and a store that is there twice stands so at the base. (Behind a new
// epoch every store gets a new name without suspicion.)
void World::CheckNames() {
  std::map<std::string, int> names;
  for (const auto& tablet : tablets_) {
    const auto [held, first] = names.emplace(tablet->audit->state().replica_id(), tablet->number);
    if (!first)
      return Fail("I3", absl::StrCat("tablets ", held->second, " and ", tablet->number, " go by one name"));
  }
  const auto devices = base_->store().Devices();
  if (!devices.ok()) return Fail("I3", devices.status().ToString());
  for (const auto& tablet : tablets_) {
    if (tablet->parent < 0 || epochs_ > 1) continue;
    const bool told = std::any_of(devices->begin(), devices->end(), [&](const auto& device) {
      return device.first.id == tablet->peer.store && device.first.twin_since_us > 0;
    });
    if (told) Reach("a store stood at the base as being there twice");
    if (!told) return Fail("I3", absl::StrCat("nobody is told that tablet ", tablet->number, " is a copy"));
  }
}

// I5: what is sound is not refused. A refusal has a reason that can be shown from outside.
void World::CheckRefusals() {
  std::set<RecordId> refused_records;
  std::set<std::string> refused_bundles;
  const auto bundle_of = [](const BaseAudit::Entry& entry) {
    v1::MutationEnvelope envelope;
    return envelope.ParseFromString(entry.logged.envelope) ? envelope.bundle().bundle_id() : std::string();
  };
  const auto own_reason = [](v1::RefusalCode code) {
    return code != v1::REFUSAL_CODE_BUNDLE_PARTNER && code != v1::REFUSAL_CODE_CREATE_QUARANTINED;
  };
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    const v1::Verdict& verdict = entry.logged.fate.verdict;
    if (!verdict.has_quarantined()) continue;
    refused_records.insert(entry.logged.record);
    if (own_reason(verdict.quarantined().code())) refused_bundles.insert(bundle_of(entry));
    if (verdict.quarantined().code() == v1::REFUSAL_CODE_CREATE_QUARANTINED)
      refused_bundles.insert(bundle_of(entry));
  }
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    const v1::Verdict& verdict = entry.logged.fate.verdict;
    if (!verdict.has_quarantined() || entry.decided || ledger_.Find(entry.logged.fate.intent) == nullptr)
      continue;
    switch (verdict.quarantined().code()) {
      case v1::REFUSAL_CODE_NOT_PERMITTED:
      case v1::REFUSAL_CODE_NO_WAY_BACK: continue;
      case v1::REFUSAL_CODE_CREATE_QUARANTINED: continue;
      case v1::REFUSAL_CODE_BUNDLE_PARTNER:
        if (refused_bundles.contains(bundle_of(entry))) continue;
        [[fallthrough]];
      default:
        return Fail("I5", absl::StrCat(Name(entry.logged.fate.intent),
                                       " was refused: ", v1::RefusalCode_Name(verdict.quarantined().code())));
    }
  }
}

// I19 at the base: a bundle takes effect whole, under one rev, or not at all.
void World::CheckBundles() {
  std::map<std::string, std::set<uint64_t>> revs;  // 0: not applied
  std::map<std::string, size_t> parts;
  std::map<std::string, uint32_t> sizes;
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    v1::MutationEnvelope envelope;
    if (!envelope.ParseFromString(entry.logged.envelope) || !envelope.has_bundle()) continue;
    if (ledger_.Find(entry.logged.fate.intent) == nullptr) continue;
    const std::string& bundle = envelope.bundle().bundle_id();
    revs[bundle].insert(entry.logged.fate.verdict.applied().rev());
    sizes[bundle] = envelope.bundle().count();
    ++parts[bundle];
  }
  for (const auto& [bundle, of] : revs) {
    if (of.size() > 1) return Fail("I19", "a bundle took effect in part, or under two revs");
    if (parts[bundle] != sizes[bundle])
      return Fail("I19", "a part of a bundle has a fate, and another has none");
  }
}

// I19 on a tablet: of a bundle of creates all records are there, or none. (A record that was changed since comes with
// its change; until then the scope is not Current. One that a second scope has as well comes with the scope that is
// ahead, as an intake with its group, before the contact that only the area has.)
void World::CheckBundlesSeen(const Tablet& tablet, const TabletAudit::Confirmed& copy,
                             const std::map<Scope, std::map<RecordId, BaseAudit::FeedRow>>& feed) {
  const auto stands_at = [&](RecordId record) {
    uint64_t rev = 0;
    for (const auto& [scope, rows] : feed) {
      if (const auto row = rows.find(record); row != rows.end()) rev = std::max(rev, row->second.rev);
    }
    return rev;
  };
  // Of what a citizen said at a door who leads her group reads nothing, and of her intake in the same bundle all.
  const auto stands_in = [&](RecordId record) {
    std::map<Scope, uint64_t> cursors;
    for (const auto& [scope, rows] : feed) {
      const auto row = rows.find(record);
      const auto cursor = copy.cursors.find(scope);
      if (row != rows.end() && row->second.Stands() && cursor != copy.cursors.end()) cursors.insert(*cursor);
    }
    return cursors;
  };
  struct Part {
    int number = 0;
    std::map<Scope, uint64_t> scopes;  // those that the tablet follows, and how far it has come
  };
  struct Parts {
    uint64_t rev = 0;
    std::vector<Part> here;
    std::vector<Part> lacking;
  };
  std::map<int, Parts> saves;
  for (const Captured& captured : ledger_.entries()) {
    if (captured.rewritten || captured.action != v1::MUTATION_ACTION_CREATE) continue;
    if (ledger_.murky.contains(captured.record) || tablet.damaged.contains(captured.record)) continue;
    const BaseAudit::Entry* entry = base_audit_->Find(captured.intent);
    if (entry == nullptr || !entry->logged.fate.verdict.has_applied()) continue;
    const uint64_t rev = entry->logged.fate.verdict.applied().rev();
    Part part{captured.number, stands_in(captured.record)};
    if (stands_at(captured.record) != rev || part.scopes.empty()) continue;
    // An edit that came before the create it edits makes a record as well.
    const auto held = copy.records.find(captured.record);
    const bool here = held != copy.records.end() && !held->second.stale && held->second.rev >= rev;
    Parts& parts = saves[captured.save];
    parts.rev = rev;
    (here ? parts.here : parts.lacking).push_back(std::move(part));
  }
  for (const auto& [save, parts] : saves) {
    for (const Part& part : parts.here) {
      for (const Part& lacking : parts.lacking) {
        const bool came_alone = std::any_of(part.scopes.begin(), part.scopes.end(), [&](const auto& scope) {
          return scope.second >= parts.rev && !lacking.scopes.contains(scope.first);
        });
        if (came_alone) continue;
        return Fail("I19", absl::StrCat("tablet ", tablet.number, " has #", part.number, " and lacks #",
                                        lacking.number, " of one bundle"));
      }
    }
  }
}

// I9 on a tablet: up to its cursor it misses nothing, and holds nothing else.
void World::CheckCopy(Tablet& tablet, bool converged) {
  if (tablet.audit->state().epoch() != epoch_ || !tablet.store_keys.has_value()) return;
  const auto feed = base_audit_->ReadFeedRows();
  const auto copy = tablet.audit->ReadConfirmed(tablet.store_keys->confirmed_rows);
  if (!feed.ok() || !copy.ok()) return Fail("I9", "a copy cannot be read");
  CheckBundlesSeen(tablet, *copy, *feed);
  CheckNothingKept(tablet, *copy, converged);
  if (failure_.has_value()) return;
  for (const auto& [scope, cursor] : copy->cursors) {
    if (copy->sweeping.contains(scope) || cursor == 0) continue;
    static const std::set<RecordId> kNone;
    const auto found = copy->members.find(scope);
    const std::set<RecordId>& members = found == copy->members.end() ? kNone : found->second;
    const auto rows = feed->find(scope);
    for (const RecordId& id : members) {
      const bool known = rows != feed->end() && rows->second.contains(id);
      if (!known)
        return Fail("I9", absl::StrCat("tablet ", tablet.number, " holds what its scope never had"));
    }
    if (rows == feed->end()) continue;
    for (const auto& [id, row] : rows->second) {
      if (row.rev > cursor || tablet.damaged.contains(id)) continue;
      // A Welcome names the erased before a base with a bad disk has finished erasing them.
      if (erased_.contains(row.subject)) continue;
      const bool lives = row.change == v1::FEED_CHANGE_PUT;
      if (lives != members.contains(id)) {
        return Fail(converged ? "I6" : "I9",
                    absl::StrCat("tablet ", tablet.number, lives ? " lacks " : " still has ", "record ",
                                 id.ToString(), " of rev ", row.rev));
      }
      const auto held = copy->records.find(id);
      if (!lives) continue;
      if (held == copy->records.end() || held->second.stale || held->second.rev < row.rev) {
        return Fail(converged ? "I6" : "I9",
                    absl::StrCat("tablet ", tablet.number, " has an old record ", id.ToString()));
      }
    }
  }
}

// I6: everything is handed in and answered, and every copy is the base's, byte for byte.
void World::CheckConverged() {
  CheckNames();
  for (auto& tablet : tablets_) {
    if (failure_.has_value()) return;
    const OutboxCounts counts = tablet->store->outbox_counts();
    // A damaged row that still says whom it is about goes with that citizen.
    const auto gone =
        std::count_if(tablet->damaged_work.begin(), tablet->damaged_work.end(), [&](const IntentId& intent) {
          const Captured* captured = ledger_.Find(intent);
          return captured != nullptr && IsErased(*captured) && !tablet->audit->rows().contains(intent);
        });
    if (counts.damaged + static_cast<size_t>(gone) != tablet->damaged_work.size())
      return Fail("I18",
                  absl::StrCat("tablet ", tablet->number, " tells of ", counts.damaged, " damaged rows"));
    if (counts.unsent > counts.damaged) {
      return Fail("I6",
                  absl::StrCat("tablet ", tablet->number, " keeps ", counts.unsent, " unsent mutations"));
    }
    CheckCopy(*tablet, /*converged=*/true);
    if (failure_.has_value()) return;
    const auto copy = tablet->audit->ReadConfirmed(tablet->store_keys->confirmed_rows);
    if (!copy.ok()) return Fail("I6", "a copy cannot be read");
    std::map<RecordId, std::string> expected;
    const auto grants = base_->store().Grants(tablet->peer.staff_code);
    const Role role = base_->store().FindStaff(tablet->peer.staff_code).value()->role;
    for (size_t i = 0; grants.ok() && i < grants->size(); ++i) {
      const StoredGrant& grant = (*grants)[i];
      if (grant.mode == v1::GRANT_MODE_WRITE_ONLY || !MayHold(role, grant.scope.kind, grant.mode)) continue;
      for (const RecordTypeInfo& type : AllRecordTypes()) {
        const auto records = base_->reader().RecordsOfType((*grants)[i].scope, type.type);
        for (size_t r = 0; records.ok() && r < records->size(); ++r) {
          expected[(*records)[r].id] = (*records)[r].record.SerializeAsString();
        }
      }
    }
    for (const auto& [id, bytes] : expected) {
      const auto held = copy->records.find(id);
      if (held == copy->records.end() || held->second.bytes != bytes) {
        return Fail("I6", absl::StrCat("tablet ", tablet->number, " differs in record ", id.ToString()));
      }
    }
    if (copy->records.size() != expected.size()) {
      return Fail("I6", absl::StrCat("tablet ", tablet->number, " holds more than its scopes"));
    }
  }
  for (const Captured& captured : ledger_.entries()) {
    if (captured.copy_destroyed || IsErased(captured) || WasGivenUp(captured.intent)) continue;
    if (base_audit_->Find(captured.intent) == nullptr) {
      return Fail("I13", absl::StrCat("#", captured.number, " has no fate at the base"));
    }
  }
  const auto soundness = base_->reader().Check();
  if (!soundness.ok() || !soundness->problems.empty()) {
    return Fail("I18", soundness.ok() ? soundness->problems.front() : soundness.status().ToString());
  }
}

}  // namespace opgang::simulation
