#include "server/identity/certificate_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/error.h"
#include "server/identity/certificate_authority.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StoreId Store() { return StoreId(*UuidFromString("0190a6e0-0000-7000-8000-000000000001")); }

CertifiedKey Ca() {
  static const auto* ca = new CertifiedKey(MakeCertificateAuthority(SystemRandom()).value());
  return *ca;
}

std::string Certificate(const std::string& staff_code) {
  return IssueStoreCertificate(Ca(), {staff_code, Store()}, SystemRandom()).value().certificate_pem;
}

ErrorCode Parsing(const std::string& pem) { return GetErrorCode(ParsePeerIdentity(pem).status()); }

TEST(PeerIdentityTest, ACertificateNamesStaffMemberAndStore) {
  const auto peer = ParsePeerIdentity(Certificate("amal"));
  ASSERT_TRUE(peer.ok());
  EXPECT_EQ(peer->staff_code, "amal");
  EXPECT_EQ(peer->store_id, Store());
  EXPECT_EQ(StoreUri(Store()), "opgang:store:0190a6e0-0000-7000-8000-000000000001");
}

TEST(PeerIdentityTest, TheLongestStaffCodeFitsAndALongerOneIsRefused) {
  EXPECT_EQ(ParsePeerIdentity(Certificate(std::string(64, 'x')))->staff_code.size(), 64u);
  EXPECT_EQ(GetErrorCode(CheckPeerIdentity({std::string(65, 'x'), Store()})), ErrorCode::kBadInput);
}

TEST(PeerIdentityTest, AStaffCodeIsACodeAndAStoreIsNamed) {
  EXPECT_TRUE(CheckPeerIdentity({"A.b_c-9", Store()}).ok());
  for (const std::string code : {"", "two words", "sørine", "a/b", "a\n"}) {
    EXPECT_EQ(GetErrorCode(CheckPeerIdentity({code, Store()})), ErrorCode::kBadInput) << code;
  }
  EXPECT_EQ(GetErrorCode(CheckPeerIdentity({std::string("a\0b", 3), Store()})), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(CheckPeerIdentity({"amal", StoreId()})), ErrorCode::kBadInput);
}

TEST(PeerIdentityTest, TheBasesOwnCertificatesAndGarbageNameNoStore) {
  const auto server = IssueServerCertificate(Ca(), {"localhost"}, SystemRandom());
  EXPECT_EQ(Parsing(server->certificate_pem), ErrorCode::kBaseRefused);
  EXPECT_EQ(Parsing(Ca().certificate_pem), ErrorCode::kBaseRefused);
  EXPECT_EQ(Parsing(""), ErrorCode::kBaseRefused);
  EXPECT_EQ(Parsing("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            ErrorCode::kBaseRefused);
}

TEST(PeerIdentityTest, ATruncatedCertificateNamesNoStoreAtEveryLength) {
  const std::string pem = Certificate("amal");
  const size_t last_needed = pem.find_last_not_of('\n');
  for (size_t size = 0; size < last_needed; ++size) {
    EXPECT_EQ(Parsing(pem.substr(0, size)), ErrorCode::kBaseRefused) << size;
  }
}

TEST(CanonicalHostsTest, OneFormWhateverWasTyped) {
  EXPECT_THAT(CanonicalHosts({"Base.Example", "2001:DB8::0:1", "127.0.0.1", "base.example", "::1"}).value(),
              ElementsAre("127.0.0.1", "2001:db8::1", "::1", "base.example"));
}

TEST(CanonicalHostsTest, WhatIsNeitherNameNorAddressIsRefused) {
  for (const std::string host : {"", "a b", "host:7443", "[::1]", "-a.example", "a-.example", "a..b", ".a",
                                 "a.", "*.example", "æ.dk", "a/b", "URI:opgang", "fe80::1%eth0"}) {
    EXPECT_EQ(GetErrorCode(CanonicalHosts({host}).status()), ErrorCode::kBadInput) << host;
  }
  EXPECT_EQ(GetErrorCode(CanonicalHosts({std::string(64, 'a')}).status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(CanonicalHosts({std::string("a\0b", 3)}).status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(CanonicalHosts({std::string("127.0.0.1\0.evil.example", 23)}).status()),
            ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(CanonicalHosts({}).status()), ErrorCode::kBadInput);
  EXPECT_TRUE(CanonicalHosts({std::string(63, 'a') + "." + std::string(63, 'b')}).ok());
}

TEST(HostsOfTest, ReadsBackWhatWasIssued) {
  const std::vector<std::string> hosts = {"127.0.0.1", "2001:db8::1", "base.example"};
  const auto server = IssueServerCertificate(Ca(), hosts, SystemRandom());
  EXPECT_EQ(HostsOf(server->certificate_pem), hosts);
}

TEST(HostsOfTest, AStoreAndGarbageHaveNone) {
  EXPECT_THAT(HostsOf(Certificate("amal")), IsEmpty());
  EXPECT_THAT(HostsOf("garbage"), IsEmpty());
}

}  // namespace
}  // namespace opgang
