// A tablet whose store this test process holds open, with its base behind a wire that a test harms; and an outside ledger
// of what was saved on it. The client library over real gRPC and mutual TLS, without the price of a process a step.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_WIRED_TABLET_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_WIRED_TABLET_H_

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "core/base/error.h"
#include "opgang/device.h"
#include "opgang/sync.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/fault_proxy.h"
#include "tests/process/support/tablet.h"

namespace opgang {

class WiredTablet {
 public:
  // Enrols and syncs through a wire of its own; there is a citizen to write about. `base` serves and outlives it.
  WiredTablet(const BaseProcess& base, const std::filesystem::path& home, const std::string& staff = "amal",
              const std::string& device = "tablet-1");
  ~WiredTablet();

  FaultProxy& wire() { return wire_; }
  Store& store() { return *store_; }

  // One more note, of about `bytes`; durable when it returns.
  void SaveNote(size_t bytes = 0);
  // One try, unless `options` says more.
  absl::StatusOr<SyncResult> Sync(SyncOptions options = {.attempts = 1});
  // Over a sound wire, to the end.
  void SyncWell();
  uint32_t unsent() const { return store_->outbox_counts().unsent; }
  // Is every saved note visible here, each once?
  bool ShowsAllNotes();

  // Everything saved is at the base once and nothing else is; another tablet shows it all; the base is sound. The store is
  // closed by it.
  void CompareAtTheEnd();

 private:
  const BaseProcess& base_;
  const std::filesystem::path home_;
  FaultProxy wire_;
  Tablet tablet_;
  std::unique_ptr<Store> store_;
  RecordId citizen_;
  std::multiset<std::string> notes_;
};

// A failed sync that is worth trying again, or one that a person is told of: classified and worded.
bool IsWorded(const absl::Status& status, std::initializer_list<ErrorCode> allowed);

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_WIRED_TABLET_H_
