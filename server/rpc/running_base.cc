#include "server/rpc/running_base.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "core/sqlite/file_lock.h"
#include "core/tls/lean_handshake.h"
#include "server/backup/make_backup.h"
#include "server/backup/plain_file.h"
#include "server/backup/restore_backup.h"
#include "server/engine/authority.h"
#include "server/engine/erasure.h"
#include "server/engine/horizon.h"
#include "server/engine/tombstones.h"
#include "server/identity/key_store.h"
#include "server/identity/proxy_certificate.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/base_services.h"
#include "server/rpc/report_service.h"
#include "server/rpc/staff_admin_service.h"
#include "server/rpc/stream_counts.h"
#include "server/rpc/sync_service.h"
#include "server/store/sqlite_base_store.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

constexpr int kWorkers = 4;
constexpr int kMaxRequestBytes = 512 * 1024;       // ours are at most 256 KiB
constexpr int kMaxAdminBytes = 256 * 1024 * 1024;  // an import file of a large municipality
constexpr int kLookaheadBytes = 256 * 1024;        // of a stream, before its session has read them
constexpr int kReadAtOnce = 64 * 1024;             // of one connection
constexpr size_t kTransportBytes = 160 << 20;      // gRPC's buffers, all together
// What a proxy expects the base's certificate to name (examples/proxy/nginx.conf): nginx looks for no address in one.
constexpr char kNameToProxy[] = "opgang-base.internal";
constexpr size_t kMaxSocketPath = 100;     // sockaddr_un holds 107
constexpr int kLookAtBackupsEvery = 3600;  // seconds
constexpr int kGrpcLinesAMinute = 10;      // in the log
constexpr auto kShutdownGrace = std::chrono::seconds(5);

// "host:port" -> host; "[::1]:7443" -> ::1; a bare host stays.
std::string HostOf(const std::string& address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || address.find(':') != colon) return address;
  return address.substr(0, colon);
}

bool HasPort(const std::string& address) {
  return address.starts_with('[')
             ? address.find("]:") != std::string::npos
             : address.find(':') != std::string::npos && address.find(':') == address.rfind(':');
}

std::vector<std::string> HostsOf(const BaseOptions& options) {
  std::vector<std::string> hosts;
  for (const std::string& address : options.public_addresses) hosts.push_back(HostOf(address));
  if (hosts.empty() && !options.listen.empty()) hosts.push_back(HostOf(options.listen));
  if (!options.behind_proxy.empty()) hosts.emplace_back(kNameToProxy);
  return hosts;
}

void SetLimits(grpc::ServerBuilder& builder, const BaseLimits& limits) {
  const auto milliseconds = [](int64_t seconds) {
    return static_cast<int>(std::min<int64_t>(seconds, 24 * 3600) * 1000);
  };
  // How long a TLS handshake may take; the front door looks at the time up to the first call.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, milliseconds(limits.door_seconds));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, milliseconds(limits.idle_seconds));
  // Windows that do not grow with the line: what a session has not read yet stays bounded.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookaheadBytes);
  // Calls are made of what was read at once before anybody can count them.
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadAtOnce);
  grpc::ResourceQuota quota("devices");
  builder.SetResourceQuota(quota.Resize(kTransportBytes));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 16);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // Messages are packed by ourselves, with a bound (core/packing/packing.h); gRPC's own compression is not even offered.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
}

// gRPC's own words about failed handshakes and the like. A stranger brings about as many as he wants: the log takes a few of
// them.
std::atomic<int> grpc_lines = 0;  // in this minute

void LogOfGrpc(gpr_log_func_args* said) {
  if (grpc_lines++ < kGrpcLinesAMinute) spdlog::warn("event=grpc said=\"{}\"", said->message);
}

// `trusted`: whose certificates are let in; a proxy's own, which is signed by itself, or everybody's of the authority.
std::shared_ptr<grpc::ServerCredentials> MutualTls(const BaseKeys& keys, const std::string& trusted) {
  LeanHandshakes();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = trusted;
  options.pem_key_cert_pairs.push_back(
      {std::string(keys.server.private_key_pem.Reveal()), keys.server.certificate_pem});
  return grpc::SslServerCredentials(options);
}

// PEM; empty where there is no proxy.
absl::StatusOr<std::string> ReadProxyCertificate(const std::filesystem::path& file) {
  if (file.empty()) return std::string();
  const auto pem = ReadWholeFile(file);
  if (!pem.ok() || !IsSameCertificate(*pem, *pem))
    return MakeError(ErrorCode::kBadInput, "the proxy's certificate cannot be read as one");
  return *pem;
}

class RunningBaseImpl : public RunningBase {
 public:
  RunningBaseImpl(const BaseOptions& options, FileLock lock)
      : options_(options),
        lock_(std::move(lock)),
        admin_(services_, options.invitation_cost),
        reports_(services_, ReportServiceImpl::Access::kSocket),
        staff_reports_(services_, ReportServiceImpl::Access::kStaff),
        sync_(services_),
        enroll_(services_),
        staff_admin_(services_, admin_) {}
  ~RunningBaseImpl() override { Stop(); }

  absl::Status Open() {
    services_.clock = options_.clock;
    services_.random = options_.random;
    services_.calendar = options_.calendar;
    services_.directory = std::filesystem::absolute(options_.directory);
    services_.devices = std::make_unique<DeviceLimits>(options_.limits, *options_.clock);
    ASSIGN_OR_RETURN(services_.proxy_certificate, ReadProxyCertificate(options_.behind_proxy));
    RETURN_IF_ERROR(CheckAuthority(MethodRules(), TypeRules()));
    // Before anything else here is written or removed.
    RETURN_IF_ERROR(LookAtSqliteBase(options_.directory / "base.db"));
    const ScratchFile left_by_a_power_cut(options_.directory / kBackupImage);
    const std::vector<std::string> hosts = HostsOf(options_);
    auto keys = LoadBaseKeys(options_.directory);
    const bool fresh = !keys.ok() && GetErrorCode(keys.status()) == ErrorCode::kNotFound;
    if (fresh || !hosts.empty()) {
      keys = LoadOrCreateBaseKeys(options_.directory,
                                  hosts.empty() ? std::vector<std::string>{"localhost"} : hosts,
                                  *options_.random);
    }
    RETURN_IF_ERROR(keys.status());
    services_.keys = *std::move(keys);
    services_.keys_copy = std::make_unique<KeysCopy>(options_.directory / "keys", options_.keys_copy);
    services_.session_keys.box = services_.keys.box;
    services_.session_keys.storage_key = services_.keys.storage_key;
    services_.session_keys.digest_key = DeriveKey(services_.keys.storage_key, "mutation digests");
    return OpenStore();
  }

  absl::Status Listen() {
    RETURN_IF_ERROR(ListenForCommands());
    if (options_.listen.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(ListenForDevices());
    ticker_ = std::thread([this] { Tick(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  bool WaitForFailure(std::chrono::milliseconds at_most) override {
    std::unique_lock lock(mutex_);
    return failure_.wait_for(lock, at_most, [this] { return failed_; });
  }

  void Stop() override {
    if (stopped_.exchange(true)) return;
    {
      const std::unique_lock lock(mutex_);
      failure_.notify_all();  // the ticker waits there too
    }
    if (devices_ != nullptr && devices_->GetHealthCheckService() != nullptr) {
      devices_->GetHealthCheckService()->SetServingStatus(false);
    }
    services_.sessions.DoForAll(
        [](ServerSession& session) { session.GoAway(v1::GO_AWAY_REASON_SHUTTING_DOWN); });
    const auto deadline = std::chrono::system_clock::now() + kShutdownGrace;
    if (services_.door != nullptr) services_.door->Close();
    if (devices_ != nullptr) devices_->Shutdown(deadline);
    if (commands_ != nullptr) commands_->Shutdown(deadline);
    if (ticker_.joinable()) ticker_.join();
    if (services_.writer != nullptr) services_.writer->Stop();
    if (services_.pool != nullptr) services_.pool->Stop();
    {
      const std::unique_lock no_backup_goes_on(services_.backing_up);
      services_.backup_reader.reset();
    }
    services_.pool.reset();  // the readers go before the writer's connection, which then empties the WAL
    services_.writer.reset();
    std::error_code ignored;
    if (commands_ != nullptr) std::filesystem::remove(options_.directory / "admin.sock", ignored);
  }

 private:
  absl::Status OpenStore() {
    SqliteBaseOptions store_options;
    store_options.file = options_.directory / "base.db";
    store_options.storage_key = services_.keys.storage_key;
    store_options.random = options_.random;
    ASSIGN_OR_RETURN(auto store, OpenSqliteBaseStore(store_options));
    services_.epoch = store->epoch();
    ASSIGN_OR_RETURN(const int erased, FinishErasures(*store, options_.clock->WallNow()));
    if (erased > 0) spdlog::warn("event=erasures-finished citizens={}", erased);
    RETURN_IF_ERROR(TakeInAfterUpgrade(*store));
    FollowWithKeysCopy();
    std::vector<std::unique_ptr<BaseReader>> readers;
    for (int i = 0; i < kWorkers; ++i) {
      ASSIGN_OR_RETURN(readers.emplace_back(), store->OpenReader());
    }
    ASSIGN_OR_RETURN(services_.backup_reader, store->OpenReader());
    ASSIGN_OR_RETURN(const BackupFacts facts, store->Backup());
    if (!options_.listen.empty()) LogBackupStatus(facts);
    services_.pool = std::make_unique<WorkerPool>(std::move(readers));
    Writer::Callbacks callbacks;
    callbacks.on_news = [this](const std::set<Scope>& touched) {
      services_.sessions.DoForAll([touched](ServerSession& session) { session.OnNews(touched); });
    };
    callbacks.on_failure = [this](const absl::Status& status) {
      spdlog::critical("event=disk-failed error=\"{}\"", std::string(status.message()));
      std::unique_lock lock(mutex_);
      failed_ = true;
      failure_.notify_all();
    };
    callbacks.let_go = [this](std::shared_ptr<const std::vector<Submission>> answered) {
      services_.pool->Post([answered = std::move(answered)] {});
    };
    services_.writer = std::make_unique<Writer>(std::move(store), std::move(callbacks));
    return absl::OkStatus();
  }

  // A full disk is no reason to serve nobody: what waits waits for the next start.
  absl::Status TakeInAfterUpgrade(BaseStore& store) {
    std::set<Scope> nobody_listens_yet;
    const auto taken_in = Committer(store).ReplayAfterUpgrade(options_.clock->WallNow(), nobody_listens_yet);
    if (!taken_in.ok() && GetErrorCode(taken_in.status()) != ErrorCode::kDiskFull) return taken_in.status();
    if (!taken_in.ok())
      spdlog::warn("event=upgrade-replay error=\"{}\"", std::string(taken_in.status().message()));
    if (taken_in.value_or(0) > 0) spdlog::info("event=upgrade-replay taken_in={}", *taken_in);
    return absl::OkStatus();
  }

  void FollowWithKeysCopy() {
    const absl::Status followed = services_.keys_copy->Follow(options_.clock->WallNow());
    const bool failed_before = keys_copy_failed_.exchange(!followed.ok());
    if (!followed.ok() && !failed_before)
      spdlog::error("event=keys-copy-behind error=\"{}\"", std::string(followed.message()));
  }

  void LogBackupStatus(const BackupFacts& facts) {
    const v1::BackupStatus status = BackupStatusOf(facts, options_.clock->WallNow());
    if (status.overdue())
      spdlog::warn("event=backup-overdue horizon={} newest={}", facts.horizon_rev, facts.newest_rev);
    if (status.restored_too_old())
      spdlog::warn("event=restored-too-old restored={} let_go={}", facts.restored_rev, facts.let_go_rev);
  }

  void LookAtBackups() {
    services_.pool->Post([this] {
      const auto facts = WorkerPool::Reader().Backup();
      if (facts.ok()) LogBackupStatus(*facts);
    });
  }

  absl::Status ListenForCommands() {
    const std::filesystem::path socket = options_.directory / "admin.sock";
    if (std::filesystem::absolute(socket).string().size() > kMaxSocketPath) {
      return MakeError(ErrorCode::kBadInput,
                       "the path of the base's directory is too long for its admin socket");
    }
    std::error_code ignored;
    std::filesystem::remove(socket, ignored);  // left by a base that was killed; the lock is ours
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(kMaxAdminBytes);
    builder.AddListeningPort(AdminTarget(options_.directory),
                             grpc::experimental::LocalServerCredentials(UDS));
    builder.RegisterService(&admin_);
    builder.RegisterService(&reports_);
    const mode_t before = umask(0177);
    commands_ = builder.BuildAndStart();
    umask(before);
    if (commands_ == nullptr) return MakeError(ErrorCode::kNotWritable, "the admin socket cannot be made");
    return absl::OkStatus();
  }

  absl::Status ListenForDevices() {
    gpr_set_log_function(LogOfGrpc);
    grpc::EnableDefaultHealthCheckService(true);
    ASSIGN_OR_RETURN(services_.door, FrontDoor::Open({.listen = options_.listen,
                                                      .limits = options_.limits,
                                                      .behind_proxy = !services_.proxy_certificate.empty(),
                                                      .clock = options_.clock}));
    port_ = services_.door->port();
    grpc::ServerBuilder builder;
    SetLimits(builder, options_.limits);
    const std::string& trusted =
        services_.proxy_certificate.empty() ? services_.keys.ca.certificate_pem : services_.proxy_certificate;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        MutualTls(services_.keys, trusted));
    builder.RegisterService(&sync_);
    builder.RegisterService(&enroll_);
    builder.RegisterService(&staff_reports_);
    builder.RegisterService(&staff_admin_);
    devices_ = builder.BuildAndStart();
    if (devices_ == nullptr) return MakeError(ErrorCode::kInternal, "gRPC's server does not start");
    const auto hand_on = [this](int listener, int fd) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
      connection.listener_fd = listener;
      connection.fd = fd;
      acceptor_->HandleNewConnection(&connection);
    };
    services_.door->Start(hand_on, [this](const std::string& peer) { return streams_.BegunBy(peer); });
    const bool named = !options_.public_addresses.empty();
    for (const std::string& address : options_.public_addresses) {
      services_.addresses.push_back(HasPort(address) ? address : address + ":" + std::to_string(port_));
    }
    if (!named) services_.addresses.push_back(HostOf(options_.listen) + ":" + std::to_string(port_));
    return absl::OkStatus();
  }

  void WaitForTick() {
    std::unique_lock lock(mutex_);
    failure_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_.load(); });
  }

  void Tick() {
    for (int second = 1; !stopped_; ++second) {
      WaitForTick();
      if (second % kLookAtBackupsEvery == 0) LookAtBackups();
      if (services_.keys_copy->behind()) services_.pool->Post([this] { FollowWithKeysCopy(); });
      services_.sessions.Tick();
      if (second % 60 == 0) grpc_lines = 0;
      PruneTombstonesWhenDue(options_.clock->WallNow());
    }
  }

  void PruneTombstonesWhenDue(absl::Time now) {
    if (now < prune_next_) return;
    prune_next_ = now + kTombstonesEvery;
    services_.writer->Run([now](BaseStore& store, Committer&) {
      const auto floor = PruneTombstones(store, now);
      if (!floor.ok()) {
        spdlog::warn("event=tombstones-not-pruned error=\"{}\"", std::string(floor.status().message()));
      }
    });
  }

  const BaseOptions options_;
  FileLock lock_;
  BaseServices services_;
  AdminServiceImpl admin_;
  ReportServiceImpl reports_;
  ReportServiceImpl staff_reports_;
  SyncServiceImpl sync_;
  EnrollServiceImpl enroll_;
  StaffAdminServiceImpl staff_admin_;
  std::unique_ptr<grpc::Server> commands_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  StreamCounts streams_;  // of the door's thread
  std::unique_ptr<grpc::Server> devices_;
  int port_ = 0;
  std::thread ticker_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> keys_copy_failed_ = false;
  absl::Time prune_next_ = absl::InfinitePast();  // of Tick()
  std::mutex mutex_;
  std::condition_variable failure_;
  bool failed_ = false;  // guarded by mutex_
};

}  // namespace

absl::StatusOr<std::unique_ptr<RunningBase>> RunningBase::Start(const BaseOptions& options) {
  RETURN_IF_ERROR(MakePrivateDirectory(options.directory));
  ASSIGN_OR_RETURN(FileLock lock,
                   FileLock::Acquire((options.directory / "lock").string(), options.lock_wait));
  if (std::filesystem::exists(options.directory / kRestoringMark)) {
    return MakeError(ErrorCode::kDamaged, "a restore was interrupted here: run 'opgangd restore' again");
  }
  auto base = std::make_unique<RunningBaseImpl>(options, std::move(lock));
  RETURN_IF_ERROR(base->Open());
  RETURN_IF_ERROR(base->Listen());
  return base;
}

std::string AdminTarget(const std::filesystem::path& directory) {
  return "unix:" + std::filesystem::absolute(directory / "admin.sock").string();
}

}  // namespace opgang
