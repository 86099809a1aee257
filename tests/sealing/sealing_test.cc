#include "core/sealing/sealing.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace opgang {
namespace {

constexpr char kNote[] = "rang twice, try the back door";

SecretBytes Key(char fill) { return SecretBytes(std::string(32, fill)); }

ErrorCode CodeOf(const absl::StatusOr<std::string>& opened) { return GetErrorCode(opened.status()); }

ReplicaId Replica(uint8_t last) {
  Uuid uuid{};
  uuid[15] = last;
  return ReplicaId(uuid);
}

std::string Flipped(std::string bytes, size_t at, int bit) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  return bytes;
}

TEST(SecretBytesTest, CopyAndMoveKeepTheBytesAndMoveLeavesNone) {
  SecretBytes first("abc");
  const SecretBytes copy = first;
  SecretBytes moved = std::move(first);
  EXPECT_EQ(copy.Reveal(), "abc");
  EXPECT_EQ(moved.Reveal(), "abc");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
  moved = SecretBytes("xyz");
  EXPECT_EQ(moved.Reveal(), "xyz");
}

TEST(SecretBytesTest, EqualityComparesLengthAndEveryByte) {
  EXPECT_EQ(SecretBytes("abc"), SecretBytes("abc"));
  EXPECT_EQ(SecretBytes(), SecretBytes(""));
  EXPECT_FALSE(SecretBytes("abc") == SecretBytes("abd"));
  EXPECT_FALSE(SecretBytes("abc") == SecretBytes("ab"));
  EXPECT_FALSE(SecretBytes("abc") == SecretBytes());
}

TEST(SealTest, WhatWasSealedOpensAgainAndEmptyContentToo) {
  for (const std::string& plain : {std::string(), std::string(kNote), std::string(100000, '\0')}) {
    const std::string sealed = Seal(Key('k'), plain, "here", SystemRandom());
    EXPECT_EQ(sealed.size(), 24 + plain.size() + 16);
    EXPECT_EQ(Open(Key('k'), sealed, "here").value(), plain);
  }
}

TEST(SealTest, TheSameNoteSealedTwiceLooksDifferentAndShowsNothing) {
  const std::string first = Seal(Key('k'), kNote, "", SystemRandom());
  const std::string second = Seal(Key('k'), kNote, "", SystemRandom());
  EXPECT_NE(first, second);
  EXPECT_EQ(first.find("door"), std::string::npos);
}

TEST(SealTest, EveryFlippedBitOfASealedRowIsRefused) {
  const std::string sealed = Seal(Key('k'), kNote, "here", SystemRandom());
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      EXPECT_EQ(CodeOf(Open(Key('k'), Flipped(sealed, at, bit), "here")), ErrorCode::kDamaged) << at;
    }
  }
}

TEST(SealTest, EveryTruncationAndAnAddedByteAreRefused) {
  const std::string sealed = Seal(Key('k'), kNote, "here", SystemRandom());
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(CodeOf(Open(Key('k'), sealed.substr(0, size), "here")), ErrorCode::kDamaged) << size;
  }
  EXPECT_EQ(CodeOf(Open(Key('k'), sealed + "x", "here")), ErrorCode::kDamaged);
}

TEST(SealTest, AnotherKeyOrAnotherPlaceIsRefused) {
  const std::string sealed = Seal(Key('k'), kNote, "here", SystemRandom());
  EXPECT_EQ(CodeOf(Open(Key('l'), sealed, "here")), ErrorCode::kDamaged);
  EXPECT_EQ(CodeOf(Open(Key('k'), sealed, "there")), ErrorCode::kDamaged);
  EXPECT_EQ(CodeOf(Open(Key('k'), sealed, "")), ErrorCode::kDamaged);
}

TEST(SealTest, TheMessageOfAFailedOpenHoldsNoContent) {
  const std::string sealed = Seal(Key('k'), kNote, "", SystemRandom());
  const auto opened = Open(Key('l'), sealed, "");
  EXPECT_EQ(opened.status().ToString().find("door"), std::string::npos);
}

TEST(RowBindingTest, SwappedRowsOtherTableRevAndFormatAreRefused) {
  const std::string id_a(16, 'a'), id_b(16, 'b');
  const std::string place_a = RowBinding("record", id_a, 7, 1);
  const std::string place_b = RowBinding("record", id_b, 8, 1);
  const std::string row_a = Seal(Key('k'), "row of a", place_a, SystemRandom());
  const std::string row_b = Seal(Key('k'), "row of b", place_b, SystemRandom());
  EXPECT_EQ(Open(Key('k'), row_a, place_a).value(), "row of a");
  EXPECT_EQ(CodeOf(Open(Key('k'), row_b, place_a)), ErrorCode::kDamaged);
  EXPECT_EQ(CodeOf(Open(Key('k'), row_a, place_b)), ErrorCode::kDamaged);
  for (const std::string& other : {RowBinding("history", id_a, 7, 1), RowBinding("record", id_b, 7, 1),
                                   RowBinding("record", id_a, 6, 1), RowBinding("record", id_a, 7, 2)}) {
    EXPECT_EQ(CodeOf(Open(Key('k'), row_a, other)), ErrorCode::kDamaged);
  }
}

TEST(RowBindingTest, NoTwoPlacesBindAlike) {
  const std::vector<std::string> places = {
      RowBinding("ab", "c", 1, 1), RowBinding("a", "bc", 1, 1),          RowBinding("abc", "", 1, 1),
      RowBinding("", "abc", 1, 1), RowBinding("ab", "c", 1ull << 32, 1), RowBinding("ab", "c", 1, 1u << 31),
      RowBinding("ab", "c", 0, 1), RowBinding("ab", "c", 1, 0)};
  EXPECT_EQ(std::set<std::string>(places.begin(), places.end()).size(), places.size());
}

TEST(DeriveKeyTest, EachPurposeAndMasterHasItsOwnKeyAlwaysTheSame) {
  EXPECT_EQ(DeriveKey(Key('m'), "queue"), DeriveKey(Key('m'), "queue"));
  EXPECT_FALSE(DeriveKey(Key('m'), "queue") == DeriveKey(Key('m'), "confirmed"));
  EXPECT_FALSE(DeriveKey(Key('m'), "queue") == DeriveKey(Key('n'), "queue"));
  EXPECT_EQ(DeriveKey(Key('m'), "queue").size(), 32u);
}

TEST(DeriveKeyTest, ADigestOfThePurposeIsNotTheDerivedKey) {
  EXPECT_NE(KeyedDigest(Key('m'), "queue", 32), DeriveKey(Key('m'), "queue").Reveal());
}

TEST(KeyedDigestTest, TellsSameFromOtherPerKeyAndSize) {
  EXPECT_EQ(KeyedDigest(Key('k'), "note", 16), KeyedDigest(Key('k'), "note", 16));
  EXPECT_NE(KeyedDigest(Key('k'), "note", 16), KeyedDigest(Key('k'), "nota", 16));
  EXPECT_NE(KeyedDigest(Key('k'), "note", 16), KeyedDigest(Key('l'), "note", 16));
  EXPECT_EQ(KeyedDigest(Key('k'), "", 16).size(), 16u);
  EXPECT_EQ(KeyedDigest(Key('k'), "", 32).size(), 32u);
  EXPECT_NE(KeyedDigest(Key('k'), "x", 32).substr(0, 16), KeyedDigest(Key('k'), "x", 16));
}

TEST(SealedBoxTest, OpensOnlyWithTheRightKeyPair) {
  const BoxKeyPair base = MakeBoxKeyPair(SystemRandom());
  const BoxKeyPair other = MakeBoxKeyPair(SystemRandom());
  const std::string sealed = SealToPublicKey(base.public_key, "queue key");
  EXPECT_EQ(OpenSealedBox(base, sealed).value(), "queue key");
  EXPECT_EQ(CodeOf(OpenSealedBox(other, sealed)), ErrorCode::kDamaged);
}

TEST(SealedBoxTest, EveryFlippedByteAndEveryTruncationIsRefused) {
  const BoxKeyPair base = MakeBoxKeyPair(SystemRandom());
  const std::string sealed = SealToPublicKey(base.public_key, "queue key");
  for (size_t at = 0; at < sealed.size(); ++at) {
    EXPECT_EQ(CodeOf(OpenSealedBox(base, Flipped(sealed, at, at % 7))), ErrorCode::kDamaged) << at;
    EXPECT_EQ(CodeOf(OpenSealedBox(base, sealed.substr(0, at))), ErrorCode::kDamaged) << at;
  }
}

TEST(SealedBoxTest, TheSameSeedGivesTheSameKeyPair) {
  EXPECT_EQ(BoxKeyPairFromSeed(Key('s')).public_key, BoxKeyPairFromSeed(Key('s')).public_key);
  EXPECT_EQ(BoxKeyPairFromSeed(Key('s')).secret_key, BoxKeyPairFromSeed(Key('s')).secret_key);
  EXPECT_NE(BoxKeyPairFromSeed(Key('s')).public_key, BoxKeyPairFromSeed(Key('t')).public_key);
}

TEST(SealedBoxTest, APublicKeyFromOutsideIsJudgedBeforeUse) {
  EXPECT_TRUE(IsBoxPublicKey(MakeBoxKeyPair(SystemRandom()).public_key));
  EXPECT_FALSE(IsBoxPublicKey(""));
  EXPECT_FALSE(IsBoxPublicKey(std::string(31, 'x')));
  EXPECT_FALSE(IsBoxPublicKey(std::string(33, 'x')));
  EXPECT_FALSE(IsBoxPublicKey(std::string(32, '\0')));  // of small order: everybody knows the shared secret
  EXPECT_FALSE(IsBoxPublicKey("\x01" + std::string(31, '\0')));
}

TEST(SealedBoxDeathTest, SealingToNoPublicKeyAborts) {
  EXPECT_DEATH(SealToPublicKey("short", "x"), "32 bytes");
  EXPECT_DEATH(SealToPublicKey(std::string(32, '\0'), "x"), "not a usable box public key");
}

TEST(ReadProofTest, HoldsForItsReplicaAndTokenAndForNothingElse) {
  const SignKeyPair keys = SignKeyPairFromSeed(Key('s'));
  const std::string proof = MakeReadProof(keys, Replica(1), "token");
  EXPECT_TRUE(CheckReadProof(keys.public_key, Replica(1), "token", proof));
  EXPECT_FALSE(CheckReadProof(keys.public_key, Replica(2), "token", proof));
  EXPECT_FALSE(CheckReadProof(keys.public_key, Replica(1), "tokem", proof));
  EXPECT_FALSE(CheckReadProof(keys.public_key, Replica(1), "", proof));
  EXPECT_FALSE(CheckReadProof(SignKeyPairFromSeed(Key('t')).public_key, Replica(1), "token", proof));
}

TEST(ReadProofTest, TheNilReplicaStillHasSixteenBytesInTheProof) {
  const SignKeyPair keys = SignKeyPairFromSeed(Key('s'));
  const std::string proof = MakeReadProof(keys, ReplicaId(), "token");
  EXPECT_TRUE(CheckReadProof(keys.public_key, ReplicaId(), "token", proof));
  EXPECT_FALSE(CheckReadProof(keys.public_key, ReplicaId(), std::string(16, '\0') + "token", proof));
}

TEST(ReadProofTest, EveryFlippedByteAndWrongSizeIsRefused) {
  const SignKeyPair keys = SignKeyPairFromSeed(Key('s'));
  const std::string proof = MakeReadProof(keys, Replica(1), "token");
  for (size_t at = 0; at < proof.size(); ++at) {
    EXPECT_FALSE(CheckReadProof(keys.public_key, Replica(1), "token", Flipped(proof, at, 0))) << at;
    EXPECT_FALSE(CheckReadProof(keys.public_key, Replica(1), "token", proof.substr(0, at))) << at;
  }
  EXPECT_FALSE(CheckReadProof("short", Replica(1), "token", proof));
  EXPECT_FALSE(CheckReadProof("", Replica(1), "token", ""));
}

}  // namespace
}  // namespace opgang
