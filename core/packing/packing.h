// Packing: what travels or is captured, made shorter before it is sealed or sent. zstd with a dictionary of this project's own,
// made by bench/make_dictionary.cc of made-up records.
//
//   packed  =  form (one byte)  ||  a zstd frame without magic number, with its content's size
//   form 1  =  dictionary 1 (core/packing/dictionary_1.cc)
//
// A form never changes, and every build opens all forms that there ever were: payloads are packed at capture and lie in
// queues, quarantines and backups for ever. Another dictionary is another form. Who opens which: Hello and Welcome
// (opens_packing); what is packed in a form that the reader does not know is ahead of it, not damaged.
//
// Opening is bounded before anything is taken: a bomb is refused by what it says that it holds, and one that lies by what
// comes out. Thread-safe; each thread keeps contexts of its own: 0.03 MiB where it packs payloads, 0.4 pages, at most
// 1.3; 0.1 where it opens (ZSTD_sizeof_CCtx, zstd 1.5.4).
#ifndef OPGANG_CORE_PACKING_PACKING_H_
#define OPGANG_CORE_PACKING_PACKING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

inline constexpr uint32_t kPackingForm = 1;  // the newest that this build makes and opens
// A message of the session, which is at most 256 KiB, and its frame.
inline constexpr size_t kMostUnpackedBytes = 260 * 1024;

// What a device pushes does not become a sixteenth by packing, but where somebody wrote the same word a thousand times; that it
// sends as it is. What comes packed and is more was made to cost the base more than the device's pace counts
// (server/rpc/device_limits.h).
inline constexpr size_t kMostPushExpansion = 16;

// Empty: that would not be shorter.
std::string Pack(std::string_view bytes);
// kDamaged: no such form, cut, or more than `most` bytes.
absl::StatusOr<std::string> Unpack(std::string_view packed, size_t most);

// A payload as it is sealed: serialized, and packed where that is shorter.
std::string PackedPayload(const v1::MutationPayload& payload);
// In which form payload bytes are packed; 0 = not at all.
uint32_t PayloadForm(std::string_view bytes);
// The payload's own bytes; those that came, where they are not packed. kDamaged as above; at most kMaxPayloadBytes and a
// little come out.
absl::StatusOr<std::string> UnpackPayload(std::string_view bytes);
// Both in one: as it was captured, packed or not. False: neither.
bool ParsePayload(std::string_view bytes, v1::MutationPayload& payload);

// One message within another of its kind: `packed` is the field of that name. As it is where it would not be shorter, and where
// it is larger than what is opened: a page holds a whole rev, however much that is. Likewise where it would become less than
// one part in `most_expansion`.
template <class Message>
void PackMessage(Message& message, size_t most_expansion = SIZE_MAX) {
  const std::string bytes = message.SerializeAsString();
  if (bytes.size() > kMostUnpackedBytes) return;
  std::string packed = Pack(bytes);
  const bool bounded = bytes.size() / most_expansion < packed.size();
  if (!packed.empty() && bounded) message.set_packed(std::move(packed));
}
// False: no such message, or packed again within.
template <class Message>
bool UnpackMessage(const std::string& packed, Message& into) {
  const auto bytes = Unpack(packed, kMostUnpackedBytes);
  return bytes.ok() && into.ParseFromString(*bytes) && !into.has_packed();
}

// What a message says, packed or not.
template <class Message>
Message Unpacked(const Message& message) {
  Message within;
  return message.has_packed() && UnpackMessage(message.packed(), within) ? within : message;
}

}  // namespace opgang

#endif  // OPGANG_CORE_PACKING_PACKING_H_
