// A few threads that do what gRPC's reactions must not: read the database, open payloads. Each has a reader of its own.
#ifndef OPGANG_SERVER_RPC_WORKER_POOL_H_
#define OPGANG_SERVER_RPC_WORKER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/store/base_store.h"

namespace opgang {

class WorkerPool {
 public:
  using Job = std::function<void()>;

  // One thread for each reader.
  explicit WorkerPool(std::vector<std::unique_ptr<BaseReader>> readers);
  ~WorkerPool();  // Stop()

  // Thread-safe; never blocks. After Stop() the job is dropped.
  void Post(Job job);
  // The calling worker's reader. Only on a worker's thread.
  static BaseReader& Reader();
  // Does what was posted so far and joins.
  void Stop();

 private:
  void Loop(BaseReader* reader);

  std::vector<std::unique_ptr<BaseReader>> readers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_WORKER_POOL_H_
