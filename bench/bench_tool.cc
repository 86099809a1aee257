// One measured step at a time, told as one line of JSON; scripts/bench puts them together. Times are wall-clock seconds
// of the step alone: starting the process, unlocking and making content are not in them, unless it says so.
#include <sqlite3.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <latch>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/danish_records.h"
#include "core/base/error.h"
#include "core/base/heap.h"
#include "google/protobuf/util/json_util.h"
#include "opgang/device.h"
#include "opgang/sync.h"

namespace opgang::bench {
namespace {

using Json = nlohmann::json;
constexpr char kPassphrase[] = "stairwell-and-rising";

class Watch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

[[noreturn]] void Die(const std::string& what) {
  std::cerr << "bench_tool: " << what << '\n';
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status().ToString());
  return *std::move(value);
}
void Must(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

int64_t PeakKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Of all threads.
double CpuSeconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

DeviceOptions OptionsOf(const std::filesystem::path& home) { return {.home = home}; }

std::unique_ptr<Store> OpenUnlocked(const std::filesystem::path& home) {
  auto store = Must(Device(OptionsOf(home)).OpenStore());
  if (!store->unlocked()) Must(store->Unlock(kPassphrase));
  return store;
}

AreaId AreaOf(const Store& store) {
  for (const GrantInfo& grant : store.grants()) {
    if (grant.scope.kind == v1::SCOPE_KIND_AREA) return AreaId(grant.scope.id);
  }
  Die("no area is granted: sync first");
}

std::string ReadAll(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Argon2id at its cheapest: what it costs to guess a passphrase is not what is measured here.
Json Enroll(const std::string& home, const std::string& invitation, const std::string& code) {
  DeviceOptions options = OptionsOf(home);
  options.passphrase_cost = PassphraseCost::ForTests();
  Must(Device(options).Enroll({ReadAll(invitation), code, kPassphrase}));
  return Json::object();
}

Json SaveRecords(const std::string& home, int count, uint32_t seed) {
  auto store = OpenUnlocked(home);
  std::vector<opgang::bench::Save> saves = MakeSaves(count, seed);
  std::vector<RecordId> citizens(saves.size());
  const AreaId area = AreaOf(*store);
  const Watch watch;
  for (size_t i = 0; i < saves.size(); ++i) {
    Bundle bundle;
    for (auto& part : saves[i].parts) {
      if (part.about >= 0) SetCitizen(*part.content, citizens[static_cast<size_t>(part.about)]);
      const RecordId id = bundle.Create(*part.content, area);
      if (part.about < 0) citizens[i] = id;
    }
    Must(store->Save(bundle));
  }
  return {{"seconds", watch.Seconds()}, {"saves", saves.size()}};
}

// When the last verdict was on the device's disk.
class Answered : public SyncObserver {
 public:
  void OnProgress(const SyncProgress& progress) override {
    if (progress.answered != progress.to_send || watch_.Seconds() > seconds_) return;
    seconds_ = watch_.Seconds();
    cpu_ = CpuSeconds() - cpu_before_;
  }
  double seconds() const { return seconds_; }
  double cpu() const { return cpu_; }

 private:
  const Watch watch_{};
  const double cpu_before_ = CpuSeconds();
  double cpu_ = 0;
  double seconds_ = std::numeric_limits<double>::infinity();
};

// "answered": from an open store to the last verdict. "seconds": to everything current, its own records come back too.
Json SyncOnce(const std::string& home) {
  auto store = OpenUnlocked(home);
  Answered answered;
  const Watch watch;
  const SyncResult result = Must(Sync(*store, {.observer = &answered}));
  return {{"seconds", watch.Seconds()}, {"answered", answered.seconds()}, {"sent", result.sent},
          {"cpu", answered.cpu()},      {"refused", result.refused},      {"received", result.received},
          {"unsent", result.unsent},    {"peak_kib", PeakKib()}};
}

// All stores below `root` in turn: each saves a note's worth and syncs over a connection of its own, one session after the other
// begun `every` seconds after the last, for `seconds`. What a worker would be told is counted, and tried again with the next.
Json Sessions(const std::string& root, double seconds, double every) {
  std::vector<std::unique_ptr<Store>> stores;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    stores.push_back(OpenUnlocked(entry.path()));
  std::vector<double> milliseconds;
  std::vector<std::string> why;
  const Watch whole;
  for (size_t turn = 0; whole.Seconds() < seconds; ++turn) {
    Store& store = *stores[turn % stores.size()];
    Bundle bundle;
    v1::Contact contact;
    contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
    bundle.Create(contact, AreaOf(store));
    Must(store.Save(bundle));
    const Watch watch;
    const auto result = Sync(store, {.attempts = 1});
    if (result.ok()) milliseconds.push_back(watch.Seconds() * 1000);
    if (!result.ok()) why.push_back(std::string(ErrorCodeName(GetErrorCode(result.status()))));
    const double rest = every - watch.Seconds();
    if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double>(rest));
  }
  return {{"milliseconds", milliseconds}, {"failed", why.size()}, {"why", why}};
}

// A stream that is open already: from a save to nothing unsent, `rounds` times.
class UntilSent : public SyncObserver {
 public:
  UntilSent(Store& store, std::vector<Bundle>& rounds) : store_(store), rounds_(rounds) {}
  bool KeepGoing() override {
    if (store_.outbox_counts().unsent > 0) return true;
    if (begun_) times_.push_back(watch_.Seconds());
    if (times_.size() == rounds_.size()) return false;
    watch_ = Watch();
    begun_ = true;
    Must(store_.Save(rounds_[times_.size()]));
    return true;
  }
  const std::vector<double>& times() const { return times_; }

 private:
  Store& store_;
  std::vector<Bundle>& rounds_;
  Watch watch_;
  bool begun_ = false;
  std::vector<double> times_;
};

// Every home below `root` at once, each from a thread of its own that has opened and unlocked its store before.
Json Swarm(const std::string& root) {
  std::vector<std::filesystem::path> homes;
  for (const auto& entry : std::filesystem::directory_iterator(root)) homes.push_back(entry.path());
  std::latch ready(static_cast<std::ptrdiff_t>(homes.size()) + 1);
  std::vector<double> seconds(homes.size()), answered(homes.size());
  std::vector<uint32_t> sent(homes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < homes.size(); ++i) {
    threads.emplace_back([&, i] {
      auto store = OpenUnlocked(homes[i]);
      ready.arrive_and_wait();
      Answered verdicts;
      const Watch watch;
      sent[i] = Must(Sync(*store, {.connect_timeout = absl::Seconds(60), .observer = &verdicts})).sent;
      seconds[i] = watch.Seconds();
      answered[i] = verdicts.seconds();
    });
  }
  ready.arrive_and_wait();
  const Watch watch;
  for (std::thread& thread : threads) thread.join();
  const double total = watch.Seconds();
  uint64_t all = 0;
  for (const uint32_t one : sent) all += one;
  return {{"seconds", total},
          {"answered", *std::max_element(answered.begin(), answered.end())},
          {"slowest", *std::max_element(seconds.begin(), seconds.end())},
          {"devices", homes.size()},
          {"sent", all}};
}

// Keeps a stream open until it is told to stop.
class Resting : public SyncObserver {
 public:
  Resting(std::latch& at_rest, const std::atomic<bool>& stop) : at_rest_(at_rest), stop_(stop) {}
  bool KeepGoing() override { return !stop_; }
  void OnProgress(const SyncProgress& progress) override {
    const bool current = progress.scopes_total > 0 && progress.scopes_current == progress.scopes_total;
    if (current && !std::exchange(rests_, true)) at_rest_.count_down();
  }

 private:
  std::latch& at_rest_;
  const std::atomic<bool>& stop_;
  bool rests_ = false;
};

// All homes below `root` connected and with nothing to say; "idle" on standard output once they are, until its input ends.
Json Idle(const std::string& root) {
  std::vector<std::unique_ptr<Store>> stores;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    stores.push_back(OpenUnlocked(entry.path()));
  std::latch at_rest(static_cast<std::ptrdiff_t>(stores.size()));
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (auto& store : stores) {
    threads.emplace_back([&at_rest, &stop, &store] {
      Resting resting(at_rest, stop);
      Must(Sync(*store, {.live = true, .connect_timeout = absl::Seconds(60), .observer = &resting}).status());
    });
  }
  at_rest.wait();
  std::cout << "idle" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  stop = true;
  for (std::thread& thread : threads) thread.join();
  return {{"devices", stores.size()}};
}

// From nothing to the first hits, without the derivation of the key from the passphrase.
Json OpenAndSearch(const std::string& home, const std::string& words) {
  auto keys = MakeKeyringKeyProvider();
  DeviceOptions options = OptionsOf(home);
  options.keys = keys.get();
  const Watch watch;
  auto store = Must(Device(options).OpenStore());
  const bool remembered = store->unlocked();
  if (!remembered) Must(store->Unlock(kPassphrase));
  const Watch after_unlock;
  const size_t hits = Must(store->view())->Search(words, 20).size();
  return {{"seconds", remembered ? watch.Seconds() : after_unlock.Seconds()},
          {"remembered", remembered},
          {"hits", hits}};
}

// The content of one list of saves as a document store would be given it.
void PrintRecords(int count, uint32_t seed) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::vector<opgang::bench::Save> saves = MakeSaves(count, seed);
  std::vector<RecordId> citizens(saves.size());
  for (size_t i = 0; i < saves.size(); ++i) {
    for (auto& part : saves[i].parts) {
      const RecordId id = RecordId::Make(SystemClock().WallNow(), SystemRandom());
      if (part.about >= 0) SetCitizen(*part.content, citizens[static_cast<size_t>(part.about)]);
      if (part.about < 0) citizens[i] = id;
      std::string text;
      (void)google::protobuf::util::MessageToJsonString(*part.content, &text, options);
      Json document = Json::parse(text);
      document["_id"] = id.ToString();
      document["type"] = std::string(part.content->GetDescriptor()->name());
      std::cout << document.dump() << '\n';
    }
  }
}

class Sqlite {
 public:
  explicit Sqlite(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) Die("cannot open " + path);
  }
  ~Sqlite() { sqlite3_close(db_); }
  void Run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) Die(sqlite3_errmsg(db_));
  }
  sqlite3_stmt* Prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) Die(sqlite3_errmsg(db_));
    return statement;
  }

 private:
  sqlite3* db_ = nullptr;
};

struct Table {
  std::string name;
  int columns = 0;
  std::vector<std::vector<sqlite3_value*>> rows;
  sqlite3_stmt* insert = nullptr;
};

std::vector<Table> ReadTables(Sqlite& db, std::vector<std::string>& schema) {
  std::vector<Table> tables;
  sqlite3_stmt* names =
      db.Prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  while (sqlite3_step(names) == SQLITE_ROW) {
    schema.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(names, 2)));
    if (std::string(reinterpret_cast<const char*>(sqlite3_column_text(names, 0))) != "table") continue;
    tables.push_back({reinterpret_cast<const char*>(sqlite3_column_text(names, 1)), 0, {}, nullptr});
  }
  sqlite3_finalize(names);
  for (Table& table : tables) {
    sqlite3_stmt* rows = db.Prepare("SELECT * FROM " + table.name);
    table.columns = sqlite3_column_count(rows);
    while (sqlite3_step(rows) == SQLITE_ROW) {
      auto& row = table.rows.emplace_back();
      for (int i = 0; i < table.columns; ++i) row.push_back(sqlite3_value_dup(sqlite3_column_value(rows, i)));
    }
    sqlite3_finalize(rows);
  }
  return tables;
}

constexpr char kDurable[] = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;";

// The rows of `from`, written by SQLite alone: same schema, prepared statements, one thread, FULL, in as many
// transactions as `transactions`, a like share of every table in each.
Json CopyRows(const std::string& from, const std::string& to, size_t transactions) {
  std::vector<std::string> schema;
  Sqlite source(from);
  std::vector<Table> tables = ReadTables(source, schema);
  Sqlite target(to);
  target.Run(kDurable);
  for (const std::string& sql : schema) target.Run(sql);
  size_t written = 0;
  for (Table& table : tables) {
    std::string marks = "?";
    for (int i = 1; i < table.columns; ++i) marks += ", ?";
    table.insert = target.Prepare("INSERT INTO " + table.name + " VALUES (" + marks + ")");
    written += table.rows.size();
  }
  const Watch watch;
  for (size_t t = 0; t < transactions; ++t) {
    target.Run("BEGIN IMMEDIATE");
    for (Table& table : tables) {
      const size_t end = table.rows.size() * (t + 1) / transactions;
      for (size_t r = table.rows.size() * t / transactions; r < end; ++r) {
        for (int i = 0; i < table.columns; ++i)
          sqlite3_bind_value(table.insert, i + 1, table.rows[r][static_cast<size_t>(i)]);
        if (sqlite3_step(table.insert) != SQLITE_DONE) Die("a row does not go in: " + table.name);
        sqlite3_reset(table.insert);
      }
    }
    target.Run("COMMIT");
  }
  const double seconds = watch.Seconds();
  for (Table& table : tables) sqlite3_finalize(table.insert);
  return {{"seconds", seconds}, {"rows", written}};
}

// One row of 300 bytes for each mutation, a key and two indexes.
Json PlainRows(const std::string& to, int count) {
  Sqlite target(to);
  target.Run(kDurable);
  target.Run(
      "CREATE TABLE plain (id BLOB PRIMARY KEY, scope INTEGER, rev INTEGER, content BLOB) STRICT;"
      "CREATE INDEX plain_by_scope ON plain (scope, rev);CREATE INDEX plain_by_rev ON plain (rev)");
  sqlite3_stmt* insert = target.Prepare("INSERT INTO plain VALUES (?, ?, ?, ?)");
  const std::string content(300, 'x');
  const Watch watch;
  for (int i = 0; i < count; ++i) {
    if (i % 1000 == 0) target.Run("BEGIN IMMEDIATE");
    const std::string id = RecordId::Make(SystemClock().WallNow(), SystemRandom()).ToBytes();
    sqlite3_bind_blob(insert, 1, id.data(), 16, SQLITE_TRANSIENT);
    sqlite3_bind_int(insert, 2, i % 7);
    sqlite3_bind_int(insert, 3, i);
    sqlite3_bind_blob(insert, 4, content.data(), 300, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) Die("a plain row does not go in");
    sqlite3_reset(insert);
    if (i % 1000 == 999 || i + 1 == count) target.Run("COMMIT");
  }
  sqlite3_finalize(insert);
  return {{"seconds", watch.Seconds()}, {"rows", count}};
}

Json OpenStream(const std::string& home, int records, int rounds, uint32_t seed) {
  auto store = OpenUnlocked(home);
  const AreaId area = AreaOf(*store);
  std::vector<Bundle> bundles;
  for (int r = 0; r < rounds; ++r) {
    Bundle bundle;
    RecordId citizen;
    for (opgang::bench::Save& save : MakeSaves(records, seed + static_cast<uint32_t>(r))) {
      for (auto& part : save.parts) {
        if (part.about >= 0) SetCitizen(*part.content, citizen);
        const RecordId id = bundle.Create(*part.content, area);
        if (part.about < 0) citizen = id;
      }
    }
    bundles.push_back(std::move(bundle));
  }
  UntilSent observer(*store, bundles);
  Must(Sync(*store, {.live = true, .observer = &observer}));
  return {{"seconds", observer.times()}};
}

}  // namespace
}  // namespace opgang::bench

int main(int argc, char** argv) {
  using namespace opgang::bench;   // NOLINT(google-build-using-namespace): a program of one file
  opgang::GrowHeapInLargeSteps();  // as the program does
  CLI::App app("Measured steps of scripts/bench");
  app.require_subcommand(1);
  std::string home, invitation, code, from, to, words;
  int count = 0, rounds = 1;
  uint32_t seed = 1;
  Json told;
  const auto add = [&](const char* name, const char* what, auto run) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->callback([&told, run] { told = run(); });
    return sub;
  };
  const auto with_home = [&](CLI::App* sub) {
    sub->add_option("--home", home)->required();
    return sub;
  };
  CLI::App* enroll =
      with_home(add("enroll", "A store from an invitation", [&] { return Enroll(home, invitation, code); }));
  enroll->add_option("--invitation", invitation)->required();
  enroll->add_option("--code", code)->required();
  CLI::App* save = with_home(
      add("save", "Saves records, one save at a time", [&] { return SaveRecords(home, count, seed); }));
  save->add_option("--count", count)->required();
  save->add_option("--seed", seed);
  with_home(add("sync", "One sync", [&] { return SyncOnce(home); }));
  CLI::App* open = with_home(add("open-stream", "Saves on a stream that is open",
                                 [&] { return OpenStream(home, count, rounds, seed); }));
  open->add_option("--count", count)->required();
  open->add_option("--rounds", rounds)->required();
  open->add_option("--seed", seed);
  double seconds = 0, every = 0;
  CLI::App* sessions =
      with_home(add("sessions", "Save and sync, again and again, by all homes below a directory",
                    [&] { return Sessions(home, seconds, every); }));
  sessions->add_option("--seconds", seconds)->required();
  sessions->add_option("--every", every);
  with_home(add("swarm", "All homes below a directory at once", [&] { return Swarm(home); }));
  with_home(add("idle", "All homes below a directory, connected", [&] { return Idle(home); }));
  with_home(add("search", "Open and search", [&] { return OpenAndSearch(home, words); }))
      ->add_option("--words", words)
      ->required();
  CLI::App* copy = add("copy-rows", "The rows of a database by SQLite alone",
                       [&] { return CopyRows(from, to, static_cast<size_t>(count)); });
  copy->add_option("--from", from)->required();
  copy->add_option("--to", to)->required();
  copy->add_option("--transactions", count)->required();
  CLI::App* plain = add("plain-rows", "Plain rows by SQLite alone", [&] { return PlainRows(to, count); });
  plain->add_option("--to", to)->required();
  plain->add_option("--count", count)->required();
  CLI::App* records = app.add_subcommand("records", "The content, a line of JSON each");
  records->add_option("--count", count)->required();
  records->add_option("--seed", seed);
  records->callback([&] { PrintRecords(count, seed); });
  CLI11_PARSE(app, argc, argv);
  if (!told.is_null()) std::cout << told.dump() << '\n';
  return 0;
}
