#include "server/engine/placement.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "server/engine/open_case.h"

namespace opgang {
namespace {

using Areas = std::set<AreaId>;

constexpr auto kCitizen = static_cast<uint32_t>(RecordType::kCitizen);

Areas AreasIn(const std::vector<Scope>& scopes) {
  Areas areas;
  for (const Scope& scope : scopes) {
    if (scope.kind == v1::SCOPE_KIND_AREA) areas.insert(AreaId(scope.id));
  }
  return areas;
}

bool OfAnArea(const Scope& scope) {
  return scope.kind == v1::SCOPE_KIND_AREA || scope.kind == v1::SCOPE_KIND_AREA_HEALTH;
}

// Where her create says, by the log.
absl::StatusOr<std::optional<AreaId>> OriginOf(BaseStore& store, const StoredRecord& citizen) {
  ASSIGN_OR_RETURN(const auto merged, store.MergedInto(citizen.id));
  for (const LoggedMutation& logged : merged) {
    v1::MutationEnvelope envelope;
    const bool create = logged.fate.intent.ToBytes() == citizen.record.created().intent_id();
    if (!create || !envelope.ParseFromString(logged.envelope)) continue;
    const Areas areas = AreasIn(ScopesIn(envelope));
    if (!areas.empty()) return std::optional(*areas.begin());
  }
  return std::optional<AreaId>();
}

// nullopt: she stands in no area.
absl::StatusOr<std::optional<AreaId>> HomeOf(BaseStore& store, const StoredRecord& citizen) {
  v1::Citizen content;
  if (!content.ParseFromString(citizen.record.fields())) content.Clear();
  if (const auto moved = AreaId::FromBytes(content.area_id())) return std::optional(*moved);
  const Areas standing = AreasIn(citizen.scopes);
  ASSIGN_OR_RETURN(const std::vector<Scope> former, store.FormerScopesOf(citizen.id));
  const bool never_moved = AreasIn(former).empty() && standing.size() == 1;
  if (never_moved) return std::optional(*standing.begin());
  return OriginOf(store, citizen);
}

struct Home {
  AreaId area;
  Areas of_cases;  // the same, and former ones while a case is open
};

std::vector<Scope> WantedFor(const StoredRecord& record, const Home& home) {
  const RecordTypeInfo* info = FindRecordType(record.type);
  std::vector<Scope> wanted;
  for (const Scope& scope : record.scopes) {
    if (!OfAnArea(scope)) wanted.push_back(scope);
  }
  if (info != nullptr && info->scope_kind == v1::SCOPE_KIND_AREA_HEALTH) {
    wanted.push_back(AreaHealthScope(home.area));
  } else if (info != nullptr && info->of_case) {
    for (const AreaId& area : home.of_cases) wanted.push_back(AreaScope(area));
  } else {
    wanted.push_back(AreaScope(home.area));
  }
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

absl::Status Move(BaseStore& store, StoredRecord record, std::vector<Scope> wanted, uint64_t rev,
                  std::set<Scope>& touched) {
  std::sort(record.scopes.begin(), record.scopes.end());
  if (record.scopes == wanted) return absl::OkStatus();
  std::set_difference(record.scopes.begin(), record.scopes.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(record.left));
  record.scopes = std::move(wanted);
  record.rev = rev;
  touched.insert(record.scopes.begin(), record.scopes.end());
  touched.insert(record.left.begin(), record.left.end());
  return store.PutRecord(record);
}

// Nothing to do for a citizen who stands in one area, her home, with all that is about her.
absl::StatusOr<std::optional<Home>> HomeIfAnythingMoves(BaseStore& store, RecordId id,
                                                        const std::set<RecordId>& persons, absl::Time now) {
  ASSIGN_OR_RETURN(const auto citizen, store.FindRecord(id));
  if (!citizen.has_value() || citizen->type != kCitizen || !citizen->record.has_created())
    return std::optional<Home>();
  ASSIGN_OR_RETURN(const auto area, HomeOf(store, *citizen));
  if (!area.has_value()) return std::optional<Home>();
  const Areas standing = AreasIn(citizen->scopes);
  Home home{*area, {*area}};
  if (standing == home.of_cases) {
    ASSIGN_OR_RETURN(const bool scattered, store.StandsOutside(id, *area));
    return scattered ? std::optional(home) : std::nullopt;
  }
  ASSIGN_OR_RETURN(const bool open, HasOpenCase(store, persons, now));
  if (open) home.of_cases.insert(standing.begin(), standing.end());
  return std::optional(home);
}

absl::Status SettleOne(BaseStore& store, RecordId citizen, const std::set<RecordId>& persons, uint64_t rev,
                       absl::Time now, std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const auto home, HomeIfAnythingMoves(store, citizen, persons, now));
  if (!home.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<StoredRecord> records, store.RecordsAbout(citizen, /*type=*/0));
  for (StoredRecord& record : records) {
    std::vector<Scope> wanted = WantedFor(record, *home);
    RETURN_IF_ERROR(Move(store, std::move(record), std::move(wanted), rev, touched));
  }
  return absl::OkStatus();
}

// A new record about a citizen who is known.
absl::StatusOr<std::vector<Scope>> BesideCitizen(BaseStore& store, StoredRecord record) {
  ASSIGN_OR_RETURN(const std::vector<Scope> beside, store.ScopesOf(record.subject));
  const Areas standing = AreasIn(beside);
  if (standing.size() == 1) return WantedFor(record, {*standing.begin(), standing});
  ASSIGN_OR_RETURN(const auto citizen, store.FindRecord(record.subject));
  const bool known = citizen.has_value() && citizen->type == kCitizen && citizen->record.has_created();
  if (!known) return record.scopes;
  ASSIGN_OR_RETURN(const auto area, HomeOf(store, *citizen));
  if (!area.has_value()) return record.scopes;
  Home home{*area, standing};
  home.of_cases.insert(*area);
  return WantedFor(record, home);
}

}  // namespace

std::vector<Scope> ScopesIn(const v1::MutationEnvelope& envelope) {
  std::vector<Scope> scopes;
  for (const auto& proto : envelope.scopes()) {
    if (auto scope = Scope::FromProto(proto)) scopes.push_back(*scope);
  }
  return scopes;
}

std::optional<AreaId> MovedTo(const v1::MutationEnvelope& envelope, const v1::MutationPayload& payload) {
  v1::Citizen values;
  if (envelope.record_type() != kCitizen || !values.ParseFromString(payload.fields())) return std::nullopt;
  return AreaId::FromBytes(values.area_id());
}

absl::StatusOr<std::vector<Scope>> PlaceOf(BaseStore& store, const RecordTypeInfo& info,
                                           const v1::MutationEnvelope& envelope,
                                           const std::optional<StoredRecord>& existing) {
  StoredRecord record;
  record.type = envelope.record_type();
  record.subject = RecordId::FromBytes(envelope.subject_id()).value_or(RecordId());
  record.scopes = existing.has_value() ? existing->scopes : ScopesIn(envelope);
  const bool about_another = !record.subject.empty() && info.subject != SubjectRule::kSelf;
  if (!existing.has_value() && about_another) return BesideCitizen(store, std::move(record));
  if (existing.has_value() || !IsPlace(info)) return record.scopes;
  std::set<Scope> scopes(record.scopes.begin(), record.scopes.end());
  for (const AreaId& area : AreasIn(record.scopes)) scopes.insert(AreaPlacesScope(area));
  return std::vector<Scope>(scopes.begin(), scopes.end());
}

absl::Status SettlePlaces(BaseStore& store, const std::map<RecordId, bool>& citizens, uint64_t rev,
                          absl::Time now, std::set<Scope>& touched) {
  std::set<RecordId> settled;
  for (const auto& [citizen, unused] : citizens) {
    if (settled.contains(citizen)) continue;
    ASSIGN_OR_RETURN(const std::set<RecordId> persons, SamePersons(store, citizen));
    for (const RecordId& person : persons) {
      if (!settled.insert(person).second) continue;
      const auto touched_citizen = citizens.find(person);
      const bool changed = touched_citizen != citizens.end() && touched_citizen->second;
      ASSIGN_OR_RETURN(const std::vector<Scope> standing, store.ScopesOf(person));
      if (!changed && AreasIn(standing).size() <= 1) continue;
      RETURN_IF_ERROR(SettleOne(store, person, persons, rev, now, touched));
    }
  }
  return absl::OkStatus();
}

}  // namespace opgang
