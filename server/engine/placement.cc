#include "server/engine/placement.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "server/engine/open_case.h"

namespace opgang {
namespace {

using Areas = std::set<AreaId>;

constexpr auto kCitizen = static_cast<uint32_t>(RecordType::kCitizen);
constexpr auto kSeat = static_cast<uint32_t>(RecordType::kSeat);
constexpr auto kParticipation = static_cast<uint32_t>(RecordType::kParticipation);
constexpr auto kMeeting = static_cast<uint32_t>(RecordType::kMeeting);

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

std::set<Scope> GroupsIn(const std::vector<Scope>& scopes) {
  std::set<Scope> groups;
  for (const Scope& scope : scopes) {
    if (scope.kind == v1::SCOPE_KIND_GROUP) groups.insert(scope);
  }
  return groups;
}

// nullopt: there is no such record of that type, or it is deleted.
template <typename T>
absl::StatusOr<std::optional<T>> ContentOf(BaseStore& store, std::string_view id_bytes) {
  const auto id = RecordId::FromBytes(id_bytes);
  ASSIGN_OR_RETURN(const auto record, store.FindRecord(id.value_or(RecordId())));
  T content;
  const bool there = record.has_value() && record->type == RecordTypeOf<T>().type &&
                     record->record.has_created() && !record->record.deleted();
  if (!there || !content.ParseFromString(record->record.fields())) return std::optional<T>();
  return std::optional(std::move(content));
}

// The meeting of a seat that is kept, and of a participation; empty: of none.
std::string MeetingIn(const StoredRecord& record) {
  if (!record.record.has_created() || record.record.deleted()) return "";
  if (record.type == kSeat) {
    v1::Seat seat;
    const bool kept =
        seat.ParseFromString(record.record.fields()) && seat.state() != v1::SEAT_STATE_CANCELLED;
    return kept ? seat.meeting_id() : "";
  }
  v1::Participation presence;
  return presence.ParseFromString(record.record.fields()) ? presence.meeting_id() : "";
}

// The groups in which a citizen has a seat, or took part.
absl::StatusOr<std::set<Scope>> GroupsOf(BaseStore& store, RecordId citizen) {
  std::set<std::string> meetings;
  for (const RecordType type : {RecordType::kSeat, RecordType::kParticipation}) {
    ASSIGN_OR_RETURN(const auto records, store.RecordsAbout(citizen, type));
    for (const StoredRecord& record : records) meetings.insert(MeetingIn(record));
  }
  std::set<Scope> groups;
  for (const std::string& id : meetings) {
    ASSIGN_OR_RETURN(const auto meeting, ContentOf<v1::Meeting>(store, id));
    const auto group = meeting ? RecordId::FromBytes(meeting->group_id()) : std::nullopt;
    if (group) groups.insert(GroupScope(*group));
  }
  return groups;
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
  std::optional<AreaId> area;  // nullopt: she stands in none
  Areas of_cases;              // the same, and former ones while a case is open
  std::set<Scope> groups;      // in which she has a seat
};

// Nothing stands nowhere: what has no place by these rules stays where it was.
std::vector<Scope> WantedFor(const StoredRecord& record, const Home& home) {
  const RecordTypeInfo* info = FindRecordType(record.type);
  const bool of_case = info != nullptr && info->of_case, of_course = info != nullptr && info->of_course;
  const bool clinical = info != nullptr && info->scope_kind == v1::SCOPE_KIND_AREA_HEALTH;
  std::set<Scope> wanted;
  for (const Scope& scope : record.scopes) {
    const bool of_a_group = scope.kind == v1::SCOPE_KIND_GROUP;
    if (of_a_group ? home.groups.contains(scope) : !OfAnArea(scope)) wanted.insert(scope);
  }
  if (of_course) wanted.insert(home.groups.begin(), home.groups.end());
  if (clinical && home.area) wanted.insert(AreaHealthScope(*home.area));
  if (!clinical && home.area) wanted.insert(AreaScope(*home.area));
  for (const AreaId& area : home.of_cases) {
    if (of_case) wanted.insert(AreaScope(area));
  }
  if (wanted.empty()) return record.scopes;
  return {wanted.begin(), wanted.end()};
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

// Nothing to do for a citizen who stands in one area, her home, and in her groups, with all that is about her.
absl::StatusOr<std::optional<Home>> HomeIfAnythingMoves(BaseStore& store, RecordId id, const Concern& concern,
                                                        const std::set<RecordId>& persons, absl::Time now) {
  ASSIGN_OR_RETURN(const auto citizen, store.FindRecord(id));
  if (!citizen.has_value() || citizen->type != kCitizen || !citizen->record.has_created())
    return std::optional<Home>();
  Home home;
  ASSIGN_OR_RETURN(home.area, HomeOf(store, *citizen));
  if (home.area) home.of_cases = {*home.area};
  const std::set<Scope> groups_before = GroupsIn(citizen->scopes);
  home.groups = groups_before;
  if (concern.seats) {
    ASSIGN_OR_RETURN(home.groups, GroupsOf(store, id));
  }
  const Areas standing = AreasIn(citizen->scopes);
  if (standing == home.of_cases) {
    if (home.groups != groups_before) return std::optional(home);
    if (!home.area) return std::optional<Home>();
    ASSIGN_OR_RETURN(const bool scattered, store.StandsOutside(id, *home.area));
    return scattered ? std::optional(home) : std::nullopt;
  }
  ASSIGN_OR_RETURN(const bool open, HasOpenCase(store, persons, now));
  if (open) home.of_cases.insert(standing.begin(), standing.end());
  return std::optional(home);
}

absl::Status SettleOne(BaseStore& store, RecordId citizen, const Concern& concern,
                       const std::set<RecordId>& persons, uint64_t rev, absl::Time now,
                       std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const auto home, HomeIfAnythingMoves(store, citizen, concern, persons, now));
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
  if (standing.size() == 1) return WantedFor(record, {*standing.begin(), standing, GroupsIn(beside)});
  ASSIGN_OR_RETURN(const auto citizen, store.FindRecord(record.subject));
  const bool known = citizen.has_value() && citizen->type == kCitizen && citizen->record.has_created();
  if (!known) return record.scopes;
  Home home{std::nullopt, standing, GroupsIn(beside)};
  ASSIGN_OR_RETURN(home.area, HomeOf(store, *citizen));
  if (home.area) home.of_cases.insert(*home.area);
  return WantedFor(record, home);
}

// Somebody whom the leader of a group brings in, and who is known in no area: where the group is held.
absl::StatusOr<std::vector<Scope>> WithAreaOfGroup(BaseStore& store, std::vector<Scope> scopes) {
  if (!AreasIn(scopes).empty()) return scopes;
  std::set<Scope> wider(scopes.begin(), scopes.end());
  for (const Scope& group : GroupsIn(scopes)) {
    ASSIGN_OR_RETURN(const auto content, ContentOf<v1::Group>(store, RecordId(group.id).ToBytes()));
    const auto area = content ? AreaId::FromBytes(content->area_id()) : std::nullopt;
    if (area) wider.insert(AreaScope(*area));
  }
  return std::vector<Scope>(wider.begin(), wider.end());
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
  if (!existing.has_value() && info.subject == SubjectRule::kSelf) {
    return WithAreaOfGroup(store, std::move(record.scopes));
  }
  if (existing.has_value() || !IsPlace(info)) return record.scopes;
  std::set<Scope> scopes(record.scopes.begin(), record.scopes.end());
  for (const AreaId& area : AreasIn(record.scopes)) scopes.insert(AreaPlacesScope(area));
  return std::vector<Scope>(scopes.begin(), scopes.end());
}

absl::Status NoteConcerned(BaseStore& store, const StoredRecord& record, Concerned& citizens) {
  const bool of_seats = record.type == kSeat || record.type == kParticipation;
  if (!record.subject.empty()) {
    Concern& concern = citizens[record.subject];
    concern.own |= record.subject == record.id;
    concern.seats |= of_seats;
  }
  if (record.type != kMeeting) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto seats, store.SeatsIn(record.id));
  for (const SeatPlace& place : seats) {
    ASSIGN_OR_RETURN(const auto seat, store.FindRecord(place.seat));
    if (seat.has_value() && !seat->subject.empty()) citizens[seat->subject].seats = true;
  }
  return absl::OkStatus();
}

absl::Status SettlePlaces(BaseStore& store, const Concerned& citizens, uint64_t rev, absl::Time now,
                          std::set<Scope>& touched) {
  std::set<RecordId> settled;
  for (const auto& [citizen, unused] : citizens) {
    if (settled.contains(citizen)) continue;
    ASSIGN_OR_RETURN(const std::set<RecordId> persons, SamePersons(store, citizen));
    for (const RecordId& person : persons) {
      if (!settled.insert(person).second) continue;
      const auto found = citizens.find(person);
      const Concern concern = found == citizens.end() ? Concern() : found->second;
      ASSIGN_OR_RETURN(const std::vector<Scope> standing, store.ScopesOf(person));
      if (!concern.own && !concern.seats && AreasIn(standing).size() <= 1) continue;
      RETURN_IF_ERROR(SettleOne(store, person, concern, persons, rev, now, touched));
    }
  }
  return absl::OkStatus();
}

}  // namespace opgang
