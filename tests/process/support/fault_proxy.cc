#include "tests/process/support/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr int kLongestPollMs = 20;
constexpr size_t kChunk = 4 * 1024;
constexpr size_t kMostHeld = 32 * 1024;  // as a socket's buffer

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

void AtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

FaultProxy::FaultProxy(int to_port) : to_port_(to_port) {
  Listen();
  thread_ = std::thread([this] { Serve(); });
}

FaultProxy::~FaultProxy() {
  stop_ = true;
  thread_.join();
  CutAll();
  close(listener_);
}

void FaultProxy::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

void FaultProxy::Arm(const WireFault& fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  befallen_ = connections_ = 0;
  passed_to_base_ = passed_to_device_ = 0;
}

void FaultProxy::SetSpeed(const WireSpeed& speed) {
  const std::lock_guard lock(mutex_);
  speed_ = speed;
}

void FaultProxy::CutAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : open_) Close(*connection);
}

void FaultProxy::Close(Connection& connection) {
  if (!connection.open()) return;
  close(connection.to_base.from);
  close(connection.to_base.to);
  if (connection.copy >= 0) close(connection.copy);
  connection.to_base.from = connection.copy = -1;
}

int FaultProxy::Dial() const {
  const int base = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(to_port_);
  if (connect(base, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(base);
    return -1;
  }
  AtOnce(base);
  return base;
}

void FaultProxy::Accept() {
  const int device = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (device < 0) return;
  AtOnce(device);
  const int base = Dial();
  if (base < 0) {
    close(device);
    return;
  }
  auto connection = std::make_unique<Connection>();
  connection->speed = speed_;
  connection->to_base = {.from = device, .to = base};
  connection->to_device = {.from = base, .to = device, .frozen = speed_.frozen_towards_device};
  connection->fault = fault_;
  if (fault_.connections > 0) --fault_.connections;
  if (speed_.doubled) connection->copy = Dial();
  ++connections_;
  open_.push_back(std::move(connection));
}

// One read into the queue; what it will be given on at is set by the lane's one timer.
void FaultProxy::Take(Connection& connection, Lane& lane) {
  char bytes[kChunk];
  const ssize_t n = recv(lane.from, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    lane.ended = true;
    return;
  }
  const Time now = std::chrono::steady_clock::now();
  lane.free_at = std::max(lane.free_at, now);
  if (connection.speed.bytes_per_second > 0) {
    const std::chrono::duration<double> takes(static_cast<double>(n) / connection.speed.bytes_per_second);
    lane.free_at += std::chrono::duration_cast<std::chrono::nanoseconds>(takes);
  }
  lane.under_way.push_back(
      {std::string(bytes, static_cast<size_t>(n)), lane.free_at + connection.speed.delay});
  lane.held += static_cast<size_t>(n);
}

// Cuts `size` down to what still passes; true once the fault has befallen the connection.
bool FaultProxy::Befalls(Connection& connection, Towards towards, int64_t passed, size_t& size) {
  const WireFault& fault = connection.fault;
  if (fault.connections == 0 || fault.towards != towards) return false;
  const int64_t room = fault.after_bytes - passed;
  if (static_cast<int64_t>(size) < room) return false;
  size = static_cast<size_t>(std::max<int64_t>(room, 0));
  return true;
}

bool FaultProxy::Give(Connection& connection, Lane& lane, Towards towards) {
  while (!lane.under_way.empty() && lane.under_way.front().due <= std::chrono::steady_clock::now()) {
    Chunk& chunk = lane.under_way.front();
    size_t size = chunk.bytes.size();
    const bool befalls = Befalls(connection, towards, lane.passed, size);
    const ssize_t n = size == 0 ? 0 : send(lane.to, chunk.bytes.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return true;
    if (n < 0) return false;
    if (towards == Towards::kBase && connection.copy >= 0)
      static_cast<void>(send(connection.copy, chunk.bytes.data(), static_cast<size_t>(n), MSG_NOSIGNAL));
    lane.passed += n;
    lane.held -= static_cast<size_t>(n);
    (towards == Towards::kBase ? passed_to_base_ : passed_to_device_) += n;
    chunk.bytes.erase(0, static_cast<size_t>(n));
    if (chunk.bytes.empty()) lane.under_way.pop_front();
    if (!befalls || static_cast<size_t>(n) < size) continue;
    ++befallen_;
    connection.hangs = connection.fault.kind == WireFault::Kind::kHang;
    return connection.hangs;
  }
  return true;
}

void FaultProxy::Move(Connection& connection) {
  for (Lane* lane : {&connection.to_base, &connection.to_device}) {
    const Towards towards = lane == &connection.to_base ? Towards::kBase : Towards::kDevice;
    if (!connection.open() || connection.hangs) return;
    if (!lane->frozen && !lane->ended && lane->held < kMostHeld) Take(connection, *lane);
    const bool goes_on = Give(connection, *lane, towards);
    if (!goes_on || (lane->ended && lane->under_way.empty())) Close(connection);
  }
  if (!connection.open() || connection.copy < 0) return;
  char unread[kChunk];  // what the base says to the copy, nobody hears
  static_cast<void>(recv(connection.copy, unread, sizeof unread, MSG_DONTWAIT));
}

std::vector<pollfd> FaultProxy::Poll() {
  std::vector<pollfd> wanted = {{listener_, POLLIN, 0}};
  auto longest = std::chrono::milliseconds(kLongestPollMs);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const auto& connection) { return !connection->open(); });
    for (const auto& connection : open_) {
      if (connection->hangs) continue;
      for (const Lane* lane : {&connection->to_base, &connection->to_device}) {
        if (!lane->frozen && !lane->ended && lane->held < kMostHeld)
          wanted.push_back({lane->from, POLLIN, 0});
        if (lane->under_way.empty()) continue;
        const auto until = lane->under_way.front().due - std::chrono::steady_clock::now();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until);
        if (left.count() <= 0) {
          wanted.push_back({lane->to, POLLOUT, 0});
        } else {
          longest = std::min(longest, left);
        }
      }
    }
  }
  poll(wanted.data(), wanted.size(), static_cast<int>(longest.count()));
  return wanted;
}

void FaultProxy::Serve() {
  while (!stop_) {
    const bool comes = Poll()[0].revents != 0;
    const std::lock_guard lock(mutex_);
    if (comes) Accept();
    for (const auto& connection : open_) {
      if (connection->open()) Move(*connection);
    }
  }
}

}  // namespace opgang
