#include "core/merge/field_set.h"

#include "core/base/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace opgang {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

absl::StatusOr<FieldSet> SplitFields(std::string_view bytes) {
  const absl::Status damaged = MakeError(ErrorCode::kDamaged, "not a sequence of protobuf fields");
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  FieldSet fields;
  while (in.CurrentPosition() < static_cast<int>(bytes.size())) {
    const int start = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    const auto wire_type = WireFormatLite::GetTagWireType(tag);
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    const bool is_group =
        wire_type == WireFormatLite::WIRETYPE_START_GROUP || wire_type == WireFormatLite::WIRETYPE_END_GROUP;
    if (tag == 0 || number == 0 || is_group || !WireFormatLite::SkipField(&in, tag)) return damaged;
    fields[static_cast<uint32_t>(number)].append(bytes.substr(start, in.CurrentPosition() - start));
  }
  return fields;
}

std::string JoinFields(const FieldSet& fields) {
  std::string bytes;
  for (const auto& [number, field_bytes] : fields) bytes += field_bytes;
  return bytes;
}

}  // namespace opgang
