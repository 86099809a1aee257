// The base's own keys, and where they lie. In the base's directory:
//
//   keys/             mode 0700; every file in it 0600
//     ca.pem          the certificate authority's certificate; pinned by every invitation
//     ca.key          its private key
//     server.pem      the base's private key and certificate in one file, so that they change together
//     box.key         X25519 seed (32 bytes) and its check (16): the base's public key is in every invitation
//     storage.key     the storage key (32 bytes) and its check (16): what the base's database is sealed with
//
// All five appear together: they are written to keys.new/, which is then renamed. From then on they are never
// made anew, for a new key would make every device a stranger or the database unreadable: a file that is
// missing or cannot be read is kDamaged, and keys/ must be restored from its backup. Only server.pem is
// renewable: it is issued again when the hosts change, or when it is missing or unreadable.
#ifndef OPGANG_SERVER_IDENTITY_KEY_STORE_H_
#define OPGANG_SERVER_IDENTITY_KEY_STORE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "core/sealing/secret.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

struct BaseKeys {
  CertifiedKey ca;
  CertifiedKey server;
  BoxKeyPair box;
  SecretBytes storage_key;  // 32 bytes
};

// `directory` exists; `hosts` is what devices dial, without ports. One process at a time (the base's lock
// file sees to it); two that create at once is kStoreBusy for the later. kNotWritable, kDiskFull: nothing was
// created, free the way and call again. kDamaged: as above. kBadInput: the hosts, as CanonicalHosts.
absl::StatusOr<BaseKeys> LoadOrCreateBaseKeys(const std::filesystem::path& directory,
                                              const std::vector<std::string>& hosts, Random& random);

// Loads, changes no content, and takes server.pem as it is: for commands beside a running base. kNotFound
// where this base has no keys yet; kDamaged as above.
absl::StatusOr<BaseKeys> LoadBaseKeys(const std::filesystem::path& directory);

// From a copy of keys/, as it was backed up; without the renewable server.pem. kDamaged as above.
absl::StatusOr<BaseKeys> LoadKeysCopy(const std::filesystem::path& keys);

// Makes `directory`/keys from such a copy, durably and all at once. Only where there is none yet.
absl::Status AdoptKeysCopy(const std::filesystem::path& keys, const std::filesystem::path& directory);

}  // namespace opgang

#endif  // OPGANG_SERVER_IDENTITY_KEY_STORE_H_
