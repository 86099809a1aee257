#include "server/identity/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

// A fresh directory, removed at the end.
class KeyStoreTest : public ::testing::Test {
 protected:
  KeyStoreTest() {
    std::string name = (fs::temp_directory_path() / "opgang-keys-XXXXXX").string();
    home_ = mkdtemp(name.data());
  }
  ~KeyStoreTest() override { fs::remove_all(home_); }

  absl::StatusOr<BaseKeys> Start(const std::vector<std::string>& hosts = {"localhost", "127.0.0.1"}) {
    return LoadOrCreateBaseKeys(home_, hosts, SystemRandom());
  }
  ErrorCode Starting() { return GetErrorCode(Start().status()); }

  std::string Read(const std::string& file) const {
    std::ifstream in(home_ / "keys" / file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Write(const std::string& file, const std::string& content) const {
    std::ofstream(home_ / "keys" / file, std::ios::binary | std::ios::trunc) << content;
  }
  mode_t Mode(const std::string& path) const {
    struct stat found {};
    EXPECT_EQ(stat((home_ / path).c_str(), &found), 0) << path;
    return found.st_mode & 07777;
  }
  std::vector<std::string> Names(const fs::path& directory) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
    return names;
  }

  fs::path home_;
};

constexpr const char* kFiles[] = {"ca.pem", "ca.key", "server.pem", "box.key", "storage.key"};
constexpr const char* kLasting[] = {"ca.pem", "ca.key", "box.key", "storage.key"};

void ExpectSameLastingKeys(const BaseKeys& a, const BaseKeys& b) {
  EXPECT_EQ(a.ca.certificate_pem, b.ca.certificate_pem);
  EXPECT_EQ(a.ca.private_key_pem, b.ca.private_key_pem);
  EXPECT_EQ(a.box.public_key, b.box.public_key);
  EXPECT_EQ(a.box.secret_key, b.box.secret_key);
  EXPECT_EQ(a.storage_key, b.storage_key);
}

TEST_F(KeyStoreTest, TheFirstStartMakesEverythingAndTheSecondFindsItUnchanged) {
  const BaseKeys first = Start().value();
  const BaseKeys second = Start().value();
  ExpectSameLastingKeys(first, second);
  EXPECT_EQ(first.server.certificate_pem, second.server.certificate_pem);
  EXPECT_EQ(first.server.private_key_pem, second.server.private_key_pem);
  EXPECT_EQ(first.storage_key.size(), 32u);
  EXPECT_TRUE(IsKeyPair(first.server));
  EXPECT_EQ(OpenSealedBox(second.box, SealToPublicKey(first.box.public_key, "x")).value(), "x");
}

TEST_F(KeyStoreTest, OnlyTheOwnerCanReadTheKeys) {
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Mode("keys"), 0700u);
  for (const char* file : kFiles) EXPECT_EQ(Mode(std::string("keys/") + file), 0600u) << file;
  EXPECT_THAT(Names(home_), UnorderedElementsAre("keys"));
  EXPECT_EQ(Names(home_ / "keys").size(), std::size(kFiles));
}

TEST_F(KeyStoreTest, ModesLostByARestoredBackupAreSetAgain) {
  ASSERT_TRUE(Start().ok());
  chmod((home_ / "keys").c_str(), 0755);
  for (const char* file : kFiles) chmod((home_ / "keys" / file).c_str(), 0644);
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Mode("keys"), 0700u);
  for (const char* file : kFiles) EXPECT_EQ(Mode(std::string("keys/") + file), 0600u) << file;
}

TEST_F(KeyStoreTest, TwoBasesShareNoKey) {
  const BaseKeys first = Start().value();
  fs::remove_all(home_ / "keys");
  const BaseKeys second = Start().value();
  EXPECT_FALSE(first.storage_key == second.storage_key);
  EXPECT_NE(first.box.public_key, second.box.public_key);
  EXPECT_NE(first.ca.certificate_pem, second.ca.certificate_pem);
}

TEST_F(KeyStoreTest, ChangedHostsGetANewServerCertificateUnderTheSameAuthority) {
  const BaseKeys first = Start({"localhost"}).value();
  const BaseKeys moved = Start({"base.example", "192.0.2.7"}).value();
  ExpectSameLastingKeys(first, moved);
  EXPECT_EQ(HostsOf(moved.server.certificate_pem), (std::vector<std::string>{"192.0.2.7", "base.example"}));
  EXPECT_TRUE(IsIssuedBy(moved.server.certificate_pem, first.ca));
  const BaseKeys again = Start({"192.0.2.7", "BASE.example"}).value();  // the same hosts, typed otherwise
  EXPECT_EQ(again.server.certificate_pem, moved.server.certificate_pem);
}

TEST_F(KeyStoreTest, ALostOrDamagedServerCertificateIsIssuedAgain) {
  const BaseKeys first = Start().value();
  for (const std::string& content : {std::string(), std::string("garbage"), first.ca.certificate_pem}) {
    Write("server.pem", content);
    const BaseKeys again = Start().value();
    ExpectSameLastingKeys(first, again);
    EXPECT_TRUE(IsKeyPair(again.server) && IsIssuedBy(again.server.certificate_pem, first.ca));
  }
  fs::remove(home_ / "keys/server.pem");
  EXPECT_TRUE(IsKeyPair(Start().value().server));
}

TEST_F(KeyStoreTest, AMissingLastingKeyIsDamageAndIsNeverMadeAnew) {
  for (const std::string file : kLasting) {
    ASSERT_TRUE(Start().ok());
    const std::string kept = Read(file);
    fs::remove(home_ / "keys" / file);
    EXPECT_EQ(Starting(), ErrorCode::kDamaged) << file;
    EXPECT_FALSE(fs::exists(home_ / "keys" / file)) << file;
    Write(file, kept);
  }
  EXPECT_TRUE(Start().ok());
}

TEST_F(KeyStoreTest, AnEmptyKeysDirectoryIsDamageAndNotAFreshStart) {
  ASSERT_TRUE(Start().ok());
  for (const char* file : kFiles) fs::remove(home_ / "keys" / file);
  EXPECT_EQ(Starting(), ErrorCode::kDamaged);
}

TEST_F(KeyStoreTest, EveryFlippedOrMissingByteOfARawKeyIsNoticed) {
  ASSERT_TRUE(Start().ok());
  for (const std::string file : {"box.key", "storage.key"}) {
    const std::string kept = Read(file);
    ASSERT_EQ(kept.size(), 48u);
    for (size_t at = 0; at < kept.size(); ++at) {
      std::string changed = kept;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      Write(file, changed);
      EXPECT_EQ(Starting(), ErrorCode::kDamaged) << file << " " << at;
      Write(file, kept.substr(0, at));
      EXPECT_EQ(Starting(), ErrorCode::kDamaged) << file << " " << at;
    }
    Write(file, kept);
  }
}

TEST_F(KeyStoreTest, SwappedRawKeysAndAHugeFileAreNoticed) {
  ASSERT_TRUE(Start().ok());
  const std::string box = Read("box.key"), storage = Read("storage.key");
  Write("box.key", storage);
  EXPECT_EQ(Starting(), ErrorCode::kDamaged);
  Write("box.key", box + std::string(100000, 'x'));
  EXPECT_EQ(Starting(), ErrorCode::kDamaged);
}

TEST_F(KeyStoreTest, AnotherAuthoritysKeyOrAChangedCertificateIsNoticed) {
  ASSERT_TRUE(Start().ok());
  const std::string kept = Read("ca.key");
  const CertifiedKey stranger = MakeCertificateAuthority(SystemRandom()).value();
  Write("ca.key", std::string(stranger.private_key_pem.Reveal()));
  EXPECT_EQ(Starting(), ErrorCode::kDamaged);
  Write("ca.key", kept);
  std::string changed = Read("ca.pem");
  changed[300] = changed[300] == 'A' ? 'B' : 'A';
  Write("ca.pem", changed);
  EXPECT_EQ(Starting(), ErrorCode::kDamaged);
}

TEST_F(KeyStoreTest, WhatAnInterruptedCreationLeftIsRemovedAndMadeAnew) {
  fs::create_directory(home_ / "keys.new");
  std::ofstream(home_ / "keys.new/storage.key") << "half";
  ASSERT_TRUE(Start().ok());
  EXPECT_THAT(Names(home_), UnorderedElementsAre("keys"));
}

TEST_F(KeyStoreTest, LoadingBesideARunningBaseMakesNothing) {
  EXPECT_EQ(GetErrorCode(LoadBaseKeys(home_).status()), ErrorCode::kNotFound);
  EXPECT_THAT(Names(home_), UnorderedElementsAre());
  const BaseKeys base = Start().value();
  const BaseKeys loaded = LoadBaseKeys(home_).value();
  ExpectSameLastingKeys(base, loaded);
  EXPECT_EQ(loaded.server.certificate_pem, base.server.certificate_pem);
  fs::remove(home_ / "keys/server.pem");
  EXPECT_EQ(GetErrorCode(LoadBaseKeys(home_).status()), ErrorCode::kDamaged);
}

TEST_F(KeyStoreTest, BadHostsAreRefusedBeforeAnythingIsMade) {
  EXPECT_EQ(GetErrorCode(Start({}).status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(Start({"a b"}).status()), ErrorCode::kBadInput);
  EXPECT_THAT(Names(home_), UnorderedElementsAre());
}

TEST_F(KeyStoreTest, WhereNothingCanBeWrittenItSaysSo) {
  std::ofstream(home_ / "file") << "no directory";
  const auto keys = LoadOrCreateBaseKeys(home_ / "file", {"localhost"}, SystemRandom());
  EXPECT_EQ(GetErrorCode(keys.status()), ErrorCode::kNotWritable);
}

TEST_F(KeyStoreTest, AFullDiskChangesNothingAndTheNextStartSucceeds) {
  const BaseKeys first = Start({"localhost"}).value();
  fs::create_symlink("/dev/full", home_ / "keys/server.pem.new");  // the temporary file of the next write
  EXPECT_EQ(GetErrorCode(Start({"base.example"}).status()), ErrorCode::kDiskFull);
  EXPECT_EQ(LoadBaseKeys(home_)->server.certificate_pem, first.server.certificate_pem);
  EXPECT_EQ(HostsOf(Start({"base.example"})->server.certificate_pem),
            std::vector<std::string>{"base.example"});
}

}  // namespace
}  // namespace opgang
