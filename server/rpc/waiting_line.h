// Connections that wait, in the order in which they came, by the address from which they came. Sans I/O.
//
// Where one has to go, it is the oldest of the address that has most here: a stranger with a thousand connections keeps only
// himself out, also where an honest device shares his address. Every step costs the logarithm of what waits, for these are
// made as fast as a stranger can connect.
#ifndef OPGANG_SERVER_RPC_WAITING_LINE_H_
#define OPGANG_SERVER_RPC_WAITING_LINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"

namespace opgang {

// Not thread-safe. A connection is named by its peer, "192.0.2.7:41000"; times are of a clock that nobody sets.
class WaitingLine {
 public:
  // Of a peer that does not wait yet.
  void Add(const std::string& peer, const std::string& address, absl::Time now);
  // Nothing happens where it does not wait.
  void Remove(const std::string& peer);
  bool Has(const std::string& peer) const { return peers_.contains(peer); }
  size_t size() const { return peers_.size(); }

  // Taken out and named; nullopt where nobody waits. Among addresses with as many the oldest of all goes.
  std::optional<std::string> TakeOldestOf(const std::string& address);
  std::optional<std::string> TakeOldestOfBusiest();
  // All who came before `time`.
  std::vector<std::string> TakeBefore(absl::Time time);

 private:
  struct Place {
    std::string address;
    uint64_t number = 0;  // rising: who came first
    absl::Time since;
  };
  // Minus the number of peers, then the oldest of them: the first one is the busiest.
  using Rank = std::tuple<int64_t, uint64_t, std::string>;

  static Rank RankOf(const std::string& address, const std::set<uint64_t>& waiting);
  // One step on who waits of an address, and its rank with it.
  template <typename Step>
  void Change(const std::string& address, const Step& step);
  std::string Take(uint64_t number);

  uint64_t last_number_ = 0;
  std::map<std::string, Place> peers_;
  std::map<uint64_t, std::string> order_;
  std::map<std::string, std::set<uint64_t>> addresses_;  // none is empty
  std::set<Rank> busiest_;                               // one for each address
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_WAITING_LINE_H_
