// The base's one writer: a thread that owns the store and commits in groups. Whatever waits when a commit ends goes into
// the next one, so that many sessions share one sync of the disk.
#ifndef OPGANG_SERVER_ENGINE_WRITER_H_
#define OPGANG_SERVER_ENGINE_WRITER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

class Writer {
 public:
  using VerdictsDone = std::function<void(std::vector<v1::Verdict>)>;
  using Job = std::function<void(BaseStore&, Committer&)>;
  struct Callbacks {
    // Scopes with news, after each commit. On the writer's thread.
    std::function<void(const std::set<Scope>&)> on_news;
    // The disk failed under the store (not: full). Nothing is acknowledged any more; the process must end and start
    // anew. On the writer's thread.
    std::function<void(const absl::Status&)> on_failure;
    // Takes what has been answered and is to be destroyed, which costs the writer a twenty-fifth of its time, to another
    // thread. On the writer's thread; empty: destroyed there.
    std::function<void(std::shared_ptr<const std::vector<Submission>>)> let_go;
  };

  Writer(std::unique_ptr<BaseStore> store, Callbacks callbacks);
  ~Writer();  // Stop()

  // Thread-safe. `done` is called once, on the writer's thread, with one verdict for each mutation in order: durable, or
  // RETRY_LATER.
  void Submit(std::vector<Submission> submissions, VerdictsDone done);
  // Thread-safe. Runs `job` on the writer's thread between commits; it makes its own transaction.
  void Run(Job job);
  // Thread-safe: BaseStore::authority_rev() of what is committed.
  uint64_t authority_rev() const { return store_->authority_rev(); }
  // Thread-safe. Tells on_news of commits that a job made.
  void Announce(const std::set<Scope>& touched);

  // Does what was handed in so far and joins; the store is closed when the writer goes. Later calls are answered with
  // RETRY_LATER.
  void Stop();

 private:
  struct Batch {
    std::vector<Submission> submissions;
    VerdictsDone done;
  };
  using Work = std::variant<Batch, Job>;

  void Loop();
  bool NobodyWaits();
  // Takes a job, or as many neighbouring batches as make a good group. Empty: stop.
  std::vector<Work> TakeGroup();
  void CommitGroup(std::vector<Work> group);
  // Nothing is acknowledged from now on.
  void Fail(const absl::Status& status);

  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;                  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  bool failed_ = false;                     // the writer's thread only
  const std::unique_ptr<BaseStore> store_;  // the writer's thread only, but for authority_rev()
  std::unique_ptr<Committer> committer_;
  std::thread thread_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_WRITER_H_
