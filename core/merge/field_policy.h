// Which of several values that stand side by side stands in front: the one that screens, lists and rules use until a
// person has settled the conflict. Nothing is lost by the choice; it only decides what is acted upon meanwhile.
//
// Default: the latest, by (min(hybrid time, receive time), intent id). The intent id is a UUIDv7 made from the hybrid
// clock's reading, so that a version carries its own time and a record without conflicts stores none. A mutation that
// the base has not received yet counts with its hybrid time alone: it will be received later than all that has been,
// so the order in which the device shows it is the one in which the base will put it.
//
// Where the latest is not the most careful, the field's policy says which value is; the latest decides among equals.
// The fields that have one, and why, stand in core/records/registry.cc.
#ifndef OPGANG_CORE_MERGE_FIELD_POLICY_H_
#define OPGANG_CORE_MERGE_FIELD_POLICY_H_

#include <cstdint>
#include <string_view>

#include "opgang/v1/record.pb.h"

namespace opgang {

enum class FrontPolicy {
  kLatest,
  kEarliestDate,  // of a stated time; none at all is last
  kLatestDate,    // of a civil date; none at all is last
  kValueFirst,    // one enum or bool value before all others
};

struct FieldPolicy {
  FrontPolicy policy = FrontPolicy::kLatest;
  uint64_t value = 0;  // of kValueFirst
};

// How much `field_bytes` (a field as serialized, empty = cleared) comes before others under `policy`: greater first.
// What cannot be read ranks as cleared.
int64_t FrontRank(const FieldPolicy& policy, std::string_view field_bytes);

// Milliseconds since 1970-01-01 UTC that a version counts with: its own time, but never later than the base received it.
int64_t VersionTime(const v1::Provenance& provenance);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_FIELD_POLICY_H_
