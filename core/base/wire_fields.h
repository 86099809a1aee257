// The fields of a serialized protobuf message, without knowing its type and without making one.
#ifndef OPGANG_CORE_BASE_WIRE_FIELDS_H_
#define OPGANG_CORE_BASE_WIRE_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace opgang {

// Views are of the message.
struct WireField {
  uint32_t number = 0;
  bool is_group = false;
  uint64_t value = 0;        // of a varint
  std::string_view content;  // of what has a length: bytes, text, a message
  std::string_view whole;    // with its tag
};

// Calls `take(const WireField&)` for each, in the order in which they come. False: these bytes are no message; what came before
// the place where that shows has been taken.
template <typename Take>
bool ForEachField(std::string_view message, const Take& take) {
  using google::protobuf::internal::WireFormatLite;
  const auto size = static_cast<int>(message.size());
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()), size);
  while (in.CurrentPosition() < size) {
    const auto start = static_cast<size_t>(in.CurrentPosition());
    const uint32_t tag = in.ReadTag();
    WireField field{.number = static_cast<uint32_t>(WireFormatLite::GetTagFieldNumber(tag))};
    uint32_t length = 0;
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT:
        if (!in.ReadVarint64(&field.value)) return false;
        break;
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        if (!in.ReadVarint32(&length)) return false;
        field.content = message.substr(static_cast<size_t>(in.CurrentPosition()), length);
        if (!in.Skip(static_cast<int>(length))) return false;
        break;
      case WireFormatLite::WIRETYPE_START_GROUP: field.is_group = true; [[fallthrough]];
      default:
        if (!WireFormatLite::SkipField(&in, tag)) return false;
    }
    if (field.number == 0) return false;
    field.whole = message.substr(start, static_cast<size_t>(in.CurrentPosition()) - start);
    take(field);
  }
  return true;
}

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_WIRE_FIELDS_H_
