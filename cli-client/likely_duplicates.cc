#include "cli-client/likely_duplicates.h"

#include <algorithm>

#include "core/places/danish_address.h"

namespace opgang::cli {
namespace {

bool SameText(const std::string& a, const std::string& b) { return !a.empty() && a == b; }

bool SameDwelling(const v1::Citizen& a, const v1::Citizen& b) {
  if (SameText(a.dwelling_id(), b.dwelling_id())) return true;
  return SameText(a.entrance_id(), b.entrance_id()) && !a.floor().empty() && a.floor() == b.floor() &&
         a.door() == b.door();
}

int Likeness(const LikelyDuplicate& d) { return d.name + 2 * d.telephone + d.dwelling + d.birth_year; }

bool FullName(const v1::Citizen& citizen) { return SearchKey(citizen.name()).find(' ') != std::string::npos; }

bool IsLikely(const LikelyDuplicate& d, const v1::Citizen& citizen) {
  return d.telephone || d.name + d.dwelling + d.birth_year >= 2 || (d.name && FullName(citizen));
}

bool Joined(const View& view, RecordId a, RecordId b) {
  for (const VisibleRecord* record : view.OfType(RecordType::kSamePerson)) {
    const auto& same = record->As<v1::SamePerson>();
    const bool pair = same.citizen_id() == a.ToBytes() && same.other_citizen_id() == b.ToBytes();
    const bool reverse = same.citizen_id() == b.ToBytes() && same.other_citizen_id() == a.ToBytes();
    if (same.joined() && (pair || reverse)) return true;
  }
  return false;
}

}  // namespace

std::vector<LikelyDuplicate> LikelyDuplicatesOf(const View& view, RecordId citizen) {
  const VisibleRecord* self = view.Find(citizen);
  if (self == nullptr) return {};
  const auto& own = self->As<v1::Citizen>();
  const std::string own_name = SearchKey(own.name());
  std::vector<LikelyDuplicate> found;
  for (const VisibleRecord* record : view.OfType(RecordType::kCitizen)) {
    if (record->id == citizen) continue;
    const auto& other = record->As<v1::Citizen>();
    const LikelyDuplicate candidate{
        record->id, SameText(own_name, SearchKey(other.name())), SameText(own.telephone(), other.telephone()),
        SameDwelling(own, other),
        own.has_birth_year() && other.has_birth_year() && own.birth_year() == other.birth_year()};
    if (IsLikely(candidate, own) && !Joined(view, citizen, record->id)) found.push_back(candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const LikelyDuplicate& a, const LikelyDuplicate& b) {
    return Likeness(a) > Likeness(b);
  });
  return found;
}

}  // namespace opgang::cli
