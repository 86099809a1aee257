#include "core/rules/succession.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace opgang {
namespace {

// Which entries belong together: each leads to one that stands for all of its chain.
class Chains {
 public:
  explicit Chains(size_t count) : leads_to_(count) { std::iota(leads_to_.begin(), leads_to_.end(), 0u); }
  size_t Of(size_t entry) const {
    while (leads_to_[entry] != entry) entry = leads_to_[entry];
    return entry;
  }
  void Join(size_t a, size_t b) { leads_to_[Of(a)] = Of(b); }

 private:
  std::vector<size_t> leads_to_;
};

std::map<RecordId, size_t> Positions(const std::vector<SuccessionEntry>& entries) {
  std::map<RecordId, size_t> positions;
  for (size_t i = 0; i < entries.size(); ++i) positions.emplace(entries[i].id, i);
  return positions;
}

std::vector<size_t> ByAge(const std::vector<SuccessionEntry>& entries) {
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](size_t i) { return std::tuple(entries[i].recorded, entries[i].id); });
  return order;
}

// Who took the place of something was not told of what is newer than that.
bool MayNotHaveSeen(const std::vector<SuccessionEntry>& entries, const SuccessionEntry& standing,
                    size_t other) {
  const auto replaced =
      std::ranges::find(entries, standing.replaces.value_or(RecordId()), &SuccessionEntry::id);
  return replaced == entries.end() || entries[other].recorded > replaced->recorded;
}

// The latest of those that nobody replaced; in a ring, which only a broken client makes, the latest of all.
void ChooseStanding(const std::vector<SuccessionEntry>& entries, const std::set<size_t>& replaced,
                    Succession& chain) {
  std::vector<size_t> open;
  std::ranges::copy_if(chain.members, std::back_inserter(open),
                       [&](size_t m) { return !replaced.contains(m); });
  chain.standing = open.empty() ? chain.members.back() : open.back();
  for (const size_t other : open) {
    if (other == chain.standing) continue;
    chain.disputed |= MayNotHaveSeen(entries, entries[chain.standing], other);
  }
}

}  // namespace

std::vector<Succession> SuccessionsOf(const std::vector<SuccessionEntry>& entries) {
  const std::map<RecordId, size_t> positions = Positions(entries);
  Chains chains(entries.size());
  std::set<size_t> replaced;
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto former = entries[i].replaces ? positions.find(*entries[i].replaces) : positions.end();
    if (former == positions.end()) continue;
    chains.Join(i, former->second);
    replaced.insert(former->second);
  }
  std::vector<Succession> successions;
  std::map<size_t, size_t> place_of_chain;
  for (const size_t i : ByAge(entries)) {
    const auto [found, is_new] = place_of_chain.emplace(chains.Of(i), successions.size());
    if (is_new) successions.emplace_back();
    successions[found->second].members.push_back(i);
  }
  for (Succession& chain : successions) ChooseStanding(entries, replaced, chain);
  return successions;
}

}  // namespace opgang
