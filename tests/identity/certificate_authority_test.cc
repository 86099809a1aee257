#include "server/identity/certificate_authority.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/error.h"
#include "core/sealing/openssl_handles.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

PeerIdentity Amal() { return {"amal", StoreId(*UuidFromString("0190a6e0-0000-7000-8000-000000000001"))}; }

CertifiedKey NewCa() { return MakeCertificateAuthority(SystemRandom()).value(); }
CertifiedKey ServerOf(const CertifiedKey& ca) {
  return IssueServerCertificate(ca, {"base.example", "192.0.2.7", "2001:db8::1"}, SystemRandom()).value();
}
CertifiedKey StoreOf(const CertifiedKey& ca) {
  return IssueStoreCertificate(ca, Amal(), SystemRandom()).value();
}

absl::Time Utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second), absl::UTCTimeZone());
}

struct Question {
  absl::Time now = Utc(2026, 4, 1);
  int purpose = X509_PURPOSE_SSL_SERVER;
  std::string host, address;
};

// What a TLS stack whose clock says `now` finds: X509_V_OK or the reason.
int Verify(const CertifiedKey& ca, const CertifiedKey& holder, const Question& question) {
  const CertificatePtr root = ParseCertificate(ca.certificate_pem);
  const CertificatePtr leaf = ParseCertificate(holder.certificate_pem);
  std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>> trusted(X509_STORE_new());
  std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE_add_cert(trusted.get(), root.get());
  X509_STORE_CTX_init(context.get(), trusted.get(), leaf.get(), nullptr);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, absl::ToTimeT(question.now));
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_purpose(param, question.purpose);
  if (!question.host.empty()) X509_VERIFY_PARAM_set1_host(param, question.host.c_str(), 0);
  if (!question.address.empty()) X509_VERIFY_PARAM_set1_ip_asc(param, question.address.c_str());
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

std::string TimeText(const ASN1_TIME* time) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)), ASN1_STRING_length(time));
}

TEST(CertificateAuthorityTest, ServerAndStoreCertificatesVerifyUnderTheirAuthority) {
  const CertifiedKey ca = NewCa();
  EXPECT_EQ(Verify(ca, ServerOf(ca), {}), X509_V_OK);
  EXPECT_EQ(Verify(ca, StoreOf(ca), {.purpose = X509_PURPOSE_SSL_CLIENT}), X509_V_OK);
}

TEST(CertificateAuthorityTest, NoWrongClockInvalidatesACertificate) {
  const CertifiedKey ca = NewCa();
  const CertifiedKey server = ServerOf(ca), store = StoreOf(ca);
  for (const absl::Time now : {Utc(1970, 1, 1), Utc(1999, 12, 31), Utc(2026, 4, 1), Utc(2036, 2, 29),
                               Utc(2050, 1, 1), Utc(2106, 2, 8), Utc(9999, 12, 31, 23, 59, 58)}) {
    EXPECT_EQ(Verify(ca, server, {.now = now}), X509_V_OK) << now;
    EXPECT_EQ(Verify(ca, store, {.now = now, .purpose = X509_PURPOSE_SSL_CLIENT}), X509_V_OK) << now;
  }
}

TEST(CertificateAuthorityTest, DatesAreWrittenAsRfc5280Asks) {
  const CertifiedKey ca = NewCa();
  for (const CertifiedKey& one : {ca, ServerOf(ca), StoreOf(ca)}) {
    const CertificatePtr certificate = ParseCertificate(one.certificate_pem);
    const ASN1_TIME* from = X509_get0_notBefore(certificate.get());
    const ASN1_TIME* until = X509_get0_notAfter(certificate.get());
    EXPECT_EQ(ASN1_STRING_type(from), V_ASN1_UTCTIME);
    EXPECT_EQ(TimeText(from), "700101000000Z");
    EXPECT_EQ(ASN1_STRING_type(until), V_ASN1_GENERALIZEDTIME);
    EXPECT_EQ(TimeText(until), "99991231235959Z");
  }
}

TEST(CertificateAuthorityTest, AnotherAuthoritysCertificatesAreUntrusted) {
  const CertifiedKey ca = NewCa(), stranger = NewCa();
  EXPECT_NE(Verify(ca, ServerOf(stranger), {}), X509_V_OK);
  EXPECT_FALSE(IsIssuedBy(ServerOf(stranger).certificate_pem, ca));
  EXPECT_TRUE(IsIssuedBy(ServerOf(ca).certificate_pem, ca));
}

TEST(CertificateAuthorityTest, AStoreCannotPoseAsTheBaseNorTheBaseAsAStore) {
  const CertifiedKey ca = NewCa();
  EXPECT_EQ(Verify(ca, StoreOf(ca), {.purpose = X509_PURPOSE_SSL_SERVER}), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(Verify(ca, ServerOf(ca), {.purpose = X509_PURPOSE_SSL_CLIENT}), X509_V_ERR_INVALID_PURPOSE);
}

TEST(CertificateAuthorityTest, AStoreCannotSignFurtherCertificates) {
  const CertifiedKey ca = NewCa();
  const auto issued = IssueStoreCertificate(StoreOf(ca), Amal(), SystemRandom());
  EXPECT_EQ(GetErrorCode(issued.status()), ErrorCode::kDamaged);
}

TEST(CertificateAuthorityTest, TheServerCertificateFitsItsHostsOnly) {
  const CertifiedKey ca = NewCa();
  const CertifiedKey server = ServerOf(ca);
  EXPECT_EQ(Verify(ca, server, {.host = "base.example"}), X509_V_OK);
  EXPECT_EQ(Verify(ca, server, {.host = "BASE.example"}), X509_V_OK);
  EXPECT_EQ(Verify(ca, server, {.address = "192.0.2.7"}), X509_V_OK);
  EXPECT_EQ(Verify(ca, server, {.address = "2001:db8:0::1"}), X509_V_OK);
  EXPECT_EQ(Verify(ca, server, {.host = "other.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(Verify(ca, server, {.address = "192.0.2.8"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(CertificateAuthorityTest, EveryCertificateSaysWhatItMayDo) {
  const CertifiedKey ca = NewCa();
  const CertificatePtr root = ParseCertificate(ca.certificate_pem);
  const CertificatePtr leaf = ParseCertificate(StoreOf(ca).certificate_pem);
  EXPECT_EQ(X509_check_ca(root.get()), 1);
  EXPECT_EQ(X509_get_pathlen(root.get()), 0);
  EXPECT_EQ(X509_get_key_usage(root.get()), uint32_t{KU_KEY_CERT_SIGN | KU_CRL_SIGN});
  EXPECT_EQ(X509_check_ca(leaf.get()), 0);
  EXPECT_EQ(X509_get_key_usage(leaf.get()), uint32_t{KU_DIGITAL_SIGNATURE});
  EXPECT_EQ(X509_get_extended_key_usage(leaf.get()), uint32_t{XKU_SSL_CLIENT});
  EXPECT_EQ(
      ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf.get()), X509_get0_subject_key_id(root.get())), 0);
  EXPECT_NE(ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(leaf.get()), X509_get0_subject_key_id(root.get())),
            0);
}

TEST(CertificateAuthorityTest, SerialsArePositiveAndNeverRepeat) {
  const CertifiedKey ca = NewCa();
  const CertificatePtr first = ParseCertificate(StoreOf(ca).certificate_pem);
  const CertificatePtr second = ParseCertificate(StoreOf(ca).certificate_pem);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(first.get()), X509_get0_serialNumber(second.get())), 0);
  EXPECT_EQ(ASN1_STRING_type(X509_get0_serialNumber(first.get())), V_ASN1_INTEGER);
  EXPECT_LE(ASN1_STRING_length(X509_get0_serialNumber(first.get())), 20);
}

TEST(CertificateAuthorityTest, KeysAreOnP256AndBelongToTheirCertificates) {
  const CertifiedKey ca = NewCa();
  const CertifiedKey amal = StoreOf(ca), server = ServerOf(ca);
  const KeyPtr key = ParsePrivateKey(amal.private_key_pem.Reveal());
  EXPECT_EQ(EVP_PKEY_get_bits(key.get()), 256);
  EXPECT_TRUE(IsKeyPair(ca));
  EXPECT_TRUE(IsKeyPair(amal));
  EXPECT_FALSE(IsKeyPair({amal.certificate_pem, server.private_key_pem}));
  EXPECT_FALSE(IsKeyPair({"", SecretBytes()}));
}

TEST(CertificateAuthorityTest, AnAuthorityWithAnothersKeyIsDamaged) {
  const CertifiedKey mixed{NewCa().certificate_pem, NewCa().private_key_pem};
  EXPECT_EQ(GetErrorCode(IssueStoreCertificate(mixed, Amal(), SystemRandom()).status()), ErrorCode::kDamaged);
  EXPECT_EQ(GetErrorCode(IssueServerCertificate({"", SecretBytes()}, {"x"}, SystemRandom()).status()),
            ErrorCode::kDamaged);
}

TEST(CertificateAuthorityTest, NoHostsAndBadStaffCodesAreRefused) {
  const CertifiedKey ca = NewCa();
  EXPECT_EQ(GetErrorCode(IssueServerCertificate(ca, {}, SystemRandom()).status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(IssueStoreCertificate(ca, {"", Amal().store_id}, SystemRandom()).status()),
            ErrorCode::kBadInput);
}

}  // namespace
}  // namespace opgang
