#include "server/engine/writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/error.h"

namespace opgang {
namespace {

// Enough to make the sync of a commit cheap; about half of what one device may have under way, so that it writes down the
// verdicts of one group and sends anew while the next is committed.
constexpr size_t kMaxGroupMutations = 800;

size_t MutationsIn(const std::vector<Submission>& submissions) {
  size_t count = 0;
  for (const Submission& submission : submissions) count += submission.mutations.size();
  return count;
}

// The verdicts of the `count` submissions from `next` on, as one answer.
std::vector<v1::Verdict> TakeVerdicts(Answers& answers, size_t& next, size_t count) {
  std::vector<v1::Verdict> verdicts;
  verdicts.reserve(count);
  for (const size_t end = next + count; next < end; ++next)
    std::move(answers.verdicts[next].begin(), answers.verdicts[next].end(), std::back_inserter(verdicts));
  return verdicts;
}

}  // namespace

Writer::Writer(std::unique_ptr<BaseStore> store, Callbacks callbacks)
    : callbacks_(std::move(callbacks)),
      store_(std::move(store)),
      committer_(std::make_unique<Committer>(*store_)),
      thread_([this] { Loop(); }) {}

Writer::~Writer() { Stop(); }

void Writer::Submit(std::vector<Submission> submissions, VerdictsDone done) {
  {
    std::unique_lock lock(mutex_);
    if (!stopping_) {
      queue_.push_back(Batch{std::move(submissions), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  Answers answers = AllRetryLater(submissions, MakeError(ErrorCode::kTryLater, "the base is shutting down"));
  size_t next = 0;
  done(TakeVerdicts(answers, next, submissions.size()));
}

void Writer::Run(Job job) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  queue_.push_back(std::move(job));
  wake_.notify_one();
}

void Writer::Announce(const std::set<Scope>& touched) {
  if (callbacks_.on_news && !touched.empty()) callbacks_.on_news(touched);
}

void Writer::Stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

std::vector<Writer::Work> Writer::TakeGroup() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::vector<Work> group;
  size_t mutations = 0;
  while (!queue_.empty() && mutations < kMaxGroupMutations) {
    const bool is_job = std::holds_alternative<Job>(queue_.front());
    if (is_job && !group.empty()) break;
    if (!is_job) mutations += MutationsIn(std::get<Batch>(queue_.front()).submissions);
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (is_job) break;
  }
  return group;
}

bool Writer::NobodyWaits() {
  std::unique_lock lock(mutex_);
  return queue_.empty();
}

void Writer::Loop() {
  while (true) {
    if (!failed_ && NobodyWaits()) store_->Rest();
    std::vector<Work> group = TakeGroup();
    if (group.empty()) return;
    if (Job* job = std::get_if<Job>(&group.front())) {
      (*job)(*store_, *committer_);
      if (store_->failed()) Fail(MakeError(ErrorCode::kNotWritable, "a write to the disk failed"));
    } else {
      CommitGroup(std::move(group));
    }
  }
}

void Writer::CommitGroup(std::vector<Work> group) {
  const auto answered = std::make_shared<std::vector<Submission>>();
  std::vector<Submission>& submissions = *answered;
  size_t count = 0;
  for (const Work& work : group) count += std::get<Batch>(work).submissions.size();
  submissions.reserve(count);
  for (Work& work : group) {
    auto& batch = std::get<Batch>(work);
    std::move(batch.submissions.begin(), batch.submissions.end(), std::back_inserter(submissions));
  }
  Answers answers =
      failed_ ? AllRetryLater(submissions, MakeError(ErrorCode::kTryLater, "the disk failed earlier"))
              : committer_->Answer(submissions);
  size_t next = 0;
  for (Work& work : group) {
    auto& batch = std::get<Batch>(work);
    batch.done(TakeVerdicts(answers, next, batch.submissions.size()));
  }
  if (callbacks_.let_go) callbacks_.let_go(answered);
  if (answers.status.ok()) return Announce(answers.touched);
  if (GetErrorCode(answers.status) != ErrorCode::kDiskFull) Fail(answers.status);
}

void Writer::Fail(const absl::Status& status) {
  if (failed_) return;
  failed_ = true;
  if (callbacks_.on_failure) callbacks_.on_failure(status);
}

}  // namespace opgang
