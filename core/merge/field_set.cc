#include "core/merge/field_set.h"

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace opgang {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

namespace {

// Tells `take` of each field, in the order in which they come: its number, and its bytes with the tag.
template <typename Take>
absl::Status ForEachField(std::string_view bytes, const Take& take) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (in.CurrentPosition() < static_cast<int>(bytes.size())) {
    const int start = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    const auto wire_type = WireFormatLite::GetTagWireType(tag);
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    const bool is_group =
        wire_type == WireFormatLite::WIRETYPE_START_GROUP || wire_type == WireFormatLite::WIRETYPE_END_GROUP;
    if (tag == 0 || number == 0 || is_group || !WireFormatLite::SkipField(&in, tag))
      return MakeError(ErrorCode::kDamaged, "not a sequence of protobuf fields");
    take(static_cast<uint32_t>(number), bytes.substr(start, in.CurrentPosition() - start));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FieldSet> SplitFields(std::string_view bytes) {
  FieldSet fields;
  RETURN_IF_ERROR(ForEachField(
      bytes, [&](uint32_t number, std::string_view field_bytes) { fields[number].append(field_bytes); }));
  return fields;
}

absl::StatusOr<std::string> OrderFields(std::string_view bytes) {
  uint32_t highest = 0;
  bool in_order = true;
  RETURN_IF_ERROR(ForEachField(bytes, [&](uint32_t number, std::string_view) {
    in_order &= number >= highest;
    highest = number;
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
