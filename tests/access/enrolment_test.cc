// Redeeming an invitation: the device's own key, once, and again after a lost answer; another key is refused and alarms.
#include "server/admin/enrolment.h"

#include "client-lib/src/keys/device_key.h"
#include "server/identity/certificate_names.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

class Enrolment : public BaseStory {
 protected:
  v1::EnrollRequest RequestWith(const SecretBytes& tls_key) {
    v1::EnrollRequest request;
    request.set_invitation_id(invitation.invitation_id());
    request.set_proof_public_key(SystemRandom().Bytes(32));
    request.set_lease_public_key(SystemRandom().Bytes(32));
    request.set_store_public_key(MakeBoxKeyPair(SystemRandom()).public_key);
    request.set_certificate_request(MakeCertificateRequest(tls_key).value());
    return request;
  }
  absl::StatusOr<v1::EnrollResponse> Redeem(const v1::EnrollRequest& request) {
    return Enroll(base.store(), base.keys(), store_id, request, clock.WallNow(), SystemRandom());
  }
  StoreAccount Account() { return base.store().FindStore(store_id).value().value(); }

  v1::Invitation invitation = base.Invite("bodil", "outreach", {"Testlund"});
  StoreId store_id = StoreId::FromBytes(invitation.store_id()).value();
  SecretBytes key = MakeDeviceKey().value();
};

TEST_F(Enrolment, TheInvitationHoldsNoKeyThatIsGoodForMoreThanRedeemingIt) {
  EXPECT_EQ(ParseInvitedStore(invitation.bootstrap_certificate_pem()).value(), store_id);
  EXPECT_EQ(GetErrorCode(ParsePeerIdentity(invitation.bootstrap_certificate_pem()).status()),
            ErrorCode::kBaseRefused);
  const auto answer = Redeem(RequestWith(key));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(IsCertificateFor(answer->certificate_pem(), key));
  EXPECT_EQ(ParsePeerIdentity(answer->certificate_pem()).value().staff_code, "bodil");
  EXPECT_EQ(GetErrorCode(ParseInvitedStore(answer->certificate_pem()).status()), ErrorCode::kBaseRefused);
}

TEST_F(Enrolment, TheSameKeyAsksAgainAfterALostAnswerAlsoWithAnotherPassphrase) {
  ASSERT_TRUE(Redeem(RequestWith(key)).ok());
  clock.Advance(absl::Hours(100));
  const v1::EnrollRequest again = RequestWith(key);
  const auto answer = Redeem(again);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(Account().lease_public_key, again.lease_public_key());
  EXPECT_EQ(Account().alarm_us, 0);
}

TEST_F(Enrolment, AnotherKeyIsRefusedAndAlarmsUntilAPersonHasLookedIntoIt) {
  ASSERT_TRUE(Redeem(RequestWith(key)).ok());
  const auto other = Redeem(RequestWith(MakeDeviceKey().value()));
  EXPECT_EQ(GetErrorCode(other.status()), ErrorCode::kInvitationUsed);
  EXPECT_GT(Account().alarm_us, 0);
  EXPECT_TRUE(Redeem(RequestWith(key)).ok()) << "the first one is not locked out";
  ASSERT_EQ(SettleTwin(base.store(), store_id, "karen", clock.WallNow()), absl::OkStatus());
  EXPECT_EQ(Account().alarm_us, 0);
}

TEST_F(Enrolment, AnInvitationIsGoodFor72HoursAndARevokedStoresForNone) {
  clock.Advance(absl::Hours(73));
  EXPECT_EQ(GetErrorCode(Redeem(RequestWith(key)).status()), ErrorCode::kInvitationExpired);
  base.Revoke("bodil", v1::REVOCATION_REASON_LOST);
  EXPECT_EQ(GetErrorCode(Redeem(RequestWith(key)).status()), ErrorCode::kBaseRefused);
}

TEST_F(Enrolment, AForgedOrForeignRequestIsNone) {
  v1::EnrollRequest request = RequestWith(key);
  std::string& bytes = *request.mutable_certificate_request();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // in its signature
  EXPECT_EQ(GetErrorCode(Redeem(request).status()), ErrorCode::kBadInput);
  request.set_certificate_request("");
  EXPECT_EQ(GetErrorCode(Redeem(request).status()), ErrorCode::kBadInput);
  EXPECT_EQ(Account().enrolled_us, 0);
}

TEST_F(Enrolment, OnceTheStoreHasBeenUsedItsInvitationGivesNothing) {
  EXPECT_EQ(GetErrorCode(Enroll(base.store(), base.keys(), amal.peer.store, v1::EnrollRequest(),
                                clock.WallNow(), SystemRandom())
                             .status()),
            ErrorCode::kBaseRefused)
      << "another's invitation id";
  ASSERT_TRUE(Redeem(RequestWith(key)).ok());
  auto replica = base.store().FindReplica(Account().replica).value().value();
  replica.last_sync_us = absl::ToUnixMicros(clock.WallNow());
  ASSERT_EQ(base.store().Begin(), absl::OkStatus());
  ASSERT_EQ(base.store().PutReplica(replica), absl::OkStatus());
  ASSERT_EQ(base.store().Commit(), absl::OkStatus());
  EXPECT_EQ(GetErrorCode(Redeem(RequestWith(key)).status()), ErrorCode::kInvitationUsed);
  EXPECT_EQ(Account().alarm_us, 0);
}

}  // namespace
}  // namespace opgang
