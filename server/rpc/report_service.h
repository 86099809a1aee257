// ReportService: on the Unix socket, beside AdminService, and over mutual TLS, through the gate.
#ifndef OPGANG_SERVER_RPC_REPORT_SERVICE_H_
#define OPGANG_SERVER_RPC_REPORT_SERVICE_H_

#include "opgang/v1/report.grpc.pb.h"
#include "server/rpc/base_services.h"

namespace opgang {

class ReportServiceImpl : public v1::ReportService::Service {
 public:
  // kSocket: whoever may open the socket asks. kStaff: whom the table of authority names, about the areas granted to him.
  enum class Access { kSocket, kStaff };
  ReportServiceImpl(BaseServices& base, Access access) : base_(base), access_(access) {}
  grpc::Status RunReport(grpc::ServerContext*, const v1::RunReportRequest*, v1::RunReportResponse*) override;

 private:
  BaseServices& base_;
  const Access access_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_REPORT_SERVICE_H_
