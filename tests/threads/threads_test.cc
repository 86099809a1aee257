// Writer, workers, registry and sessions on their own threads, and several devices on theirs. ThreadSanitizer looks for
// races in it (.ci/run sanitize); what the devices end with is compared with the base's records in any build.
#include <atomic>
#include <future>
#include <thread>

#include "client-lib/src/sync/sync_loop.h"
#include "core/records/registry.h"
#include "server/backup/make_backup.h"
#include "server/engine/transaction.h"
#include "spdlog/spdlog.h"
#include "tests/support/off_site.h"
#include "tests/sync/sync_story.h"
#include "tests/threads/threaded_base.h"

namespace opgang {
namespace {

constexpr int kDevices = 4;
constexpr int kRounds = 12;

// A device with a clock of its own, for a thread of its own.
struct Worker {
  Worker(TestBase& base, const std::string& staff)
      : clock(base.clock().WallNow()),
        device(base, clock, staff, "outreach", {"Testlund"}),
        area(base.Area("Testlund")) {}

  RecordId SaveCitizen(const std::string& name) {
    Bundle bundle = device.NewBundle();
    const RecordId citizen = bundle.Create(CitizenCalled(name), area);
    device.Save(bundle);
    return citizen;
  }
  absl::StatusOr<SyncResult> Sync(ThreadedBase& base, SyncObserver* observer = nullptr, bool live = false) {
    ThreadedDialer dialer(base, device.peer());
    clock.Advance(absl::Seconds(1));
    return RunSync(device.store().sync_store(), dialer, clock, SystemRandom(),
                   {.live = live, .attempts = 5, .observer = observer}, [](absl::Duration) {});
  }
  v1::SyncRequest Hello() {
    v1::SyncRequest request;
    *request.mutable_hello() = device.store().sync_store().MakeHello().value();
    request.mutable_hello()->set_protocol_version(1);
    return request;
  }

  ManualClock clock;
  TestDevice device;
  AreaId area;
};

class StopsAtOnce : public SyncObserver {
 public:
  bool KeepGoing() override { return false; }
};

class StopsWhenTold : public SyncObserver {
 public:
  bool KeepGoing() override { return !told; }
  std::atomic<bool> told = false;
};

class ThreadsTest : public testing::Test {
 protected:
  ThreadsTest() {
    spdlog::set_level(spdlog::level::err);
    for (int i = 0; i < kDevices; ++i)
      workers.push_back(std::make_unique<Worker>(base, "staff-" + std::to_string(i)));
    base.Close();
    threaded.emplace(base);
  }

  // A day of one device: work, sessions that end well, that are stopped, that are cut after their Hello.
  void DayOf(Worker& worker, RecordId shared) {
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < 3; ++i) worker.SaveCitizen("Citizen " + std::to_string(round));
      if (worker.device.view().Find(shared) != nullptr)
        worker.device.Rename(shared, worker.device.peer().staff_code + std::to_string(round));
      StopsAtOnce stops;
      if (round % 3 == 1) {
        EXPECT_TRUE(worker.Sync(*threaded, &stops).ok());
      }
      if (round % 3 == 2) ThreadedStream(*threaded, worker.device.peer()).Write(worker.Hello());
      const auto result = worker.Sync(*threaded);
      EXPECT_TRUE(result.ok()) << result.status();
    }
  }

  void ExpectSameAtTheEnd() {
    StopAndReopen();
    std::vector<TestDevice*> devices;
    for (const auto& worker : workers) devices.push_back(&worker->device);
    ExpectSameRecords(base, devices);
    EXPECT_EQ(base.Check().quarantined, 0);
  }

  void StopAndReopen() {
    threaded->TellAllToGo();
    threaded->Stop();
    ASSERT_EQ(base.Open(), absl::OkStatus());
    EXPECT_THAT(base.Check().problems, testing::IsEmpty());
  }

  ManualClock clock{NoonOfTheFirst()};
  TestBase base{clock};
  OffSite off_site{base};
  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<ThreadedBase> threaded;
};

TEST_F(ThreadsTest, DevicesOnThreadsOfTheirOwnEndWithTheBasesRecordsWhileItIsBackedUpAndAdministered) {
  const RecordId shared = workers[0]->SaveCitizen("Everybody's");
  ASSERT_TRUE(workers[0]->Sync(*threaded).ok());
  for (const auto& worker : workers) ASSERT_TRUE(worker->Sync(*threaded).ok());
  std::atomic<bool> day_is_over = false;
  std::thread administrator([&] {
    for (int i = 0; !day_is_over; ++i) {
      BaseServices& services = threaded->services();
      std::promise<absl::Status> done;
      services.writer->Run([&](BaseStore& store, Committer&) {
        done.set_value(InTransaction(store, [&] { return store.Audit("karen", "looked", "", i); }));
      });
      EXPECT_EQ(done.get_future().get(), absl::OkStatus());
      const std::lock_guard lock(services.backing_up);
      const auto file = off_site.directory() / ("backup-" + std::to_string(i));
      const auto made =
          MakeBackup(*services.backup_reader,
                     {base.directory(), base.keys().storage_key, file, clock.WallNow()}, SystemRandom());
      EXPECT_TRUE(made.ok()) << made.status();
      services.sessions.IsOnline(ReplicaId());
    }
  });
  std::vector<std::thread> days;
  for (const auto& worker : workers) days.emplace_back([&] { DayOf(*worker, shared); });
  for (std::thread& day : days) day.join();
  day_is_over = true;
  administrator.join();
  for (const auto& worker : workers) ASSERT_TRUE(worker->Sync(*threaded).ok());
  ExpectSameAtTheEnd();
}

// Live sessions hear what others commit; the base tells them to go, and they come again.
TEST_F(ThreadsTest, LiveSessionsThatAreToldToGoComeAgainAndMissNothing) {
  StopsWhenTold live;
  std::vector<std::thread> threads;
  for (size_t i = 1; i < kDevices; ++i) {
    threads.emplace_back([&, i] {
      const auto result = workers[i]->Sync(*threaded, &live, /*live=*/true);
      EXPECT_TRUE(result.ok()) << result.status();
    });
  }
  for (int i = 0; i < 20; ++i) {
    workers[0]->SaveCitizen("News " + std::to_string(i));
    if (i % 5 == 4) threaded->TellAllToGo();
    EXPECT_TRUE(workers[0]->Sync(*threaded).ok());
  }
  live.told = true;
  for (std::thread& one : threads) one.join();
  for (const auto& worker : workers) EXPECT_TRUE(worker->Sync(*threaded).ok());
  ExpectSameAtTheEnd();
}

// A device that opens what it holds on all its cores.
TEST_F(ThreadsTest, ThousandsOfRecordsAreOpenedSideBySide) {
  std::map<RecordId, std::string> names;
  for (int group = 0; group < 60; ++group) {
    Bundle bundle = workers[0]->device.NewBundle();
    for (int i = 0; i < 50; ++i) {
      const std::string name = "Citizen " + std::to_string(names.size());
      names[bundle.Create(CitizenCalled(name), workers[0]->area)] = name;
    }
    workers[0]->device.Save(bundle);
  }
  for (const size_t i : {0, 1}) ASSERT_TRUE(workers[i]->Sync(*threaded).ok());
  workers[1]->device.Reopen();
  for (const auto& [id, name] : names) ASSERT_EQ(workers[1]->device.NameOf(id), name);
}

// One store on two streams at once: the older is fenced, and nobody waits for anybody.
TEST_F(ThreadsTest, SessionsOfOneStoreOnTwoStreamsFenceEachOther) {
  Worker& worker = *workers[0];
  for (int round = 0; round < 20; ++round) {
    ThreadedStream older(*threaded, worker.device.peer());
    older.Write(worker.Hello());
    worker.SaveCitizen("Citizen " + std::to_string(round));
    const auto result = worker.Sync(*threaded);
    EXPECT_TRUE(result.ok()) << result.status();
  }
  StopAndReopen();
  EXPECT_EQ(base.Check().mutations, 20);
}

// Many small pushes under way at once: workers may take their verdicts in any order, and must not.
TEST_F(ThreadsTest, VerdictsOfPipelinedPushesAreToldInTheOrderOfThePushes) {
  Worker& worker = *workers[0];
  constexpr uint64_t kPushes = 150;
  for (uint64_t i = 0; i < kPushes; ++i) worker.SaveCitizen("Citizen");
  SyncStore& store = worker.device.store().sync_store();
  ThreadedStream stream(*threaded, worker.device.peer());
  stream.Write(worker.Hello());
  for (uint64_t seq = 0; seq < kPushes; ++seq) {
    v1::SyncRequest request;
    *request.mutable_push() = store.NextPush(seq, /*max_bytes=*/1).value();
    stream.Write(std::move(request));
  }
  uint64_t last = 0;
  for (int waits = 0; last < kPushes && waits < 10'000; ++waits) {
    const auto response = stream.Wait(absl::ZeroDuration());
    if (!response.has_value()) continue;
    ASSERT_FALSE(response->has_go_away());
    for (const v1::Verdict& verdict : response->ack().verdicts()) {
      EXPECT_GT(verdict.seq(), last);
      last = verdict.seq();
    }
  }
  EXPECT_EQ(last, kPushes);
}

}  // namespace
}  // namespace opgang
