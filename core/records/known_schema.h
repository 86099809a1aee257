// What a build knows of records, and what is ahead of that: made by a newer app than this program.
//
// A base takes in nothing that it only half understands, for it could neither check nor authorise the rest: what is ahead
// waits in quarantine (SCHEMA_AHEAD) and takes effect, in order, when the base has been upgraded (engine/upgrade.cc).
// A device keeps and shows what it can of a record that is ahead of it, and hands the rest on untouched (I17).
#ifndef OPGANG_CORE_RECORDS_KNOWN_SCHEMA_H_
#define OPGANG_CORE_RECORDS_KNOWN_SCHEMA_H_

#include <cstdint>
#include <string_view>

#include "core/packing/packing.h"
#include "core/records/registry.h"
#include "google/protobuf/message.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

// This build's; in a test an older one's, or a made-up next one's, whose fields this build cannot name and so takes as
// they come. Record types are numbered without gaps, so the newest says which are known.
struct KnownSchema {
  uint32_t version = kSchemaVersion;
  uint32_t newest_type = static_cast<uint32_t>(AllRecordTypes().size());
  uint32_t packing = kPackingForm;  // the newest form that it opens; 0 = a build of before there was any
  bool takes_opened = true;         // SyncRequest.opened_push; false = a build of before there was that
  bool hears_due = true;            // SyncRequest.nearest_due; likewise
};

// A mutation's two halves, as far as they could be parsed, and what they were parsed from.
struct MutationHalves {
  const v1::MutationEnvelope& envelope;
  std::string_view envelope_bytes;
  const v1::MutationPayload& payload;
  std::string_view payload_bytes;
};

// Whether a mutation says something that `schema` does not know: by the version in its envelope; or, where that alone
// would let it pass, by a record type, action, field or enum value that has no meaning here, however deep. False for what
// cannot be parsed at all.
bool IsAhead(const MutationHalves& mutation, const KnownSchema& schema);

// Fields that this build has no name for, in the message or in any message within it.
bool HasUnknownFields(const google::protobuf::Message& message);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_KNOWN_SCHEMA_H_
