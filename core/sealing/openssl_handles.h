// Owners of the OpenSSL objects that base and device use, and the two ways to and from PEM text. Whoever includes this links
// OpenSSL; core itself does not.
#ifndef OPGANG_CORE_SEALING_OPENSSL_HANDLES_H_
#define OPGANG_CORE_SEALING_OPENSSL_HANDLES_H_

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace opgang {

template <auto kFree>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using NamePtr = std::unique_ptr<GENERAL_NAME, OpensslFree<GENERAL_NAME_free>>;

// A BIO that reads `text`, which must outlive it.
inline BioPtr ReadingBio(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What was written into a memory BIO; valid while the BIO lives. OpenSSL wipes it when the BIO is freed.
inline std::string_view Written(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size <= 0 ? std::string_view() : std::string_view(data, static_cast<size_t>(size));
}

// Never asks for a password on the terminal.
inline int NoPassword(char*, int, int, void*) { return -1; }

// The first certificate in `pem`; null where there is none. Leaves OpenSSL's error queue empty, for what lies
// in it would be taken for the next TLS call's error.
inline CertificatePtr ParseCertificate(std::string_view pem) {
  CertificatePtr certificate(PEM_read_bio_X509(ReadingBio(pem).get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return certificate;
}

inline KeyPtr ParsePrivateKey(std::string_view pem) {
  KeyPtr key(PEM_read_bio_PrivateKey(ReadingBio(pem).get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_OPENSSL_HANDLES_H_
