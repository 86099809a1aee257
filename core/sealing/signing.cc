#include "core/sealing/signing.h"

#include <sodium.h>

namespace opgang {
namespace {

std::string Signed(std::string_view purpose, std::string_view statement) {
  std::string bytes("opgang ");
  bytes.append(purpose).append(1, '\0').append(statement);
  return bytes;
}

const unsigned char* Bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string Sign(const SignKeyPair& keys, std::string_view purpose, std::string_view statement) {
  const std::string bytes = Signed(purpose, statement);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(bytes),
                       bytes.size(), keys.secret_key.data());
  return signature;
}

bool CheckSignature(std::string_view public_key, std::string_view purpose, std::string_view statement,
                    std::string_view signature) {
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return false;
  const std::string bytes = Signed(purpose, statement);
  return crypto_sign_verify_detached(Bytes(signature), Bytes(bytes), bytes.size(), Bytes(public_key)) == 0;
}

}  // namespace opgang
