// Who works here and on which devices, as the base keeps it: staff, municipalities, stores, grants. What follows from it is
// server/engine/authority.h's.
#ifndef OPGANG_SERVER_STORE_STAFF_H_
#define OPGANG_SERVER_STORE_STAFF_H_

#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "core/records/registry.h"
#include "core/sealing/secret.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// One base may serve several, and nothing of one is visible in another. A staff member and an area belong to one.
struct Municipality {
  MunicipalityId id;  // its directory's scope goes by it
  std::string name;   // empty: the default one
};

// The one that is there where nobody names any.
inline const MunicipalityId kDefaultMunicipality{
    Uuid{0x0f, 0x70, 0x67, 0x61, 0x6e, 0x67, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};

// Where the offer of groups stands.
inline Scope DirectoryOf(MunicipalityId municipality) {
  return {v1::SCOPE_KIND_DIRECTORY, municipality.uuid()};
}

struct StaffMember {
  std::string staff_code;
  Role role = Role::kOutreach;
  int64_t role_since_us = 0;  // base time; 0: from the beginning
  MunicipalityId municipality = kDefaultMunicipality;
};

// A role that somebody had.
struct FormerRole {
  Role role = Role::kOutreach;
  int64_t from_us = 0;  // base time; 0: from the beginning
  int64_t until_us = 0;
};

struct Area {
  AreaId id;
  std::string name;  // unique within its municipality
  MunicipalityId municipality = kDefaultMunicipality;
};

struct StoredGrant {
  Scope scope;
  uint64_t generation = 1;
  v1::GrantMode mode = v1::GRANT_MODE_READ_WRITE;
  std::string display_name;
  SecretBytes sum_key{};  // of the scope's sums; filled in by Grants()
  int64_t taken_us = 0;   // base time at which it was taken again; 0 = it stands
  int64_t given_us = 0;   // base time at which it was given; 0 = from the beginning
};

// One store of one staff member on one device, as invited.
struct StoreAccount {
  StoreId id;
  std::string staff_code;
  std::string device_label;
  std::string invitation_id;  // 16 bytes
  int64_t invited_us = 0;
  int64_t enrolled_us = 0;       // 0: not yet
  std::string proof_public_key;  // empty: not yet
  std::string store_public_key;
  ReplicaId replica;  // the one that was named last
  // "This device exists twice": since when, base time; 0 = no, or settled by a person.
  int64_t twin_since_us = 0;
  int64_t work_since_us = 0;  // nothing that it hands in was recorded before; base time
  std::string tls_key;        // SHA-256 of the public key that redeemed the invitation; empty: not yet
  int64_t alarm_us = 0;  // somebody came with the invitation and another key; 0 = no, or settled by a person
  std::string lease_public_key;
  int64_t lease_until_us = 0;      // unlocking ends then
  uint32_t lease_wrong_count = 0;  // lease proofs that did not hold, since one did
  int64_t lease_wrong_us = 0;      // the last of them
  int64_t last_read_us = 0;        // last session with a read proof; 0 = never
  v1::Revocation revoked;          // at_us 0: in use
  bool is_revoked() const { return revoked.at_us() > 0; }
  bool is_stolen() const { return revoked.reason() == v1::REVOCATION_REASON_STOLEN; }
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_STAFF_H_
