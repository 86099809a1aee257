// Who a caller is taken for: the edges that no honest device reaches.
#include "server/engine/caller.h"

#include "tests/base/base_story.h"

namespace opgang {
namespace {

class CallerStory : public BaseStory {
 protected:
  v1::ReaderProof Proof() {
    v1::ReaderProof proof;
    proof.set_replica_id(amal.replica.ToBytes());
    proof.set_token(amal.token);
    proof.set_read_proof(amal.Hello().read_proof());
    return proof;
  }
  ErrorCode Told(const v1::ReaderProof& proof) {
    const auto caller = CallerOf(base.store(), amal.peer, proof.SerializeAsString());
    return caller.ok() ? ErrorCode{} : GetErrorCode(caller.status());
  }
  ErrorCode Told() { return Told(Proof()); }
};

TEST_F(CallerStory, AReplicaThatWasRetiredProvesNothing) {
  EXPECT_EQ(Told(), ErrorCode{});
  ReplicaState replica = base.store().FindReplica(amal.replica).value().value();
  replica.retired = true;
  ASSERT_EQ(base.store().Begin(), absl::OkStatus());
  ASSERT_EQ(base.store().PutReplica(replica), absl::OkStatus());
  ASSERT_EQ(base.store().Commit(), absl::OkStatus());
  EXPECT_EQ(Told(), ErrorCode::kTryLater);
}

// Whoever saw an earlier session has a token and the proof over it: both hold no longer than the next session.
TEST_F(CallerStory, AnEarlierTokenWithItsOwnTrueProofProvesNothing) {
  const v1::ReaderProof earlier = Proof();
  ASSERT_EQ(Told(earlier), ErrorCode{});
  ReplicaState replica = base.store().FindReplica(amal.replica).value().value();
  replica.previous_token = replica.token;
  replica.token = std::string(16, 'n');
  ASSERT_EQ(base.store().Begin(), absl::OkStatus());
  ASSERT_EQ(base.store().PutReplica(replica), absl::OkStatus());
  ASSERT_EQ(base.store().Commit(), absl::OkStatus());
  EXPECT_EQ(Told(earlier), ErrorCode::kTryLater);
}

TEST_F(CallerStory, ASignatureThatIsNotThePassphrasesProvesNothing) {
  v1::ReaderProof forged = Proof();
  forged.mutable_read_proof()->front() ^= 1;
  EXPECT_EQ(Told(forged), ErrorCode::kTryLater);
  forged.clear_read_proof();
  EXPECT_EQ(Told(forged), ErrorCode::kTryLater);
}

TEST_F(CallerStory, AStoreThatWasTakenOutOfUseIsAnotherAuthority) {
  const Author one = AuthorOf(base.store(), "amal").value();
  Author other = one;
  other.revoked.set_at_us(1);
  EXPECT_FALSE(SameAuthority(one, other));
}

TEST_F(CallerStory, AStoreThatWasInvitedAndNeverEnrolledIsNobodys) {
  const v1::Invitation invitation = base.Invite("new", "outreach", {"Testlund"});
  const Peer peer{"new", StoreId::FromBytes(invitation.store_id()).value()};
  EXPECT_FALSE(FindAccount(base.store(), peer)->has_value());
  EXPECT_TRUE(FindAccount(base.store(), amal.peer)->has_value());
}

TEST_F(CallerStory, WhatStandsNowhereIsReadByNobodyOverTheNet) {
  Caller caller;
  caller.author = AuthorOf(base.store(), "amal").value();
  EXPECT_TRUE(caller.ReadsAll({area}));
  EXPECT_FALSE(caller.ReadsAll({}));
  EXPECT_FALSE(caller.ReadsAny({}));
}

TEST_F(CallerStory, AnotherRoleWithTheSameGrantsIsAnotherAuthority) {
  const Author one = AuthorOf(base.store(), "amal").value();
  Author other = one;
  EXPECT_TRUE(SameAuthority(one, other));
  other.role = Role::kInstructor;
  EXPECT_FALSE(SameAuthority(one, other));
}

}  // namespace
}  // namespace opgang
