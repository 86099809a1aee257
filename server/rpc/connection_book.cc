#include "server/rpc/connection_book.h"

#include <algorithm>
#include <utility>

namespace opgang {
namespace {

// An address from which a flood came: for so long, one newcomer in each of these spans.
constexpr absl::Duration kHoldBack = absl::Minutes(1);
constexpr absl::Duration kNewcomerEvery = absl::Seconds(2);
// Of what a connection may bring unheard, before its first call: a device says at most 64 KiB of work and its Hello then.
constexpr int64_t kShareAtTheDoor = 8;
constexpr int kRefusedCalls = 16;        // of one connection, before it is cut
constexpr uint64_t kStreamsAhead = 100;  // of the calls that handlers have seen

}  // namespace

bool ConnectionBook::HeldBack(const std::string& address, absl::Time now) {
  const auto found = addresses_.find(address);
  if (found == addresses_.end() || now >= found->second.held_back_until) return false;
  if (now < found->second.next_newcomer) return true;
  found->second.next_newcomer = now + kNewcomerEvery;
  return false;
}

ConnectionBook::Arrival ConnectionBook::Arrive(const std::string& peer, const std::string& address,
                                               absl::Time now) {
  Arrival arrival;
  Leave(peer);  // the port is used anew before its last end was seen
  if (HeldBack(address, now)) return arrival;
  Address& here = addresses_[address];
  const bool address_is_full = here.connections >= limits_.connections_per_address;
  if (address_is_full && !Cut(door_.TakeOldestOf(address), arrival.cut)) return arrival;
  const auto total = static_cast<int64_t>(connections_.size());
  if (total >= limits_.connections && !Cut(door_.TakeOldestOfBusiest(), arrival.cut)) return arrival;
  if (static_cast<int64_t>(door_.size()) >= limits_.connections_at_the_door)
    Cut(door_.TakeOldestOfBusiest(), arrival.cut);
  ++here.connections;
  door_.Add(peer, address, now);
  connections_.emplace(peer, Connection{.address = address, .number = ++last_number_});
  arrival.admitted = true;
  return arrival;
}

bool ConnectionBook::Cut(const std::optional<std::string>& peer, std::vector<std::string>& cut) {
  if (!peer.has_value()) return false;
  Forget(connections_.find(*peer));
  cut.push_back(*peer);
  return true;
}

std::vector<std::string> ConnectionBook::Prove(const std::string& peer, StoreId device) {
  const auto found = connections_.find(peer);
  if (found == connections_.end()) return {};
  Hear(peer);
  if (!door_.Has(peer)) return {};
  found->second.device = device;
  door_.Remove(peer);
  if (device.empty()) return {};
  std::vector<std::pair<uint64_t, std::string>> own;
  for (const auto& [name, connection] : connections_) {
    if (connection.device == device) own.emplace_back(connection.number, name);
  }
  std::sort(own.begin(), own.end());
  std::vector<std::string> cut;
  for (size_t i = 0; own.size() - i > static_cast<size_t>(limits_.connections_per_device); ++i) {
    cut.push_back(own[i].second);
    Forget(connections_.find(own[i].second));
  }
  return cut;
}

void ConnectionBook::Hear(const std::string& peer) {
  const auto found = connections_.find(peer);
  if (found != connections_.end()) found->second.heard = true;
}

bool ConnectionBook::BeginCall(const std::string& peer) {
  const auto found = connections_.find(peer);
  if (found == connections_.end()) return false;
  ++found->second.calls;
  return true;
}

bool ConnectionBook::FloodsBytes(const std::string& peer, uint64_t received, absl::Time now) {
  const auto found = connections_.find(peer);
  if (found == connections_.end()) return false;
  Connection& connection = found->second;
  if (std::exchange(connection.heard, false)) connection.heard_at = received;
  connection.unheard = received - connection.heard_at;
  const int64_t share = door_.Has(peer) ? kShareAtTheDoor : 1;
  if (connection.unheard <= static_cast<uint64_t>(limits_.unheard_bytes / share)) return false;
  TreatAsFlood(found, now);
  return true;
}

uint64_t ConnectionBook::Unheard(const std::string& peer) const {
  const auto found = connections_.find(peer);
  return found == connections_.end() ? 0 : found->second.unheard;
}

bool ConnectionBook::FloodsStreams(const std::string& peer, uint64_t begun, absl::Time now) {
  const auto found = connections_.find(peer);
  if (found == connections_.end() || begun <= found->second.calls + kStreamsAhead) return false;
  TreatAsFlood(found, now);
  return true;
}

bool ConnectionBook::RefuseCall(const std::string& peer, absl::Time now) {
  const auto found = connections_.find(peer);
  if (found == connections_.end() || ++found->second.refused <= kRefusedCalls) return false;
  TreatAsFlood(found, now);
  return true;
}

void ConnectionBook::TreatAsFlood(std::map<std::string, Connection>::iterator connection, absl::Time now) {
  Address& here = addresses_[connection->second.address];
  here.held_back_until = now + kHoldBack;
  here.next_newcomer = now + kNewcomerEvery;
  Forget(connection);
}

void ConnectionBook::Leave(const std::string& peer) {
  const auto found = connections_.find(peer);
  if (found != connections_.end()) Forget(found);
}

std::vector<std::string> ConnectionBook::TakeOverdue(absl::Time now) {
  std::vector<std::string> overdue = door_.TakeBefore(now - absl::Seconds(limits_.door_seconds));
  for (const std::string& peer : overdue) Forget(connections_.find(peer));
  std::erase_if(addresses_, [&](const auto& entry) {
    return entry.second.connections == 0 && now >= entry.second.held_back_until;
  });
  return overdue;
}

// Addresses stay until TakeOverdue(): what is held back is remembered, and no reference to one goes stale meanwhile.
void ConnectionBook::Forget(std::map<std::string, Connection>::iterator connection) {
  --addresses_[connection->second.address].connections;
  door_.Remove(connection->first);
  connections_.erase(connection);
}

}  // namespace opgang
