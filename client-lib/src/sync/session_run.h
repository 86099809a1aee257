// What the sync loop does beside waiting, sans I/O: one session over one stream (SessionRun), and whether another one
// follows it (SyncAttempts). RunSync drives them over a SyncStream; the simulator over a network of its own.
#ifndef OPGANG_CLIENT_LIB_SRC_SYNC_SESSION_RUN_H_
#define OPGANG_CLIENT_LIB_SRC_SYNC_SESSION_RUN_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client-lib/src/sync/client_session.h"

namespace opgang {

// One session over one stream. Start(), then in any order what the stream brings and can take; after an error, or once
// the stream has ended, End() at most.
class SessionRun {
 public:
  // Store, clock and options outlive it.
  SessionRun(SyncStore& store, Clock& clock, const SyncOptions& options, ClientSession::Opening opening);

  // Before Start(), while the stream comes about: makes what takes time of the greeting.
  void Prepare() { session_.Prepare(); }
  absl::Status Start();
  // True once, when there is nothing more to say: half-close the stream.
  bool Closes();
  // Nor to hear: whoever holds the stream drops it, and asks End(OkStatus()). Its end would cost a round trip; what may still
  // be under way to the base gives room back that nobody needs.
  bool Leaves() const;
  // What to write now, where the stream can take a message. nullopt: nothing, for now.
  absl::StatusOr<std::optional<v1::SyncRequest>> Speak();
  absl::Status Hear(const v1::SyncResponse& response);
  // kNoBase where the base has been silent for too long, by the since-boot clock.
  absl::Status CheckSilence() const;
  // The outcome once the stream has ended with `end`. Ok: in good order, everything handed in and current (or stopped
  // by the observer), or this store goes on as another replica.
  absl::Status End(const absl::Status& end) const;

  const ClientSession& session() const { return session_; }

 private:
  ClientSession session_;
  Clock& clock_;
  const SyncOptions& options_;
  bool closing_ = false;
  absl::Time heard_;
  absl::Time spoke_;
};

// The sessions of one sync, until the work is handed in or the attempts are used up.
class SyncAttempts {
 public:
  enum class Next {
    kAtOnce,      // another session, now: a new replica goes on under its name
    kAfterPause,  // another session, after Jitter(attempt())
    kOver,        // outcome() is what to tell
  };

  explicit SyncAttempts(int attempts) : attempts_(attempts) {}

  // How the next session begins.
  ClientSession::Opening opening() const { return {.as_copy = as_copy_}; }
  // No stream came about.
  Next AfterFailedDial(const absl::Status& status);
  // A session ended with `status` (SessionRun::End, or the error that stopped it).
  Next AfterSession(const absl::Status& status, const ClientSession& session);

  int attempt() const { return attempt_; }
  const absl::Status& outcome() const { return outcome_; }

 private:
  const int attempts_;
  int attempt_ = 0;
  bool as_copy_ = false;
  bool was_copy_ = false;
  int new_replicas_ = 0;
  absl::Status outcome_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_SYNC_SESSION_RUN_H_
