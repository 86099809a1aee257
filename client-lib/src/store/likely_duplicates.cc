#include "opgang/likely_duplicates.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/places/danish_address.h"

namespace opgang {
namespace {

// What of a citizen is compared, normalised once.
struct Traits {
  explicit Traits(const VisibleRecord& record)
      : id(record.id), citizen(&record.As<v1::Citizen>()), name(SearchKey(citizen->name())) {}

  bool full_name() const { return name.find(' ') != std::string::npos; }
  // Under which it may be alike with another: two that share none of them are not likely.
  std::vector<std::string> Keys() const;

  RecordId id;
  const v1::Citizen* citizen;
  std::string name;
};

// The dwelling by its record and by floor and door: a locked tablet knows only these.
std::vector<std::string> DwellingKeys(const v1::Citizen& citizen) {
  std::vector<std::string> keys;
  if (!citizen.dwelling_id().empty()) keys.push_back(absl::StrCat("d", citizen.dwelling_id()));
  if (!citizen.entrance_id().empty() && !citizen.floor().empty())
    keys.push_back(absl::StrCat("e", citizen.entrance_id(), citizen.floor(), "/", citizen.door()));
  return keys;
}

std::vector<std::string> Traits::Keys() const {
  std::vector<std::string> keys;
  if (!citizen->telephone().empty()) keys.push_back(absl::StrCat("t", citizen->telephone()));
  if (!name.empty()) keys.push_back(absl::StrCat("n", name));
  if (!citizen->has_birth_year()) return keys;
  for (const std::string& dwelling : DwellingKeys(*citizen))
    keys.push_back(absl::StrCat("b", citizen->birth_year(), dwelling));
  return keys;
}

bool SameText(const std::string& a, const std::string& b) { return !a.empty() && a == b; }

bool SameDwelling(const v1::Citizen& a, const v1::Citizen& b) {
  const std::vector<std::string> of_a = DwellingKeys(a);
  const std::vector<std::string> of_b = DwellingKeys(b);
  return std::find_first_of(of_a.begin(), of_a.end(), of_b.begin(), of_b.end()) != of_a.end();
}

int Likeness(const LikelyDuplicate& d) { return d.name + 2 * d.telephone + d.dwelling + d.birth_year; }

// Whether `other` is likely the same as `own`, and by what.
std::optional<LikelyDuplicate> Compare(const Traits& own, const Traits& other) {
  const LikelyDuplicate d{other.id, SameText(own.name, other.name),
                          SameText(own.citizen->telephone(), other.citizen->telephone()),
                          SameDwelling(*own.citizen, *other.citizen),
                          own.citizen->has_birth_year() && other.citizen->has_birth_year() &&
                              own.citizen->birth_year() == other.citizen->birth_year()};
  const bool likely = d.telephone || d.name + d.dwelling + d.birth_year >= 2 || (d.name && own.full_name());
  return likely ? std::optional(d) : std::nullopt;
}

// What people have decided of pairs: that they are one, and then their joins are too, or that they are two.
class Decisions {
 public:
  explicit Decisions(const View& view) {
    for (const VisibleRecord* record : view.OfType(RecordType::kSamePerson)) {
      const auto& same = record->As<v1::SamePerson>();
      const auto one = RecordId::FromBytes(same.citizen_id());
      const auto other = RecordId::FromBytes(same.other_citizen_id());
      if (!one || !other) continue;
      pairs_.insert(std::minmax(*one, *other));
      if (same.joined())
        first_of_[std::max(First(*one), First(*other))] = std::min(First(*one), First(*other));
    }
  }
  bool Has(RecordId one, RecordId other) const {
    return First(one) == First(other) || pairs_.contains(std::minmax(one, other));
  }

 private:
  RecordId First(RecordId citizen) const {
    for (auto found = first_of_.find(citizen); found != first_of_.end() && found->second != citizen;
         found = first_of_.find(citizen))
      citizen = found->second;
    return citizen;
  }
  std::set<std::pair<RecordId, RecordId>> pairs_;
  std::map<RecordId, RecordId> first_of_;
};

}  // namespace

std::vector<LikelyDuplicate> LikelyDuplicatesOf(const View& view, RecordId citizen) {
  const VisibleRecord* self = view.Find(citizen);
  if (self == nullptr) return {};
  const Traits own(*self);
  const Decisions decisions(view);
  std::vector<LikelyDuplicate> found;
  for (const VisibleRecord* record : view.OfType(RecordType::kCitizen)) {
    if (record->id == citizen || decisions.Has(citizen, record->id)) continue;
    if (const auto duplicate = Compare(own, Traits(*record))) found.push_back(*duplicate);
  }
  std::ranges::stable_sort(found, std::greater<>(), Likeness);
  return found;
}

std::vector<LikelyPair> LikelyPairs(const View& view) {
  const Decisions decisions(view);
  std::map<std::string, std::vector<Traits>> before;  // by key
  std::vector<LikelyPair> pairs;
  for (const VisibleRecord* record : view.OfType(RecordType::kCitizen)) {
    const Traits own(*record);
    std::optional<LikelyDuplicate> best;
    for (const std::string& key : own.Keys()) {
      for (const Traits& older : before[key]) {
        const auto duplicate = Compare(own, older);
        if (!duplicate || decisions.Has(own.id, older.id)) continue;
        if (!best || Likeness(*duplicate) > Likeness(*best)) best = duplicate;
      }
      before[key].push_back(own);
    }
    if (best) pairs.push_back({record, *best});
  }
  return pairs;
}

}  // namespace opgang
