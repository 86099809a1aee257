// How opgangd's commands reach the base: the one that runs on this directory, over its socket; or, where none runs, one
// that is started in this process for the length of the command. Commands see no difference.
#ifndef OPGANG_SERVER_COMMANDS_ADMIN_CLIENT_H_
#define OPGANG_SERVER_COMMANDS_ADMIN_CLIENT_H_

#include <filesystem>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "opgang/v1/admin.grpc.pb.h"
#include "opgang/v1/report.grpc.pb.h"
#include "server/rpc/running_base.h"

namespace opgang {

class AdminClient {
 public:
  // Errors as RunningBase::Start; kNotFound where the directory holds no base and `make_new` is false.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Connect(const std::filesystem::path& directory,
                                                              bool make_new);

  // Calls `method` of the service: Call(&Stub::Invite, request, &response).
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                   Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return FromGrpc((stub_.get()->*method)(&context, request, response));
  }

  // The same of the reports' service.
  absl::Status RunReport(const v1::RunReportRequest& request, v1::RunReportResponse* response);

 private:
  static absl::Status FromGrpc(const grpc::Status& status);

  std::unique_ptr<RunningBase> own_;  // null: another process runs it
  std::unique_ptr<v1::AdminService::Stub> stub_;
  std::unique_ptr<v1::ReportService::Stub> reports_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_COMMANDS_ADMIN_CLIENT_H_
