#include "client-lib/src/store/handles.h"

#include <algorithm>

namespace opgang {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kChars = 12;  // 60 of the 62 random bits at the end of a UUIDv7
constexpr int kMinChars = 3;

// The last 60 bits, first character in the highest bits.
uint64_t TailOf(RecordId id) {
  uint64_t tail = 0;
  for (size_t i = 8; i < 16; ++i) tail = (tail << 8) | id.uuid()[i];
  return tail & ((uint64_t{1} << (5 * kChars)) - 1);
}

int CharAt(uint64_t tail, int index) { return static_cast<int>((tail >> (5 * (kChars - 1 - index))) & 31); }

int CommonChars(uint64_t a, uint64_t b) {
  int common = 0;
  while (common < kChars && CharAt(a, common) == CharAt(b, common)) ++common;
  return common;
}

std::optional<int> ValueOf(char c) {
  if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (c == 'o') c = '0';
  if (c == 'i' || c == 'l') c = '1';
  const size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(at));
}

}  // namespace

void Handles::Assign(std::vector<RecordId> ids) {
  sorted_.clear();
  for (const RecordId& id : ids) sorted_.emplace_back(TailOf(id), id);
  std::sort(sorted_.begin(), sorted_.end());
}

std::string Handles::Of(RecordId id) const {
  const uint64_t tail = TailOf(id);
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair(tail, id));
  int chars = kMinChars;
  if (at != sorted_.begin()) chars = std::max(chars, CommonChars(tail, std::prev(at)->first) + 1);
  const auto next = at != sorted_.end() && at->second == id ? std::next(at) : at;
  if (next != sorted_.end()) chars = std::max(chars, CommonChars(tail, next->first) + 1);
  std::string handle;
  for (int i = 0; i < std::min(chars, kChars); ++i) handle += kAlphabet[CharAt(tail, i)];
  return handle;
}

std::vector<RecordId> Handles::Matching(std::string_view typed, size_t limit) const {
  if (typed.size() < kMinChars || typed.size() > kChars) return {};
  uint64_t low = 0;
  for (int i = 0; i < kChars; ++i) {
    const auto value = i < static_cast<int>(typed.size()) ? ValueOf(typed[i]) : std::optional(0);
    if (!value) return {};
    low = (low << 5) | static_cast<uint64_t>(*value);
  }
  std::vector<RecordId> ids;
  const int chars = static_cast<int>(typed.size());
  for (auto at = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair(low, RecordId()));
       at != sorted_.end() && ids.size() < limit && CommonChars(at->first, low) >= chars; ++at) {
    ids.push_back(at->second);
  }
  return ids;
}

}  // namespace opgang
