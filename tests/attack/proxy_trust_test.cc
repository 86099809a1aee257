// A base behind a proxy believes the proxy's own certificate and nobody else's; and a base without one believes no header.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "core/base/error.h"
#include "gtest/gtest.h"
#include "server/identity/key_store.h"
#include "server/identity/proxy_certificate.h"
#include "tests/attack/stream_by_hand.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

// As nginx's $ssl_client_escaped_cert.
std::string Escaped(const std::string& pem) {
  std::string escaped;
  for (const char c : pem) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-') {
      escaped += c;
      continue;
    }
    char hex[4];
    std::snprintf(hex, sizeof(hex), "%%%02X", static_cast<unsigned char>(c));
    escaped += hex;
  }
  return escaped;
}

TEST(ForwardedCertificateTest, WhatTheAuthoritySignedIsTakenAndNothingElse) {
  const CertifiedKey ca = MakeCertificateAuthority(SystemRandom()).value();
  const CertifiedKey other_ca = MakeCertificateAuthority(SystemRandom()).value();
  const PeerIdentity amal{"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  const std::string pem = IssueStoreCertificate(ca, amal, SystemRandom()).value().certificate_pem;
  EXPECT_EQ(ForwardedCertificate(Escaped(pem), ca).value(), pem);
  const std::string forged = IssueStoreCertificate(other_ca, amal, SystemRandom()).value().certificate_pem;
  for (const std::string& header :
       {Escaped(forged), std::string(), std::string("%"), std::string("%4"), std::string("%zz"),
        Escaped(pem).substr(0, 200), std::string(10'000, 'a')}) {
    EXPECT_EQ(GetErrorCode(ForwardedCertificate(header, ca).status()), ErrorCode::kBaseRefused) << header;
  }
}

TEST(ForwardedCertificateTest, TheProxysCertificateIsItselfAndNoOther) {
  const CertifiedKey proxy = IssueProxyCertificate(SystemRandom()).value();
  EXPECT_TRUE(IsKeyPair(proxy));
  EXPECT_TRUE(IsSameCertificate(proxy.certificate_pem, proxy.certificate_pem));
  EXPECT_FALSE(IsSameCertificate(proxy.certificate_pem,
                                 IssueProxyCertificate(SystemRandom()).value().certificate_pem));
  EXPECT_FALSE(IsSameCertificate("", ""));
}

// The test is the proxy, or passes itself off as it.
class ProxyTrustTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    amal_.Join(base_, "amal", "tablet-1");
    identity_ = StoreIn(amal_.home());
    const Outcome made = base_.Admin({"proxy-keys", "--out", (scratch_ / "proxy").string()});
    EXPECT_EQ(made.exit_code, 0) << made.Words();
    proxy_ = {ReadFile(scratch_ / "proxy/client.pem"), SecretBytes(ReadFile(scratch_ / "proxy/client.key"))};
  }
  void StandBehindTheProxy() {
    base_.Stop();
    base_.ServeWith({"--behind-proxy", (scratch_ / "proxy/client.pem").string()});
    base_.Start();
  }
  CertifiedKey Tablet1() const { return CertificateIn(identity_); }

  std::string Hello(const CertifiedKey& own, const std::vector<std::string>& forwarded) const {
    return StreamByHand(base_.port(), {identity_.ca_pem(), own, forwarded}).Hello();
  }
  static bool IsRefused(const std::string& answer) {
    return answer.find("base-refused") != std::string::npos;
  }
  static bool IsCutInTheHandshake(const std::string& answer) { return answer.starts_with("status 14"); }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  v1::StoreIdentity identity_;
  CertifiedKey proxy_;
};

TEST_F(ProxyTrustTest, WhoComesThroughTheProxyIsWhomItsCertificateNames) {
  StandBehindTheProxy();
  EXPECT_EQ(Hello(proxy_, {Escaped(identity_.certificate_pem())}), "known store");
}

TEST_F(ProxyTrustTest, AStrippedHeaderIsNobody) {
  StandBehindTheProxy();
  EXPECT_TRUE(IsRefused(Hello(proxy_, {}))) << Hello(proxy_, {});
  EXPECT_TRUE(IsRefused(Hello(proxy_, {""})));
}

TEST_F(ProxyTrustTest, AForgedOrDoubledHeaderIsNobody) {
  StandBehindTheProxy();
  const CertifiedKey other_ca = MakeCertificateAuthority(SystemRandom()).value();
  const BaseKeys keys = LoadBaseKeys(base_.directory()).value();
  const PeerIdentity amal = ParsePeerIdentity(identity_.certificate_pem()).value();
  const std::string forged = IssueStoreCertificate(other_ca, amal, SystemRandom()).value().certificate_pem;
  const std::string right = Escaped(identity_.certificate_pem());
  EXPECT_TRUE(IsRefused(Hello(proxy_, {Escaped(forged)})));
  EXPECT_TRUE(IsRefused(Hello(proxy_, {Escaped(keys.server.certificate_pem)})))
      << "the base's own names no store";
  EXPECT_TRUE(IsRefused(Hello(proxy_, {right, right})));
  EXPECT_TRUE(IsRefused(Hello(proxy_, {right + "," + right})));
}

TEST_F(ProxyTrustTest, WhoGoesRoundTheProxyGetsNoFurtherThanTheHandshake) {
  StandBehindTheProxy();
  const std::string direct = Hello(Tablet1(), {});
  EXPECT_TRUE(IsCutInTheHandshake(direct)) << direct;
  const std::string as_itself = Hello(Tablet1(), {Escaped(identity_.certificate_pem())});
  EXPECT_TRUE(IsCutInTheHandshake(as_itself)) << as_itself;
  const std::string other_proxy =
      Hello(IssueProxyCertificate(SystemRandom()).value(), {Escaped(identity_.certificate_pem())});
  EXPECT_TRUE(IsCutInTheHandshake(other_proxy)) << other_proxy;
  amal_.TakeInquiry("Round");
  EXPECT_EQ(amal_.Run({"sync"}).exit_code, static_cast<int>(ErrorCode::kBaseRefused));
  EXPECT_GT(amal_.Unsent(), 0) << "nothing is lost by it";
}

TEST_F(ProxyTrustTest, WithoutAProxyTheHeaderIsNoneOfTheBasesBusiness) {
  const BaseKeys keys = LoadBaseKeys(base_.directory()).value();
  const PeerIdentity nobody{"nobody", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  const CertifiedKey unknown = IssueStoreCertificate(keys.ca, nobody, SystemRandom()).value();
  EXPECT_EQ(Hello(unknown, {Escaped(identity_.certificate_pem())}), "GO_AWAY_REASON_UNKNOWN_STORE");
  EXPECT_EQ(Hello(Tablet1(), {Escaped(unknown.certificate_pem)}), "known store");
  EXPECT_TRUE(IsCutInTheHandshake(Hello(proxy_, {Escaped(identity_.certificate_pem())})));
}

TEST_F(ProxyTrustTest, AProxysCertificateThatIsNoneKeepsTheBaseFromStarting) {
  base_.Stop();
  WriteFile(scratch_ / "none.pem", "this was a photograph");
  for (const char* name : {"none.pem", "no-such-file.pem"}) {
    const Outcome outcome =
        base_.Admin({"serve", "--listen", "127.0.0.1:0", "--behind-proxy", (scratch_ / name).string()});
    EXPECT_NE(outcome.exit_code, 0) << outcome.Words();
    EXPECT_NE(outcome.err.find("proxy"), std::string::npos) << outcome.Words();
  }
}

TEST_F(ProxyTrustTest, KeysForAProxyAreWrittenOnceAndForTheBasesUserOnly) {
  const Outcome again = base_.Admin({"proxy-keys", "--out", (scratch_ / "proxy").string()});
  EXPECT_EQ(again.exit_code, static_cast<int>(ErrorCode::kNotWritable)) << again.Words();
  for (const char* name : {"client.key", "server.key"}) {
    const auto mode = std::filesystem::status(scratch_ / "proxy" / name).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
  }
}

}  // namespace
}  // namespace opgang
