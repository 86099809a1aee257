#include "core/checksum/scope_sum.h"

#include "core/base/big_endian.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

constexpr size_t kSumBytes = 16;

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

// The length first, so that no two rows are spelt alike.
void AppendSized(std::string_view part, std::string& out) {
  AppendBigEndian(part.size(), 8, out);
  out.append(part);
}

}  // namespace

std::optional<Sum128> Sum128::FromBytes(std::string_view bytes) {
  if (bytes.size() != kSumBytes) return std::nullopt;
  Sum128 sum;
  sum.high_ = ReadBigEndian(bytes.substr(0, 8));
  sum.low_ = ReadBigEndian(bytes.substr(8));
  return sum;
}

std::string Sum128::ToBytes() const {
  std::string bytes;
  bytes.reserve(kSumBytes);
  AppendBigEndian(high_, 8, bytes);
  AppendBigEndian(low_, 8, bytes);
  return bytes;
}

Sum128& Sum128::operator+=(const Sum128& other) {
  low_ += other.low_;
  high_ += other.high_ + (low_ < other.low_ ? 1 : 0);
  return *this;
}

Sum128& Sum128::operator-=(const Sum128& other) {
  high_ -= other.high_ + (low_ < other.low_ ? 1 : 0);
  low_ -= other.low_;
  return *this;
}

SecretBytes ScopeSumKey(const SecretBytes& base_key, const Scope& scope) {
  return DeriveKey(base_key, "scope sums " + scope.ToKey());
}

Sum128 RowSum(const SecretBytes& key, const SummedRow& row) {
  std::string text;
  text.reserve(row.record.size() + 80);
  AppendSized(row.record_id, text);
  AppendBigEndian(row.record_type, 8, text);
  AppendBigEndian(row.rev, 8, text);
  AppendSized(row.subject_id, text);
  AppendSized(row.record, text);
  return *Sum128::FromBytes(KeyedDigest(key, text, kSumBytes));
}

int LeafOf(RecordId id) { return id.uuid().back(); }

void RowTally::Add(const Sum128& row) {
  ++count;
  sum += row;
}

void RowTally::Remove(const Sum128& row) {
  --count;
  sum -= row;
}

void RowTally::Add(const RowTally& other) {
  count += other.count;
  sum += other.sum;
}

RowTally TotalOf(const LeafTallies& leaves) {
  RowTally total;
  for (const RowTally& leaf : leaves) total.Add(leaf);
  return total;
}

std::vector<int> DifferingLeaves(const LeafTallies& a, const LeafTallies& b) {
  std::vector<int> differing;
  for (int leaf = 0; leaf < kLeafCount; ++leaf) {
    if (a[leaf] != b[leaf]) differing.push_back(leaf);
  }
  return differing;
}

}  // namespace opgang
