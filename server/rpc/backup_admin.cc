// The half of AdminService about backups and about stores that exist twice.
#include <filesystem>
#include <mutex>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/staff.h"
#include "server/backup/backup_keys.h"
#include "server/backup/make_backup.h"
#include "server/engine/horizon.h"
#include "server/engine/transaction.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/on_writer.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

absl::Status CheckActor(const std::string& actor) {
  if (!actor.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kBadInput, "an administrator says who decides: --actor");
}

void FillIn(const MadeBackup& made, v1::MakeBackupResponse& response) {
  response.set_backup_id(made.entry.backup_id);
  response.set_rev(made.entry.rev);
  response.set_made_us(made.entry.made_us);
  response.set_file_bytes(made.file_bytes);
  response.set_record_count(made.counts.records);
  response.set_mutation_count(made.counts.mutations);
}

}  // namespace

// On the caller's thread, so that the writer goes on. A backup that could not be recorded is no backup: it goes again.
grpc::Status AdminServiceImpl::MakeBackup(grpc::ServerContext*, const v1::MakeBackupRequest* request,
                                          v1::MakeBackupResponse* response) {
  const std::unique_lock alone(base_.backing_up, std::try_to_lock);
  if (!alone.owns_lock()) return ToGrpc(MakeError(ErrorCode::kTryLater, "another backup is being made"));
  const BackupPlan plan{base_.directory, base_.keys.storage_key, request->path(), base_.clock->WallNow(),
                        [this] { return base_.keys_copy->Follow(base_.clock->WallNow()); }};
  const auto made = opgang::MakeBackup(*base_.backup_reader, plan, *base_.random);
  if (!made.ok()) return ToGrpc(made.status());
  const grpc::Status recorded = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return InTransaction(store, [&] { return store.PutBackup(made->entry); });
  });
  if (!recorded.ok()) {
    std::error_code ignored;
    std::filesystem::remove(plan.to, ignored);
    return recorded;
  }
  FillIn(*made, *response);
  spdlog::info("event=backup rev={} bytes={}", made->entry.rev, made->file_bytes);
  return grpc::Status::OK;
}

grpc::Status AdminServiceImpl::SealBackupsTo(grpc::ServerContext*, const v1::SealBackupsToRequest* request,
                                             v1::SealBackupsToResponse*) {
  if (const absl::Status named = CheckActor(request->actor()); !named.ok()) return ToGrpc(named);
  if (!IsBoxPublicKey(request->public_key())) {
    return ToGrpc(MakeError(ErrorCode::kBadInput, "these bytes are no public key"));
  }
  spdlog::info("event=backup-key actor={}", request->actor());
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return InTransaction(store, [&]() -> absl::Status {
      RETURN_IF_ERROR(store.PutBackupKey(request->public_key()));
      return store.Audit(request->actor(), "backup-key", request->public_key(),
                         absl::ToUnixMicros(base_.clock->WallNow()));
    });
  });
}

grpc::Status AdminServiceImpl::ConfirmBackup(grpc::ServerContext*, const v1::ConfirmBackupRequest* request,
                                             v1::ConfirmBackupResponse* response) {
  if (const absl::Status named = CheckActor(request->actor()); !named.ok()) return ToGrpc(named);
  const auto hash = ReceiptHash(request->receipt());
  if (!hash.ok()) return ToGrpc(hash.status());
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(const BackupEntry confirmed,
                     opgang::ConfirmBackup(store, *hash, request->actor(), base_.clock->WallNow()));
    ASSIGN_OR_RETURN(const BackupFacts facts, store.Backup());
    response->set_rev(confirmed.rev);
    response->set_made_us(confirmed.made_us);
    response->set_durable_horizon(facts.horizon_rev);
    return absl::OkStatus();
  });
  spdlog::info("event=backup-confirm actor={} ok={} horizon={}", request->actor(), status.ok(),
               response->durable_horizon());
  return status;
}

grpc::Status AdminServiceImpl::ListBackups(grpc::ServerContext*, const v1::ListBackupsRequest*,
                                           v1::ListBackupsResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(const BackupFacts facts, store.Backup());
    *response->mutable_status() = BackupStatusOf(facts, base_.clock->WallNow());
    response->set_newest_rev(facts.newest_rev);
    ASSIGN_OR_RETURN(*response->mutable_public_key(), store.BackupKey());
    ASSIGN_OR_RETURN(const auto backups, store.Backups());
    for (const BackupEntry& backup : backups) {
      if (backup.epoch != facts.epoch) continue;
      v1::BackupLine& line = *response->add_backups();
      line.set_backup_id(backup.backup_id);
      line.set_rev(backup.rev);
      line.set_made_us(backup.made_us);
      line.set_confirmed_us(backup.confirmed_us);
      line.set_actor(backup.actor);
    }
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::AcceptLoss(grpc::ServerContext*, const v1::AcceptLossRequest* request,
                                          v1::AcceptLossResponse*) {
  if (const absl::Status named = CheckActor(request->actor()); !named.ok()) return ToGrpc(named);
  spdlog::warn("event=loss-accepted actor={}", request->actor());
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return InTransaction(store, [&]() -> absl::Status {
      RETURN_IF_ERROR(store.AcceptLoss());
      return store.Audit(request->actor(), "loss-accepted", store.epoch().ToBytes(),
                         absl::ToUnixMicros(base_.clock->WallNow()));
    });
  });
}

grpc::Status AdminServiceImpl::SettleTwin(grpc::ServerContext* context, const v1::SettleTwinRequest* request,
                                          v1::SettleTwinResponse*) {
  if (const absl::Status named = CheckActor(request->actor()); !named.ok()) return ToGrpc(named);
  const StoreId id = StoreId::FromBytes(request->store_id()).value_or(StoreId());
  spdlog::info("event=twin-settle store={} actor={}", id.ToString(), request->actor());
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(StoreInSight(store, CallerIn(context), request->store_id()).status());
    return opgang::SettleTwin(store, id, request->actor(), base_.clock->WallNow());
  });
}

}  // namespace opgang
