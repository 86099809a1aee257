// AdminService and EnrollService: each method hands one job to the writer and waits for it.
#ifndef OPGANG_SERVER_RPC_ADMIN_SERVICE_H_
#define OPGANG_SERVER_RPC_ADMIN_SERVICE_H_

#include "core/sealing/sealing.h"
#include "opgang/v1/admin.grpc.pb.h"
#include "opgang/v1/invitation.grpc.pb.h"
#include "server/rpc/base_services.h"

namespace opgang {

// As the socket has it; over mutual TLS behind the gate (staff_admin_service.h). What the caller may know of, each handler asks
// through CallerIn().
class AdminServiceImpl : public v1::AdminService::Service {
 public:
  AdminServiceImpl(BaseServices& base, PassphraseCost invitation_cost)
      : base_(base), invitation_cost_(invitation_cost) {}

  grpc::Status Invite(grpc::ServerContext*, const v1::InviteRequest*, v1::InviteResponse*) override;
  grpc::Status ImportDwellings(grpc::ServerContext*, const v1::ImportDwellingsRequest*,
                               v1::ImportDwellingsResponse*) override;
  grpc::Status ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*,
                           v1::ListDevicesResponse*) override;
  grpc::Status ListQuarantine(grpc::ServerContext*, const v1::ListQuarantineRequest*,
                              v1::ListQuarantineResponse*) override;
  grpc::Status ReplayQuarantined(grpc::ServerContext*, const v1::ReplayQuarantinedRequest*,
                                 v1::ReplayQuarantinedResponse*) override;
  grpc::Status DiscardQuarantined(grpc::ServerContext*, const v1::DiscardQuarantinedRequest*,
                                  v1::DiscardQuarantinedResponse*) override;
  grpc::Status ListDecisions(grpc::ServerContext*, const v1::ListDecisionsRequest*,
                             v1::ListDecisionsResponse*) override;
  grpc::Status ListConflicts(grpc::ServerContext*, const v1::ListConflictsRequest*,
                             v1::ListConflictsResponse*) override;
  grpc::Status SettleConflict(grpc::ServerContext*, const v1::SettleConflictRequest*,
                              v1::SettleConflictResponse*) override;
  grpc::Status RecordHistory(grpc::ServerContext*, const v1::RecordHistoryRequest*,
                             v1::RecordHistoryResponse*) override;
  grpc::Status CheckBase(grpc::ServerContext*, const v1::CheckBaseRequest*, v1::CheckBaseResponse*) override;
  // backup_admin.cc
  grpc::Status MakeBackup(grpc::ServerContext*, const v1::MakeBackupRequest*,
                          v1::MakeBackupResponse*) override;
  grpc::Status SealBackupsTo(grpc::ServerContext*, const v1::SealBackupsToRequest*,
                             v1::SealBackupsToResponse*) override;
  grpc::Status ConfirmBackup(grpc::ServerContext*, const v1::ConfirmBackupRequest*,
                             v1::ConfirmBackupResponse*) override;
  grpc::Status ListBackups(grpc::ServerContext*, const v1::ListBackupsRequest*,
                           v1::ListBackupsResponse*) override;
  grpc::Status AcceptLoss(grpc::ServerContext*, const v1::AcceptLossRequest*,
                          v1::AcceptLossResponse*) override;
  grpc::Status SettleTwin(grpc::ServerContext*, const v1::SettleTwinRequest*,
                          v1::SettleTwinResponse*) override;
  // grants_admin.cc
  grpc::Status ListGrants(grpc::ServerContext*, const v1::ListGrantsRequest*,
                          v1::ListGrantsResponse*) override;
  grpc::Status ChangeGrant(grpc::ServerContext*, const v1::ChangeGrantRequest*,
                           v1::ChangeGrantResponse*) override;

  // privacy_admin.cc
  grpc::Status EraseCitizen(grpc::ServerContext*, const v1::EraseCitizenRequest*,
                            v1::EraseCitizenResponse*) override;
  grpc::Status ListErasures(grpc::ServerContext*, const v1::ListErasuresRequest*,
                            v1::ListErasuresResponse*) override;
  grpc::Status ExportCitizen(grpc::ServerContext*, const v1::ExportCitizenRequest*,
                             v1::ExportCitizenResponse*) override;
  grpc::Status NotePersonRequest(grpc::ServerContext*, const v1::NotePersonRequestRequest*,
                                 v1::NotePersonRequestResponse*) override;
  grpc::Status SettlePersonRequest(grpc::ServerContext*, const v1::SettlePersonRequestRequest*,
                                   v1::SettlePersonRequestResponse*) override;
  grpc::Status ListPersonRequests(grpc::ServerContext*, const v1::ListPersonRequestsRequest*,
                                  v1::ListPersonRequestsResponse*) override;
  grpc::Status ListRetention(grpc::ServerContext*, const v1::ListRetentionRequest*,
                             v1::ListRetentionResponse*) override;
  grpc::Status SetRetention(grpc::ServerContext*, const v1::SetRetentionRequest*,
                            v1::SetRetentionResponse*) override;
  grpc::Status RunRetention(grpc::ServerContext*, const v1::RunRetentionRequest*,
                            v1::RunRetentionResponse*) override;
  grpc::Status ListAudit(grpc::ServerContext*, const v1::ListAuditRequest*, v1::ListAuditResponse*) override;
  grpc::Status VerifyAudit(grpc::ServerContext*, const v1::VerifyAuditRequest*,
                           v1::VerifyAuditResponse*) override;
  grpc::Status ExpireAudit(grpc::ServerContext*, const v1::ExpireAuditRequest*,
                           v1::ExpireAuditResponse*) override;

  // leases_admin.cc
  grpc::Status ListLeases(grpc::ServerContext*, const v1::ListLeasesRequest*,
                          v1::ListLeasesResponse*) override;
  grpc::Status ReclaimLeases(grpc::ServerContext*, const v1::ReclaimLeasesRequest*,
                             v1::ReclaimLeasesResponse*) override;
  // staff_admin.cc
  grpc::Status ListStaff(grpc::ServerContext*, const v1::ListStaffRequest*, v1::ListStaffResponse*) override;
  grpc::Status ChangeRole(grpc::ServerContext*, const v1::ChangeRoleRequest*,
                          v1::ChangeRoleResponse*) override;
  grpc::Status RevokeDevice(grpc::ServerContext*, const v1::RevokeDeviceRequest*,
                            v1::RevokeDeviceResponse*) override;
  grpc::Status DescribeIncident(grpc::ServerContext*, const v1::DescribeIncidentRequest*,
                                v1::DescribeIncidentResponse*) override;
  grpc::Status SettleStolen(grpc::ServerContext*, const v1::SettleStolenRequest*,
                            v1::SettleStolenResponse*) override;

 private:
  // Who calls: the machine's user, but for a call that came through the gate.
  Caller CallerIn(const grpc::ServerContext* context) { return base_.calls.Of(context); }
  // Brings the copy of key file and ledger up to date; false where it is behind, or none is kept.
  bool CopyKeys();

  BaseServices& base_;
  const PassphraseCost invitation_cost_;
};

class EnrollServiceImpl : public v1::EnrollService::Service {
 public:
  explicit EnrollServiceImpl(BaseServices& base) : base_(base) {}
  grpc::Status Enroll(grpc::ServerContext*, const v1::EnrollRequest*, v1::EnrollResponse*) override;

 private:
  BaseServices& base_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_ADMIN_SERVICE_H_
