// The smallest base that keeps the promises a device relies on: it opens what was pushed, merges it, and
// answers with verdicts, pages and Current. In memory; the real one has tests of its own.
#ifndef OPGANG_TESTS_DEVICE_TINY_BASE_H_
#define OPGANG_TESTS_DEVICE_TINY_BASE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/records/validation.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/record.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class TinyBase {
 public:
  explicit TinyBase(Clock& clock);

  const std::string& public_key() const { return box_.public_key; }
  AreaId area() const { return area_; }
  Scope area_scope() const { return AreaScope(area_); }

  v1::Welcome Welcome() const;
  // Verdicts in order. `refuse` may name mutations to be quarantined; bundles go whole.
  v1::Ack Take(const v1::Push& push);
  // What the device was used for, opened.
  std::vector<v1::DeviceUse> OpenUses(const v1::DeviceUses& uses) const;
  // Everything of the scope beyond `after_rev`; from 0 on it is a reset.
  v1::Page PageOf(const Scope& scope, uint64_t after_rev) const;
  v1::Current CurrentOf(const Scope& scope) const;
  // Every leaf of the scope, whole.
  std::vector<v1::LeafContent> LeavesOf(const Scope& scope) const;

  // Somebody else's work.
  RecordId Put(const google::protobuf::Message& content, RecordId id, std::string subject = {});
  void PatchAsOther(RecordId id, const google::protobuf::Message& values, std::vector<uint32_t> fields,
                    bool having_seen);
  void Delete(RecordId id);
  void Erase(RecordId id);
  // A person at the base applies a refused mutation after all.
  void Replay(const std::string& intent_id);
  // Restored from a backup that holds nothing.
  void LoseEverything();

  std::function<std::optional<Refusal>(const v1::MutationEnvelope&, const google::protobuf::Message&)> refuse;
  std::vector<v1::Grant> grants;
  uint64_t durable_horizon = 0;
  v1::BackupStatus backup;
  std::vector<v1::SeatLoan> loans;
  std::optional<v1::Record> RecordOf(RecordId id) const;
  // Payloads as opened, in the order they came.
  const std::vector<v1::MutationPayload>& payloads() const { return payloads_; }

 private:
  struct Stored {
    uint32_t type = 0;
    std::string subject;
    std::vector<Scope> scopes;
    v1::Record record;
    uint64_t rev = 0;
    v1::FeedChange change = v1::FEED_CHANGE_PUT;
  };
  struct Opened {
    v1::MutationEnvelope envelope;
    v1::MutationPayload payload;
  };
  std::optional<Refusal> RefusalOf(const Opened& opened) const;
  v1::Verdict Apply(const Opened& opened, uint64_t rev);
  // What lives in the scope, in record order.
  std::vector<v1::FeedEntry> Living(const Scope& scope) const;

  Clock& clock_;
  BoxKeyPair box_;
  AreaId area_;
  std::string sum_key_;
  std::string epoch_;
  uint64_t rev_ = 0;
  std::map<RecordId, Stored> records_;
  std::map<std::string, v1::Verdict> verdicts_;
  std::map<std::string, Opened> quarantine_;
  std::map<std::string, SecretBytes> keys_;
  std::vector<v1::MutationPayload> payloads_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_DEVICE_TINY_BASE_H_
