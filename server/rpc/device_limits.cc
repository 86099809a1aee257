#include "server/rpc/device_limits.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kTellEvery = absl::Minutes(1);  // in the log, of one device
constexpr int kBurst = 4;                                // seconds' worth that a session may bring at once

// The bucket as of `now`, of `per_span`.
template <typename Bucket>
double& Filled(Bucket& bucket, int64_t per_span, absl::Duration span, absl::Time now) {
  const auto full = static_cast<double>(per_span);
  const absl::Duration passed = std::clamp(now - bucket.as_of, absl::ZeroDuration(), span);
  bucket.level = std::min(full, bucket.level + full * absl::FDivDuration(passed, span));
  bucket.as_of = now;
  return bucket.level;
}

}  // namespace

absl::Time DeviceLimits::Now() { return absl::FromUnixMicros(clock_.Read().boottime_us()); }

DeviceLimits::Account& DeviceLimits::AccountOf(StoreId device) { return accounts_[device]; }

absl::Status DeviceLimits::Begin(StoreId device, Account& account) {
  double& left = Filled(account.calls, limits_.calls_per_minute, absl::Minutes(1), Now());
  if (left >= 1) {
    left -= 1;
    return absl::OkStatus();
  }
  Tell(device, account, "calls-per-minute");
  return MakeError(ErrorCode::kTryLater, "this device calls too often");
}

void DeviceLimits::Tell(StoreId device, Account& account, const char* limit) {
  const absl::Time now = Now();
  if (now < account.tell_next) return;
  account.tell_next = now + kTellEvery;
  spdlog::warn("event=device-limit limit={} store={}", limit, device.ToString());
}

absl::Status DeviceLimits::BeginCall(StoreId device) {
  const std::unique_lock lock(mutex_);
  return Begin(device, AccountOf(device));
}

absl::StatusOr<std::unique_ptr<DeviceLimits::Session>> DeviceLimits::BeginSession(StoreId device) {
  const std::unique_lock lock(mutex_);
  Account& account = AccountOf(device);
  RETURN_IF_ERROR(Begin(device, account));
  if (account.sessions >= limits_.sessions_per_device) {
    Tell(device, account, "sessions-per-device");
    return MakeError(ErrorCode::kTryLater, "this device has too many sessions open");
  }
  ++account.sessions;
  return std::make_unique<Session>(*this, device);
}

void DeviceLimits::EndSession(StoreId device) {
  const std::unique_lock lock(mutex_);
  --AccountOf(device).sessions;
}

double& DeviceLimits::Messages(Account& account, absl::Time now) const {
  return Filled(account.messages, kBurst * limits_.messages_per_second, absl::Seconds(kBurst), now);
}

double& DeviceLimits::Bytes(Account& account, absl::Time now) const {
  return Filled(account.bytes, kBurst * limits_.bytes_per_second, absl::Seconds(kBurst), now);
}

void DeviceLimits::Hear(StoreId device, size_t bytes) {
  const std::unique_lock lock(mutex_);
  Account& account = AccountOf(device);
  const absl::Time now = Now();
  Messages(account, now) -= 1;
  Bytes(account, now) -= static_cast<double>(bytes);
}

bool DeviceLimits::MayReadOn(StoreId device) {
  const std::unique_lock lock(mutex_);
  Account& account = AccountOf(device);
  const absl::Time now = Now();
  if (Messages(account, now) >= 0 && Bytes(account, now) >= 0) return true;
  Tell(device, account, "messages-per-second or bytes-per-second");
  return false;
}

bool DeviceLimits::TakeIn(StoreId device, size_t mutations, size_t bytes) {
  const std::unique_lock lock(mutex_);
  Account& account = AccountOf(device);
  const absl::Time now = Now();
  double& mutations_left = Filled(account.mutations_today, limits_.mutations_per_day, kDay, now);
  double& bytes_left = Filled(account.bytes_today, limits_.bytes_per_day, kDay, now);
  // What is more than a whole day's goes by itself, at the price of the days after it: nothing waits for ever.
  const bool fits =
      mutations_left >= static_cast<double>(std::min<size_t>(mutations, limits_.mutations_per_day)) &&
      bytes_left >= static_cast<double>(std::min<size_t>(bytes, limits_.bytes_per_day));
  if (!fits) {
    Tell(device, account, "mutations-per-day or bytes-per-day");
    return false;
  }
  mutations_left -= static_cast<double>(mutations);
  bytes_left -= static_cast<double>(bytes);
  return true;
}

}  // namespace opgang
