// Syncing a store with its base, and asking the base for the devices it knows.
#ifndef OPGANG_SYNC_H_
#define OPGANG_SYNC_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/decisions.h"
#include "opgang/store.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

struct SyncProgress {
  uint32_t to_send = 0;   // mutations in the queue when the session began, and saved since
  uint32_t answered = 0;  // of these, with a verdict
  uint32_t received = 0;  // records applied
  uint32_t repaired = 0;  // records of the device's copy that were damaged and put right
  uint32_t scopes_current = 0;
  uint32_t scopes_total = 0;  // 0 until the base has greeted
};

// Called on the thread that called Sync().
class SyncObserver {
 public:
  virtual ~SyncObserver() = default;
  virtual void OnProgress(const SyncProgress& progress) { (void)progress; }
  // Visible records changed (a page or a verdict was applied).
  virtual void OnChanged() {}
  // Asked once, at the beginning: whether OnDecision() is to be called. It costs a look at each record.
  virtual bool WantsDecisions() const { return false; }
  // In the order in which they were made; durable where they changed anything.
  virtual void OnDecision(const SyncDecision& decision) { (void)decision; }
  // Asked at least every 200 ms. False ends the session in good order.
  virtual bool KeepGoing() { return true; }
};

struct SyncOptions {
  bool live = false;  // stay connected after everything is current, until KeepGoing() says no
  absl::Duration connect_timeout = absl::Seconds(10);  // for each address
  absl::Duration silence_timeout = absl::Seconds(30);  // nothing heard for that long: the session is cut
  int attempts = 3;                  // sessions tried after a cut, with full jitter between them
  SyncObserver* observer = nullptr;  // may be null
};

struct SyncResult {
  uint32_t sent = 0;  // mutations that got a verdict
  uint32_t applied = 0;
  uint32_t refused = 0;       // now in needs attention
  uint32_t side_by_side = 0;  // fields in which somebody else's value stands beside ours
  uint32_t received = 0;      // records received
  uint32_t repaired = 0;      // records of the device's copy that were damaged or missing, and were put right
  uint32_t differing =
      0;                 // scopes whose copy is not what the base says even after that: tell the coordinator
  bool read = false;     // false: the store was locked or may not read; work was handed in only
  bool revoked = false;  // this store was taken out of use: what it held is gone from the device
  uint32_t unsent = 0;   // still in the queue
};

// Pushes the queue, pulls what changed. Whatever happens, saved work stays saved; what was acknowledged stays
// acknowledged. Errors: kNoBase, kBaseUntrusted, kBaseRefused, kUnknownStore, kTryLater, kCancelled, kDiskFull, kNotWritable.
absl::StatusOr<SyncResult> Sync(Store& store, const SyncOptions& options);

// The devices that the base knows, longest silent first. Errors as above; kBaseRefused where the role may not ask.
absl::StatusOr<v1::ListDevicesResponse> ListDevices(const Store& store, absl::Duration timeout);

}  // namespace opgang

#endif  // OPGANG_SYNC_H_
