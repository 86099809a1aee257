// A TCP connection within a deadline: what the TLS preflight stands on.
#ifndef OPGANG_CLIENT_LIB_TRANSPORT_DIAL_H_
#define OPGANG_CLIENT_LIB_TRANSPORT_DIAL_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace opgang {

// A moment on the steady clock, which no wrong wall clock can move.
class Deadline {
 public:
  explicit Deadline(absl::Duration from_now);
  // Zero or less once it has passed.
  absl::Duration Left() const;
  // The same for poll(2): whole milliseconds, at least 0, rounded up so that a wait never ends early.
  int PollMilliseconds() const;

 private:
  std::chrono::steady_clock::time_point at_;
};

// Owns a file descriptor.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct HostPort {
  std::string host;  // a name or an IP address, without brackets
  std::string port;
};

// "base.example:7443", "192.0.2.7:7443", "[2001:db8::1]:7443"; nullopt for anything else.
std::optional<HostPort> ParseAddress(std::string_view address);

// Waits until `fd` is ready for `events` (poll(2)); false when the deadline passed first.
bool WaitFor(int fd, short events, const Deadline& deadline);

// A connected, non-blocking socket. Tries the host's addresses in the resolver's order and gives each its
// share of the time. Every failure is kNoBase: refused, unreachable, name not found, too late.
absl::StatusOr<Socket> Dial(const HostPort& target, const Deadline& deadline);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_TRANSPORT_DIAL_H_
