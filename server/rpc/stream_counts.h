// How many streams the other end of each connection has begun, by gRPC's own count (channelz, gRFC A14). A stream that is reset
// as soon as it was begun is counted there at once, and comes to a handler only once gRPC has read all that lies there.
#ifndef OPGANG_SERVER_RPC_STREAM_COUNTS_H_
#define OPGANG_SERVER_RPC_STREAM_COUNTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace opgang {

// Over all gRPC servers of this process. Not thread-safe. Some ten microseconds a question.
class StreamCounts {
 public:
  // By "192.0.2.7:41000", as PeerKey() has it (sockets.h). nullopt: gRPC knows no such connection.
  std::optional<uint64_t> BegunBy(const std::string& peer);

 private:
  std::optional<uint64_t> Ask(const std::string& peer);
  void FindNewSockets();

  std::map<std::string, intptr_t> sockets_;  // gRPC's numbers of them, by peer
  intptr_t newest_ = 0;                      // numbers rise
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_STREAM_COUNTS_H_
