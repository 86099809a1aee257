// A message taken apart into its fields without knowing its type: field number -> the bytes of all occurrences, tags
// included, in order. Lets an engine keep, merge and forward fields that it does not know (I17), and always writes the
// same bytes for the same content (I6).
#ifndef OPGANG_CORE_MERGE_FIELD_SET_H_
#define OPGANG_CORE_MERGE_FIELD_SET_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace opgang {

using FieldSet = std::map<uint32_t, std::string>;

// kDamaged where `bytes` is no sequence of fields (groups are refused as well: no schema of ours has them).
absl::StatusOr<FieldSet> SplitFields(std::string_view bytes);

// Fields in rising number order.
std::string JoinFields(const FieldSet& fields);

// JoinFields(SplitFields(bytes)), without taking apart what is in order already.
absl::StatusOr<std::string> OrderFields(std::string_view bytes);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_FIELD_SET_H_
