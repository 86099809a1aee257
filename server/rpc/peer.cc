#include "server/rpc/peer.h"

#include <iterator>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/identity/certificate_names.h"
#include "server/identity/proxy_certificate.h"

namespace opgang {

namespace {

// Of the connection's other end.
absl::StatusOr<std::string> ConnectionsCertificate(const grpc::ServerContextBase& context) {
  const auto certificates = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (certificates.size() != 1) return MakeError(ErrorCode::kBaseRefused, "no client certificate");
  return std::string(certificates[0].data(), certificates[0].size());
}

// Of the device that calls. The handshake lets in the proxy alone; it is looked at here all the same, so that no header is
// believed because of how a listener was set up.
absl::StatusOr<std::string> CertificateOf(const BaseServices& base, const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(std::string shown, ConnectionsCertificate(context));
  if (base.proxy_certificate.empty()) return shown;
  if (!IsSameCertificate(shown, base.proxy_certificate))
    return MakeError(ErrorCode::kBaseRefused, "the base stands behind a proxy");
  const auto [begin, end] = context.client_metadata().equal_range(kForwardedCertificateHeader);
  if (begin == end || std::next(begin) != end)
    return MakeError(ErrorCode::kBaseRefused, "the proxy does not say who it is");
  return ForwardedCertificate({begin->second.data(), begin->second.size()}, base.keys.ca);
}

}  // namespace

absl::StatusOr<Peer> PeerOf(const BaseServices& base, const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(const std::string pem, CertificateOf(base, context));
  ASSIGN_OR_RETURN(const PeerIdentity identity, ParsePeerIdentity(pem));
  return Peer{identity.staff_code, identity.store_id};
}

absl::StatusOr<StoreId> InvitedStoreOf(const BaseServices& base, const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(const std::string pem, CertificateOf(base, context));
  return ParseInvitedStore(pem);
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message =
      std::string(ErrorCodeName(GetErrorCode(status))) + ": " + std::string(status.message());
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message);
}

}  // namespace opgang
