// What a device counts of its copy: a row that a page has put counts as it would if it were read back.
#include "client-lib/src/store/scope_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"

namespace opgang {
namespace {

const Scope kHome = AreaScope(AreaId::Make(absl::UnixEpoch(), SystemRandom()));
const Scope kGroup = GroupScope(RecordId::Make(absl::UnixEpoch(), SystemRandom()));

class PutRows : public testing::Test {
 protected:
  v1::FeedEntry Entry(uint64_t rev, const std::string& content) const {
    v1::FeedEntry entry;
    entry.set_record_id(id_.ToBytes());
    entry.set_record_type(4);
    entry.set_rev(rev);
    entry.set_record(content);
    return entry;
  }
  ConfirmedRecord Row(const v1::FeedEntry& entry, std::vector<Scope> scopes) const {
    return {.id = id_,
            .record_type = entry.record_type(),
            .subject = RecordId::FromBytes(entry.subject_id()).value_or(RecordId()),
            .rev = entry.rev(),
            .record = entry.record(),
            .scopes = std::move(scopes),
            .left_scopes = {}};
  }
  // The base says that the scope holds these rows.
  v1::Current Said(const Scope& scope, const std::vector<v1::FeedEntry>& entries) const {
    RowTally tally;
    for (const v1::FeedEntry& entry : entries) {
      tally.Add(RowSum(keys_.at(scope), {entry.record_id(), entry.record_type(), entry.rev(),
                                         entry.subject_id(), entry.record()}));
    }
    v1::Current current;
    *current.mutable_scope() = scope.ToProto();
    current.set_rev(100);
    current.set_record_count(tally.count);
    current.set_sum(tally.sum.ToBytes());
    return current;
  }
  bool Agrees(const Scope& scope, const std::vector<v1::FeedEntry>& entries) const {
    return !audit_.DifferenceFrom(Said(scope, entries)).has_value();
  }

  const RecordId id_ = RecordId::Make(absl::UnixEpoch(), SystemRandom());
  const std::map<Scope, SecretBytes> keys_ = {{kHome, SecretBytes(std::string(32, 'h'))},
                                              {kGroup, SecretBytes(std::string(32, 'g'))}};
  ScopeAudit audit_{keys_};
};

TEST_F(PutRows, ARowPutTwiceCountsAsItWasPutLast) {
  audit_.TakePut(id_, Entry(1, "first"), kHome);
  EXPECT_TRUE(Agrees(kHome, {Entry(1, "first")}));
  audit_.TakePut(id_, Entry(2, "second"), kHome);
  EXPECT_TRUE(Agrees(kHome, {Entry(2, "second")}));
  EXPECT_FALSE(Agrees(kHome, {Entry(1, "first")}));
  EXPECT_TRUE(Agrees(kGroup, {}));
}

TEST_F(PutRows, ARowThatStandsInTwoScopesCountsAnewInBoth) {
  audit_.Take(Row(Entry(1, "first"), {kHome, kGroup}));
  audit_.TakePut(id_, Entry(2, "second"), kHome);
  EXPECT_TRUE(Agrees(kHome, {Entry(2, "second")}));
  EXPECT_TRUE(Agrees(kGroup, {Entry(2, "second")}));
}

TEST_F(PutRows, WhatWasLackingCountsOnceItIsPut) {
  audit_.TakeLacking(id_, {kHome});
  EXPECT_FALSE(Agrees(kHome, {Entry(3, "whole again")}));
  audit_.TakePut(id_, Entry(3, "whole again"), kHome);
  EXPECT_TRUE(Agrees(kHome, {Entry(3, "whole again")}));
  audit_.Drop(id_);
  EXPECT_TRUE(Agrees(kHome, {}));
}

}  // namespace
}  // namespace opgang
