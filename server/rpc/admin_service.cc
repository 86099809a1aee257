#include "server/rpc/admin_service.h"

#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/dwelling_import.h"
#include "server/admin/enrolment.h"
#include "server/admin/quarantine_view.h"
#include "server/admin/uses.h"
#include "server/rpc/gate.h"
#include "server/rpc/on_writer.h"
#include "server/rpc/peer.h"
#include "server/rpc/sync_service.h"
#include "spdlog/spdlog.h"

namespace opgang {

grpc::Status AdminServiceImpl::Invite(grpc::ServerContext* context, const v1::InviteRequest* request,
                                      v1::InviteResponse* response) {
  v1::Invitation invitation;
  v1::InviteRequest narrowed = *request;
  const grpc::Status made = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(NarrowInvitation(store, CallerIn(context), narrowed));
    ASSIGN_OR_RETURN(invitation, MakeInvitation(store, base_.keys, narrowed, base_.addresses,
                                                base_.clock->WallNow(), *base_.random));
    return GrantDirectory(store, request->staff_code(), *RoleFromName(request->role()));
  });
  if (!made.ok()) return made;
  response->set_code(MakeInvitationCode(*base_.random));
  response->set_sealed_invitation(
      SealInvitation(invitation.SerializeAsString(), response->code(), invitation_cost_, *base_.random));
  response->set_expires_us(invitation.issued_us() + absl::ToInt64Microseconds(kInvitationLifetime));
  spdlog::info("event=invited staff={} device={} role={} actor={}", request->staff_code(),
               request->device_label(), request->role(), request->actor());
  return grpc::Status::OK;
}

grpc::Status AdminServiceImpl::ImportDwellings(grpc::ServerContext*,
                                               const v1::ImportDwellingsRequest* request,
                                               v1::ImportDwellingsResponse* response) {
  std::set<Scope> touched;
  const grpc::Status status =
      OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
        auto counts =
            opgang::ImportDwellings(store, committer, *request, *base_.clock, *base_.random, touched);
        base_.writer->Announce(touched);
        RETURN_IF_ERROR(counts.status());
        *response = *std::move(counts);
        return absl::OkStatus();
      });
  spdlog::info("event=import rows={} entrances_added={} dwellings_added={} changed={} closed={}",
               request->rows_size(), response->entrances_added(), response->dwellings_added(),
               response->changed(), response->closed());
  return status;
}

grpc::Status AdminServiceImpl::ListDevices(grpc::ServerContext* context, const v1::ListDevicesRequest*,
                                           v1::ListDevicesResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, DevicesOf(store, CallerIn(context), base_.sessions, base_.calendar,
                                          base_.clock->WallNow()));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ListQuarantine(grpc::ServerContext* context,
                                              const v1::ListQuarantineRequest* request,
                                              v1::ListQuarantineResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(auto items, store.Quarantine(IntentId::FromBytes(request->intent_id())));
    const Caller caller = CallerIn(context);
    std::erase_if(items, [&](const QuarantinedMutation& item) { return !IsInSight(caller, item); });
    RETURN_IF_ERROR(NoteLookAt(store, request->actor(), items, base_.clock->WallNow()));
    for (const QuarantinedMutation& item : items) {
      ASSIGN_OR_RETURN(*response->add_items(), ToItem(store, item));
    }
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ReplayQuarantined(grpc::ServerContext* context,
                                                 const v1::ReplayQuarantinedRequest* request,
                                                 v1::ReplayQuarantinedResponse* response) {
  const IntentId intent = IntentId::FromBytes(request->intent_id()).value_or(IntentId());
  spdlog::info("event=quarantine-replay intent={} actor={}", intent.ToString(), request->actor());
  return OnWriter(*base_.writer, [&, intent](BaseStore& store, Committer& committer) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    RETURN_IF_ERROR(CheckInSight(store, CallerIn(context), intent));
    std::set<Scope> touched;
    ASSIGN_OR_RETURN(
        *response->mutable_verdict(),
        committer.Replay(intent, request->actor(), base_.clock->WallNow(), touched, request->reason()));
    base_.writer->Announce(touched);
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::DiscardQuarantined(grpc::ServerContext* context,
                                                  const v1::DiscardQuarantinedRequest* request,
                                                  v1::DiscardQuarantinedResponse* response) {
  const IntentId intent = IntentId::FromBytes(request->intent_id()).value_or(IntentId());
  spdlog::info("event=quarantine-discard intent={} actor={}", intent.ToString(), request->actor());
  return OnWriter(*base_.writer, [&, intent](BaseStore& store, Committer& committer) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    RETURN_IF_ERROR(CheckInSight(store, CallerIn(context), intent));
    ASSIGN_OR_RETURN(const int discarded,
                     committer.Discard(intent, request->actor(), base_.clock->WallNow(), request->reason()));
    response->set_discarded(discarded);
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ListDecisions(grpc::ServerContext* context,
                                             const v1::ListDecisionsRequest* request,
                                             v1::ListDecisionsResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(const auto decisions, store.Decisions(IntentId::FromBytes(request->intent_id())));
    for (const v1::Decision& decision : decisions) {
      const IntentId intent = IntentId::FromBytes(decision.intent_id()).value_or(IntentId());
      ASSIGN_OR_RETURN(const std::string author, store.WroteIt(intent));
      const bool in_sight = CallerIn(context).local || StaffInSight(store, CallerIn(context), author).ok();
      if (in_sight) *response->add_decisions() = decision;
    }
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ListConflicts(grpc::ServerContext* context,
                                             const v1::ListConflictsRequest* request,
                                             v1::ListConflictsResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    const auto record = RecordId::FromBytes(request->record_id());
    if (record.has_value())  // with its values
      RETURN_IF_ERROR(NoteLook(store, request->actor(), "conflict", *record, base_.clock->WallNow()));
    ASSIGN_OR_RETURN(*response, opgang::ListConflicts(store, CallerIn(context), record));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::SettleConflict(grpc::ServerContext* context,
                                              const v1::SettleConflictRequest* request,
                                              v1::SettleConflictResponse* response) {
  const RecordId record = RecordId::FromBytes(request->record_id()).value_or(RecordId());
  spdlog::info("event=conflict-settle record={} field={} actor={}", record.ToString(), request->field(),
               request->actor());
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
    RETURN_IF_ERROR(CheckRecordInSight(store, CallerIn(context), record));
    std::set<Scope> touched;
    auto settled = opgang::SettleConflict(store, committer, *request, *base_.clock, *base_.random, touched,
                                          CallerIn(context));
    base_.writer->Announce(touched);
    RETURN_IF_ERROR(settled.status());
    *response = *std::move(settled);
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::RecordHistory(grpc::ServerContext* context,
                                             const v1::RecordHistoryRequest* request,
                                             v1::RecordHistoryResponse* response) {
  const RecordId record = RecordId::FromBytes(request->record_id()).value_or(RecordId());
  spdlog::info("event=history-read record={}", record.ToString());
  return OnWriter(*base_.writer, [&, record](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(CheckRecordInSight(store, CallerIn(context), record));
    RETURN_IF_ERROR(NoteLook(store, request->actor(), "history", record, base_.clock->WallNow()));
    ASSIGN_OR_RETURN(*response, opgang::RecordHistory(store, record));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::CheckBase(grpc::ServerContext*, const v1::CheckBaseRequest*,
                                         v1::CheckBaseResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(const auto found, store.Check());
    for (const std::string& problem : found.problems) response->add_problems(problem);
    response->set_record_count(found.records);
    response->set_mutation_count(found.mutations);
    response->set_quarantine_count(found.quarantined);
    return absl::OkStatus();
  });
}

grpc::Status EnrollServiceImpl::Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                                       v1::EnrollResponse* response) {
  const auto invited = AdmitInvited(base_, *context);
  if (!invited.ok()) return ToGrpc(invited.status());
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, opgang::Enroll(store, base_.keys, *invited, *request, base_.clock->WallNow(),
                                               *base_.random));
    return absl::OkStatus();
  });
  spdlog::info("event=enroll store={} ok={}", invited->ToString(), status.ok());
  return status;
}

}  // namespace opgang
