// Sealing of what is too long for memory, chunk by chunk, to a public key: libsodium's secretstream under a key of its own,
// which is sealed to the reader.
//
//   header   public key (32) || crypto_box_seal(stream key) (80) || secretstream header (24)
//   chunks   secretstream_xchacha20poly1305; the first one's associated data is the header, the last bears TAG_FINAL
//
// A chunk opens only where it stands and after all before it: none can be dropped, swapped, doubled or cut off at the end
// without being noticed. Not thread-safe.
#ifndef OPGANG_CORE_SEALING_STREAM_SEALING_H_
#define OPGANG_CORE_SEALING_STREAM_SEALING_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"

namespace opgang {

inline constexpr size_t kStreamHeaderBytes = 32 + 80 + 24;
inline constexpr size_t kStreamChunkOverhead = 17;

enum class ChunkPlace { kWithin, kLast };

class StreamSealer {
 public:
  // `public_key`: asked of IsBoxPublicKey() before.
  StreamSealer(std::string_view public_key, Random& random);
  ~StreamSealer();  // wipes the key

  const std::string& header() const { return header_; }
  // Nothing may follow kLast.
  std::string Seal(std::string_view plain, ChunkPlace place);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string header_;
  bool first_ = true;
};

class StreamOpener {
 public:
  // kBadInput: sealed to another key. kDamaged: no such header, or changed.
  static absl::StatusOr<StreamOpener> Begin(const BoxKeyPair& keys, std::string_view header);
  StreamOpener(StreamOpener&&) noexcept;
  ~StreamOpener();

  // kDamaged: not the chunk that stands here. After an error or the last chunk nothing more opens.
  absl::StatusOr<std::string> Open(std::string_view sealed);
  // The last chunk was opened: the stream is whole.
  bool whole() const { return whole_; }

 private:
  struct State;
  explicit StreamOpener(std::string header);
  std::unique_ptr<State> state_;  // null after an error
  std::string header_;
  bool first_ = true;
  bool whole_ = false;
};

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_STREAM_SEALING_H_
