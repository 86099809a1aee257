#include "client-lib/src/keys/device_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "core/sealing/openssl_handles.h"

namespace opgang {
namespace {

using RequestPtr = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;

absl::Status OpensslFailed() {
  ERR_clear_error();
  return MakeError(ErrorCode::kInternal, "OpenSSL could not make a key");
}

}  // namespace

absl::StatusOr<SecretBytes> MakeDeviceKey() {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const BioPtr pem(BIO_new(BIO_s_mem()));
  const bool written =
      key != nullptr && pem != nullptr &&
      PEM_write_bio_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!written) return OpensslFailed();
  char* data = nullptr;
  const long size = BIO_get_mem_data(pem.get(), &data);
  return SecretBytes(std::string_view(data, static_cast<size_t>(size)));
}

absl::StatusOr<std::string> MakeCertificateRequest(const SecretBytes& key_pem) {
  const KeyPtr key = ParsePrivateKey(key_pem.Reveal());
  ERR_clear_error();
  if (key == nullptr) return MakeError(ErrorCode::kDamaged, "the device's key cannot be read");
  const RequestPtr request(X509_REQ_new());
  const bool signed_by_it = request != nullptr && X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                            X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0;
  if (!signed_by_it) return OpensslFailed();
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  if (size <= 0) return OpensslFailed();
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

bool IsCertificateFor(const std::string& certificate_pem, const SecretBytes& key_pem) {
  const KeyPtr key = ParsePrivateKey(key_pem.Reveal());
  const CertificatePtr certificate(
      PEM_read_bio_X509(ReadingBio(certificate_pem).get(), nullptr, NoPassword, nullptr));
  const bool matches =
      key != nullptr && certificate != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return matches;
}

}  // namespace opgang
