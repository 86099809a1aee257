// What one session's device has pushed opened, for its pages: of what comes back as it was sent only the rest travels
// (FeedEntry.as_sent_seq).
#ifndef OPGANG_SERVER_SYNC_SENT_CREATES_H_
#define OPGANG_SERVER_SYNC_SENT_CREATES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/base/ids.h"
#include "opgang/v1/sync.pb.h"
#include "server/engine/submission.h"

namespace opgang {

// A device keeps what was applied until it has passed that rev in each scope that it reads, where it reads one of those that the
// envelope names (StoreImpl::Settle). So in such a scope, at that very rev, and in the session that pushed it opened, the device has it:
// there it is left out, once. Anything else, and everything beyond kMost, comes whole.
class SentCreates {
 public:
  static constexpr size_t kMost = 1000;  // remembered at a time: 0.2 MiB

  void Note(const OpenedMutation& mutation);
  void NoteVerdict(const v1::Verdict& verdict);
  void LeaveOutOf(v1::FeedEntry& entry, const Scope& scope);

 private:
  struct Sent {
    IntentId intent;
    RecordId record;
    RecordId subject;
    uint32_t type = 0;
    std::vector<Scope> scopes;  // that the envelope names
    size_t fields_hash = 0;
    uint64_t rev = 0;  // at which it was applied; 0 = not yet, or not at all
  };
  bool IsThis(const Sent& sent, const v1::FeedEntry& entry, const Scope& scope) const;

  std::map<uint64_t, Sent> by_seq_;
  std::map<RecordId, uint64_t> seq_of_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_SYNC_SENT_CREATES_H_
