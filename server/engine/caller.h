// Who speaks: the certificate's store and person, as the base's rows have them now. The one place that turns a verified
// certificate into what somebody may do; Sync, reports and administration all ask here, on every call.
#ifndef OPGANG_SERVER_ENGINE_CALLER_H_
#define OPGANG_SERVER_ENGINE_CALLER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// Whom the certificate names.
struct Peer {
  std::string staff_code;
  StoreId store;
};

// The store that the certificate names, where it is enrolled here for that person; taken out of use or not.
absl::StatusOr<std::optional<StoreAccount>> FindAccount(BaseReader& store, const Peer& peer);

// What the store's person may do now, and could do before (admission.h).
absl::StatusOr<Author> AuthorOf(BaseReader& store, const StoreAccount& account);
// The same of a person without a store: who wrote what a base has of a store that it has forgotten.
absl::StatusOr<Author> AuthorOf(BaseReader& store, std::string_view staff_code);
// Whether two say the same of what somebody may do.
bool SameAuthority(const Author& a, const Author& b);

// Who calls a unary method.
struct Caller {
  bool local = false;  // the base's own user, over the socket: everything
  Author author;       // of a local one: empty

  const std::string& staff_code() const { return author.staff_code; }
  bool SeesMunicipality(MunicipalityId id) const { return local || author.municipality == id; }
  bool Reads(const Scope& scope) const;
  // Some of these, or all of these; none of none.
  bool ReadsAny(const std::vector<Scope>& scopes) const;
  bool ReadsAll(const std::vector<Scope>& scopes) const;
};

// Who calls over mutual TLS. `proof`: a serialized v1::ReaderProof; the token stays good, no session turns here. One answer
// for a store that is not here, not enrolled, or another person's: kBaseRefused. kRevoked. kTryLater: the proof does not hold
// for the store's last session.
absl::StatusOr<Caller> CallerOf(BaseReader& store, const Peer& peer, std::string_view proof);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_CALLER_H_
