// The sum of a scope: what it notices, and what it does not tell.
#include "core/checksum/scope_sum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Scope kArea{v1::SCOPE_KIND_AREA, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
const Scope kHealth{v1::SCOPE_KIND_AREA_HEALTH, kArea.id};
const SecretBytes kBaseKey(std::string(32, 'k'));
const SecretBytes kKey = ScopeSumKey(kBaseKey, kArea);
const std::string kId(16, 'i');
const std::string kSubject(16, 's');
const SummedRow kRow{kId, 4, 7, kSubject, "a record"};

Sum128 Of(std::string_view record) {
  SummedRow row = kRow;
  row.record = record;
  return RowSum(kKey, row);
}

TEST(ScopeSum, OrderDoesNotMatterAndTakingAwayUndoesAdding) {
  RowTally one, other;
  for (const char* record : {"a", "b", "c"}) one.Add(Of(record));
  for (const char* record : {"c", "x", "a", "b"}) other.Add(Of(record));
  EXPECT_NE(one, other);
  other.Remove(Of("x"));
  EXPECT_EQ(one, other);
  for (const char* record : {"a", "b", "c"}) one.Remove(Of(record));
  EXPECT_EQ(one, RowTally{});
}

TEST(ScopeSum, EveryPartOfARowCounts) {
  const std::string other_id(16, 'j');
  const Sum128 sum = RowSum(kKey, kRow);
  EXPECT_NE(RowSum(kKey, {other_id, 4, 7, kSubject, "a record"}), sum);
  EXPECT_NE(RowSum(kKey, {kId, 5, 7, kSubject, "a record"}), sum);
  EXPECT_NE(RowSum(kKey, {kId, 4, 8, kSubject, "a record"}), sum);
  EXPECT_NE(RowSum(kKey, {kId, 4, 7, other_id, "a record"}), sum);
  EXPECT_NE(RowSum(kKey, {kId, 4, 7, kSubject, "a recorD"}), sum);
  EXPECT_EQ(RowSum(kKey, {kId, 4, 7, kSubject, "a record"}), sum);
}

TEST(ScopeSum, WhereOnePartEndsAndTheNextBeginsCounts) {
  EXPECT_NE(RowSum(kKey, {kId, 4, 7, "ab", "c"}), RowSum(kKey, {kId, 4, 7, "a", "bc"}));
}

TEST(ScopeSum, RowThatStandsTwiceIsNoticed) {
  RowTally once, twice;
  once.Add(Of("a"));
  twice.Add(Of("a"));
  twice.Add(Of("a"));
  EXPECT_NE(once.sum, twice.sum);
  EXPECT_NE(twice.sum, Sum128());  // as it would be with xor
}

TEST(ScopeSum, SwappedContentsAreNoticedThoughTheSameBytesAreThere) {
  const std::string other_id(16, 'j');
  RowTally right, swapped;
  right.Add(RowSum(kKey, {kId, 4, 7, kSubject, "a"}));
  right.Add(RowSum(kKey, {other_id, 4, 7, kSubject, "b"}));
  swapped.Add(RowSum(kKey, {kId, 4, 7, kSubject, "b"}));
  swapped.Add(RowSum(kKey, {other_id, 4, 7, kSubject, "a"}));
  EXPECT_EQ(right.count, swapped.count);
  EXPECT_NE(right, swapped);
}

TEST(ScopeSum, AnotherScopeOrAnotherBaseGivesOtherSums) {
  EXPECT_NE(RowSum(ScopeSumKey(kBaseKey, kHealth), kRow), RowSum(kKey, kRow));
  EXPECT_NE(RowSum(ScopeSumKey(SecretBytes(std::string(32, 'l')), kArea), kRow), RowSum(kKey, kRow));
}

TEST(ScopeSum, CarriesAndBorrowsGoOverAllSixteenBytes) {
  const Sum128 all_ones = *Sum128::FromBytes(std::string(16, '\xff'));
  const Sum128 one = *Sum128::FromBytes(std::string(15, '\0') + '\1');
  const Sum128 two_to_64 = *Sum128::FromBytes(std::string(7, '\0') + '\1' + std::string(8, '\0'));
  Sum128 sum = all_ones;
  sum += one;
  EXPECT_EQ(sum, Sum128());
  sum -= one;
  EXPECT_EQ(sum, all_ones);
  sum = *Sum128::FromBytes(std::string(8, '\0') + std::string(8, '\xff'));
  sum += one;
  EXPECT_EQ(sum, two_to_64);
  sum -= one;
  EXPECT_EQ(sum.ToBytes(), std::string(8, '\0') + std::string(8, '\xff'));
}

TEST(ScopeSum, BytesThatAreNoSumAreRefused) {
  EXPECT_FALSE(Sum128::FromBytes("").has_value());
  EXPECT_FALSE(Sum128::FromBytes(std::string(15, 'x')).has_value());
  EXPECT_EQ(Sum128::FromBytes(std::string(16, 'x'))->ToBytes(), std::string(16, 'x'));
}

TEST(ScopeSum, RecordsOfOneAfternoonSpreadOverAllLeaves) {
  std::set<int> leaves;
  for (int i = 0; i < 5000; ++i) leaves.insert(LeafOf(RecordId::Make(absl::UnixEpoch(), SystemRandom())));
  EXPECT_EQ(leaves.size(), static_cast<size_t>(kLeafCount));
}

TEST(ScopeSum, OnlyTheLeavesThatDifferAreNamed) {
  LeafTallies one{}, other{};
  one[3].Add(Of("a"));
  other[3].Add(Of("a"));
  EXPECT_THAT(DifferingLeaves(one, other), IsEmpty());
  one[0].Add(Of("b"));
  other[255].Add(Of("c"));
  EXPECT_THAT(DifferingLeaves(one, other), ElementsAre(0, 255));
  EXPECT_EQ(TotalOf(one).count, 2u);
}

}  // namespace
}  // namespace opgang
