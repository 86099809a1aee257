#include "server/rpc/base_limits.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>

#include "core/base/error.h"

namespace opgang {
namespace {

constexpr int64_t kLargest = 1'000'000'000'000;

constexpr NamedLimit kLimits[] = {
    {"connections", &BaseLimits::connections, "connections at once"},
    {"connections-per-address", &BaseLimits::connections_per_address, "of them from one address"},
    {"connections-per-device", &BaseLimits::connections_per_device, "of them by one device"},
    {"connections-at-the-door", &BaseLimits::connections_at_the_door, "of them without a call yet"},
    {"knocks", &BaseLimits::knocks, "beside them, without a whole ClientHello yet"},
    {"door-seconds", &BaseLimits::door_seconds, "to the ClientHello, and from there to the first call"},
    {"idle-seconds", &BaseLimits::idle_seconds, "that a connection may be open without a call"},
    {"unheard-bytes", &BaseLimits::unheard_bytes, "that a connection may bring without a call or message"},
    {"sessions-per-device", &BaseLimits::sessions_per_device, "sessions of one device at once"},
    {"calls-per-minute", &BaseLimits::calls_per_minute, "sessions and other calls that one device begins"},
    {"messages-per-second", &BaseLimits::messages_per_second, "messages of one device's sessions"},
    {"bytes-per-second", &BaseLimits::bytes_per_second, "bytes of one device's sessions"},
    {"mutations-per-day", &BaseLimits::mutations_per_day, "pieces of work that one device hands in"},
    {"bytes-per-day", &BaseLimits::bytes_per_day, "bytes of work that one device hands in"},
};

}  // namespace

std::span<const NamedLimit> AllLimits() { return kLimits; }

absl::Status SetLimit(std::string_view assignment, BaseLimits& limits) {
  const size_t equals = assignment.find('=');
  const std::string_view name = assignment.substr(0, equals);
  const auto* limit =
      std::find_if(std::begin(kLimits), std::end(kLimits), [&](const auto& one) { return one.name == name; });
  if (equals == std::string_view::npos || limit == std::end(kLimits))
    return MakeError(ErrorCode::kUsage, "--limit takes NAME=NUMBER; names: opgangd serve --help");
  const std::string_view number = assignment.substr(equals + 1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  if (!whole || value < 1 || value > kLargest)
    return MakeError(ErrorCode::kUsage, "a limit is a whole number from 1 on");
  limits.*(limit->value) = value;
  return absl::OkStatus();
}

}  // namespace opgang
