// The half of AdminService about persons' rights, retention and the audit.
#include <set>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/erase_citizen.h"
#include "server/admin/export_citizen.h"
#include "server/admin/person_requests.h"
#include "server/admin/retention.h"
#include "server/engine/transaction.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/on_writer.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

absl::Status NoteSearch(BaseStore& store, const std::string& actor, const std::string& what,
                        std::optional<RecordId> citizen, absl::Time now) {
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(now));
  use.note.set_actor(actor);
  use.note.set_action(v1::AUDIT_ACTION_SEARCHED);
  use.note.set_detail(what);
  if (citizen.has_value()) use.person.emplace().set_subject_id(citizen->ToBytes());
  return InTransaction(store, [&] { return store.AuditUsed(use); });
}

}  // namespace

// A key that was destroyed is to be nowhere when this returns, or the caller hears that it is somewhere still.
bool AdminServiceImpl::CopyKeys() {
  const absl::Status copied = base_.keys_copy->Follow(base_.clock->WallNow());
  if (!copied.ok()) spdlog::error("event=keys-copy-behind error=\"{}\"", std::string(copied.message()));
  return copied.ok() && base_.keys_copy->kept();
}

grpc::Status AdminServiceImpl::EraseCitizen(grpc::ServerContext* context,
                                            const v1::EraseCitizenRequest* request,
                                            v1::EraseCitizenResponse* response) {
  const grpc::Status status =
      OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
        std::set<Scope> touched;
        auto erased = opgang::EraseCitizenAsAsked(store, committer, *request, base_.clock->WallNow(), touched,
                                                  CallerIn(context));
        base_.writer->Announce(touched);
        RETURN_IF_ERROR(erased.status());
        *response = *std::move(erased);
        return absl::OkStatus();
      });
  if (response->applied()) response->set_copied(CopyKeys());
  spdlog::info("event=erase actor={} applied={} citizens={} ok={}", request->actor(), response->applied(),
               response->citizen_ids_size(), status.ok());
  return status;
}

grpc::Status AdminServiceImpl::ListErasures(grpc::ServerContext*, const v1::ListErasuresRequest* request,
                                            v1::ListErasuresResponse* response) {
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, opgang::ListErasures(store, request->open_only()));
    return absl::OkStatus();
  });
  response->set_copy_behind(base_.keys_copy->behind());
  const absl::Time copied = base_.keys_copy->copied();
  if (copied != absl::InfinitePast()) response->set_copied_us(absl::ToUnixMicros(copied));
  return status;
}

grpc::Status AdminServiceImpl::ExportCitizen(grpc::ServerContext* context,
                                             const v1::ExportCitizenRequest* request,
                                             v1::ExportCitizenResponse* response) {
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response,
                     opgang::ExportCitizen(store, *request, base_.clock->WallNow(), CallerIn(context)));
    return absl::OkStatus();
  });
  spdlog::info("event=export actor={} ok={}", request->actor(), status.ok());
  return status;
}

grpc::Status AdminServiceImpl::NotePersonRequest(grpc::ServerContext*,
                                                 const v1::NotePersonRequestRequest* request,
                                                 v1::NotePersonRequestResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_request(),
                     opgang::NotePersonRequest(store, *request, base_.clock->WallNow(), *base_.random));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::SettlePersonRequest(grpc::ServerContext*,
                                                   const v1::SettlePersonRequestRequest* request,
                                                   v1::SettlePersonRequestResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_request(),
                     opgang::SettlePersonRequest(store, *request, base_.clock->WallNow()));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ListPersonRequests(grpc::ServerContext*,
                                                  const v1::ListPersonRequestsRequest* request,
                                                  v1::ListPersonRequestsResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response,
                     opgang::ListPersonRequests(store, request->open_only(), base_.clock->WallNow()));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ListRetention(grpc::ServerContext*, const v1::ListRetentionRequest*,
                                             v1::ListRetentionResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, opgang::ListRetention(store));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::SetRetention(grpc::ServerContext*, const v1::SetRetentionRequest* request,
                                            v1::SetRetentionResponse*) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return opgang::SetRetention(store, *request, base_.clock->WallNow());
  });
}

grpc::Status AdminServiceImpl::RunRetention(grpc::ServerContext*, const v1::RunRetentionRequest* request,
                                            v1::RunRetentionResponse* response) {
  const grpc::Status status =
      OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
        std::set<Scope> touched;
        auto ran = opgang::RunRetention(store, committer, *request, base_.clock->WallNow(), touched);
        base_.writer->Announce(touched);
        RETURN_IF_ERROR(ran.status());
        *response = *std::move(ran);
        return absl::OkStatus();
      });
  if (response->applied()) CopyKeys();
  spdlog::info("event=retention actor={} applied={} citizens={} ok={}", request->actor(), response->applied(),
               response->due_size(), status.ok());
  return status;
}

grpc::Status AdminServiceImpl::ListAudit(grpc::ServerContext*, const v1::ListAuditRequest* request,
                                         v1::ListAuditResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    std::optional<RecordId> citizen;
    if (!request->citizen().empty()) {
      ASSIGN_OR_RETURN(citizen, CitizenNamed(store, request->citizen()));
    }
    RETURN_IF_ERROR(NoteSearch(store, request->actor(), "audit", citizen, base_.clock->WallNow()));
    ASSIGN_OR_RETURN(*response, store.AuditLines(*request, citizen));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::VerifyAudit(grpc::ServerContext*, const v1::VerifyAuditRequest*,
                                           v1::VerifyAuditResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, store.VerifyAudit());
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ExpireAudit(grpc::ServerContext*, const v1::ExpireAuditRequest* request,
                                           v1::ExpireAuditResponse* response) {
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    const bool a_month =
        request->year() >= 2000 && request->year() <= 9999 && request->month() >= 1 && request->month() <= 12;
    if (!a_month) return MakeError(ErrorCode::kBadInput, "before which month?");
    ASSIGN_OR_RETURN(*response,
                     store.ExpireAudit(request->year() * 100 + request->month(), request->actor(),
                                       absl::ToUnixMicros(base_.clock->WallNow()), request->apply()));
    return absl::OkStatus();
  });
  if (status.ok() && request->apply()) CopyKeys();
  return status;
}

}  // namespace opgang
