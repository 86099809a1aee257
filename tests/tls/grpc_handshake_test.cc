// The certificates and the preflight against gRPC's own TLS, both ends: what ships is what is tried here.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "client-lib/src/transport/tls_preflight.h"
#include "core/base/error.h"
#include "server/identity/certificate_authority.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

CertifiedKey Tablet(const CertifiedKey& ca) {
  const PeerIdentity amal{"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  return IssueStoreCertificate(ca, amal, SystemRandom()).value();
}

std::chrono::system_clock::time_point In(int seconds) {
  return std::chrono::system_clock::now() + std::chrono::seconds(seconds);
}

// A gRPC server without services that requires a client certificate of `ca`.
class GrpcHandshakeTest : public ::testing::Test {
 protected:
  GrpcHandshakeTest() {
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = ca_.certificate_pem;
    const CertifiedKey base = IssueServerCertificate(ca_, {"localhost", "127.0.0.1"}, SystemRandom()).value();
    options.pem_key_cert_pairs.push_back({std::string(base.private_key_pem.Reveal()), base.certificate_pem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterCallbackGenericService(&no_service_);
    server_ = builder.BuildAndStart();
  }
  ~GrpcHandshakeTest() override { server_->Shutdown(In(5)); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::shared_ptr<grpc::Channel> Dial(const std::string& ca_pem, const CertifiedKey& own) const {
    grpc::SslCredentialsOptions options{ca_pem, std::string(own.private_key_pem.Reveal()),
                                        own.certificate_pem};
    return grpc::CreateChannel(address(), grpc::SslCredentials(options));
  }
  absl::Status Preflight(const std::string& ca_pem, const CertifiedKey& own) const {
    return TlsPreflight(address(), {ca_pem, own.certificate_pem, own.private_key_pem}, absl::Seconds(10));
  }

  const CertifiedKey ca_ = MakeCertificateAuthority(SystemRandom()).value();
  const CertifiedKey stranger_ca_ = MakeCertificateAuthority(SystemRandom()).value();
  int port_ = 0;
  grpc::CallbackGenericService no_service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(GrpcHandshakeTest, GrpcAndThePreflightBothAcceptWhatTheAuthorityIssued) {
  const CertifiedKey tablet = Tablet(ca_);
  EXPECT_TRUE(Dial(ca_.certificate_pem, tablet)->WaitForConnected(In(20)));
  EXPECT_TRUE(Preflight(ca_.certificate_pem, tablet).ok()) << Preflight(ca_.certificate_pem, tablet);
}

TEST_F(GrpcHandshakeTest, AGrpcServerThatRefusesOurCertificateIsToldApartFromABadNetwork) {
  const absl::Status refused = Preflight(ca_.certificate_pem, Tablet(stranger_ca_));
  EXPECT_EQ(GetErrorCode(refused), ErrorCode::kBaseRefused) << refused;
}

TEST_F(GrpcHandshakeTest, AGrpcServerOfAnotherAuthorityIsUntrusted) {
  const absl::Status untrusted = Preflight(stranger_ca_.certificate_pem, Tablet(ca_));
  EXPECT_EQ(GetErrorCode(untrusted), ErrorCode::kBaseUntrusted) << untrusted;
}

}  // namespace
}  // namespace opgang
