// Mutations that the base makes itself (the import), in the form in which devices' mutations reach the committer.
#ifndef OPGANG_SERVER_ENGINE_BASE_AUTHOR_H_
#define OPGANG_SERVER_ENGINE_BASE_AUTHOR_H_

#include <vector>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/merge/merge.h"
#include "google/protobuf/message.h"
#include "server/engine/submission.h"

namespace opgang {

// The base as an author: role kBase, code "base", a replica of its own named by the epoch. Not thread-safe.
class BaseAuthor {
 public:
  // `next_seq`: BaseStore::NextSeq() of replica().
  BaseAuthor(EpochId epoch, uint64_t next_seq, Clock& clock, Random& random);
  static ReplicaId ReplicaOf(EpochId epoch) { return ReplicaId(epoch.uuid()); }

  // Returns the submission; `id` is the new record's.
  Submission Create(const google::protobuf::Message& content, const Scope& scope, RecordId& id);
  // Sets the fields of `current` that differ in `wanted`; nullopt where none does.
  std::optional<Submission> Patch(const StoredRecord& current, const google::protobuf::Message& wanted);
  // What a person decided here about `current`: their word, under their name and role, in the base's own sequence.
  Submission InTheNameOf(const StaffMember& person, const StoredRecord& current, v1::MutationPayload payload);

 private:
  Submission Wrap(v1::MutationEnvelope envelope, v1::MutationPayload payload, const Scope& scope);

  const ReplicaId replica_;
  uint64_t next_seq_;
  Clock& clock_;
  Random& random_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_BASE_AUTHOR_H_
