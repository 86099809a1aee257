// A device made by hand: says exactly what the test tells it to say, well formed or not. For the committer
// and the session, below which there is no store.
#ifndef OPGANG_TESTS_SUPPORT_HAND_DEVICE_H_
#define OPGANG_TESTS_SUPPORT_HAND_DEVICE_H_

#include <string>
#include <vector>

#include "core/sealing/sealing.h"
#include "google/protobuf/message.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_base.h"

namespace opgang {

// A mutation before it is sealed: to be spoilt as the test wants.
struct Draft {
  v1::MutationEnvelope envelope;
  v1::MutationPayload payload;
  RecordId record() const { return RecordId::FromBytes(envelope.record_id()).value_or(RecordId()); }
  IntentId intent() const { return IntentId::FromBytes(envelope.intent_id()).value_or(IntentId()); }
};

class HandDevice {
 public:
  HandDevice(TestBase& base, ManualClock& clock, const std::string& staff, const std::string& role,
             const std::vector<std::string>& areas);

  Draft Create(const google::protobuf::Message& content, const Scope& scope, RecordId record = {});
  // Of `of`'s record: the fields that are set in `values`.
  Draft Patch(const Draft& of, const google::protobuf::Message& values, std::vector<IntentId> seen);
  static void MakeBundle(std::vector<Draft*> parts);

  // Under the next seq.
  v1::SealedMutation Seal(const Draft& draft);
  std::vector<v1::SealedMutation> Seal(const std::vector<Draft>& drafts);
  const v1::QueueKey& queue_key() const { return queue_key_; }
  v1::Push Push(const std::vector<v1::SealedMutation>& mutations) const;
  v1::SyncRequest Request(const v1::Push& push) const;

  // Straight to the committer, as one Push would.
  std::vector<v1::Verdict> Commit(const std::vector<v1::SealedMutation>& mutations);
  v1::Verdict Commit(const Draft& draft) { return Commit(std::vector{Seal(draft)}).at(0); }
  std::vector<Submission> Open(const std::vector<v1::SealedMutation>& mutations);

  v1::Hello Hello() const;
  v1::SyncRequest HelloRequest() const;
  // Takes token and replica over.
  void Heed(const v1::Welcome& welcome);

  Peer peer;
  ReplicaId replica;
  std::string token;
  uint64_t next_seq = 1;
  bool locked = false;     // says Hello without a read proof
  bool knows_time = true;  // evidence of this boot, anchored at enrolment
  std::vector<v1::Cursor> cursors;
  std::string epoch;

 private:
  Draft Blank(uint32_t type, RecordId record);

  TestBase& base_;
  ManualClock& clock_;
  SignKeyPair proof_;
  SecretBytes key_;
  v1::QueueKey queue_key_;
  v1::BaseTimeAnchor anchor_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_HAND_DEVICE_H_
