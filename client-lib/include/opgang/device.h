// A device: the directory in which one or more staff members' stores lie, and how a store comes to be.
//
// Layout under `home` (all modes 0700/0600):
//   current                         the id of the store in use, in text
//   lock                            held while a store is being made
//   pending/<invitation id>.pb      the keys of an enrolment that got no answer, under the invitation's code
//   stores/<store id>/store.pb      StoreIdentity (proto/opgang/v1/local_state.proto)
//   stores/<store id>/lease.pb      until when it can be unlocked, and the share that this takes
//   stores/<store id>/guesses.pb    wrong passphrases, while there are any
//   stores/<store id>/queue.db      own mutations: never thrown away
//   stores/<store id>/confirmed.db  copy of what the base holds: damaged, it is thrown away and fetched again
//   stores/<store id>/lock          held by the one process that uses the store
#ifndef OPGANG_DEVICE_H_
#define OPGANG_DEVICE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "opgang/key_provider.h"
#include "opgang/store.h"

namespace opgang {

class EnrollTransport;  // client-lib/src/store/enroll_transport.h

// Enrolment over gRPC: production's. Lives for ever.
EnrollTransport& GrpcEnrollTransport();

// What varies is passed in; the defaults are production's. Pointers must outlive the device and its stores.
struct DeviceOptions {
  std::filesystem::path home;
  Clock* clock = &SystemClock();
  Random* random = &SystemRandom();
  KeyProvider* keys = nullptr;  // null: nothing remembers an unlocked key; each process asks
  PassphraseCost passphrase_cost = PassphraseCost::Interactive();
  EnrollTransport* enroll = &GrpcEnrollTransport();
  std::string vfs;  // SQLite VFS to use; empty = SQLite's default
  // The process ends with its store: the view's memory is left to the kernel, for to free tens of thousands of records one by one
  // takes as long as to open them.
  bool ends_with_process = false;
};

struct EnrollInput {
  std::string invitation_file;  // the file's bytes
  std::string code;             // as typed
  std::string passphrase;       // at least 8 characters
};

class Device {
 public:
  explicit Device(DeviceOptions options);

  // Makes a store from an invitation: opens it with the code, makes keys, registers them at the base
  // (network), then writes the store; it becomes the current one. Errors: kInvitationWrongCode,
  // kInvitationDamaged, kInvitationUsed, kInvitationExpired, kNoBase, kBaseUntrusted, kBaseRefused, kRefused
  // (passphrase too short), kNotWritable, kDiskFull. On failure nothing is left behind but the keys of the
  // try, sealed with the code, so that the invitation can be tried again after a lost answer. An invitation
  // whose store is here already makes that store the current one (kWrongPassphrase where it is not its
  // passphrase). What lies in other stores of the same person at the same base goes along into the new one
  // (client-lib/src/store/handover.h); kStoreBusy, kDamaged, kNewerFile where one of them cannot be read.
  absl::Status Enroll(const EnrollInput& input);

  // The stores on this device, the current one first.
  absl::StatusOr<std::vector<StoreInfo>> Stores() const;

  // Opens the current store, locked or unlocked as the key provider remembers. Waits at most `wait` for
  // another process to let go. Errors: kNotEnrolled, kStoreBusy, kNewerFile, kDamaged (queue only: a damaged
  // confirmed file is thrown away and fetched again), kNotWritable, kDiskFull.
  absl::StatusOr<std::unique_ptr<Store>> OpenStore(absl::Duration wait = absl::Seconds(2)) const;
  // The same of any store on this device: locked, it can hand in its owner's work, whoever holds the tablet.
  absl::StatusOr<std::unique_ptr<Store>> OpenStore(StoreId id, absl::Duration wait = absl::Seconds(2)) const;

  // From now on this store is the one in use. What the key provider remembered of the one before is forgotten. kNotEnrolled
  // where there is no such store here.
  absl::Status Use(StoreId id) const;

  const DeviceOptions& options() const { return options_; }

 private:
  DeviceOptions options_;
};

}  // namespace opgang

#endif  // OPGANG_DEVICE_H_
