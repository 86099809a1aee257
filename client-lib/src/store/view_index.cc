#include "client-lib/src/store/view_index.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/merge/open_conflicts.h"

namespace opgang {
namespace {

RecordId EntranceIdOf(const VisibleRecord& record) {
  std::string_view bytes;
  switch (record.type->type) {
    case RecordType::kDwelling: bytes = record.As<v1::Dwelling>().entrance_id(); break;
    case RecordType::kVisit: bytes = record.As<v1::Visit>().entrance_id(); break;
    case RecordType::kCitizen: bytes = record.As<v1::Citizen>().entrance_id(); break;
    default: break;
  }
  return RecordId::FromBytes(bytes).value_or(RecordId());
}

// The door that a dwelling is, or that a visit or a citizen names.
DoorName DoorOf(const VisibleRecord& record) {
  switch (record.type->type) {
    case RecordType::kDwelling: return {record.As<v1::Dwelling>().floor(), record.As<v1::Dwelling>().door()};
    case RecordType::kVisit: return {record.As<v1::Visit>().floor(), record.As<v1::Visit>().door()};
    case RecordType::kCitizen: return {record.As<v1::Citizen>().floor(), record.As<v1::Citizen>().door()};
    default: return {};
  }
}

std::string_view DwellingIdOf(const VisibleRecord& record) {
  switch (record.type->type) {
    case RecordType::kVisit: return record.As<v1::Visit>().dwelling_id();
    case RecordType::kCitizen: return record.As<v1::Citizen>().dwelling_id();
    default: return {};
  }
}

bool IsClosedPlace(const VisibleRecord& record) {
  switch (record.type->type) {
    case RecordType::kEntrance: return record.As<v1::Entrance>().status() == v1::PLACE_STATUS_CLOSED;
    case RecordType::kDwelling: return record.As<v1::Dwelling>().status() == v1::PLACE_STATUS_CLOSED;
    default: return false;
  }
}

bool Older(const VisibleRecord* a, const VisibleRecord* b) {
  if (a->recorded.earliest != b->recorded.earliest) return a->recorded.earliest < b->recorded.earliest;
  return a->id < b->id;
}

void SortOldestFirst(std::vector<const VisibleRecord*>& records) {
  std::sort(records.begin(), records.end(), Older);
}

template <typename Map, typename Key>
void Drop(Map& map, const Key& key, const VisibleRecord* record) {
  const auto found = map.find(key);
  if (found == map.end()) return;
  std::erase(found->second, record);
  if (found->second.empty()) map.erase(found);
}

}  // namespace

void ViewIndex::Put(std::unique_ptr<const VisibleRecord> record) {
  std::unique_ptr<const VisibleRecord>& slot = records_[record->id];
  if (slot != nullptr) Unindex(*slot);
  slot = std::move(record);
  Index(*slot);
}

void ViewIndex::Remove(RecordId id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  Unindex(*found->second);
  records_.erase(found);
}

void ViewIndex::Index(const VisibleRecord& record) {
  by_type_[record.type->type].push_back(&record);
  if (!record.subject.empty()) by_subject_[record.subject].push_back(&record);
  if (const RecordId entrance = EntranceIdOf(record); !entrance.empty())
    by_entrance_[entrance].push_back(&record);
  search_keys_.clear();
  handles_current_ = false;
}

void ViewIndex::Unindex(const VisibleRecord& record) {
  Drop(by_type_, record.type->type, &record);
  Drop(by_subject_, record.subject, &record);
  Drop(by_entrance_, EntranceIdOf(record), &record);
  search_keys_.clear();
  handles_current_ = false;
}

const VisibleRecord* ViewIndex::Find(RecordId id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : found->second.get();
}

std::vector<const VisibleRecord*> ViewIndex::OfType(RecordType type) const {
  const auto found = by_type_.find(type);
  Records records = found == by_type_.end() ? Records() : found->second;
  SortOldestFirst(records);
  return records;
}

std::vector<const VisibleRecord*> ViewIndex::About(RecordId citizen) const {
  Records records;
  for (const RecordId& person : SamePersons(citizen)) {
    const auto found = by_subject_.find(person);
    if (found != by_subject_.end()) records.insert(records.end(), found->second.begin(), found->second.end());
  }
  SortOldestFirst(records);
  return records;
}

std::vector<const VisibleRecord*> ViewIndex::Entrances() const {
  Records entrances = OfType(RecordType::kEntrance);
  std::erase_if(entrances, [](const VisibleRecord* record) { return IsClosedPlace(*record); });
  std::stable_sort(entrances.begin(), entrances.end(), [](const VisibleRecord* a, const VisibleRecord* b) {
    const auto& left = a->As<v1::Entrance>();
    const auto& right = b->As<v1::Entrance>();
    const int by_street = CompareDanish(left.street(), right.street());
    return by_street != 0 ? by_street < 0 : CompareHouseNumbers(left.number(), right.number()) < 0;
  });
  return entrances;
}

std::vector<const VisibleRecord*> ViewIndex::DwellingsOf(RecordId entrance) const {
  Records dwellings;
  const auto found = by_entrance_.find(entrance);
  if (found == by_entrance_.end()) return dwellings;
  for (const VisibleRecord* record : found->second) {
    if (record->type->type == RecordType::kDwelling && !IsClosedPlace(*record)) dwellings.push_back(record);
  }
  std::sort(dwellings.begin(), dwellings.end(), [](const VisibleRecord* a, const VisibleRecord* b) {
    return VisitedBefore(DoorOf(*a), DoorOf(*b));
  });
  return dwellings;
}

const VisibleRecord* ViewIndex::FindDwelling(RecordId entrance, const DoorName& door) const {
  const auto found = by_entrance_.find(entrance);
  if (found == by_entrance_.end()) return nullptr;
  const VisibleRecord* closed = nullptr;
  for (const VisibleRecord* record : found->second) {
    if (record->type->type != RecordType::kDwelling || DoorOf(*record) != door) continue;
    if (!IsClosedPlace(*record)) return record;
    closed = record;
  }
  return closed;
}

// By the door's name, or by the dwelling's id where only that was noted.
std::vector<const VisibleRecord*> ViewIndex::AtDoor(RecordType type, RecordId entrance,
                                                    const DoorName& door) const {
  Records records;
  const auto found = by_entrance_.find(entrance);
  if (found == by_entrance_.end()) return records;
  const bool whole_entrance = door == DoorName();
  const VisibleRecord* dwelling = whole_entrance ? nullptr : FindDwelling(entrance, door);
  const std::string dwelling_id = dwelling == nullptr ? "" : dwelling->id.ToBytes();
  for (const VisibleRecord* record : found->second) {
    if (record->type->type != type) continue;
    const std::string_view named = DwellingIdOf(*record);
    const bool by_id = !named.empty() && named == dwelling_id;
    const bool by_name = DoorOf(*record) == door && (!whole_entrance || named.empty());
    if (by_id || by_name) records.push_back(record);
  }
  return records;
}

std::vector<const VisibleRecord*> ViewIndex::VisitsTo(RecordId entrance, const DoorName& door) const {
  Records visits = AtDoor(RecordType::kVisit, entrance, door);
  std::sort(visits.begin(), visits.end(), [](const auto* a, const auto* b) { return Older(b, a); });
  return visits;
}

std::vector<const VisibleRecord*> ViewIndex::CitizensAt(RecordId entrance, const DoorName& door) const {
  Records citizens = AtDoor(RecordType::kCitizen, entrance, door);
  SortOldestFirst(citizens);
  return citizens;
}

std::vector<const VisibleRecord*> ViewIndex::WithAlternatives() const {
  Records records;
  for (const auto& [id, record] : records_) {
    if (record->record.has_field_states() && HasOpenConflict(*record->record))
      records.push_back(record.get());
  }
  SortOldestFirst(records);
  return records;
}

const Handles& ViewIndex::handles() const {
  if (handles_current_) return handles_;
  std::vector<RecordId> ids;
  for (const auto& [id, record] : records_) {
    if (record->type->has_handle) ids.push_back(id);
  }
  handles_.Assign(std::move(ids));
  handles_current_ = true;
  return handles_;
}

std::string ViewIndex::HandleOf(RecordId id) const { return handles().Of(id); }

absl::StatusOr<const VisibleRecord*> ViewIndex::ByHandle(std::string_view handle) const {
  const std::vector<RecordId> ids = handles().Matching(handle, 2);
  if (ids.empty()) return MakeError(ErrorCode::kNotFound, "no record has this handle");
  if (ids.size() > 1) return MakeError(ErrorCode::kAmbiguous, "the handle fits several records");
  return Find(ids.front());
}

}  // namespace opgang
