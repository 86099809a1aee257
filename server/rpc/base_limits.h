// What the base takes from one address, one device and all of them together before it says "later". All of it is set with
// `opgangd serve --limit NAME=NUMBER`; the table in docs/under-attack.md is this one.
//
// No limit refuses work for good: what is beyond one stays queued on its device and is handed in later (I4).
#ifndef OPGANG_SERVER_RPC_BASE_LIMITS_H_
#define OPGANG_SERVER_RPC_BASE_LIMITS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace opgang {

struct BaseLimits {
  // Connections, counted before TLS (connection_book.h).
  int64_t connections = 600;
  int64_t connections_per_address = 200;  // a municipality's devices may share one
  int64_t connections_per_device = 8;
  int64_t connections_at_the_door = 400;  // that have not made a call yet
  int64_t knocks = 1000;                  // beside them: that have not said their first TLS record yet
  int64_t door_seconds = 20;              // from the connection to that, and from that to its first call
  int64_t idle_seconds = 120;             // a connection without a call
  int64_t unheard_bytes =
      1 << 20;  // that a connection brings without a call or message coming of them; before its first: 1/8
  // One device: a store's certificate (device_limits.h).
  int64_t sessions_per_device = 4;  // at once
  int64_t calls_per_minute = 240;   // sessions begun and everything else
  int64_t messages_per_second = 1000;
  int64_t bytes_per_second = 8 << 20;
  int64_t mutations_per_day = 100'000;
  int64_t bytes_per_day = 256 << 20;
};

// One limit by its name: "calls-per-minute".
struct NamedLimit {
  std::string_view name;
  int64_t BaseLimits::*value;
  std::string_view meaning;
};
std::span<const NamedLimit> AllLimits();

// "calls-per-minute=100". kUsage: no such name, or no number from 1 to 10^12.
absl::Status SetLimit(std::string_view assignment, BaseLimits& limits);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_BASE_LIMITS_H_
