// A wire between a tablet and its base that breaks after a given number of bytes.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_CUTTING_PROXY_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_CUTTING_PROXY_H_

#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace opgang {

// Listens on a free port of loopback for its whole life and hands every connection on to `to_port`. Bytes
// keep their order in both directions. Thread-safe.
class CuttingProxy {
 public:
  explicit CuttingProxy(int to_port);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }
  // From now on: after `bytes` more from the base, over all connections, the wire falls silent, and a moment
  // later every connection is cut and new ones are refused until the next call. Negative: never.
  void CutAfter(int64_t bytes);
  // How many bytes the base has sent since the last CutAfter().
  int64_t passed() const { return passed_; }

 private:
  struct Pair {
    int device;
    int base;
    bool open() const { return device >= 0; }
  };
  void Listen();
  void Cut();
  void Serve();
  std::vector<pollfd> Poll();
  void Accept();
  void MoveFromDevice(Pair& pair);
  void MoveFromBase(Pair& pair);
  static void Close(Pair& pair);

  const int to_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int64_t> limit_ = -1;
  std::atomic<int64_t> passed_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // guards listener_, pairs_ and stalled_since_
  std::optional<std::chrono::steady_clock::time_point>
      stalled_since_;  // the limit was reached, and more came
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_CUTTING_PROXY_H_
