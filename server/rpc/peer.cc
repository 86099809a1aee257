#include "server/rpc/peer.h"

#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/identity/certificate_names.h"

namespace opgang {

namespace {

absl::StatusOr<std::string> CertificateOf(const grpc::ServerContextBase& context) {
  const auto certificates = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (certificates.size() != 1) return MakeError(ErrorCode::kBaseRefused, "no client certificate");
  return std::string(certificates[0].data(), certificates[0].size());
}

}  // namespace

absl::StatusOr<Peer> PeerOf(const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(const std::string pem, CertificateOf(context));
  ASSIGN_OR_RETURN(const PeerIdentity identity, ParsePeerIdentity(pem));
  return Peer{identity.staff_code, identity.store_id};
}

absl::StatusOr<StoreId> InvitedStoreOf(const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(const std::string pem, CertificateOf(context));
  return ParseInvitedStore(pem);
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message =
      std::string(ErrorCodeName(GetErrorCode(status))) + ": " + std::string(status.message());
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message);
}

}  // namespace opgang
