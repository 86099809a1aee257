#include "core/packing/packing.h"

// For frames without magic number: four bytes of some hundred.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/packing/dictionary.h"
#include "core/records/validation.h"

namespace opgang {
namespace {

// Of what is short, a payload or a message of a few records, the higher level takes some hundredths more away and little time;
// full pages and pushes are what a busy base is made of.
constexpr size_t kShort = 8 * 1024;
constexpr int kLevelOfShort = 9;
constexpr int kLevel = 1;
constexpr size_t kLeastPackable = 32;  // nothing shorter is worth the frame
constexpr char kPackedTag[] =
    "\xC2\x02";  // MutationPayload.packed on the wire, and the first bytes of nothing else
constexpr size_t kTagBytes = 2;
// What a payload may hold, and what protobuf may need for unknown fields around it; CheckForm refuses what is over the mark.
constexpr size_t kMostPayload = kMaxPayloadBytes + 1024;

struct FreeContexts {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// What cannot fail but for want of memory.
void Must(size_t result) {
  if (ZSTD_isError(result)) std::abort();
}

const ZSTD_CDict* MakePackingDictionary(int level) {
  return ZSTD_createCDict(Dictionary1().data(), Dictionary1().size(), level);
}

const ZSTD_CDict* PackingDictionary(size_t bytes) {
  static const ZSTD_CDict* const of_short = MakePackingDictionary(kLevelOfShort);
  static const ZSTD_CDict* const of_long = MakePackingDictionary(kLevel);
  return bytes <= kShort ? of_short : of_long;
}

const ZSTD_DDict* OpeningDictionary() {
  static const ZSTD_DDict* const made = ZSTD_createDDict(Dictionary1().data(), Dictionary1().size());
  return made;
}

// For so many bytes.
ZSTD_CCtx* PackingContext(size_t bytes) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContexts> context = [] {
    std::unique_ptr<ZSTD_CCtx, FreeContexts> made(ZSTD_createCCtx());
    Must(ZSTD_CCtx_setParameter(made.get(), ZSTD_c_format, ZSTD_f_zstd1_magicless));
    Must(ZSTD_CCtx_setParameter(made.get(), ZSTD_c_dictIDFlag, 0));
    return made;
  }();
  Must(ZSTD_CCtx_refCDict(context.get(), PackingDictionary(bytes)));
  return context.get();
}

ZSTD_DCtx* OpeningContext() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContexts> context = [] {
    std::unique_ptr<ZSTD_DCtx, FreeContexts> made(ZSTD_createDCtx());
    Must(ZSTD_DCtx_setParameter(made.get(), ZSTD_d_format, ZSTD_f_zstd1_magicless));
    Must(ZSTD_DCtx_refDDict(made.get(), OpeningDictionary()));
    return made;
  }();
  return context.get();
}

// What a frame says that it holds; nullopt: no frame of ours.
std::optional<size_t> SizeIn(std::string_view frame) {
  ZSTD_frameHeader header;
  if (ZSTD_getFrameHeader_advanced(&header, frame.data(), frame.size(), ZSTD_f_zstd1_magicless) != 0)
    return std::nullopt;
  if (header.frameType != ZSTD_frame || header.frameContentSize == ZSTD_CONTENTSIZE_UNKNOWN)
    return std::nullopt;
  return header.frameContentSize;
}

// The bytes of the field that alone makes up a packed payload; nullopt: it is not packed.
std::optional<std::string_view> PackedIn(std::string_view bytes) {
  if (bytes.substr(0, kTagBytes) != std::string_view(kPackedTag, kTagBytes)) return std::nullopt;
  bytes.remove_prefix(kTagBytes);
  size_t length = 0;
  for (int shift = 0; shift < 28 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= static_cast<size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  if (length == 0 || length != bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace

std::string Pack(std::string_view bytes) {
  if (bytes.size() < kLeastPackable) return {};
  std::string packed(1 + ZSTD_compressBound(bytes.size()), '\0');
  packed[0] = static_cast<char>(kPackingForm);
  const size_t size = ZSTD_compress2(PackingContext(bytes.size()), packed.data() + 1, packed.size() - 1,
                                     bytes.data(), bytes.size());
  if (ZSTD_isError(size) || size + 1 >= bytes.size()) return {};
  packed.resize(1 + size);
  return packed;
}

absl::StatusOr<std::string> Unpack(std::string_view packed, size_t most) {
  const auto damaged = [] { return MakeError(ErrorCode::kDamaged, "packed bytes cannot be opened"); };
  if (packed.empty() || static_cast<unsigned char>(packed.front()) != kPackingForm) return damaged();
  packed.remove_prefix(1);
  const auto size = SizeIn(packed);
  if (!size.has_value() || *size > most) return damaged();
  std::string bytes(*size, '\0');
  const size_t opened =
      ZSTD_decompressDCtx(OpeningContext(), bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(opened) || opened != bytes.size()) return damaged();
  return bytes;
}

std::string PackedPayload(const v1::MutationPayload& payload) {
  std::string bytes = payload.SerializeAsString();
  v1::MutationPayload around;
  around.set_packed(Pack(bytes));
  if (around.packed().empty() || around.ByteSizeLong() >= bytes.size()) return bytes;
  return around.SerializeAsString();
}

uint32_t PayloadForm(std::string_view bytes) {
  const auto packed = PackedIn(bytes);
  return packed.has_value() ? static_cast<unsigned char>(packed->front()) : 0;
}

absl::StatusOr<std::string> UnpackPayload(std::string_view bytes) {
  const auto packed = PackedIn(bytes);
  return packed.has_value() ? Unpack(*packed, kMostPayload) : std::string(bytes);
}

bool ParsePayload(std::string_view bytes, v1::MutationPayload& payload) {
  const auto plain = UnpackPayload(bytes);
  return plain.ok() && payload.ParseFromString(*plain);
}

}  // namespace opgang
