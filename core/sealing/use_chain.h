// The chain in which a device notes its own uses until the base can take them (DeviceUses, sync.proto).
//
//   key 1      32 random bytes, sealed to the base's public key when the chain begins
//   key N+1    BLAKE2b(key N, "opgang use chain 1"); key N is thrown away with the use that it was for
//   link N     keyed BLAKE2b under key N over N, link N-1 and the sealed use N; 16 bytes
//
// So whoever takes hold of a device can neither change, leave out nor put in a use that was noted before: the keys for that
// are gone, and the base has the first. The last ones he can cut off unseen, if he writes none after them. (Forward-secure
// logging: Schneier and Kelsey, Secure Audit Logs to Support Computer Forensics, 1999.)
//
// Thread-safe; a key of a wrong size aborts (sealing.h).
#ifndef OPGANG_CORE_SEALING_USE_CHAIN_H_
#define OPGANG_CORE_SEALING_USE_CHAIN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/sealing/secret.h"

namespace opgang {

inline constexpr size_t kUseKeySize = 32;
// Then a device begins another chain: whoever checks a link has to make every key before it.
inline constexpr uint64_t kMostUsesInAChain = 10'000;

SecretBytes NextUseKey(const SecretBytes& key);
std::string UseLink(const SecretBytes& key, uint64_t number, std::string_view before,
                    std::string_view sealed);

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_USE_CHAIN_H_
