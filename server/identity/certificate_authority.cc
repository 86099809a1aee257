#include "server/identity/certificate_authority.h"

#include <openssl/err.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/openssl_handles.h"
#include "server/identity/proxy_certificate.h"

namespace opgang {
namespace {

// RFC 5280 4.1.2.5: dates through 2049 are UTCTime, later ones GeneralizedTime; OpenSSL chooses by the year.
constexpr char kNotBefore[] = "19700101000000Z";
constexpr char kNotAfter[] = "99991231235959Z";

// Bits of the key usage extension, RFC 5280 4.2.1.3.
constexpr int kDigitalSignature = 0, kKeyCertSign = 5, kCrlSign = 6;

absl::Status OpensslFailed() {
  ERR_clear_error();
  return MakeError(ErrorCode::kInternal, "OpenSSL could not make a certificate");
}

absl::Status NoAuthority() {
  ERR_clear_error();
  return MakeError(ErrorCode::kDamaged, "the certificate authority's certificate and key are not a pair");
}

ASN1_IA5STRING* Ia5(const std::string& text) {
  ASN1_IA5STRING* string = ASN1_IA5STRING_new();
  if (string != nullptr) ASN1_STRING_set(string, text.data(), static_cast<int>(text.size()));
  return string;
}

ASN1_OCTET_STRING* Octets(const std::string& bytes) {
  ASN1_OCTET_STRING* string = ASN1_OCTET_STRING_new();
  if (string != nullptr) ASN1_STRING_set(string, bytes.data(), static_cast<int>(bytes.size()));
  return string;
}

// The digest of the public key, RFC 5280 4.2.1.2 method (1); null where OpenSSL fails.
OctetsPtr KeyId(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (X509_pubkey_digest(certificate, EVP_sha1(), digest.data(), &size) != 1) return nullptr;
  return OctetsPtr(Octets(std::string(digest.begin(), digest.begin() + size)));
}

// One certificate in the making. Each step does nothing after a failure; Sign tells.
class Builder {
 public:
  Builder(const KeyPtr& subject_key, Random& random) : certificate_(X509_new()), key_(subject_key.get()) {
    Check(certificate_ != nullptr && key_ != nullptr);
    Check(ok_ && X509_set_version(get(), X509_VERSION_3) == 1 && X509_set_pubkey(get(), key_) == 1 &&
          ASN1_TIME_set_string_X509(X509_getm_notBefore(get()), kNotBefore) == 1 &&
          ASN1_TIME_set_string_X509(X509_getm_notAfter(get()), kNotAfter) == 1);
    SetSerial(random);
  }

  void SetSubject(const std::string& common_name) {
    Check(ok_ && X509_NAME_add_entry_by_NID(X509_get_subject_name(get()), NID_commonName, MBSTRING_UTF8,
                                            reinterpret_cast<const unsigned char*>(common_name.data()),
                                            static_cast<int>(common_name.size()), -1, 0) == 1);
  }

  void SetBasicConstraints(bool is_authority) {
    std::unique_ptr<BASIC_CONSTRAINTS, OpensslFree<BASIC_CONSTRAINTS_free>> limits(BASIC_CONSTRAINTS_new());
    Check(limits != nullptr);
    if (!ok_) return;
    limits->ca = is_authority ? 0xff : 0;
    if (is_authority) limits->pathlen = ASN1_INTEGER_new();  // 0: it signs no other authority
    AddExtension(NID_basic_constraints, limits.get(), true);
  }

  void SetKeyUsage(std::initializer_list<int> bits) {
    std::unique_ptr<ASN1_BIT_STRING, OpensslFree<ASN1_BIT_STRING_free>> usage(ASN1_BIT_STRING_new());
    for (const int bit : bits) Check(usage != nullptr && ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1);
    AddExtension(NID_key_usage, usage.get(), true);
  }

  void SetExtendedKeyUsage(int nid) {
    std::unique_ptr<EXTENDED_KEY_USAGE, OpensslFree<EXTENDED_KEY_USAGE_free>> usage(EXTENDED_KEY_USAGE_new());
    Check(usage != nullptr && sk_ASN1_OBJECT_push(usage.get(), OBJ_nid2obj(nid)) > 0);
    AddExtension(NID_ext_key_usage, usage.get(), false);
  }

  // Takes over `value`.
  void AddName(int type, ASN1_STRING* value) {
    NamePtr name(GENERAL_NAME_new());
    Check(name != nullptr && value != nullptr && names_ != nullptr);
    if (!ok_) return ASN1_STRING_free(value);
    GENERAL_NAME_set0_value(name.get(), type, value);
    Check(sk_GENERAL_NAME_push(names_.get(), name.get()) > 0);
    if (ok_) static_cast<void>(name.release());
  }
  void SetNames() { AddExtension(NID_subject_alt_name, names_.get(), false); }

  void SetSubjectKeyId() {
    if (!ok_) return;
    const OctetsPtr id = KeyId(get());
    Check(id != nullptr);
    AddExtension(NID_subject_key_identifier, id.get(), false);
  }

  // `issuer` may be this certificate itself.
  void SetIssuer(X509* issuer) {
    std::unique_ptr<AUTHORITY_KEYID, OpensslFree<AUTHORITY_KEYID_free>> id(AUTHORITY_KEYID_new());
    Check(ok_ && id != nullptr && X509_set_issuer_name(get(), X509_get_subject_name(issuer)) == 1);
    if (!ok_) return;
    id->keyid = KeyId(issuer).release();
    Check(id->keyid != nullptr);
    AddExtension(NID_authority_key_identifier, id.get(), false);
  }

  // The certificate alone, as PEM: for a subject whose key is its own.
  absl::StatusOr<std::string> SignPublic(EVP_PKEY* issuer_key) {
    Check(ok_ && X509_sign(get(), issuer_key, EVP_sha256()) > 0);
    const BioPtr certificate(BIO_new(BIO_s_mem()));
    Check(ok_ && PEM_write_bio_X509(certificate.get(), get()) == 1);
    if (!ok_) return OpensslFailed();
    return std::string(Written(certificate));
  }

  absl::StatusOr<CertifiedKey> Sign(EVP_PKEY* issuer_key) {
    ASSIGN_OR_RETURN(std::string certificate, SignPublic(issuer_key));
    const BioPtr key(BIO_new(BIO_s_mem()));
    Check(PEM_write_bio_PrivateKey(key.get(), key_, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    if (!ok_) return OpensslFailed();
    return CertifiedKey{std::move(certificate), SecretBytes(Written(key))};
  }

  X509* get() { return certificate_.get(); }

 private:
  void Check(bool step_succeeded) { ok_ = ok_ && step_succeeded; }

  void AddExtension(int nid, void* value, bool critical) {
    Check(ok_ && X509_add1_ext_i2d(get(), nid, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1);
  }

  // 127 random bits: positive, and at most 20 octets (RFC 5280 4.1.2.2).
  void SetSerial(Random& random) {
    std::string bytes = random.Bytes(16);
    bytes[0] = static_cast<char>(bytes[0] & 0x7f);
    bytes[15] = static_cast<char>(bytes[15] | 1);
    std::unique_ptr<BIGNUM, OpensslFree<BN_free>> number(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), 16, nullptr));
    Check(ok_ && number != nullptr &&
          BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(get())) != nullptr);
  }

  CertificatePtr certificate_;
  EVP_PKEY* key_;
  NamesPtr names_{GENERAL_NAMES_new()};
  bool ok_ = true;
};

KeyPtr MakeKey() { return KeyPtr(EVP_EC_gen("P-256")); }

std::string RandomHex(Random& random) {
  std::string hex;
  for (const char byte : random.Bytes(4)) {
    char two[3];
    std::snprintf(two, sizeof(two), "%02x", static_cast<unsigned char>(byte));
    hex += two;
  }
  return hex;
}

// What every certificate but the authority's own has in common. The authority's key, to sign it with.
absl::StatusOr<KeyPtr> FinishLeaf(const CertifiedKey& ca, int purpose, Builder& builder) {
  const CertificatePtr issuer = ParseCertificate(ca.certificate_pem);
  KeyPtr issuer_key = ParsePrivateKey(ca.private_key_pem.Reveal());
  if (issuer == nullptr || issuer_key == nullptr ||
      X509_check_private_key(issuer.get(), issuer_key.get()) != 1 || X509_check_ca(issuer.get()) != 1) {
    return NoAuthority();
  }
  builder.SetBasicConstraints(false);
  builder.SetKeyUsage({kDigitalSignature});
  builder.SetExtendedKeyUsage(purpose);
  builder.SetNames();
  builder.SetSubjectKeyId();
  builder.SetIssuer(issuer.get());
  return issuer_key;
}

absl::StatusOr<CertifiedKey> IssueLeaf(const CertifiedKey& ca, int purpose, Builder& builder) {
  ASSIGN_OR_RETURN(const KeyPtr issuer_key, FinishLeaf(ca, purpose, builder));
  return builder.Sign(issuer_key.get());
}

using RequestPtr = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;

// The key that a request asks for, where whoever asks has it; null otherwise.
KeyPtr KeyRequested(std::string_view request) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(request.data());
  const unsigned char* end = bytes;
  const RequestPtr parsed(d2i_X509_REQ(nullptr, &end, static_cast<long>(request.size())));
  const bool whole = parsed != nullptr && end == bytes + request.size();
  KeyPtr key(whole ? X509_REQ_get_pubkey(parsed.get()) : nullptr);
  std::array<char, 32> group{};
  const bool sound =
      key != nullptr && EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), nullptr) == 1 &&
      std::string_view(group.data()) == "prime256v1" && X509_REQ_verify(parsed.get(), key.get()) == 1;
  ERR_clear_error();
  return sound ? std::move(key) : nullptr;
}

absl::Status NoRequest() { return MakeError(ErrorCode::kBadInput, "this is no certificate request"); }

}  // namespace

absl::StatusOr<CertifiedKey> MakeCertificateAuthority(Random& random) {
  const KeyPtr key = MakeKey();
  Builder builder(key, random);
  builder.SetSubject("Opgang base " + RandomHex(random));
  builder.SetBasicConstraints(true);
  builder.SetKeyUsage({kKeyCertSign, kCrlSign});
  builder.SetSubjectKeyId();
  builder.SetIssuer(builder.get());
  return builder.Sign(key.get());
}

absl::StatusOr<CertifiedKey> IssueServerCertificate(const CertifiedKey& ca,
                                                    const std::vector<std::string>& hosts, Random& random) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, CanonicalHosts(hosts));
  const KeyPtr key = MakeKey();
  Builder builder(key, random);
  builder.SetSubject("Opgang base");
  for (const std::string& name : names) {
    const std::string address = IpAddressBytes(name);
    if (address.empty()) builder.AddName(GEN_DNS, Ia5(name));
    if (!address.empty()) builder.AddName(GEN_IPADD, Octets(address));
  }
  return IssueLeaf(ca, NID_server_auth, builder);
}

absl::StatusOr<CertifiedKey> IssueProxyCertificate(Random& random) {
  const KeyPtr key = MakeKey();
  Builder builder(key, random);
  builder.SetSubject("Opgang proxy");
  builder.SetBasicConstraints(false);
  builder.SetKeyUsage({kDigitalSignature});
  builder.SetExtendedKeyUsage(NID_client_auth);
  builder.SetSubjectKeyId();
  builder.SetIssuer(builder.get());
  return builder.Sign(key.get());
}

absl::StatusOr<CertifiedKey> IssueInvitationCertificate(const CertifiedKey& ca, StoreId store,
                                                        Random& random) {
  const KeyPtr key = MakeKey();
  Builder builder(key, random);
  builder.SetSubject("Opgang invitation");
  builder.AddName(GEN_URI, Ia5(InvitationUri(store)));
  return IssueLeaf(ca, NID_client_auth, builder);
}

absl::StatusOr<std::string> RequestedKey(std::string_view request) {
  const KeyPtr key = KeyRequested(request);
  if (key == nullptr) return NoRequest();
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  std::array<unsigned char, 32> digest;
  const bool done = size > 0 && EVP_Digest(der, static_cast<size_t>(size), digest.data(), nullptr,
                                           EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  if (!done) return OpensslFailed();
  return std::string(digest.begin(), digest.end());
}

absl::StatusOr<std::string> CertifyStore(const CertifiedKey& ca, const PeerIdentity& store,
                                         std::string_view request, Random& random) {
  RETURN_IF_ERROR(CheckPeerIdentity(store));
  const KeyPtr key = KeyRequested(request);
  if (key == nullptr) return NoRequest();
  Builder builder(key, random);
  builder.SetSubject(store.staff_code);
  builder.AddName(GEN_URI, Ia5(StoreUri(store.store_id)));
  ASSIGN_OR_RETURN(const KeyPtr issuer_key, FinishLeaf(ca, NID_client_auth, builder));
  return builder.SignPublic(issuer_key.get());
}

bool IsKeyPair(const CertifiedKey& certified) {
  const CertificatePtr certificate = ParseCertificate(certified.certificate_pem);
  const KeyPtr key = ParsePrivateKey(certified.private_key_pem.Reveal());
  const bool pair =
      certificate != nullptr && key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return pair;
}

bool IsIssuedBy(const std::string& certificate_pem, const CertifiedKey& ca) {
  const CertificatePtr certificate = ParseCertificate(certificate_pem);
  const CertificatePtr issuer = ParseCertificate(ca.certificate_pem);
  const bool issued = certificate != nullptr && issuer != nullptr &&
                      X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return issued;
}

}  // namespace opgang
