#include "server/rpc/sync_service.h"

#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/rules/device_silence.h"
#include "server/engine/holdings.h"
#include "server/engine/horizon.h"
#include "server/rpc/gate.h"
#include "server/rpc/peer.h"
#include "server/rpc/sync_strand.h"

namespace opgang {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::SyncRequest, v1::SyncResponse>;

class SyncReactor : public Reactor, public StreamEnd {
 public:
  // `connection`: gRPC's name of its other end.
  SyncReactor(BaseServices& base, Visit visit, std::string connection)
      : base_(base),
        connection_(std::move(connection)),
        open_(std::move(visit.open)),
        strand_(std::make_shared<SyncStrand>(base, std::move(visit.who.peer), this)) {
    base.sessions.Add(strand_);
    strand_->Read();
  }

  // StreamEnd.
  void BeginRead(v1::SyncRequest* into) override { StartRead(into); }
  void BeginWrite(const v1::SyncResponse* message) override { StartWrite(message); }
  void EndStream() override { Finish(grpc::Status::OK); }

  // gRPC's reactions.
  void OnReadDone(bool ok) override {
    if (ok && base_.door != nullptr) base_.door->Hear(connection_);
    strand_->OnReadDone(ok);
  }
  void OnWriteDone(bool ok) override { strand_->OnWriteDone(ok); }
  void OnCancel() override { strand_->OnCancel(); }
  void OnDone() override {
    strand_->OnDone();
    delete this;
  }

 private:
  BaseServices& base_;
  const std::string connection_;
  const std::unique_ptr<DeviceLimits::Session> open_;  // goes with the stream
  std::shared_ptr<SyncStrand> strand_;
};

class RefusedReactor : public Reactor {
 public:
  explicit RefusedReactor(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

Reactor* SyncServiceImpl::Sync(grpc::CallbackServerContext* context) {
  auto visit = VisitOf(base_, *context);
  if (!visit.ok()) return new RefusedReactor(visit.status());
  return new SyncReactor(base_, *std::move(visit), context->peer());
}

grpc::ServerUnaryReactor* SyncServiceImpl::ListDevices(grpc::CallbackServerContext* context,
                                                       const v1::ListDevicesRequest*,
                                                       v1::ListDevicesResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto who = CredentialsOf(base_, *context);
  if (!who.ok()) {
    reactor->Finish(ToGrpc(who.status()));
    return reactor;
  }
  base_.pool->Post([this, reactor, response, who = *std::move(who)] {
    const auto list = [&]() -> absl::Status {
      BaseReader& reader = WorkerPool::Reader();
      ASSIGN_OR_RETURN(const Caller caller, AdmitCaller(base_, reader, who, "SyncService/ListDevices"));
      ASSIGN_OR_RETURN(*response,
                       DevicesOf(reader, caller, base_.sessions, base_.calendar, base_.clock->WallNow()));
      for (auto& device : *response->mutable_devices()) device.clear_unconfirmed_removals();
      return absl::OkStatus();
    };
    reactor->Finish(ToGrpc(list()));
  });
  return reactor;
}

absl::StatusOr<v1::ListDevicesResponse> DevicesOf(BaseReader& reader, const Caller& caller,
                                                  SessionRegistry& sessions, const CalendarSettings& calendar,
                                                  absl::Time now) {
  ASSIGN_OR_RETURN(const auto devices, reader.Devices());
  v1::ListDevicesResponse response;
  response.set_base_us(absl::ToUnixMicros(now));
  ASSIGN_OR_RETURN(const BackupFacts facts, reader.Backup());
  *response.mutable_backup() = BackupStatusOf(facts, now);
  for (const auto& [account, replica] : devices) {
    ASSIGN_OR_RETURN(const auto staff, reader.FindStaff(account.staff_code));
    const MunicipalityId municipality = staff.has_value() ? staff->municipality : kDefaultMunicipality;
    if (!caller.SeesMunicipality(municipality)) continue;
    v1::DeviceStatus& status = *response.add_devices();
    ASSIGN_OR_RETURN(*status.mutable_municipality(), NameOf(reader, municipality));
    if (account.is_revoked()) *status.mutable_revoked() = account.revoked;
    status.set_enrolment_alarm_us(account.alarm_us);
    status.set_lease_until_us(account.lease_until_us);
    status.set_device_label(account.device_label);
    status.set_holder(account.staff_code);
    status.set_last_sync_us(replica.last_sync_us);
    status.set_unsent_count(replica.unsent_count);
    status.set_nearest_due_us(replica.nearest_due_us);
    status.set_online(sessions.IsOnline(replica.id));
    status.set_twin_since_us(account.twin_since_us);
    status.set_store_id(account.id.ToBytes());
    ASSIGN_OR_RETURN(const auto removals, UnconfirmedRemovals(reader, account, replica.id));
    for (const v1::UnconfirmedRemoval& removal : removals) *status.add_unconfirmed_removals() = removal;
    const int64_t last_heard_us = replica.last_sync_us > 0 ? replica.last_sync_us : account.enrolled_us;
    status.set_silent(!status.online() && !account.is_revoked() &&
                      IsSilent(absl::FromUnixMicros(last_heard_us), now, calendar));
  }
  return response;
}

}  // namespace opgang
