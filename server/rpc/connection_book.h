// Which connections the base keeps, before it knows whose they are. Sans I/O: the front door (front_door.h) tells it what
// happens on its sockets and does what it says.
//
//   arrived --a call by a certificate of ours--> proven --> gone
//      |  "at the door": nobody knows yet who it is
//      +--> cut: too long at the door, or somebody newer needs the place
//
// Whoever has made a call is never cut for a newcomer. At the door the oldest of the busiest address gives way
// (waiting_line.h).
#ifndef OPGANG_SERVER_RPC_CONNECTION_BOOK_H_
#define OPGANG_SERVER_RPC_CONNECTION_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "server/rpc/base_limits.h"
#include "server/rpc/waiting_line.h"

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
  // A call came to a handler on it. False: it is not in the book any more.
  bool BeginCall(const std::string& peer);
  // That call is by the certificate of `device` (nil: of many, a proxy's). Returns what is to be cut: the oldest
  // connections of a device that has too many.
  std::vector<std::string> Prove(const std::string& peer, StoreId device);
  // A message came on it.
  void Hear(const std::string& peer);
  // A call on it was refused because its device asks too often. True: it has been told often enough, and is treated as a flood.
  // An honest device makes a connection for each try, and waits in between.
  bool RefuseCall(const std::string& peer, absl::Time now);
  // Its socket has taken in so many bytes since it was made. True: it is a flood, and not in the book any more. Its address
  // is held back for a while: one newcomer at a time, every few seconds.
  bool FloodsBytes(const std::string& peer, uint64_t received, absl::Time now);
  // Of those bytes, what has come since the last call or message.
  uint64_t Unheard(const std::string& peer) const;
  // Its other end has begun so many streams since it was made. True: far more than have come to a handler, which is a flood
  // as above. A device that keeps to what HTTP/2 told it has 16 at once.
  bool FloodsStreams(const std::string& peer, uint64_t begun, absl::Time now);
  void Leave(const std::string& peer);
  // Those that are too long at the door; not in the book any more.
  std::vector<std::string> TakeOverdue(absl::Time now);

  size_t size() const { return connections_.size(); }
  size_t at_the_door() const { return door_.size(); }

 private:
  struct Connection {
    std::string address;
    uint64_t number = 0;    // rising: who came first
    StoreId device;         // once proven; nil: of many
    int refused = 0;        // calls
    uint64_t calls = 0;     // that came to a handler
    bool heard = false;     // since FloodsBytes() last looked
    uint64_t heard_at = 0;  // bytes received when it was last heard
    uint64_t unheard = 0;   // bytes received since
  };
  struct Address {
    int64_t connections = 0;
    absl::Time held_back_until = absl::InfinitePast();
    absl::Time next_newcomer = absl::InfinitePast();
  };

  bool HeldBack(const std::string& address, absl::Time now);
  // It goes, and its address is held back.
  void TreatAsFlood(std::map<std::string, Connection>::iterator connection, absl::Time now);
  // Notes whom the door gave up; false: nobody.
  bool Cut(const std::optional<std::string>& peer, std::vector<std::string>& cut);
  void Forget(std::map<std::string, Connection>::iterator connection);

  const BaseLimits limits_;
  uint64_t last_number_ = 0;
  std::map<std::string, Connection> connections_;
  std::map<std::string, Address> addresses_;  // with a connection, or held back
  WaitingLine door_;                          // those that are not proven
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_CONNECTION_BOOK_H_
