// What a session hands to the writer: one bundle (or one mutation alone), opened as far as it could be.
#ifndef OPGANG_SERVER_ENGINE_SUBMISSION_H_
#define OPGANG_SERVER_ENGINE_SUBMISSION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/records/known_schema.h"
#include "core/records/registry.h"
#include "core/records/validation.h"
#include "core/rules/clock_evidence.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/mutation.pb.h"
#include "server/store/base_store.h"

namespace opgang {

// Who speaks: from the certificate and the base's tables, never from the message.
struct Author {
  std::string staff_code;
  Role role = Role::kOutreach;
  StoreId store;
  ReplicaId replica;
  std::string device_label;  // shown beside a value in conflict; empty: the base itself
  absl::Time enrolled;
  std::vector<StoredGrant> grants;
  std::vector<StoredGrant> taken_grants;  // what was captured under them counts still (admission.h)
  int64_t role_since_us = 0;              // base time; 0: from the beginning
  std::vector<FormerRole> former_roles;   // what was captured in them is judged by them
  MunicipalityId municipality = kDefaultMunicipality;
  v1::Revocation revoked;  // at_us 0: the store is in use
  uint64_t as_of = 0;      // BaseStore::authority_rev(), read before the rest; 0: for the base's own
  bool is_revoked() const { return revoked.at_us() > 0; }
  bool is_stolen() const { return revoked.reason() == v1::REVOCATION_REASON_STOLEN; }
};

// One mutation after opening. Where something is wrong with it by itself, `refusal` says what; it still has a fate.
struct OpenedMutation {
  uint64_t seq = 0;
  IntentId intent;
  std::string envelope_bytes;
  v1::MutationEnvelope envelope;
  std::string payload_bytes;  // opened; as it came where it could not be
  v1::MutationPayload payload;
  bool opened = false;
  std::string queue_key_id;
  std::string wrapped_for_base;
  std::string digest;
  std::optional<Refusal> refusal;
  // Its intent id is another author's, and this author may not be told so: the log calls it by its digest.
  bool under_digest = false;
  // By then it had been captured: the latest instant of the mutations after it in the same Push.
  std::optional<absl::Time> captured_by;
  // Seen before the writer has it, whose time is everybody's; nullopt: not looked at. What its own evidence says of when it was
  // recorded; and of a create, the day from which on its content is sound by itself.
  std::optional<Interval> own_interval;
  std::optional<absl::CivilDay> sound_from;
};

struct Submission {
  std::shared_ptr<const Author> author;   // never null; those of one push share theirs
  std::vector<OpenedMutation> mutations;  // one, or a whole bundle in seq order
  absl::Time received;
  std::optional<Anchor> session;  // the Hello's clocks at receive time
};

// To change who speaks: from now on this submission shares its author with no other.
Author& OwnAuthor(Submission& submission);

// Queue keys of one session, opened with the base's key pair. Bounded: at most kMaxQueueKeys.
inline constexpr size_t kMaxQueueKeys = 4096;
struct QueueKeys {
  struct Entry {
    SecretBytes key;  // empty: could not be opened
    std::string wrapped_for_base;
  };
  std::map<std::string, Entry> by_id;

  void Add(const v1::QueueKey& key, const BoxKeyPair& base_keys);
};

// Opens and checks one mutation as far as that needs no database. Never fails: what cannot be read is refused with
// its reason. `digest_key` makes the digest that tells a retry from another mutation under the same id.
OpenedMutation OpenMutation(const v1::SealedMutation& sealed, const QueueKeys& keys,
                            const SecretBytes& digest_key, const KnownSchema& schema = {});

// From an unlocked store, in an opened push.
inline bool CameOpened(const v1::SealedMutation& mutation) { return !mutation.opened_payload().empty(); }

// Whether the log holds this very mutation, under whatever digest: earlier builds made it of the bytes as captured, and one that
// could not unpack a payload keeps it as it came.
bool SameContent(const LogContent& logged, const OpenedMutation& mutation);

// The same of a store that was taken out of use: refused, whatever it says. Of a stolen one the payload stays as it came; it
// was opened in passing for its digest and the evidence of when it was captured, and nothing else of it is kept or parsed.
OpenedMutation OpenRevoked(const v1::SealedMutation& sealed, const QueueKeys& keys,
                           const SecretBytes& digest_key, bool stolen);

// Parses envelope and payload from their bytes and refuses what is wrong with them by themselves, judged by what this
// build knows: also when a mutation is taken out of quarantine.
void CheckForm(OpenedMutation& mutation, const KnownSchema& schema = {});

// What the content of a mutation's record shows by itself, where it is `fields` (serialized), said on `latest_day` at the latest
// (ValidationContext): sound on one day it is so on every later one.
std::optional<Refusal> CheckContent(const RecordTypeInfo& info, const OpenedMutation& mutation,
                                    const std::string& fields, absl::CivilDay latest_day);

// Groups neighbours into bundles. A bundle with missing or foreign parts is one submission refused as a whole.
std::vector<Submission> GroupBundles(std::vector<OpenedMutation> mutations, Author author,
                                     absl::Time received, const std::optional<Anchor>& session);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_SUBMISSION_H_
