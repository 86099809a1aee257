// Where devices knock: the base's own listening sockets. A connection first says the whole of its first TLS record, the
// ClientHello; until then it costs a descriptor and nothing else. Then it goes into the ConnectionBook, still before gRPC sees
// it; what is admitted is handed on, what is not is told so in TLS (an alert, RFC 8446 section 6) and closed.
//
// gRPC 1.51 has no cap on connections and no way to end one that costs too much, so the door keeps a second descriptor of
// each: shutting that down ends the connection under gRPC, and it tells when the other end, or gRPC, has closed it.
#ifndef OPGANG_SERVER_RPC_FRONT_DOOR_H_
#define OPGANG_SERVER_RPC_FRONT_DOOR_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "server/rpc/connection_book.h"
#include "server/rpc/sockets.h"
#include "server/rpc/waiting_line.h"

namespace opgang {

struct FrontDoorOptions {
  std::string listen;  // "host:port"; port 0 takes a free one
  BaseLimits limits;
  // Everybody comes through one proxy, which counts addresses and bytes itself: here only the total is capped.
  bool behind_proxy = false;
  Clock* clock = &SystemClock();
};

// Thread-safe. One thread of its own from Open() on.
class FrontDoor {
 public:
  // Takes over `fd`: connected, non-blocking. `listener`: where it came in. On the door's thread.
  using HandOn = std::function<void(int listener, int fd)>;

  // Listens; nobody is let in before Start(). kNotWritable: the address is taken or not ours. kBadInput: no address. Raises
  // the process's limit of open files where it has to; where that is refused, fewer connections are let in.
  static absl::StatusOr<std::unique_ptr<FrontDoor>> Open(const FrontDoorOptions& options);
  ~FrontDoor();  // Close()

  // How many streams the other end of a connection has begun (stream_counts.h). On the door's thread.
  using StreamsBegun = std::function<std::optional<uint64_t>(const std::string& peer)>;

  int port() const { return port_; }
  void Start(HandOn hand_on, StreamsBegun streams_begun);
  // A call came. False: its connection was cut. What had come of that is still on its way through gRPC, and costs less where
  // nobody looks at it.
  bool BeginCall(std::string_view peer);
  // The call came by a certificate of `device`. `peer` as gRPC names it: "ipv4:192.0.2.7:41000". What a device has too many
  // of is closed, oldest first.
  void Prove(std::string_view peer, StoreId device);
  // A call was refused because its device asks too often: a connection that goes on all the same is closed.
  void RefuseCall(std::string_view peer);
  // A message came.
  void Hear(std::string_view peer);
  // Lets nobody in any more. Connections go on; their descriptors here are closed.
  void Close();

 private:
  FrontDoor(const FrontDoorOptions& options, std::vector<OwnedFd> listeners, int port);
  // A connection that has not said its first record yet.
  struct Knock {
    int listener = -1;
    OwnedFd connection;
    PeerName name;
  };

  void Serve();
  bool IsListener(int fd) const;
  void AcceptFrom(int listener);
  void LetKnock(Knock knock);
  void ListenTo(int knocking);
  Knock TakeKnock(int knocking);
  void EndKnocks(const std::vector<std::string>& knocking, const char* why);
  void Admit(Knock knock);
  void LookAround();
  void LookAtNewcomer(int descriptor);
  bool Floods(const std::string& peer, uint64_t received, absl::Time now);  // under mutex_, as the next
  void CutAll(const std::vector<std::string>& peers, const char* why);
  void StopWatching(int descriptor);

  const FrontDoorOptions options_;
  const std::vector<OwnedFd> listeners_;
  const int port_;
  OwnedFd events_, wake_;
  HandOn hand_on_;
  StreamsBegun streams_begun_;
  std::map<int, Knock> knocks_;  // by descriptor; the door's thread's, as the next
  WaitingLine knocking_;         // their descriptors in decimal
  std::mutex mutex_;
  ConnectionBook book_;                   // guarded by mutex_
  std::map<std::string, OwnedFd> open_;   // guarded by mutex_; the door's descriptors, by peer
  std::map<int, std::string> newcomers_;  // guarded by mutex_; those without a call, by the door's descriptor
  std::map<std::string, int> turned_away_;  // guarded by mutex_; why, and how many, since it was last told
  absl::Time tell_next_ = absl::InfinitePast();  // guarded by mutex_
  std::atomic<bool> closing_ = false;
  std::thread thread_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_FRONT_DOOR_H_
