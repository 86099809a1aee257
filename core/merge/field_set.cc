#include "core/merge/field_set.h"

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/base/wire_fields.h"

namespace opgang {
namespace {

template <typename Take>
absl::Status TakeFields(std::string_view bytes, const Take& take) {
  bool has_group = false;
  const bool whole = ForEachField(bytes, [&](const WireField& field) {
    has_group |= field.is_group;
    take(field);
  });
  if (!whole || has_group) return MakeError(ErrorCode::kDamaged, "not a sequence of protobuf fields");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FieldSet> SplitFields(std::string_view bytes) {
  FieldSet fields;
  RETURN_IF_ERROR(
      TakeFields(bytes, [&](const WireField& field) { fields[field.number].append(field.whole); }));
  return fields;
}

absl::StatusOr<std::string> OrderFields(std::string_view bytes) {
  uint32_t highest = 0;
  bool in_order = true;
  RETURN_IF_ERROR(TakeFields(bytes, [&](const WireField& field) {
    in_order &= field.number >= highest;
    highest = field.number;
  }));
  if (in_order) return std::string(bytes);  // as protobuf writes them
  ASSIGN_OR_RETURN(const FieldSet fields, SplitFields(bytes));
  return JoinFields(fields);
}

std::string JoinFields(const FieldSet& fields) {
  std::string bytes;
  for (const auto& [number, field_bytes] : fields) bytes += field_bytes;
  return bytes;
}

}  // namespace opgang
