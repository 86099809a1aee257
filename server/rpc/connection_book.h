// Which connections the base keeps, before it knows whose they are. Sans I/O: the front door (front_door.h) tells it what
// happens on its sockets and does what it says.
//
//   arrived --a call by a certificate of ours--> proven --> gone
//      |  "at the door": nobody knows yet who it is
//      +--> cut: too long at the door, or somebody newer needs the place
//
// Whoever has made a call is never cut for a newcomer. At the door the oldest gives way, of the address that has most
// there: a stranger with a thousand connections keeps only himself out, also where an honest device shares his address.
#ifndef OPGANG_SERVER_RPC_CONNECTION_BOOK_H_
#define OPGANG_SERVER_RPC_CONNECTION_BOOK_H_

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "server/rpc/base_limits.h"

namespace opgang {

// Not thread-safe. A connection is named by its peer, "192.0.2.7:41000"; times are of a clock that nobody sets.
class ConnectionBook {
 public:
  explicit ConnectionBook(const BaseLimits& limits) : limits_(limits) {}

  struct Arrival {
    bool admitted = false;
    std::vector<std::string> cut;  // to make room for it; not in the book any more
  };
  Arrival Arrive(const std::string& peer, const std::string& address, absl::Time now);
  // A call came on it, by the certificate of `device` (nil: of many, a proxy's). Returns what is to be cut: the oldest
  // connections of a device that has too many.
  std::vector<std::string> Prove(const std::string& peer, StoreId device);
  // A message came on it.
  void Hear(const std::string& peer);
  // A call on it was refused because its device asks too often. True: it has been told often enough, and is treated as a flood.
  // An honest device makes a connection for each try, and waits in between.
  bool RefuseCall(const std::string& peer, absl::Time now);
  // Its socket has taken in so many bytes since it was made. True: it is a flood, and not in the book any more. Its address
  // is held back for a while: one newcomer at a time, every few seconds.
  bool Floods(const std::string& peer, uint64_t received, absl::Time now);
  void Leave(const std::string& peer);
  // Those that are too long at the door; not in the book any more.
  std::vector<std::string> TakeOverdue(absl::Time now);

  size_t size() const { return connections_.size(); }
  size_t at_the_door() const { return door_.size(); }

 private:
  using Door = std::list<std::string>;
  struct Connection {
    std::string address;
    absl::Time since;
    uint64_t number = 0;  // rising: who came first
    bool proven = false;
    Door::iterator place;  // at the door; of no meaning once proven
    StoreId device;
    int refused = 0;        // calls
    bool heard = false;     // since Floods() last looked
    uint64_t heard_at = 0;  // bytes received when it was last heard
  };
  struct Address {
    int64_t connections = 0;
    int64_t at_the_door = 0;
    absl::Time held_back_until = absl::InfinitePast();
    absl::Time next_newcomer = absl::InfinitePast();
  };

  bool HeldBack(const std::string& address, absl::Time now);
  // It goes, and its address is held back.
  void TreatAsFlood(std::map<std::string, Connection>::iterator connection, absl::Time now);
  // The oldest at the door, of `address` or (empty) of those addresses with most there; false: nobody is.
  bool CutOne(const std::string& address, std::vector<std::string>& cut);
  int64_t MostAtTheDoor() const;  // of one address
  void Forget(std::map<std::string, Connection>::iterator connection);

  const BaseLimits limits_;
  uint64_t last_number_ = 0;
  std::map<std::string, Connection> connections_;
  std::map<std::string, Address> addresses_;  // with a connection, or held back
  Door door_;                                 // peers, oldest first
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_CONNECTION_BOOK_H_
