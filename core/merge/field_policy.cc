#include "core/merge/field_policy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int64_t kCleared = std::numeric_limits<int64_t>::min();
constexpr int64_t kMinutesADay = 1440;

// Days in an order, not a count: civil dates compare as these do.
int64_t DayOrder(const v1::LocalDate& date) {
  return (int64_t{date.year()} * 16 + date.month()) * 32 + date.day();
}

// The last occurrence of a message field, as protobuf reads it.
template <typename Message>
std::optional<Message> MessageIn(std::string_view field_bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(field_bytes.data()),
                      static_cast<int>(field_bytes.size()));
  Message message;
  bool found = false;
  for (uint32_t tag = in.ReadTag(); tag != 0; tag = in.ReadTag()) {
    std::string part;
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED ||
        !WireFormatLite::ReadBytes(&in, &part) || !message.MergeFromString(part)) {
      return std::nullopt;
    }
    found = true;
  }
  return found ? std::optional(message) : std::nullopt;
}

std::optional<uint64_t> VarintIn(std::string_view field_bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(field_bytes.data()),
                      static_cast<int>(field_bytes.size()));
  std::optional<uint64_t> value;
  for (uint32_t tag = in.ReadTag(); tag != 0; tag = in.ReadTag()) {
    uint64_t read = 0;
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_VARINT || !in.ReadVarint64(&read))
      return std::nullopt;
    value = read;
  }
  return value;
}

int64_t StatedOrder(const v1::StatedTime& stated) {
  return DayOrder(stated.date()) * kMinutesADay + stated.minute_of_day();
}

}  // namespace

int64_t FrontRank(const FieldPolicy& policy, std::string_view field_bytes) {
  switch (policy.policy) {
    case FrontPolicy::kLatest: return 0;
    case FrontPolicy::kEarliestDate: {
      const auto stated = MessageIn<v1::StatedTime>(field_bytes);
      return stated ? -StatedOrder(*stated) : kCleared;
    }
    case FrontPolicy::kLatestDate: {
      const auto date = MessageIn<v1::LocalDate>(field_bytes);
      return date ? DayOrder(*date) : kCleared;
    }
    case FrontPolicy::kValueFirst: return VarintIn(field_bytes).value_or(0) == policy.value ? 1 : 0;
  }
  return 0;
}

int64_t VersionTime(const v1::Provenance& provenance) {
  int64_t ms = 0;
  const std::string& version = provenance.intent_id();
  for (size_t i = 0; i < 6 && i < version.size(); ++i) ms = ms * 256 + static_cast<uint8_t>(version[i]);
  if (provenance.received_us() == 0) return ms;
  return std::min(ms, provenance.received_us() / 1000);
}

}  // namespace opgang
