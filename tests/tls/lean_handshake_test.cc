// What a handshake carries, seen from both ends of a pipe in memory.
#include "core/tls/lean_handshake.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "core/base/random.h"
#include "server/identity/certificate_authority.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, Freed<SSL_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

int tickets = 0;

int CountTicket(SSL*, SSL_SESSION*) {
  ++tickets;
  return 0;
}

CertificatePtr CertificateIn(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// One end as gRPC makes it: own certificate, and the authority trusted, which OpenSSL would send along.
ContextPtr ContextOf(const SSL_METHOD* method, const CertifiedKey& own, const CertifiedKey& ca) {
  ContextPtr context(SSL_CTX_new(method));
  const CertificatePtr certificate = CertificateIn(own.certificate_pem);
  const CertificatePtr authority = CertificateIn(ca.certificate_pem);
  const std::string key_pem(own.private_key_pem.Reveal());
  const BioPtr bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
  EXPECT_EQ(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()), 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

TEST(LeanHandshake, CarriesOneCertificateEachWayAndNoTicket) {
  LeanHandshakes();
  LeanHandshakes();
  const CertifiedKey ca = MakeCertificateAuthority(SystemRandom()).value();
  const CertifiedKey base = IssueServerCertificate(ca, {"localhost"}, SystemRandom()).value();
  const PeerIdentity amal{"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  const CertifiedKey tablet = IssueStoreCertificate(ca, amal, SystemRandom()).value();
  const ContextPtr at_base = ContextOf(TLS_server_method(), base, ca);
  const ContextPtr at_tablet = ContextOf(TLS_client_method(), tablet, ca);
  SSL_CTX_set_session_cache_mode(at_tablet.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(at_tablet.get(), CountTicket);
  const ConnectionPtr server(SSL_new(at_base.get())), client(SSL_new(at_tablet.get()));
  BIO *up = nullptr, *down = nullptr;
  ASSERT_EQ(BIO_new_bio_pair(&up, 0, &down, 0), 1);
  SSL_set_bio(client.get(), up, up);
  SSL_set_bio(server.get(), down, down);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  for (int turn = 0; turn < 10; ++turn) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  char byte = 0;
  SSL_write(server.get(), "x", 1);
  ASSERT_EQ(SSL_read(client.get(), &byte, 1), 1) << "both ends trust each other";
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.get())), 1);
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(server.get())), 0)
      << "a server's list is without the peer's own";
  EXPECT_EQ(tickets, 0);
}

}  // namespace
}  // namespace opgang
