#include "client-lib/src/transport/dial.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::Status NoBase(std::string_view why) { return MakeError(ErrorCode::kNoBase, why); }

Addresses LookUp(const HostPort& target, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  if (getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &list) != 0) return nullptr;
  return Addresses(list);
}

// getaddrinfo cannot be given a deadline: it runs on a thread of its own, which is left behind when it takes
// longer and ends when the resolver gives up.
absl::StatusOr<Addresses> Resolve(const HostPort& target, const Deadline& deadline) {
  if (Addresses numeric = LookUp(target, AI_NUMERICHOST | AI_NUMERICSERV)) return numeric;
  auto answer = std::make_shared<std::promise<Addresses>>();
  std::future<Addresses> coming = answer->get_future();
  std::thread([answer, target] { answer->set_value(LookUp(target, AI_NUMERICSERV)); }).detach();
  if (coming.wait_for(absl::ToChronoMilliseconds(deadline.Left())) != std::future_status::ready) {
    return NoBase("looking up the base's name took too long");
  }
  Addresses found = coming.get();
  if (found == nullptr) return NoBase("the base's name was not found");
  return found;
}

int PendingError(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

absl::StatusOr<Socket> Connect(const addrinfo& to, const Deadline& deadline) {
  Socket made(socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol));
  if (!made.ok()) return NoBase(std::strerror(errno));
  if (connect(made.fd(), to.ai_addr, to.ai_addrlen) == 0) return made;
  if (errno != EINPROGRESS) return NoBase(std::strerror(errno));
  if (!WaitFor(made.fd(), POLLOUT, deadline)) return NoBase("connecting took too long");
  const int error = PendingError(made.fd());
  if (error != 0) return NoBase(std::strerror(error));
  return made;
}

int CountOf(const addrinfo* list) {
  int count = 0;
  for (; list != nullptr; list = list->ai_next) ++count;
  return count;
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(text)) >= 1 && std::stoi(std::string(text)) <= 65535;
}

}  // namespace

Deadline::Deadline(absl::Duration from_now)
    : at_(std::chrono::steady_clock::now() +
          absl::ToChronoMilliseconds(std::clamp(from_now, absl::ZeroDuration(), absl::Hours(1)))) {}

absl::Duration Deadline::Left() const { return absl::FromChrono(at_ - std::chrono::steady_clock::now()); }

int Deadline::PollMilliseconds() const {
  const int64_t left = absl::ToInt64Milliseconds(absl::Ceil(Left(), absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(left, 0, std::numeric_limits<int>::max()));
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

std::optional<HostPort> ParseAddress(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || !IsPort(address.substr(colon + 1))) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address needs brackets, or its last group reads as a port
  }
  if (host.empty() || host.find_first_of(std::string_view("[]/ \0", 5)) != std::string_view::npos)
    return std::nullopt;
  return HostPort{std::string(host), std::string(address.substr(colon + 1))};
}

bool WaitFor(int fd, short events, const Deadline& deadline) {
  while (true) {
    pollfd waiting{fd, events, 0};
    const int ready = poll(&waiting, 1, deadline.PollMilliseconds());
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

absl::StatusOr<Socket> Dial(const HostPort& target, const Deadline& deadline) {
  ASSIGN_OR_RETURN(const Addresses addresses, Resolve(target, deadline));
  absl::Status last = NoBase("the base's name has no address");
  int left = CountOf(addresses.get());
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next, --left) {
    absl::StatusOr<Socket> connected = Connect(*to, Deadline(deadline.Left() / left));
    if (connected.ok()) return connected;
    last = connected.status();
  }
  return last;
}

}  // namespace opgang
