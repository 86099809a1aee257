#include "tests/process/support/cutting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr int kPollMs = 20;
// gRPC throws away what it has not handed on when a connection breaks: what came before the cut is to be
// heard.
constexpr std::chrono::milliseconds kStall{150};

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool SendAll(int fd, const char* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = send(fd, bytes + done, size - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(int to_port) : to_port_(to_port) {
  Listen();
  thread_ = std::thread([this] { Serve(); });
}

// On the port of the first time, if there was one.
void CuttingProxy::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = Loopback(port_);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

void CuttingProxy::Cut() {
  for (Pair& pair : pairs_) Close(pair);
  if (listener_ >= 0) close(listener_);
  listener_ = -1;
}

CuttingProxy::~CuttingProxy() {
  stop_ = true;
  thread_.join();
  Cut();
}

void CuttingProxy::CutAfter(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  passed_ = 0;
  limit_ = bytes;
  stalled_since_.reset();
  if (listener_ < 0) Listen();
}

void CuttingProxy::Close(Pair& pair) {
  if (!pair.open()) return;
  close(pair.device);
  close(pair.base);
  pair = {-1, -1};
}

void CuttingProxy::Accept() {
  const int device = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (device < 0) return;
  const int base = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(to_port_);
  Pair pair{device, base};
  if (connect(base, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return Close(pair);
  pairs_.push_back(pair);
}

void CuttingProxy::MoveFromDevice(Pair& pair) {
  char bytes[16 * 1024];
  const ssize_t n = recv(pair.device, bytes, sizeof bytes, 0);
  if (n <= 0 || !SendAll(pair.base, bytes, static_cast<size_t>(n))) Close(pair);
}

void CuttingProxy::MoveFromBase(Pair& pair) {
  char bytes[16 * 1024];
  size_t most = sizeof bytes;
  const int64_t limit = limit_;
  if (limit >= 0) most = static_cast<size_t>(std::clamp<int64_t>(limit - passed_, 0, sizeof bytes));
  if (most == 0) {
    if (!stalled_since_) stalled_since_ = std::chrono::steady_clock::now();
    if (std::chrono::steady_clock::now() - *stalled_since_ > kStall) Cut();
    return;
  }
  const ssize_t n = recv(pair.base, bytes, most, 0);
  if (n <= 0 || !SendAll(pair.device, bytes, static_cast<size_t>(n))) return Close(pair);
  passed_ += n;
}

// Listener, then device and base of each pair; a closed listener is -1, which poll ignores.
std::vector<pollfd> CuttingProxy::Poll() {
  std::vector<pollfd> wanted;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(pairs_, [](const Pair& pair) { return !pair.open(); });
    wanted.push_back({listener_, POLLIN, 0});
    for (const Pair& pair : pairs_) {
      wanted.push_back({pair.device, POLLIN, 0});
      wanted.push_back({pair.base, POLLIN, 0});
    }
  }
  poll(wanted.data(), wanted.size(), kPollMs);
  return wanted;
}

void CuttingProxy::Serve() {
  while (!stop_) {
    const std::vector<pollfd> ready = Poll();
    const std::lock_guard lock(mutex_);
    for (size_t i = 1; i < ready.size(); i += 2) {
      Pair& pair = pairs_[(i - 1) / 2];
      if (pair.open() && ready[i].revents != 0) MoveFromDevice(pair);
      if (pair.open() && ready[i + 1].revents != 0) MoveFromBase(pair);
    }
    if (ready[0].revents != 0 && listener_ >= 0) Accept();
  }
}

}  // namespace opgang
