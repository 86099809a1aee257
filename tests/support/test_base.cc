#include "tests/support/test_base.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <utility>

#include "core/base/error.h"
#include "server/admin/dwelling_import.h"
#include "server/admin/enrolment.h"
#include "server/admin/grants.h"
#include "server/admin/revocation.h"
#include "server/admin/staff.h"
#include "server/engine/device_uses.h"
#include "server/engine/erasure.h"
#include "server/engine/greeting.h"
#include "server/engine/holdings.h"
#include "server/engine/transaction.h"
#include "server/store/sqlite_base_store.h"

namespace opgang {

BaseSession::BaseSession(TestBase& base, Peer peer, SessionLimits limits)
    : base_(base), session_(*this, base.session_keys(), base.store().epoch(), std::move(peer), limits) {}

std::optional<v1::SyncResponse> BaseSession::Say() {
  base_.RunJobs();
  return session_.NextResponse();
}

std::vector<v1::SyncResponse> BaseSession::SayAll() {
  std::vector<v1::SyncResponse> all;
  while (auto response = Say()) all.push_back(*std::move(response));
  return all;
}

absl::Time BaseSession::Now() { return base_.clock().WallNow(); }
BaseReader& BaseSession::Reader() { return base_.reader(); }

void BaseSession::Greet(const Peer& peer, const v1::Hello& hello) {
  base_.jobs_.push_back(TestBase::Greetings{weak_from_this(), peer, hello});
}

void BaseSession::Submit(std::vector<Submission> submissions) {
  base_.jobs_.push_back(TestBase::Batch{weak_from_this(), std::move(submissions)});
}

void BaseSession::FenceOthers(ReplicaId replica) {
  for (const auto& weak : base_.sessions_) {
    const auto other = weak.lock();
    if (other == nullptr || other.get() == this || other->session_.replica() != replica) continue;
    other->session_.GoAway(v1::GO_AWAY_REASON_FENCED);
  }
}

uint64_t BaseSession::AuthorityRev() { return base_.store().authority_rev(); }

void BaseSession::NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) {
  base_.jobs_.push_back(TestBase::Removal{replica, std::move(scopes)});
}

void BaseSession::NoteErasures(ReplicaId replica, std::vector<v1::Erasure> erasures) {
  base_.jobs_.push_back(TestBase::Heeding{replica, std::move(erasures)});
}

void BaseSession::TakeUses(StoreId from, const std::string& staff_code, const v1::DeviceUses& uses) {
  base_.jobs_.push_back(TestBase::UseIntake{weak_from_this(), from, staff_code, uses});
}

std::filesystem::path MakeTestDirectory() {
  const bool has_memory = ::access("/dev/shm", W_OK) == 0;
  std::string pattern = (has_memory ? std::string("/dev/shm") : testing::TempDir()) + "/opgang-test-XXXXXX";
  return ::mkdtemp(pattern.data());
}

TestBase::TestBase(Clock& clock, std::string vfs, std::filesystem::path directory)
    : clock_(clock),
      vfs_(std::move(vfs)),
      directory_(directory.empty() ? MakeTestDirectory() : std::move(directory)) {
  file_ = directory_ / "base.db";
  keys_ = LoadOrCreateBaseKeys(directory_, {"localhost"}, SystemRandom()).value();
  session_keys_ = {keys_.box, DeriveKey(keys_.storage_key, "mutation digests"), keys_.storage_key};
  EXPECT_EQ(Open(), absl::OkStatus());
}

TestBase::~TestBase() {
  Close();
  std::filesystem::remove_all(directory_);
}

absl::Status TestBase::Open() {
  failed_ = false;
  auto store = OpenSqliteBaseStore({file_, keys_.storage_key, &SystemRandom(), vfs_});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  committer_ = std::make_unique<Committer>(*store_, session_keys_.schema);
  const auto finished = FinishErasures(*store_, clock_.WallNow());
  if (!finished.ok()) return finished.status();
  std::set<Scope> touched;
  const auto taken_in = committer_->ReplayAfterUpgrade(clock_.WallNow(), touched);
  if (!taken_in.ok()) return taken_in.status();
  auto reader = store_->OpenReader();
  if (!reader.ok()) return reader.status();
  reader_ = *std::move(reader);
  return absl::OkStatus();
}

void TestBase::Close() {
  reader_.reset();
  committer_.reset();
  store_.reset();
}

void TestBase::UpgradeTo(const KnownSchema& schema) {
  session_keys_.schema = schema;
  Crash();
}

void TestBase::Crash() {
  Kill();
  EXPECT_EQ(Open(), absl::OkStatus());
}

void TestBase::Kill() {
  jobs_.clear();
  sessions_.clear();
  Close();
}

AreaId TestBase::Area(const std::string& name) {
  AreaId area;
  const absl::Status status = InTransaction(*store_, [&]() -> absl::Status {
    const auto named = AreaNamed(*store_, name, clock_.WallNow(), SystemRandom());
    if (named.ok()) area = *named;
    return named.status();
  });
  EXPECT_EQ(status, absl::OkStatus());
  return area;
}

v1::Invitation TestBase::Invite(const std::string& staff, const std::string& role,
                                const std::vector<std::string>& areas) {
  v1::InviteRequest request;
  request.set_staff_code(staff);
  request.set_device_label("tablet-of-" + staff);
  request.set_role(role);
  for (const std::string& area : areas) request.add_areas(area);
  auto invitation =
      MakeInvitation(*store_, keys_, request, {"127.0.0.1:7443"}, clock_.WallNow(), SystemRandom());
  EXPECT_EQ(invitation.status(), absl::OkStatus());
  return invitation.value_or(v1::Invitation());
}

void TestBase::Grant(const std::string& staff, const Scope& scope, v1::GrantMode mode, uint64_t generation) {
  const absl::Status status = InTransaction(*store_, [&] {
    return store_->PutGrant(staff, {scope, generation, mode, ""});
  });
  EXPECT_EQ(status, absl::OkStatus());
}

void TestBase::GiveArea(const std::string& staff, const std::string& area) {
  v1::ChangeGrantRequest request;
  request.set_staff_code(staff);
  request.set_area(area);
  Change(request);
}

void TestBase::Change(v1::ChangeGrantRequest request) {
  request.set_actor("karen");
  EXPECT_EQ(ChangeGrant(*store_, request, clock_.WallNow()).status(), absl::OkStatus());
}

void TestBase::TakeArea(const std::string& staff, const std::string& area) {
  v1::ChangeGrantRequest request;
  request.set_staff_code(staff);
  request.set_area(area);
  request.set_take(true);
  Change(request);
}

void TestBase::Revoke(const std::string& staff, v1::RevocationReason reason) {
  const auto stores = store_->Stores(staff).value();
  v1::RevokeDeviceRequest request;
  request.set_store_id(stores.at(0).id.ToBytes());
  request.set_reason(reason);
  request.set_actor("karen");
  EXPECT_EQ(RevokeDevice(*store_, {.local = true, .author = {}}, request, clock_.WallNow()).status(),
            absl::OkStatus());
}

void TestBase::GiveRole(const std::string& staff, const std::string& role) {
  v1::ChangeRoleRequest request;
  request.set_staff_code(staff);
  request.set_role(role);
  request.set_actor("karen");
  EXPECT_EQ(ChangeRole(*store_, {.local = true, .author = {}}, request, clock_.WallNow()), absl::OkStatus());
}

size_t TestBase::UnconfirmedRemovals(const std::string& staff) {
  size_t count = 0;
  const auto devices = store_->Devices().value();
  for (const auto& [account, replica] : devices) {
    if (account.staff_code != staff) continue;
    count += opgang::UnconfirmedRemovals(*store_, account, replica.id).value().size();
  }
  return count;
}

absl::StatusOr<v1::Verdict> TestBase::Replay(IntentId intent) {
  std::set<Scope> touched;
  auto verdict = committer_->Replay(intent, "karen", clock_.WallNow(), touched);
  Announce(touched);
  return verdict;
}

v1::ImportDwellingsResponse TestBase::Import(const v1::ImportDwellingsRequest& request) {
  std::set<Scope> touched;
  const auto counts = ImportDwellings(*store_, *committer_, request, clock_, SystemRandom(), touched);
  EXPECT_EQ(counts.status(), absl::OkStatus());
  Announce(touched);
  return counts.value_or(v1::ImportDwellingsResponse());
}

std::shared_ptr<BaseSession> TestBase::Connect(Peer peer, SessionLimits limits) {
  auto session = std::make_shared<BaseSession>(*this, std::move(peer), limits);
  sessions_.push_back(session);
  return session;
}

void TestBase::Disconnect(std::shared_ptr<BaseSession> session) {
  EXPECT_EQ(End(std::move(session)), absl::OkStatus());
}

absl::Status TestBase::End(std::shared_ptr<BaseSession> session) {
  if (session == nullptr || store_ == nullptr) return absl::OkStatus();
  std::erase_if(sessions_, [&](const auto& weak) { return weak.expired() || weak.lock() == session; });
  const auto replica = session->session().replica();
  const auto held = session->session().held();
  if (!replica.has_value() || !held.has_value()) return absl::OkStatus();
  return NoteSessionEnd(*store_, *replica, *held, clock_.WallNow());
}

void TestBase::RunJobs() {
  while (RunOneJob()) {
  }
}

bool TestBase::RunOneJob() {
  if (jobs_.empty()) return false;
  if (const auto* greeting = std::get_if<Greetings>(&jobs_.front())) {
    const Greetings job = *greeting;
    jobs_.pop_front();
    DoGreeting(job);
    return true;
  }
  if (const auto* removal = std::get_if<Removal>(&jobs_.front())) {
    const Removal job = *removal;
    jobs_.pop_front();
    DoRemoval(job);
    return true;
  }
  if (const auto* heeding = std::get_if<Heeding>(&jobs_.front())) {
    const Heeding job = *heeding;
    jobs_.pop_front();
    DoHeeding(job);
    return true;
  }
  if (const auto* intake = std::get_if<UseIntake>(&jobs_.front())) {
    const UseIntake job = *intake;
    jobs_.pop_front();
    DoUseIntake(job);
    return true;
  }
  std::vector<Batch> group;
  while (!jobs_.empty() && std::holds_alternative<Batch>(jobs_.front())) {
    group.push_back(std::get<Batch>(std::move(jobs_.front())));
    jobs_.pop_front();
  }
  DoCommit(std::move(group));
  return true;
}

void TestBase::DoGreeting(const Greetings& job) {
  const auto greeting = Greet(*store_, job.peer, job.hello, clock_.WallNow(), SystemRandom());
  if (greeting.ok()) committer_->GoOn(greeting->author.replica);
  std::set<Scope> touched;
  if (greeting.ok() && greeting->chairs_came_back) (void)committer_->AnswerWishes(clock_.WallNow(), touched);
  Announce(touched);
  if (const auto session = job.session.lock()) session->session().OnGreeted(greeting);
}

void TestBase::DoRemoval(const Removal& job) {
  const absl::Status status = ConfirmRemoved(*store_, job.replica, job.scopes, clock_.WallNow());
  if (!status.ok() && GetErrorCode(status) != ErrorCode::kDiskFull) failed_ = true;
}

void TestBase::DoHeeding(const Heeding& job) {
  std::set<Scope> touched;
  const absl::Status status =
      HearErasures(*store_, keys_.storage_key, job.replica, job.erasures, clock_.WallNow(), touched);
  if (!status.ok() && GetErrorCode(status) != ErrorCode::kDiskFull) failed_ = true;
  Announce(touched);
}

void TestBase::DoUseIntake(const UseIntake& job) {
  const auto taken = TakeUses(*store_, keys_.box, job.from, job.staff_code, job.uses, clock_.WallNow());
  if (!taken.ok() && GetErrorCode(taken.status()) != ErrorCode::kDiskFull) failed_ = true;
  if (const auto session = job.session.lock()) session->session().OnUsesTaken(taken);
}

void TestBase::Erase(RecordId citizen) {
  std::set<Scope> touched;
  const ErasureOrder order{"karen", v1::ERASURE_REASON_REQUEST, clock_.WallNow()};
  EXPECT_EQ(EraseCitizen(*store_, citizen, order, touched), absl::OkStatus());
  EXPECT_EQ(committer_->AnswerWishes(clock_.WallNow(), touched), absl::OkStatus());
  Announce(touched);
}

std::set<std::string> TestBase::UnconfirmedErasure(RecordId citizen) {
  std::set<std::string> holders;
  const auto erasures = store_->Erasures().value();
  for (const v1::ErasureLine& line : erasures) {
    for (const v1::ErasureReach& reach : line.reach()) {
      if (line.citizen_id() == citizen.ToBytes() && reach.confirmed_us() == 0) holders.insert(reach.holder());
    }
  }
  return holders;
}

void TestBase::DoCommit(std::vector<Batch> group) {
  std::vector<Submission> all;
  for (const Batch& batch : group) all.insert(all.end(), batch.submissions.begin(), batch.submissions.end());
  const Answers answers = failed_
                              ? AllRetryLater(all, MakeError(ErrorCode::kTryLater, "the disk failed earlier"))
                              : committer_->Answer(all);
  if (!answers.status.ok() && GetErrorCode(answers.status) != ErrorCode::kDiskFull) failed_ = true;
  size_t next = 0;
  for (const Batch& batch : group) {
    std::vector<v1::Verdict> verdicts;
    for (size_t i = 0; i < batch.submissions.size(); ++i, ++next) {
      const auto& decided = answers.verdicts[next];
      verdicts.insert(verdicts.end(), decided.begin(), decided.end());
    }
    if (const auto session = batch.session.lock()) session->session().OnVerdicts(verdicts);
  }
  if (answers.status.ok()) Announce(answers.touched);
}

void TestBase::Announce(const std::set<Scope>& touched) {
  for (const auto& weak : sessions_) {
    if (const auto session = weak.lock()) session->session().OnNews(touched);
  }
}

void TestBase::ShutDownSessions() {
  for (const auto& weak : sessions_) {
    if (const auto session = weak.lock()) session->session().GoAway(v1::GO_AWAY_REASON_SHUTTING_DOWN);
  }
}

void TestBase::Spoil(const std::string& table) {
  Execute("UPDATE " + table +
          " SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) ||"
          " CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB)");
}

void TestBase::SpoilSums() { Execute("UPDATE leaf_sums SET sum = x'000102030405060708090a0b0c0d0e0f'"); }

// Behind the base's back.
void TestBase::Execute(const std::string& sql) {
  Close();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_close(db), SQLITE_OK);
  ASSERT_EQ(Open(), absl::OkStatus());
}

BaseReader::Soundness TestBase::Check() {
  auto soundness = reader_->Check();
  EXPECT_EQ(soundness.status(), absl::OkStatus());
  return soundness.value_or(BaseReader::Soundness());
}

}  // namespace opgang
