// The law of the device, for one record:
//
//     visible  =  confirmed record  +  own mutations not yet contained in it, replayed in order
//
// Contained is what the confirmed record shows to have merged: a rev at or above the verdict's, or the
// mutation's own intent id standing in it (a page may come before the verdict). Pure.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_VISIBLE_RECORD_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_VISIBLE_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client-lib/src/store/confirmed_store.h"
#include "client-lib/src/store/queue_row.h"
#include "core/base/ids.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/view.h"

namespace opgang {

// An own mutation, opened.
struct OwnMutation {
  int64_t position = 0;
  IntentId intent;
  RecordId record;
  v1::MutationEnvelope envelope;
  v1::MutationPayload payload;
  v1::Provenance provenance;
  RowState state = RowState::kQueued;  // never kKept
  uint64_t rev = 0;
  bool settled = false;  // of kRefused: fixed or withdrawn, so no longer shown
};

// None null.
using OwnMutations = std::vector<const OwnMutation*>;

// `record` bears the mark of the mutation `intent_id`: it was created, last changed, or a field of it written
// by it.
bool BearsMarkOf(const v1::Record& record, std::string_view intent_id);

// The serialized v1::Record has field states: without them no values stand side by side in it.
bool HasFieldStates(std::string_view record);

// `confirmed`: nullopt = not known here, or gone. `own`: of this record, in order of capture. nullopt:
// nothing to see (unknown, deleted, of a type that this build does not know, or unreadable).
std::optional<VisibleRecord> MakeVisible(std::optional<ConfirmedRecord> confirmed, const OwnMutations& own);

// `fields` parsed as a message of the type; null where they are none.
std::shared_ptr<const google::protobuf::Message> ParseContent(const RecordTypeInfo& type,
                                                              std::string_view fields);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_VISIBLE_RECORD_H_
