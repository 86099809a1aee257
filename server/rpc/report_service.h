// ReportService: only on the Unix socket, beside AdminService.
#ifndef OPGANG_SERVER_RPC_REPORT_SERVICE_H_
#define OPGANG_SERVER_RPC_REPORT_SERVICE_H_

#include "opgang/v1/report.grpc.pb.h"
#include "server/rpc/base_services.h"

namespace opgang {

class ReportServiceImpl : public v1::ReportService::Service {
 public:
  explicit ReportServiceImpl(BaseServices& base) : base_(base) {}
  grpc::Status RunReport(grpc::ServerContext*, const v1::RunReportRequest*, v1::RunReportResponse*) override;

 private:
  BaseServices& base_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_REPORT_SERVICE_H_
