// A wire between a tablet and its base that does what wires do: it is slow, late, breaks after any byte of either
// direction, hangs without breaking, stands still, or brings a connection twice. What passes keeps its order: each
// direction is one queue with one timer.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_FAULT_PROXY_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_FAULT_PROXY_H_

#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace opgang {

enum class Towards { kBase, kDevice };

// Befalls connections made after it was armed.
struct WireFault {
  enum class Kind {
    kCut,   // both ends see the connection go, with whatever was under way
    kHang,  // nothing passes any more, and nobody is told
  };
  int64_t after_bytes = 0;  // that have passed `towards` on this connection
  Towards towards = Towards::kDevice;
  Kind kind = Kind::kCut;
  int connections = std::numeric_limits<int>::max();  // that it befalls; the next ones pass
};

// How connections carry, from the next one on.
struct WireSpeed {
  double bytes_per_second = 0;  // each direction; 0: as fast as it goes
  std::chrono::milliseconds delay{0};
  bool frozen_towards_device = false;  // takes nothing from the base: a reader of zero speed
  bool doubled = false;  // what a device sends reaches the base a second time, on a connection of its own
};

// Listens on a free port of loopback for its whole life and hands every connection on to `to_port`. Thread-safe.
class FaultProxy {
 public:
  explicit FaultProxy(int to_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }

  void Arm(const WireFault& fault);
  void Heal() { Arm({.connections = 0}); }
  void SetSpeed(const WireSpeed& speed);
  // Every open connection goes, hung ones too.
  void CutAll();

  // Since the last Arm() or Heal().
  int befallen() const { return befallen_; }
  int connections() const { return connections_; }
  int64_t passed(Towards towards) const {
    return towards == Towards::kBase ? passed_to_base_ : passed_to_device_;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Chunk {
    std::string bytes;
    Time due;
  };
  // One direction of one connection.
  struct Lane {
    int from = -1;
    int to = -1;
    bool frozen = false;
    bool ended = false;  // nothing more comes from `from`
    std::deque<Chunk> under_way;
    size_t held = 0;  // bytes in under_way
    Time free_at;
    int64_t passed = 0;
  };
  struct Connection {
    Lane to_base, to_device;
    WireSpeed speed;
    WireFault fault;  // of `connections` 0: none
    bool hangs = false;
    int copy = -1;  // the base's end of the doubled connection
    bool open() const { return to_base.from >= 0; }
  };

  void Listen();
  void Serve();
  std::vector<pollfd> Poll();
  void Accept();
  int Dial() const;
  void Move(Connection& connection);
  void Take(Connection& connection, Lane& lane);
  // False: the connection has gone.
  bool Give(Connection& connection, Lane& lane, Towards towards);
  bool Befalls(Connection& connection, Towards towards, int64_t passed, size_t& size);
  static void Close(Connection& connection);

  const int to_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> befallen_ = 0, connections_ = 0;
  std::atomic<int64_t> passed_to_base_ = 0, passed_to_device_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // guards what follows
  WireFault fault_{.connections = 0};
  WireSpeed speed_;
  std::vector<std::unique_ptr<Connection>> open_;
  std::thread thread_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_FAULT_PROXY_H_
