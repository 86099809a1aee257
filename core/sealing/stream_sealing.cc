#include "core/sealing/stream_sealing.h"

#include <sodium.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr size_t kKeyBytes = crypto_secretstream_xchacha20poly1305_KEYBYTES;
constexpr size_t kPublicKeyBytes = crypto_box_PUBLICKEYBYTES;
constexpr size_t kSealedKeyBytes = kKeyBytes + crypto_box_SEALBYTES;
constexpr size_t kInnerHeaderBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;

static_assert(kStreamHeaderBytes == kPublicKeyBytes + kSealedKeyBytes + kInnerHeaderBytes);
static_assert(kStreamChunkOverhead == crypto_secretstream_xchacha20poly1305_ABYTES);

const uint8_t* Bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

absl::Status DoesNotOpen() { return MakeError(ErrorCode::kDamaged, "a sealed stream does not open"); }

}  // namespace

struct StreamSealer::State {
  crypto_secretstream_xchacha20poly1305_state stream;
  ~State() { sodium_memzero(&stream, sizeof(stream)); }
};

StreamSealer::StreamSealer(std::string_view public_key, Random& random) : state_(std::make_unique<State>()) {
  std::string key_bytes = random.Bytes(kKeyBytes);
  const SecretBytes key(key_bytes);
  sodium_memzero(key_bytes.data(), key_bytes.size());
  std::string inner(kInnerHeaderBytes, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state_->stream, Bytes(inner), key.data());
  header_ = std::string(public_key) + SealToPublicKey(public_key, key.Reveal()) + inner;
}

StreamSealer::~StreamSealer() = default;

std::string StreamSealer::Seal(std::string_view plain, ChunkPlace place) {
  const uint8_t tag = place == ChunkPlace::kLast ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                 : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  const std::string_view bound =
      std::exchange(first_, false) ? std::string_view(header_) : std::string_view();
  std::string sealed(plain.size() + kStreamChunkOverhead, '\0');
  crypto_secretstream_xchacha20poly1305_push(&state_->stream, Bytes(sealed), nullptr, Bytes(plain),
                                             plain.size(), Bytes(bound), bound.size(), tag);
  return sealed;
}

struct StreamOpener::State {
  crypto_secretstream_xchacha20poly1305_state stream;
  ~State() { sodium_memzero(&stream, sizeof(stream)); }
};

StreamOpener::StreamOpener(std::string header)
    : state_(std::make_unique<State>()), header_(std::move(header)) {}
StreamOpener::StreamOpener(StreamOpener&&) noexcept = default;
StreamOpener::~StreamOpener() = default;

absl::StatusOr<StreamOpener> StreamOpener::Begin(const BoxKeyPair& keys, std::string_view header) {
  if (header.size() != kStreamHeaderBytes) return DoesNotOpen();
  if (header.substr(0, kPublicKeyBytes) != keys.public_key) {
    return MakeError(ErrorCode::kBadInput, "this is sealed to another key");
  }
  ASSIGN_OR_RETURN(const std::string opened,
                   OpenSealedBox(keys, header.substr(kPublicKeyBytes, kSealedKeyBytes)));
  if (opened.size() != kKeyBytes) return DoesNotOpen();
  const SecretBytes key(opened);
  StreamOpener opener{std::string(header)};
  const std::string_view inner = header.substr(kPublicKeyBytes + kSealedKeyBytes);
  if (crypto_secretstream_xchacha20poly1305_init_pull(&opener.state_->stream, Bytes(inner), key.data()) !=
      0) {
    return DoesNotOpen();
  }
  return opener;
}

absl::StatusOr<std::string> StreamOpener::Open(std::string_view sealed) {
  if (state_ == nullptr || sealed.size() < kStreamChunkOverhead) return DoesNotOpen();
  const std::string_view bound =
      std::exchange(first_, false) ? std::string_view(header_) : std::string_view();
  std::string plain(sealed.size() - kStreamChunkOverhead, '\0');
  uint8_t tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&state_->stream, Bytes(plain), nullptr, &tag, Bytes(sealed),
                                                 sealed.size(), Bytes(bound), bound.size()) != 0) {
    state_.reset();
    return DoesNotOpen();
  }
  whole_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  if (whole_) state_.reset();
  return plain;
}

}  // namespace opgang
