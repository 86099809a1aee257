// SyncService over gRPC's callback API: a thin adapter between streams and ServerSession.
#ifndef OPGANG_SERVER_RPC_SYNC_SERVICE_H_
#define OPGANG_SERVER_RPC_SYNC_SERVICE_H_

#include "opgang/v1/sync.grpc.pb.h"
#include "server/rpc/base_services.h"

namespace opgang {

class SyncServiceImpl : public v1::SyncService::CallbackService {
 public:
  // `base` outlives the service.
  explicit SyncServiceImpl(BaseServices& base) : base_(base) {}

  grpc::ServerBidiReactor<v1::SyncRequest, v1::SyncResponse>* Sync(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ListDevices(grpc::CallbackServerContext* context,
                                        const v1::ListDevicesRequest* request,
                                        v1::ListDevicesResponse* response) override;

 private:
  BaseServices& base_;
};

// The devices that the caller may know of, longest silent first.
absl::StatusOr<v1::ListDevicesResponse> DevicesOf(BaseReader& reader, const Caller& caller,
                                                  SessionRegistry& sessions, const CalendarSettings& calendar,
                                                  absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_SYNC_SERVICE_H_
