// The part of AdminService about chairs lent to devices.
#include <set>

#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/staff.h"
#include "server/engine/seat_leases.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/on_writer.h"
#include "spdlog/spdlog.h"

namespace opgang {

grpc::Status AdminServiceImpl::ListLeases(grpc::ServerContext* context, const v1::ListLeasesRequest*,
                                          v1::ListLeasesResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(const auto all, opgang::ListLeases(store, base_.clock->WallNow()));
    for (const v1::MeetingChairs& meeting : all.meetings()) {
      const RecordId id = RecordId::FromBytes(meeting.meeting_id()).value_or(RecordId());
      if (CheckRecordInSight(store, CallerIn(context), id).ok()) *response->add_meetings() = meeting;
    }
    return absl::OkStatus();
  });
}

// What becomes free is for those who wait.
grpc::Status AdminServiceImpl::ReclaimLeases(grpc::ServerContext* context,
                                             const v1::ReclaimLeasesRequest* request,
                                             v1::ReclaimLeasesResponse* response) {
  const grpc::Status status =
      OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
        const absl::Time now = base_.clock->WallNow();
        RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
        RETURN_IF_ERROR(StoreInSight(store, CallerIn(context), request->store_id()).status());
        ASSIGN_OR_RETURN(*response, opgang::ReclaimLeases(store, *request, now));
        if (!request->accept_risk()) return absl::OkStatus();
        std::set<Scope> touched;
        RETURN_IF_ERROR(committer.AnswerWishes(now, touched));
        base_.writer->Announce(touched);
        return absl::OkStatus();
      });
  if (status.ok() && request->accept_risk()) {
    spdlog::info("event=leases-reclaimed chairs={} meetings={} actor={}", response->chairs_at_risk(),
                 response->meeting_count(), request->actor());
  }
  return status;
}

}  // namespace opgang
