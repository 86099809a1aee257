// A base in this process: the store, the engine and the sessions that ship, on a temporary file, without
// threads and without gRPC. What the writer's thread would do waits until RunJobs(), so that a test decides
// what is committed when.
#ifndef OPGANG_TESTS_SUPPORT_TEST_BASE_H_
#define OPGANG_TESTS_SUPPORT_TEST_BASE_H_

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/invitation.pb.h"
#include "server/engine/committer.h"
#include "server/identity/key_store.h"
#include "server/store/base_store.h"
#include "server/sync/server_session.h"

namespace opgang {

class TestBase;

// A new directory, in memory where the machine has /dev/shm: what a disk does to commits has tests of its
// own.
std::filesystem::path MakeTestDirectory();

// One session and what it asks of the base around it. Goes with its stream; what it handed in is committed
// all the same.
class BaseSession : public SessionHost, public std::enable_shared_from_this<BaseSession> {
 public:
  BaseSession(TestBase& base, Peer peer, SessionLimits limits);

  ServerSession& session() { return session_; }
  void Hear(const v1::SyncRequest& request) { session_.OnRequest(request); }
  // Lets the base work, then gives the next message, if there is one.
  std::optional<v1::SyncResponse> Say();
  // Everything that there is to say now.
  std::vector<v1::SyncResponse> SayAll();

  absl::Time Now() override;
  BaseReader& Reader() override;
  void Greet(const Peer& peer, const v1::Hello& hello) override;
  void Submit(std::vector<Submission> submissions) override;
  void FenceOthers(ReplicaId replica) override;
  void NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) override;
  uint64_t AuthorityRev() override;
  void NoteErasures(ReplicaId replica, std::vector<v1::Erasure> erasures) override;
  void TakeUses(StoreId from, const std::string& staff_code, const v1::DeviceUses& uses) override;

 private:
  TestBase& base_;
  ServerSession session_;
};

class TestBase {
 public:
  // `directory`: where the file lies; a new one where it is empty. It goes with the base.
  explicit TestBase(Clock& clock, std::string vfs = "", std::filesystem::path directory = {});
  ~TestBase();

  BaseStore& store() { return *store_; }
  BaseReader& reader() { return *reader_; }
  Committer& committer() { return *committer_; }
  Clock& clock() { return clock_; }
  const BaseKeys& keys() const { return keys_; }
  const SessionKeys& session_keys() const { return session_keys_; }
  const std::filesystem::path& file() const { return file_; }
  const std::filesystem::path& directory() const { return directory_; }  // keys/ and base.db

  // The area of that name, made where it is new.
  AreaId Area(const std::string& name);
  v1::Invitation Invite(const std::string& staff, const std::string& role,
                        const std::vector<std::string>& areas);
  void Grant(const std::string& staff, const Scope& scope, v1::GrantMode mode = v1::GRANT_MODE_READ_WRITE,
             uint64_t generation = 1);
  // A coordinator gives an area to somebody, or takes it; open sessions of that person come back.
  void GiveArea(const std::string& staff, const std::string& area);
  void TakeArea(const std::string& staff, const std::string& area);
  // The only device of this person is taken out of use.
  void Revoke(const std::string& staff, v1::RevocationReason reason);
  void GiveRole(const std::string& staff, const std::string& role);
  // Scopes that some device of this person may still hold, and may read no longer.
  size_t UnconfirmedRemovals(const std::string& staff);
  absl::StatusOr<v1::Verdict> Replay(IntentId intent);
  // A coordinator erases a citizen.
  void Erase(RecordId citizen);
  // Stores that have not confirmed that nothing about the citizen is left on them.
  std::set<std::string> UnconfirmedErasure(RecordId citizen);
  v1::ImportDwellingsResponse Import(const v1::ImportDwellingsRequest& request);

  std::shared_ptr<BaseSession> Connect(Peer peer, SessionLimits limits = {});
  // The stream of a session is over.
  void Disconnect(std::shared_ptr<BaseSession> session);
  // As Disconnect(), where the disk may fail.
  absl::Status End(std::shared_ptr<BaseSession> session);
  // Does all that waits, neighbouring pushes in one commit.
  void RunJobs();
  // Only the next of it. False: nothing waits.
  bool RunOneJob();
  // kill -9: what waits is gone, the file is opened again.
  void Crash();
  // kill -9 and no more: until Open() there is no base.
  void Kill();
  bool running() const { return store_ != nullptr; }
  // The disk failed under a commit (not: full). As the writer, it acknowledges nothing more until Open().
  bool failed() const { return failed_; }
  // Ends the store, so that the file can be looked at or opened by somebody else.
  void Close();
  absl::Status Open();
  // Ends this base's program and starts another one on the same file: an older one, or a made-up next one.
  void UpgradeTo(const KnownSchema& schema);

  BaseReader::Soundness Check();
  // Flips one byte in the sealed content of every record, or of every log entry, on disk.
  void SpoilRecords() { Spoil("records"); }
  void SpoilLog() { Spoil("log"); }
  // Changes the written sum of every leaf.
  void SpoilSums();
  // Tells every open session to come back later.
  void ShutDownSessions();
  // Tells every open session, as the writer does after a commit.
  void Announce(const std::set<Scope>& touched);

 private:
  friend class BaseSession;
  struct Greetings {
    std::weak_ptr<BaseSession> session;
    Peer peer;
    v1::Hello hello;
  };
  struct Batch {
    std::weak_ptr<BaseSession> session;
    std::vector<Submission> submissions;
  };
  struct Removal {
    ReplicaId replica;
    std::vector<Scope> scopes;
  };
  struct Heeding {
    ReplicaId replica;
    std::vector<v1::Erasure> erasures;
  };
  struct UseIntake {
    std::weak_ptr<BaseSession> session;
    StoreId from;
    std::string staff_code;
    v1::DeviceUses uses;
  };
  using Job = std::variant<Greetings, Batch, Removal, Heeding, UseIntake>;

  void Spoil(const std::string& table);
  void Execute(const std::string& sql);
  void DoGreeting(const Greetings& greeting);
  void DoRemoval(const Removal& removal);
  void DoHeeding(const Heeding& heeding);
  void DoUseIntake(const UseIntake& intake);
  void Change(v1::ChangeGrantRequest request);
  void DoCommit(std::vector<Batch> group);

  Clock& clock_;
  const std::string vfs_;
  std::filesystem::path directory_;
  std::filesystem::path file_;
  BaseKeys keys_;
  SessionKeys session_keys_;
  std::unique_ptr<BaseStore> store_;
  std::unique_ptr<BaseReader> reader_;
  std::unique_ptr<Committer> committer_;
  std::deque<Job> jobs_;
  bool failed_ = false;
  std::vector<std::weak_ptr<BaseSession>> sessions_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_TEST_BASE_H_
