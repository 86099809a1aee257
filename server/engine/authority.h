// Who may do what: the one reviewed table, in three parts. A method of a service or a record type without its row, or a row
// that contradicts the register of record types, stops the base from starting (CheckAuthority).
//
//   methods   role x RPC x transport: who may call what, and with which proof
//   scopes    role x scope kind x mode: what a grant may give to somebody of a role, whatever stands in the base's rows
//   types     role x record type x mode: who reads, writes and refers what; follows from the scopes and from the writers in
//             core/records/registry.cc, and is written out here so that a person can check it
//
// The socket is the base's own user's, who needs no role. Over mutual TLS the role is the certificate's person's, as the base's
// rows have it now, on every call (caller.h). What somebody may call still shows what is his only: his municipality, and the
// scopes that he may read.
#ifndef OPGANG_SERVER_ENGINE_AUTHORITY_H_
#define OPGANG_SERVER_ENGINE_AUTHORITY_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "core/records/registry.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

enum class Proof {
  kBootstrap,  // the invitation's certificate: no store yet
  kInStream,   // the session asks itself (ServerSession): without it a store hands in and reads nothing
  kRead,       // a ReaderProof with the call
};

struct MethodRule {
  std::string_view method;  // "AdminService/Invite"
  bool on_socket;
  uint32_t roles;  // over mutual TLS: bit set of 1 << Role
  Proof proof;     // over mutual TLS
};

struct TypeRule {
  RecordType type;
  uint32_t readers;    // bit sets of 1 << Role
  uint32_t writers;    // may create, change and delete
  uint32_t referrers;  // may create and never read
};

std::span<const MethodRule> MethodRules();
std::span<const TypeRule> TypeRules();

// kInternal, naming what is missing or contradicts: no base starts with that.
absl::Status CheckAuthority(std::span<const MethodRule> methods, std::span<const TypeRule> types);

// nullptr: nobody may call it.
const MethodRule* FindMethodRule(std::string_view method);
bool Permits(const MethodRule& rule, Role role);

// Whether a grant of that kind and mode counts for somebody of that role.
bool MayHold(Role role, v1::ScopeKind kind, v1::GrantMode mode);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_AUTHORITY_H_
