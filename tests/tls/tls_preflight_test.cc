// Every way in which TLS to the base can fail, against real sockets on loopback. The deadlines of stories
// that end by a deadline are short; all others are far longer than the story takes.
#include "client-lib/src/transport/tls_preflight.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "client-lib/src/transport/dial.h"
#include "core/base/error.h"
#include "server/identity/certificate_authority.h"
#include "tests/support/store_certificate.h"
#include "tests/tls/loopback_base.h"

namespace opgang {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30), kShort = absl::Milliseconds(60);
// A host name to TLS, and yet resolved where there is no /etc/hosts.
const std::string kName = "127.1";
const std::string kSettings("\0\0\0\4\0\0\0\0\0", 9);

struct Town {
  CertifiedKey ca = MakeCertificateAuthority(SystemRandom()).value();
  CertifiedKey base = IssueServerCertificate(ca, {kName, "127.0.0.1", "::1"}, SystemRandom()).value();
  CertifiedKey tablet =
      IssueStoreCertificate(ca, {"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())}, SystemRandom())
          .value();

  TlsIdentity Identity() const {
    return {ca.certificate_pem, tablet.certificate_pem, tablet.private_key_pem};
  }
};
const Town& Aalborg() {
  static const auto* town = new Town;
  return *town;
}
const Town& Elsewhere() {
  static const auto* town = new Town;
  return *town;
}

// Our base as it should be: it asks for a certificate of our authority.
TlsServerOptions OurBase(int version = 0) {
  return {.server = Aalborg().base,
          .client_ca_pem = Aalborg().ca.certificate_pem,
          .version = version,
          .greeting = kSettings};
}
Listener::Serve Serving(const TlsServerOptions& options) {
  return [options](int fd) { ServeTls(options, fd); };
}
Listener::Serve Saying(const std::string& words) {
  return [words](int fd) {
    char heard[1024];
    recv(fd, heard, sizeof(heard), 0);
    send(fd, words.data(), words.size(), MSG_NOSIGNAL);
  };
}

// 0 where the preflight found nothing wrong.
int Preflight(const std::string& address, const TlsIdentity& identity = Aalborg().Identity(),
              absl::Duration timeout = kLong) {
  const absl::Status status = TlsPreflight(address, identity, timeout);
  return status.ok() ? 0 : static_cast<int>(GetErrorCode(status));
}
constexpr int kOk = 0;
constexpr int kNoBase = static_cast<int>(ErrorCode::kNoBase);
constexpr int kUntrusted = static_cast<int>(ErrorCode::kBaseUntrusted);
constexpr int kRefused = static_cast<int>(ErrorCode::kBaseRefused);
constexpr int kDamaged = static_cast<int>(ErrorCode::kDamaged);
constexpr int kTryLater = static_cast<int>(ErrorCode::kTryLater);

class TlsVersionTest : public ::testing::TestWithParam<int> {};

TEST_P(TlsVersionTest, OurBaseAcceptsOurTablet) {
  const Listener base("127.0.0.1", Serving(OurBase(GetParam())));
  EXPECT_EQ(Preflight(base.address()), kOk);
  EXPECT_EQ(Preflight(kName + ":" + std::to_string(base.port())), kOk);
}

TEST_P(TlsVersionTest, ATabletOfAnotherAuthorityIsRefused) {
  const Listener base("127.0.0.1", Serving(OurBase(GetParam())));
  TlsIdentity stranger = Elsewhere().Identity();
  stranger.ca_pem = Aalborg().ca.certificate_pem;  // it trusts our base; our base does not trust it
  EXPECT_EQ(Preflight(base.address(), stranger), kRefused);
}

TEST_P(TlsVersionTest, ABaseOfAnotherAuthorityIsUntrusted) {
  TlsServerOptions options = OurBase(GetParam());
  options.server = Elsewhere().base;
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kUntrusted);
}

TEST_P(TlsVersionTest, OurBaseUnderAnotherNameIsUntrusted) {
  TlsServerOptions options = OurBase(GetParam());
  options.server =
      IssueServerCertificate(Aalborg().ca, {"base.example", "192.0.2.7"}, SystemRandom()).value();
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kUntrusted);
  EXPECT_EQ(Preflight(kName + ":" + std::to_string(base.port())), kUntrusted);
}

TEST_P(TlsVersionTest, AnotherTabletPosingAsTheBaseIsUntrusted) {
  TlsServerOptions options = OurBase(GetParam());
  options.server = Aalborg().tablet;
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kUntrusted);
}

TEST_P(TlsVersionTest, ATlsServerThatDoesNotSpeakHttp2IsNotTheBase) {
  TlsServerOptions options = OurBase(GetParam());
  options.http2 = false;
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kUntrusted);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsVersionTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& instance) {
                           return instance.param == TLS1_2_VERSION ? std::string("Tls12")
                                                                   : std::string("Tls13");
                         });

TEST(TlsPreflightTest, ABaseIsReachedOverIpv6) {
  const Listener base("::1", Serving(OurBase()));
  EXPECT_EQ(Preflight("[::1]:" + std::to_string(base.ok() ? base.port() : 1)), base.ok() ? kOk : kNoBase);
}

// The very bytes of server/rpc/front_door.cc.
TEST(TlsPreflightTest, ABaseWithoutRoomSaysSoAndIsTriedLater) {
  const Listener full("127.0.0.1", Saying(std::string("\x15\x03\x03\x00\x02\x02\x50", 7)));
  EXPECT_EQ(Preflight(full.address()), kTryLater);
  const Listener other_alert("127.0.0.1", Saying(std::string("\x15\x03\x03\x00\x02\x02\x28", 7)));
  EXPECT_EQ(Preflight(other_alert.address()), kUntrusted);
}

TEST(TlsPreflightTest, WithoutTicketsTheBasesFirstByteMeansAccepted) {
  TlsServerOptions options = OurBase(TLS1_3_VERSION);
  options.tickets = false;
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kOk);
}

TEST(TlsPreflightTest, ABaseThatHangsUpOnUsWithoutAWordTwiceRefusesUs) {
  TlsServerOptions options = OurBase(TLS1_3_VERSION);
  options.tickets = false;
  options.greeting.clear();
  const Listener base("127.0.0.1", Serving(options));
  EXPECT_EQ(Preflight(base.address()), kRefused);
}

TEST(TlsPreflightTest, ABaseThatHangsUpBecauseItStopsIsNoBase) {
  TlsServerOptions options = OurBase(TLS1_3_VERSION);
  options.tickets = false;
  options.greeting.clear();
  Listener* self = nullptr;
  Listener base("127.0.0.1", [&](int fd) {
    self->StopListening();
    ServeTls(options, fd);
  });
  self = &base;
  EXPECT_EQ(Preflight(base.address()), kNoBase);
}

TEST(TlsPreflightTest, APlainServerIsNotTheBase) {
  for (const std::string& words : {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string(4096, '\0'),
                                   std::string("SSH-2.0-OpenSSH_9.2\r\n")}) {
    const Listener server("127.0.0.1", Saying(words));
    EXPECT_EQ(Preflight(server.address()), kUntrusted) << words.substr(0, 8);
  }
}

TEST(TlsPreflightTest, APortThatHangsUpAtOnceIsNoBase) {
  const Listener server("127.0.0.1", [](int) {});
  EXPECT_EQ(Preflight(server.address()), kNoBase);
}

TEST(TlsPreflightTest, NobodyListeningIsNoBase) {
  std::string address;
  {
    const Listener gone;
    address = gone.address();
  }
  EXPECT_EQ(Preflight(address), kNoBase);
}

TEST(TlsPreflightTest, ASilentListenerIsNoBaseOnceTheDeadlineHasPassed) {
  const Listener silent;
  EXPECT_EQ(Preflight(silent.address(), Aalborg().Identity(), kShort), kNoBase);
  EXPECT_EQ(Preflight(silent.address(), Aalborg().Identity(), absl::ZeroDuration()), kNoBase);
}

TEST(TlsPreflightTest, ABaseThatFallsSilentAfterTheHandshakeIsNoBaseOnceTheDeadlineHasPassed) {
  TlsServerOptions options = OurBase(TLS1_3_VERSION);
  options.tickets = false;
  options.greeting.clear();
  const Listener base("127.0.0.1", [&](int fd) {
    ServeTls(options, dup(fd));  // the other descriptor keeps the connection open
    char heard[4096];
    while (recv(fd, heard, sizeof(heard), 0) > 0) {
    }
  });
  EXPECT_EQ(Preflight(base.address(), Aalborg().Identity(), absl::Milliseconds(500)), kNoBase);
}

TEST(TlsPreflightTest, ANameThatDoesNotExistIsNoBase) {
  EXPECT_EQ(Preflight("no-such-base.invalid:7443", Aalborg().Identity(), absl::Milliseconds(500)), kNoBase);
}

TEST(TlsPreflightTest, AnAddressWithoutAPortIsNoBase) { EXPECT_EQ(Preflight("localhost"), kNoBase); }

TEST(TlsPreflightTest, OwnFilesThatCannotBeReadAreDamaged) {
  const TlsIdentity good = Aalborg().Identity();
  TlsIdentity no_ca = good, no_certificate = good, other_key = good;
  no_ca.ca_pem = "garbage";
  no_certificate.certificate_pem.clear();
  other_key.private_key_pem = Elsewhere().tablet.private_key_pem;
  for (const TlsIdentity& damaged : {no_ca, no_certificate, other_key}) {
    EXPECT_EQ(Preflight("127.0.0.1:1", damaged), kDamaged);
  }
}

TEST(ParseAddressTest, ReadsNamesAndBothKindsOfIpAddress) {
  EXPECT_EQ(ParseAddress("base.example:7443")->host, "base.example");
  EXPECT_EQ(ParseAddress("192.0.2.7:1")->port, "1");
  EXPECT_EQ(ParseAddress("[2001:db8::1]:65535")->host, "2001:db8::1");
}

TEST(ParseAddressTest, RefusesEverythingElse) {
  for (const char* address :
       {"", ":", ":7443", "base:", "base", "base:0", "base:65536", "base:123456", "base:7x", "::1:7443",
        "[::1]", "[::1]7443", "[]:1", "[base]:1", "a b:1", "a/b:1", "base:-1"}) {
    EXPECT_FALSE(ParseAddress(address).has_value()) << address;
  }
}

}  // namespace
}  // namespace opgang
