// The checksum of a scope (I6, I18): a count and a keyed 128-bit sum over the rows that stand in it, kept apart by
// leaf, so that base and device can tell which 256th of a scope differs and mend only that. Pure; both sides use it.
//
//   row sum  = BLAKE2b-128, keyed, over (record id, type, rev, subject, record bytes), each with its length
//   leaf     = the record id's last byte, which is random in a UUIDv7 (its first six are a time, and would put a
//              whole afternoon into one leaf)
//   leaf sum = the row sums of the leaf added mod 2^128, and how many they are
//
// Added, not xor-ed: a row counted twice would vanish from a xor, and so would any two equal mistakes. Adding
// commutes, so a row is exchanged by one subtraction and one addition, whatever the order of commits (I8).
//
// The key is the base's, one for each scope, and told in the Grant: a sum says nothing to anybody who may not read
// the scope. Those who may could make rows that collide; they gain nothing, since the base's rows are what counts.
#ifndef OPGANG_CORE_CHECKSUM_SCOPE_SUM_H_
#define OPGANG_CORE_CHECKSUM_SCOPE_SUM_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/sealing/secret.h"

namespace opgang {

inline constexpr int kLeafCount = 256;

// A number mod 2^128.
class Sum128 {
 public:
  Sum128() = default;
  // From 16 bytes, big-endian; nullopt for any other length.
  static std::optional<Sum128> FromBytes(std::string_view bytes);
  std::string ToBytes() const;  // 16 bytes

  Sum128& operator+=(const Sum128& other);
  Sum128& operator-=(const Sum128& other);
  friend bool operator==(const Sum128&, const Sum128&) = default;

 private:
  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

// What a sum covers of one row: exactly what a FeedEntry says of a living record.
struct SummedRow {
  std::string_view record_id;  // 16 bytes
  uint32_t record_type = 0;
  uint64_t rev = 0;
  std::string_view subject_id;  // 16 bytes or empty
  std::string_view record;      // serialized v1::Record, as sent
};

// The key of one scope's sums, made from a 32-byte key of the base.
SecretBytes ScopeSumKey(const SecretBytes& base_key, const Scope& scope);

Sum128 RowSum(const SecretBytes& key, const SummedRow& row);

// 0..255.
int LeafOf(RecordId id);

// How many rows, and their sum.
struct RowTally {
  uint64_t count = 0;
  Sum128 sum;

  void Add(const Sum128& row);
  void Remove(const Sum128& row);
  void Add(const RowTally& other);
  friend bool operator==(const RowTally&, const RowTally&) = default;
};

using LeafTallies = std::array<RowTally, kLeafCount>;

RowTally TotalOf(const LeafTallies& leaves);
// Leaves that are not the same in both, rising.
std::vector<int> DifferingLeaves(const LeafTallies& a, const LeafTallies& b);

}  // namespace opgang

#endif  // OPGANG_CORE_CHECKSUM_SCOPE_SUM_H_
