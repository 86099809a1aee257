// Ed25519 over what the base states and others are to be able to check: with a purpose, so that no signature for one is ever
// taken for another.
#ifndef OPGANG_CORE_SEALING_SIGNING_H_
#define OPGANG_CORE_SEALING_SIGNING_H_

#include <string>
#include <string_view>

#include "core/sealing/sealing.h"

namespace opgang {

// 64 bytes.
std::string Sign(const SignKeyPair& keys, std::string_view purpose, std::string_view statement);
bool CheckSignature(std::string_view public_key, std::string_view purpose, std::string_view statement,
                    std::string_view signature);

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_SIGNING_H_
