#include "server/rpc/sockets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr int kBacklog = 1024;
constexpr int kReceiveBuffer = 256 * 1024;     // as much as HTTP/2 lets a stream send ahead (running_base.cc)
constexpr int kRecordHeader = 5;               // bytes of a TLS record
constexpr unsigned char kTlsHandshake = 0x16;  // its first byte
constexpr int kMaxRecord = 1 << 14;            // without its header

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

struct HostAndPort {
  std::string host, port;
};

absl::StatusOr<HostAndPort> Split(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return MakeError(ErrorCode::kBadInput, "--listen takes host:port");
  std::string host = listen.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return HostAndPort{std::move(host), listen.substr(colon + 1)};
}

absl::StatusOr<Addresses> LookUp(const HostAndPort& wanted) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const bool everywhere = wanted.host.empty() || wanted.host == "0.0.0.0";  // IPv6 too
  const char* host = everywhere ? nullptr : wanted.host.c_str();
  if (getaddrinfo(host, wanted.port.c_str(), &hints, &list) != 0)
    return MakeError(ErrorCode::kBadInput, "--listen names no address of this machine");
  return Addresses(list);
}

void SetPort(addrinfo& address, int port) {
  if (address.ai_family == AF_INET6)
    reinterpret_cast<sockaddr_in6*>(address.ai_addr)->sin6_port = htons(static_cast<uint16_t>(port));
  else
    reinterpret_cast<sockaddr_in*>(address.ai_addr)->sin_port = htons(static_cast<uint16_t>(port));
}

// Without SO_REUSEPORT: a second base on the same port would silently share its devices.
OwnedFd ListenOn(const addrinfo& address) {
  OwnedFd made(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
  const bool listens =
      made.get() >= 0 && SetOption(made.get(), SOL_SOCKET, SO_REUSEADDR, 1) &&
      SetOption(made.get(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer) &&  // connections take it over
      (address.ai_family != AF_INET6 || SetOption(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
      bind(made.get(), address.ai_addr, address.ai_addrlen) == 0 && listen(made.get(), kBacklog) == 0;
  return listens ? std::move(made) : OwnedFd();
}

PeerName NameOf(const sockaddr_storage& from) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port))};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  const std::string peer = "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  in6_addr network = v6.sin6_addr;
  std::memset(network.s6_addr + 8, 0, 8);
  inet_ntop(AF_INET6, &network, text.data(), text.size());
  return {text.data(), peer};
}

}  // namespace

OwnedFd::OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}
int OwnedFd::Release() { return std::exchange(fd_, -1); }

int PortOf(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

bool SetOption(int socket, int level, int option, int value) {
  return setsockopt(socket, level, option, &value, sizeof(value)) == 0;
}

// Every address of the name, on one port.
absl::StatusOr<std::vector<OwnedFd>> ListenOnAll(const std::string& listen) {
  ASSIGN_OR_RETURN(const HostAndPort wanted, Split(listen));
  ASSIGN_OR_RETURN(const Addresses addresses, LookUp(wanted));
  std::vector<OwnedFd> listeners;
  for (addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    if (!listeners.empty()) SetPort(*one, PortOf(listeners.front().get()));
    OwnedFd listener = ListenOn(*one);
    if (listener.get() >= 0) listeners.push_back(std::move(listener));
  }
  if (listeners.empty())
    return MakeError(ErrorCode::kNotWritable, "the listening address is taken or not ours");
  return listeners;
}

Accepted AcceptOne(int listener) {
  sockaddr_storage from{};
  socklen_t size = sizeof(from);
  const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return {OwnedFd(fd), fd < 0 ? PeerName() : NameOf(from)};
}

std::string PeerKey(std::string_view peer) {
  peer.remove_prefix(std::min(peer.size(), peer.find(':') + 1));
  std::string key;
  for (size_t i = 0; i < peer.size(); ++i) {
    const std::string_view escape = peer.substr(i, 3);
    const bool bracket = escape == "%5B" || escape == "%5D" || escape == "%5b" || escape == "%5d";
    key += bracket ? (escape[2] == 'B' || escape[2] == 'b' ? '[' : ']') : peer[i];
    if (bracket) i += 2;
  }
  return key;
}

// The kernel's tcp_info begins as the C library's does, and goes on: bytes received lie at 128 (linux/tcp.h, 4.1 and newer).
Traffic TrafficOf(int socket) {
  constexpr size_t kBytesReceivedAt = 128;
  std::array<unsigned char, 256> info{};
  auto size = static_cast<socklen_t>(info.size());
  Traffic traffic;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0) return {.over = true};
  traffic.over = info[0] != TCP_ESTABLISHED && info[0] != TCP_CLOSE_WAIT;
  if (size >= kBytesReceivedAt + sizeof(traffic.received))
    std::memcpy(&traffic.received, info.data() + kBytesReceivedAt, sizeof(traffic.received));
  return traffic;
}

namespace {

bool HasHungUp(int connection) {
  pollfd one{.fd = connection, .events = POLLRDHUP, .revents = 0};
  return poll(&one, 1, 0) > 0;
}

}  // namespace

FirstRecord LookAtFirstRecord(int connection) {
  std::array<unsigned char, kRecordHeader> header{};
  const ssize_t come = recv(connection, header.data(), header.size(), MSG_PEEK | MSG_DONTWAIT);
  if (come < 0) return errno == EAGAIN || errno == EINTR ? FirstRecord::kNotYet : FirstRecord::kNever;
  if (come == 0 || header[0] != kTlsHandshake) return FirstRecord::kNever;
  int wanted = kRecordHeader;
  if (come == kRecordHeader) wanted += header[3] << 8 | header[4];
  int there = 0;
  if (wanted > kRecordHeader + kMaxRecord || ioctl(connection, FIONREAD, &there) != 0)
    return FirstRecord::kNever;
  const bool whole = come == kRecordHeader && there >= wanted;
  if (!whole && HasHungUp(connection)) return FirstRecord::kNever;
  SetOption(connection, SOL_SOCKET, SO_RCVLOWAT, whole ? 1 : wanted);
  return whole ? FirstRecord::kWhole : FirstRecord::kNotYet;
}

void Cut(int connection) {
  const linger reset{.l_onoff = 1,
                     .l_linger = 0};  // once all have closed it: nothing of it is left in the kernel either
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  shutdown(connection, SHUT_RDWR);
  // With TCP, MSG_TRUNC takes bytes away without copying them (tcp(7)); as many as one message may have.
  (void)recv(connection, nullptr, std::numeric_limits<int>::max(), MSG_TRUNC | MSG_DONTWAIT);
}

int64_t FilesAllowed(int64_t wanted) {
  const auto needed = static_cast<rlim_t>(wanted);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  if (files.rlim_cur < needed) {
    files.rlim_cur = std::min(needed, files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
  }
  return static_cast<int64_t>(std::min<rlim_t>(files.rlim_cur, std::numeric_limits<int64_t>::max()));
}

}  // namespace opgang
