// Ids: 16 bytes each, of different types so that they cannot be swapped by mistake.
#ifndef OPGANG_CORE_BASE_IDS_H_
#define OPGANG_CORE_BASE_IDS_H_

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "core/base/random.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {

using Uuid = std::array<uint8_t, 16>;

// A UUIDv7 (RFC 9562): time-ordered, so that bulk inserts stay cheap. `now` may come from a wrong clock:
// only uniqueness is relied upon, never the time.
Uuid MakeUuidV7(absl::Time now, Random& random);

template <typename Tag>
class Id {
 public:
  Id() : bytes_{} {}  // the nil id: empty() is true
  explicit Id(const Uuid& bytes) : bytes_(bytes) {}

  static Id Make(absl::Time now, Random& random) { return Id(MakeUuidV7(now, random)); }

  // From the 16 raw bytes of a proto field; nullopt for any other length. An empty string gives nullopt.
  static std::optional<Id> FromBytes(std::string_view bytes) {
    if (bytes.size() != 16) return std::nullopt;
    Id id;
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(id.bytes_.data()));
    return id;
  }

  bool empty() const { return bytes_ == Uuid{}; }
  const Uuid& uuid() const { return bytes_; }
  // The 16 raw bytes, for proto fields and databases; the empty string for the nil id.
  std::string ToBytes() const {
    if (empty()) return {};
    return std::string(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  }
  // "0190a6e0-…": for logs and JSON.
  std::string ToString() const;

  friend auto operator<=>(const Id&, const Id&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  Uuid bytes_;
};

using IntentId = Id<struct IntentIdTag>;    // one worker's intent
using RecordId = Id<struct RecordIdTag>;    // one record
using ReplicaId = Id<struct ReplicaIdTag>;  // a store's identity
using StoreId = Id<struct StoreIdTag>;      // one staff member's data on one device
using EpochId = Id<struct EpochIdTag>;      // one history of the base
using KeyId = Id<struct KeyIdTag>;          // a queue key
using AreaId = Id<struct AreaIdTag>;        // an area; also names its health part
using BundleId = Id<struct BundleIdTag>;
using MunicipalityId = Id<struct MunicipalityIdTag>;  // also names its directory

// Text form of 16 bytes, and back (nullopt where it is not one).
std::string UuidToString(const Uuid& uuid);
std::optional<Uuid> UuidFromString(std::string_view text);

// A scope as a value: usable as a map key.
struct Scope {
  v1::ScopeKind kind = v1::SCOPE_KIND_UNSPECIFIED;
  Uuid id{};

  static std::optional<Scope> FromProto(const v1::ScopeId& proto);
  v1::ScopeId ToProto() const;
  // 17 bytes, kind then id: the key used in both databases.
  std::string ToKey() const;
  static std::optional<Scope> FromKey(std::string_view key);

  friend auto operator<=>(const Scope&, const Scope&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Scope& s) {
    return H::combine(std::move(h), static_cast<int>(s.kind), s.id);
  }
};

inline Scope AreaScope(AreaId area) { return {v1::SCOPE_KIND_AREA, area.uuid()}; }
inline Scope AreaHealthScope(AreaId area) { return {v1::SCOPE_KIND_AREA_HEALTH, area.uuid()}; }
inline Scope AreaPlacesScope(AreaId area) { return {v1::SCOPE_KIND_AREA_PLACES, area.uuid()}; }
inline Scope GroupScope(RecordId group) { return {v1::SCOPE_KIND_GROUP, group.uuid()}; }

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_IDS_H_
