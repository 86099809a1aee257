#include "client-lib/src/store/lease_keeper.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/lease_sealing.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

constexpr char kLeaseFile[] = "lease.pb";
constexpr uint32_t kLeaseFormat = 1;
// A process that is killed has had this much time for nothing at most; and a worker's commands write no oftener.
constexpr int64_t kNoteEveryUs = 60'000'000;
constexpr int64_t kRenewEveryUs =
    3'600'000'000;  // the lease that the file knows ends so much too early at most

v1::StoreLease NewLease(const v1::Lease& lease, int64_t base_us, const v1::ClockReading& received) {
  v1::StoreLease made;
  made.set_format_version(kLeaseFormat);
  made.set_share(lease.share());
  made.set_until_us(lease.until_us());
  made.set_seen_us(base_us);
  *made.mutable_seen_at() = received;
  made.set_wall_offset_us(base_us - received.wall_us());
  return made;
}

// Whether a file that says `written` says too little of `known`.
bool IsWorthASync(const v1::StoreLease& known, const v1::StoreLease& written) {
  const int64_t longer_us = known.until_us() - written.until_us();
  return known.share() != written.share() || known.seen_at().boot_id() != written.seen_at().boot_id() ||
         known.seen_us() - written.seen_us() >= kNoteEveryUs || longer_us < 0 || longer_us >= kRenewEveryUs ||
         std::abs(known.wall_offset_us() - written.wall_offset_us()) >= kNoteEveryUs;
}

// Best effort: on flash the old page may live on, and then the passphrase still stands before it.
void Overwrite(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return;
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes << std::string(size, '\0');
  bytes.flush();
}

}  // namespace

int64_t SeenBy(const v1::StoreLease& lease, const v1::ClockReading& now) {
  const v1::ClockReading& then = lease.seen_at();
  const int64_t by_wall = now.wall_us() + lease.wall_offset_us();
  if (now.boot_id() != then.boot_id()) {
    return std::max(lease.seen_us() + std::max<int64_t>(now.boottime_us(), 0), by_wall);
  }
  if (now.boottime_us() >= then.boottime_us()) {
    return lease.seen_us() + (now.boottime_us() - then.boottime_us());
  }
  return std::max(lease.seen_us(), by_wall);  // a clock that runs back within one boot says nothing
}

absl::StatusOr<LeaseKeeper> LeaseKeeper::Open(const std::filesystem::path& directory, Clock& clock) {
  LeaseKeeper keeper(directory / kLeaseFile, clock);
  const auto bytes = ReadWholeFile(keeper.file_);
  const bool read = bytes.ok() && keeper.lease_.ParseFromString(*bytes);
  if (read && keeper.lease_.format_version() > kLeaseFormat)
    return MakeError(ErrorCode::kNewerFile, "lease.pb was written by a newer version");
  if (!read || keeper.lease_.share().size() != kLeaseShareSize) keeper.lease_.clear_share();
  keeper.written_ = keeper.lease_;
  return keeper;
}

absl::Status LeaseKeeper::Begin(const std::filesystem::path& directory, const v1::Lease& lease,
                                int64_t base_us, const v1::ClockReading& received) {
  if (lease.share().size() != kLeaseShareSize)
    return MakeError(ErrorCode::kInternal, "the base gave no share of a lease");
  return WriteFileDurably(directory / kLeaseFile, NewLease(lease, base_us, received).SerializeAsString());
}

absl::Status LeaseKeeper::Tick() {
  if (over()) return absl::OkStatus();
  const v1::ClockReading now = clock_->Read();
  const int64_t seen_us = SeenBy(lease_, now);
  if (seen_us >= lease_.until_us()) return End();
  lease_.set_seen_us(seen_us);
  *lease_.mutable_seen_at() = now;
  return IsWorthASync(lease_, written_) ? Write() : absl::OkStatus();
}

absl::Status LeaseKeeper::Renew(const v1::Lease& lease, int64_t base_us, const v1::ClockReading& received) {
  v1::Lease renewed = lease;
  if (renewed.share().empty()) renewed.set_share(lease_.share());
  lease_ = NewLease(renewed, base_us, received);
  return IsWorthASync(lease_, written_) ? Write() : absl::OkStatus();
}

absl::Status LeaseKeeper::End() {
  lease_.clear_share();
  Overwrite(file_);
  return Write();
}

absl::Status LeaseKeeper::Write() {
  RETURN_IF_ERROR(WriteFileDurably(file_, lease_.SerializeAsString()));
  written_ = lease_;
  return absl::OkStatus();
}

}  // namespace opgang
