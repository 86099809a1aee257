// Listening sockets and what the kernel knows of a connection: the system calls of the front door (front_door.h).
#ifndef OPGANG_SERVER_RPC_SOCKETS_H_
#define OPGANG_SERVER_RPC_SOCKETS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace opgang {

// Owns a descriptor.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept;
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  int get() const { return fd_; }
  int Release();

 private:
  int fd_;
};

// Listening on every address of "host:port", on one port; 0 takes a free one. Non-blocking. kNotWritable: taken, or not ours.
// kBadInput: no address.
absl::StatusOr<std::vector<OwnedFd>> ListenOnAll(const std::string& listen);
int PortOf(int socket);
bool SetOption(int socket, int level, int option, int value);

// "192.0.2.7" and "192.0.2.7:41000", or "2001:db8::" and "[2001:db8::1]:41000": one machine with IPv6 may have a whole /64, and
// counts as one address.
struct PeerName {
  std::string address, peer;
};
// The next connection that waits at `listener`: non-blocking, and its other end. A descriptor below 0: none, errno says why.
struct Accepted {
  OwnedFd connection;
  PeerName name;
};
Accepted AcceptOne(int listener);
// gRPC's name of a peer in the same form: without the family, and "%5B" as "[".
std::string PeerKey(std::string_view grpc_peer);

struct Traffic {
  uint64_t received = 0;  // bytes, since it was made
  bool over = false;      // closed or shut down at this end
};
Traffic TrafficOf(int connection);

// Whether the first TLS record of a connection, its ClientHello, has come whole (RFC 8446, 5.1).
enum class FirstRecord { kNotYet, kWhole, kNever };
// Reads nothing away. Where it has not come yet, the connection is readable again only once what is lacking has come.
FirstRecord LookAtFirstRecord(int connection);

// Ends it for everybody who has a descriptor of it, now: what has come and was not read yet is thrown away.
void Cut(int connection);

// The process's limit of open files, raised to `wanted` where it may be.
int64_t FilesAllowed(int64_t wanted);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_SOCKETS_H_
