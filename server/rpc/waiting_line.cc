#include "server/rpc/waiting_line.h"

#include <utility>

namespace opgang {

void WaitingLine::Add(const std::string& peer, const std::string& address, absl::Time now) {
  const uint64_t number = ++last_number_;
  peers_.emplace(peer, Place{address, number, now});
  order_.emplace(number, peer);
  Change(address, [number](std::set<uint64_t>& waiting) { waiting.insert(number); });
}

void WaitingLine::Remove(const std::string& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  const Place place = std::move(found->second);
  peers_.erase(found);
  order_.erase(place.number);
  Change(place.address, [&](std::set<uint64_t>& waiting) { waiting.erase(place.number); });
}

template <typename Step>
void WaitingLine::Change(const std::string& address, const Step& step) {
  std::set<uint64_t>& waiting = addresses_[address];
  if (!waiting.empty()) busiest_.erase(RankOf(address, waiting));
  step(waiting);
  if (waiting.empty())
    addresses_.erase(address);
  else
    busiest_.insert(RankOf(address, waiting));
}

WaitingLine::Rank WaitingLine::RankOf(const std::string& address, const std::set<uint64_t>& waiting) {
  return {-static_cast<int64_t>(waiting.size()), *waiting.begin(), address};
}

std::string WaitingLine::Take(uint64_t number) {
  std::string peer = order_.at(number);
  Remove(peer);
  return peer;
}

std::optional<std::string> WaitingLine::TakeOldestOf(const std::string& address) {
  const auto found = addresses_.find(address);
  if (found == addresses_.end()) return std::nullopt;
  return Take(*found->second.begin());
}

std::optional<std::string> WaitingLine::TakeOldestOfBusiest() {
  if (busiest_.empty()) return std::nullopt;
  return Take(std::get<1>(*busiest_.begin()));
}

std::vector<std::string> WaitingLine::TakeBefore(absl::Time time) {
  std::vector<std::string> taken;
  while (!order_.empty() && peers_.at(order_.begin()->second).since < time)
    taken.push_back(Take(order_.begin()->first));
  return taken;
}

}  // namespace opgang
