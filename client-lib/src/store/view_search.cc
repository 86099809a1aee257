// The half of ViewIndex that finds a record by what a person types.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/view_index.h"
#include "core/base/in_parallel.h"
#include "core/records/validation.h"

namespace opgang {
namespace {

constexpr size_t kBlock = 64;     // records whose keys a thread makes at a time
constexpr size_t kMinDigits = 4;  // fewer digits are a house number, not a telephone

std::string DigitsOf(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

bool LooksLikeTelephone(std::string_view text) {
  return text.find_first_not_of("+0123456789 -") == std::string_view::npos &&
         DigitsOf(text).size() >= kMinDigits;
}

// Each word typed begins a word of `key`, in any order: "jen am" finds "amina jensen".
bool WordsBegin(std::string_view typed, std::string_view key) {
  while (!typed.empty()) {
    const size_t space = typed.find(' ');
    const std::string_view word = typed.substr(0, space);
    const bool first = key.substr(0, word.size()) == word;
    if (!first && key.find(" " + std::string(word)) == std::string_view::npos) return false;
    typed = space == std::string_view::npos ? std::string_view() : typed.substr(space + 1);
  }
  return true;
}

// How well one key fits: lower is better, kNoHit is not at all.
constexpr int kNoHit = 100;
int Fit(std::string_view typed, std::string_view key) {
  if (key.empty() || typed.empty()) return kNoHit;
  if (key == typed) return 0;
  if (key.substr(0, typed.size()) == typed) return 1;
  return WordsBegin(typed, key) ? 2 : kNoHit;
}

int TelephoneFit(std::string_view digits, std::string_view telephone) {
  if (digits.empty() || telephone.empty()) return kNoHit;
  if (digits == telephone) return 0;
  return telephone.find(digits) == std::string_view::npos ? kNoHit : 2;
}

struct Ranked {
  int rank;
  SearchHit hit;
};

}  // namespace

std::string AddressText(const v1::Entrance& entrance, const DoorName& door) {
  std::string text = entrance.street() + " " + entrance.number();
  if (door == DoorName()) return text;
  return text + ", " + FormatDoor(door);
}

ViewIndex::SearchKeys ViewIndex::KeysOf(const VisibleRecord& record) const {
  SearchKeys keys;
  keys.record = &record;
  const auto address = [&](const std::string& entrance_id, const DoorName& door) -> std::string {
    const VisibleRecord* entrance = Find(RecordId::FromBytes(entrance_id).value_or(RecordId()));
    if (entrance == nullptr || entrance->type->type != RecordType::kEntrance) return {};
    return SearchKey(AddressText(entrance->As<v1::Entrance>(), door));
  };
  switch (record.type->type) {
    case RecordType::kEntrance: keys.address = SearchKey(AddressText(record.As<v1::Entrance>(), {})); break;
    case RecordType::kDwelling: {
      const auto& dwelling = record.As<v1::Dwelling>();
      keys.address = address(dwelling.entrance_id(), {dwelling.floor(), dwelling.door()});
      break;
    }
    case RecordType::kCitizen: {
      const auto& citizen = record.As<v1::Citizen>();
      keys.name = SearchKey(citizen.name());
      keys.telephone = DigitsOf(citizen.telephone());
      keys.address = address(citizen.entrance_id(), {citizen.floor(), citizen.door()});
      break;
    }
    case RecordType::kInquiry: keys.slip = SearchKey(record.As<v1::Inquiry>().slip_number()); break;
    default: break;
  }
  return keys;
}

const std::vector<ViewIndex::SearchKeys>& ViewIndex::search_keys() const {
  if (!search_keys_.empty()) return search_keys_;
  Records searched;
  for (const RecordType type :
       {RecordType::kCitizen, RecordType::kInquiry, RecordType::kEntrance, RecordType::kDwelling}) {
    const Records of_type = OfType(type);
    searched.insert(searched.end(), of_type.begin(), of_type.end());
  }
  search_keys_.resize(searched.size());
  ParallelWork(searched.size(), kBlock, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) search_keys_[i] = KeysOf(*searched[i]);
  }).Finish();
  return search_keys_;
}

std::vector<SearchHit> ViewIndex::Search(std::string_view words, size_t limit) const {
  const std::string typed = SearchKey(words);
  const std::string telephone = LooksLikeTelephone(words)
                                    ? DigitsOf(NormalizeTelephone(words).value_or(std::string(words)))
                                    : std::string();
  std::vector<Ranked> ranked;
  if (const auto by_handle = ByHandle(words); by_handle.ok()) ranked.push_back({0, {*by_handle, "handle"}});
  for (const SearchKeys& keys : search_keys()) {
    const std::pair<int, std::string_view> fits[] = {{Fit(typed, keys.slip), "slip"},
                                                     {TelephoneFit(telephone, keys.telephone), "telephone"},
                                                     {Fit(typed, keys.name), "name"},
                                                     {Fit(typed, keys.address), "address"}};
    const auto& best = *std::min_element(std::begin(fits), std::end(fits),
                                         [](const auto& a, const auto& b) { return a.first < b.first; });
    const bool found_already = !ranked.empty() && ranked.front().hit.record == keys.record;
    if (best.first < kNoHit && !found_already) ranked.push_back({best.first + 1, {keys.record, best.second}});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::vector<SearchHit> hits;
  for (const Ranked& one : ranked) {
    if (hits.size() < limit) hits.push_back(one.hit);
  }
  return hits;
}

}  // namespace opgang
