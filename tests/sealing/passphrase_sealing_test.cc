#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "core/base/error.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

constexpr char kCode[] = "K7F2-9QXM-3TBHW";
constexpr size_t kMemLimitAt = 18 + 4 + 16 + 8;  // in an invitation file

SecretBytes StoreKey() { return SecretBytes(std::string(32, 's')); }

v1::WrappedStoreKey Wrap(std::string_view passphrase) {
  return WrapStoreKey(StoreKey(), passphrase, PassphraseCost::ForTests(), SystemRandom());
}

ErrorCode Unwrapping(const v1::WrappedStoreKey& wrapped, std::string_view passphrase) {
  return GetErrorCode(UnwrapStoreKey(wrapped, passphrase).status());
}

std::string Invitation(std::string_view content = "addresses, pinned CA, key") {
  return SealInvitation(content, kCode, PassphraseCost::ForTests(), SystemRandom());
}

ErrorCode Opening(std::string_view file, std::string_view code = kCode) {
  return GetErrorCode(OpenInvitation(file, code).status());
}

bool IsRefusal(ErrorCode code) {
  return code == ErrorCode::kInvitationDamaged || code == ErrorCode::kInvitationWrongCode;
}

// Draws the bytes 0, 1, 2...: shows how many bits of each are used.
class CountingRandom : public Random {
 public:
  explicit CountingRandom(uint8_t first) : next_(first) {}
  void Fill(uint8_t* out, size_t size) override {
    for (size_t i = 0; i < size; ++i) out[i] = next_++;
  }

 private:
  uint8_t next_;
};

TEST(StoreKeyTest, OpensWithItsPassphraseAndNoOther) {
  const auto wrapped = Wrap("fire røde æbler");
  EXPECT_EQ(UnwrapStoreKey(wrapped, "fire røde æbler").value(), StoreKey());
  EXPECT_EQ(Unwrapping(wrapped, "fire røde æble"), ErrorCode::kWrongPassphrase);
  EXPECT_EQ(Unwrapping(wrapped, ""), ErrorCode::kWrongPassphrase);
}

TEST(StoreKeyTest, OpensAtTheCostThatPeopleUseToo) {
  const auto wrapped = WrapStoreKey(StoreKey(), "p", PassphraseCost::Interactive(), SystemRandom());
  EXPECT_EQ(wrapped.mem_limit(), 64u << 20);
  EXPECT_EQ(UnwrapStoreKey(wrapped, "p").value(), StoreKey());
}

TEST(StoreKeyTest, TheSamePassphraseTwiceGivesDifferentWrappings) {
  const auto first = Wrap("p"), second = Wrap("p");
  EXPECT_NE(first.salt(), second.salt());
  EXPECT_NE(first.sealed_key(), second.sealed_key());
}

TEST(StoreKeyTest, EveryChangedFieldIsRefused) {
  const auto wrapped = Wrap("p");
  for (size_t at = 0; at < wrapped.sealed_key().size(); ++at) {
    auto changed = wrapped;
    changed.mutable_sealed_key()->at(at) ^= 1;
    EXPECT_EQ(Unwrapping(changed, "p"), ErrorCode::kWrongPassphrase) << at;
  }
  auto other_salt = wrapped, more_passes = wrapped, same_blocks = wrapped;
  other_salt.mutable_salt()->at(3) ^= 1;
  more_passes.set_ops_limit(2);
  same_blocks.set_mem_limit(wrapped.mem_limit() + 1);  // Argon2id rounds down: only the binding tells
  EXPECT_EQ(Unwrapping(other_salt, "p"), ErrorCode::kWrongPassphrase);
  EXPECT_EQ(Unwrapping(more_passes, "p"), ErrorCode::kWrongPassphrase);
  EXPECT_EQ(Unwrapping(same_blocks, "p"), ErrorCode::kWrongPassphrase);
}

TEST(StoreKeyTest, AFileThatAsksForTooMuchWorkIsRefusedWithoutDoingIt) {
  auto wrapped = Wrap("p");
  wrapped.set_mem_limit((uint64_t{256} << 20) + 1);
  EXPECT_EQ(Unwrapping(wrapped, "p"), ErrorCode::kDamaged);
  wrapped.set_mem_limit(UINT64_MAX);
  EXPECT_EQ(Unwrapping(wrapped, "p"), ErrorCode::kDamaged);
  wrapped = Wrap("p");
  for (const uint64_t ops : {uint64_t{0}, uint64_t{5}, uint64_t{UINT64_MAX}}) {
    wrapped.set_ops_limit(ops);
    EXPECT_EQ(Unwrapping(wrapped, "p"), ErrorCode::kDamaged) << ops;
  }
}

TEST(StoreKeyTest, AnEmptyMessageIsDamagedAndNotAWrongPassphrase) {
  EXPECT_EQ(Unwrapping(v1::WrappedStoreKey(), "p"), ErrorCode::kDamaged);
  auto short_salt = Wrap("p");
  short_salt.mutable_salt()->pop_back();
  EXPECT_EQ(Unwrapping(short_salt, "p"), ErrorCode::kDamaged);
}

TEST(StoreKeyTest, AKeyOfAnotherSizeUnderTheRightPassphraseIsDamaged) {
  const auto wrapped = WrapStoreKey(SecretBytes("short"), "p", PassphraseCost::ForTests(), SystemRandom());
  EXPECT_EQ(Unwrapping(wrapped, "p"), ErrorCode::kDamaged);
}

TEST(InvitationCodeTest, HasThirteenSymbolsOfFiveBitsEachInGroups) {
  const std::string code = MakeInvitationCode(SystemRandom());
  ASSERT_EQ(code.size(), 15u);
  EXPECT_EQ(code[4], '-');
  EXPECT_EQ(code[9], '-');
  EXPECT_EQ(NormalizeInvitationCode(code)->size(), 13u);
}

TEST(InvitationCodeTest, CarriesAtLeastSixtyBits) {
  std::map<size_t, std::set<char>> seen;  // by place, over all values of the byte drawn for it
  for (int first = 0; first < 256; ++first) {
    CountingRandom random(static_cast<uint8_t>(first));
    const std::string code = *NormalizeInvitationCode(MakeInvitationCode(random));
    for (size_t i = 0; i < code.size(); ++i) seen[i].insert(code[i]);
  }
  int bits = 0;
  for (const auto& [place, symbols] : seen) bits += symbols.size() == 32 ? 5 : 0;
  EXPECT_GE(bits, 60);
}

TEST(InvitationCodeTest, EverySymbolIsEquallyLikely) {
  std::map<char, int> count;
  for (int first = 0; first < 256; ++first) {
    CountingRandom random(static_cast<uint8_t>(first));
    ++count[MakeInvitationCode(random)[0]];
  }
  for (const auto& [symbol, times] : count) EXPECT_EQ(times, 8) << symbol;
}

TEST(InvitationCodeTest, NormalisingReadsWhatPeopleWrite) {
  EXPECT_EQ(NormalizeInvitationCode("k7f2-9qxm-3tbhw").value(), "K7F29QXM3TBHW");
  EXPECT_EQ(NormalizeInvitationCode(" K7F2 9QXM\t3TBHW\r\n").value(), "K7F29QXM3TBHW");
  EXPECT_EQ(NormalizeInvitationCode("oO0iIlL1-00000").value(), "0001111100000");
}

TEST(InvitationCodeTest, NormalisingTwiceChangesNothing) {
  for (int i = 0; i < 200; ++i) {
    const std::string once = NormalizeInvitationCode(MakeInvitationCode(SystemRandom())).value();
    EXPECT_EQ(NormalizeInvitationCode(once).value(), once);
  }
  const std::string mended = NormalizeInvitationCode("oilOIL-oilOIL-o").value();
  EXPECT_EQ(NormalizeInvitationCode(mended).value(), mended);
}

TEST(InvitationCodeTest, WhatCannotBeACodeIsAWrongCode) {
  for (const char* typed : {"", "-", "K7F2-9QXM-3TBH", "K7F2-9QXM-3TBHWX", "U7F2-9QXM-3TBHW",
                            "K7F2-9QXM-3TBHæ", "K7F2_9QXM_3TBHW", "K7F2-9QXM-3TBH!"}) {
    EXPECT_EQ(GetErrorCode(NormalizeInvitationCode(typed).status()), ErrorCode::kInvitationWrongCode)
        << typed;
  }
}

TEST(InvitationTest, OpensWithItsCodeHoweverTyped) {
  const std::string file = Invitation();
  EXPECT_EQ(OpenInvitation(file, kCode).value(), "addresses, pinned CA, key");
  EXPECT_EQ(OpenInvitation(file, "k7f29qxm 3tbhw").value(), "addresses, pinned CA, key");
  EXPECT_TRUE(file.starts_with("opgang invitation\n"));
  EXPECT_EQ(file.find("pinned"), std::string::npos);
}

TEST(InvitationTest, AnotherCodeIsAWrongCode) {
  EXPECT_EQ(Opening(Invitation(), "K7F2-9QXM-3TBHX"), ErrorCode::kInvitationWrongCode);
  EXPECT_EQ(Opening(Invitation(), "no code"), ErrorCode::kInvitationWrongCode);
}

TEST(InvitationTest, EveryFlippedByteIsRefused) {
  const std::string file = Invitation();
  for (size_t at = 0; at < file.size(); ++at) {
    for (const char mask : {'\x01', '\x20', '\x80', '\xff'}) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      EXPECT_TRUE(IsRefusal(Opening(changed))) << at;
    }
  }
}

TEST(InvitationTest, TruncatedAtEveryLengthIsRefused) {
  const std::string file = Invitation();
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_TRUE(IsRefusal(Opening(file.substr(0, size)))) << size;
  }
  EXPECT_TRUE(IsRefusal(Opening(file + "x")));
}

TEST(InvitationTest, AnotherFileANewerFormatAndAHugeFileAreDamaged) {
  EXPECT_EQ(Opening(""), ErrorCode::kInvitationDamaged);
  EXPECT_EQ(Opening("street;number;area\nKildevej;4;A\n" + std::string(200, 'x')),
            ErrorCode::kInvitationDamaged);
  std::string newer = Invitation();
  newer[21] = 2;
  EXPECT_EQ(Opening(newer), ErrorCode::kInvitationDamaged);
  EXPECT_EQ(Opening(Invitation(std::string(300 << 10, 'x'))), ErrorCode::kInvitationDamaged);
}

TEST(InvitationTest, AHostileFileCannotBuyGigabytesOrHours) {
  std::string gigabytes = Invitation();
  gigabytes[kMemLimitAt] = '\x7f';
  EXPECT_EQ(Opening(gigabytes), ErrorCode::kInvitationDamaged);
  std::string just_too_much = Invitation();
  just_too_much.replace(kMemLimitAt, 8, std::string("\0\0\0\0\x10\0\0\x01", 8));  // 256 MiB + 1
  EXPECT_EQ(Opening(just_too_much), ErrorCode::kInvitationDamaged);
  std::string hours = Invitation();
  hours[kMemLimitAt - 4] = '\x01';  // 2^24 passes
  EXPECT_EQ(Opening(hours), ErrorCode::kInvitationDamaged);
}

TEST(InvitationTest, TheSealedContentOfAnotherInvitationDoesNotFitThisHeader) {
  const std::string first = Invitation("first"), second = Invitation("other");
  const size_t header = kMemLimitAt + 8;
  EXPECT_EQ(Opening(first.substr(0, header) + second.substr(header)), ErrorCode::kInvitationWrongCode);
}

}  // namespace
}  // namespace opgang
