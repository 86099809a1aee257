// One own mutation as it lies in queue.db.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_ROW_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_ROW_H_

#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "opgang/decisions.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

// Stored numbers: schema.h draws the transitions.
enum class RowState : int { kQueued = 1, kAcknowledged = 2, kKept = 3, kRefused = 4 };

struct QueueRow {
  int64_t position = 0;  // order of capture, from 1
  uint64_t seq = 0;      // 0: numbered by a former replica
  std::string intent_id;
  std::string envelope;  // serialized v1::MutationEnvelope
  std::string key_id;
  std::string sealed_payload;
  RowState state = RowState::kQueued;
  uint64_t rev = 0;    // of kAcknowledged and kKept
  int code = 0;        // of kRefused: v1::RefusalCode
  uint32_t field = 0;  // of kRefused
  bool settled = false;
  WhyQueued why = WhyQueued::kSaved;  // it waits, or waited, to be sent
  // Not stored: the row cannot be read as it was written. Its other members are what could be read, if
  // anything.
  bool damaged = false;

  // The envelope, parsed; default where it is damaged.
  v1::MutationEnvelope ParsedEnvelope() const {
    v1::MutationEnvelope parsed;
    if (!parsed.ParseFromString(envelope)) parsed.Clear();
    return parsed;
  }
  // What the envelope says, without parsing all of it; 0, and no bundle, where it is damaged.
  uint32_t record_type() const;
  v1::Bundle bundle() const;
  bool needs_attention() const { return state == RowState::kRefused && !settled && !damaged; }
  bool unsent() const { return state == RowState::kQueued && !damaged; }
};

// 16 bytes over everything that is stored of the row.
std::string RowChecksum(const QueueRow& row);
// 16 bytes over any other stored bytes.
std::string BytesChecksum(std::string_view bytes);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_ROW_H_
