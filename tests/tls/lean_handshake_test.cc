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

// A base and a tablet that trust each other, and the pipe between them.
struct Ends {
  ContextPtr at_base, at_tablet;
  ConnectionPtr server, client;
};

Ends MakeEnds() {
  LeanHandshakes();
  LeanHandshakes();
  const CertifiedKey ca = MakeCertificateAuthority(SystemRandom()).value();
  const CertifiedKey base = IssueServerCertificate(ca, {"localhost"}, SystemRandom()).value();
  const PeerIdentity amal{"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  const CertifiedKey tablet = IssueStoreCertificate(ca, amal, SystemRandom()).value();
  Ends ends;
  ends.at_base = ContextOf(TLS_server_method(), base, ca);
  ends.at_tablet = ContextOf(TLS_client_method(), tablet, ca);
  // As gRPC does: the authority is named to clients, and keys are agreed on by P-256.
  SSL_CTX_add_client_CA(ends.at_base.get(), CertificateIn(ca.certificate_pem).get());
  SSL_CTX_set1_groups_list(ends.at_base.get(), "P-256");
  SSL_CTX_set1_groups_list(ends.at_tablet.get(), "P-256");
  SSL_CTX_set_session_cache_mode(ends.at_tablet.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(ends.at_tablet.get(), CountTicket);
  ends.server.reset(SSL_new(ends.at_base.get()));
  ends.client.reset(SSL_new(ends.at_tablet.get()));
  return ends;
}

void ShakeHands(const Ends& ends) {
  BIO *up = nullptr, *down = nullptr;
  ASSERT_EQ(BIO_new_bio_pair(&up, 0, &down, 0), 1);
  SSL_set_bio(ends.client.get(), up, up);
  SSL_set_bio(ends.server.get(), down, down);
  SSL_set_connect_state(ends.client.get());
  SSL_set_accept_state(ends.server.get());
  for (int turn = 0; turn < 10; ++turn) {
    SSL_do_handshake(ends.client.get());
    SSL_do_handshake(ends.server.get());
  }
  char byte = 0;
  SSL_write(ends.server.get(), "x", 1);
  ASSERT_EQ(SSL_read(ends.client.get(), &byte, 1), 1) << "both ends trust each other";
}

TEST(LeanHandshake, CarriesOneCertificateEachWayAndNoTicket) {
  const Ends ends = MakeEnds();
  ASSERT_NO_FATAL_FAILURE(ShakeHands(ends));
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(ends.client.get())), 1);
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(ends.server.get())), 0)
      << "a server's list is without the peer's own";
  EXPECT_EQ(tickets, 0);
}

TEST(LeanHandshake, NamesNoAuthorityAndAgreesByTheShorterGroup) {
  const Ends ends = MakeEnds();
  ASSERT_NO_FATAL_FAILURE(ShakeHands(ends));
  EXPECT_EQ(sk_X509_NAME_num(SSL_get0_peer_CA_list(ends.client.get())), -1) << "none was named";
  EXPECT_EQ(SSL_get_negotiated_group(ends.client.get()), NID_X25519);
}

TEST(LeanHandshake, AgreesWithABaseAndATabletOfBefore) {
  for (const bool old_base : {true, false}) {
    const Ends ends = MakeEnds();
    SSL_set1_groups_list((old_base ? ends.server : ends.client).get(), "P-256");
    ASSERT_NO_FATAL_FAILURE(ShakeHands(ends));
    EXPECT_EQ(SSL_get_negotiated_group(ends.client.get()), NID_X9_62_prime256v1);
  }
}

}  // namespace
}  // namespace opgang
