// Packing: what comes out is what went in, or nothing does; and never more than was allowed.
#include "core/packing/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "core/base/error.h"
#include "core/records/validation.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {
namespace {

constexpr char kNote[] = "Vil gerne ringes op i morgen eftermiddag, helst efter klokken 16.";

// Payload() as form 1 packed it, with its tag.
constexpr char kForm1[] =
    "c2022f0120504d0100c0080112412c7374206f6b6b656e20313680c097d1edff960304fc2c16f5e925079ba9b8d98564"
    "bd0e";

v1::MutationPayload Payload(const std::string& content = kNote) {
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_fields(content);
  payload.mutable_stamp()->set_wall_us(1'790'000'000'000'000);
  return payload;
}

v1::SyncResponse Page(int entries) {
  v1::SyncResponse response;
  for (int i = 0; i < entries; ++i) {
    v1::FeedEntry& entry = *response.mutable_page()->add_entries();
    entry.set_rev(static_cast<uint64_t>(i));
    entry.set_record(kNote);
  }
  return response;
}

bool IsDamaged(const absl::StatusOr<std::string>& opened) {
  return !opened.ok() && GetErrorCode(opened.status()) == ErrorCode::kDamaged;
}

TEST(Packing, WhatWentInComesOut) {
  for (const size_t times : {1u, 2u, 50u, 2000u}) {
    std::string bytes;
    for (size_t i = 0; i < times; ++i) bytes += kNote;
    const std::string packed = Pack(bytes);
    ASSERT_LT(packed.size(), bytes.size());
    EXPECT_EQ(Unpack(packed, bytes.size()).value(), bytes);
    EXPECT_TRUE(IsDamaged(Unpack(packed, bytes.size() - 1)));
  }
}

TEST(Packing, WhatDoesNotBecomeShorterIsLeftAsItIs) {
  EXPECT_EQ(Pack(""), "");
  EXPECT_EQ(Pack("kort"), "");
  std::mt19937 random(1);
  std::string noise(500, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  EXPECT_EQ(Pack(noise), "");
  v1::SyncResponse response;
  response.mutable_page()->add_entries()->set_record(noise);
  PackMessage(response);
  EXPECT_TRUE(response.has_page());
}

// What builds of before this line wrote must be opened for ever: never change these bytes, add to them.
TEST(Packing, TheBytesOfEachFormAreOpenedForEver) {
  EXPECT_EQ(UnpackPayload(Payload().SerializeAsString()).value(), Payload().SerializeAsString());
  const std::string form1 = absl::HexStringToBytes(kForm1);
  EXPECT_EQ(PayloadForm(form1), 1u);
  EXPECT_EQ(UnpackPayload(form1).value(), Payload().SerializeAsString());
}

TEST(Packing, ABombIsRefusedByWhatItSaysThatItHolds) {
  const std::string bomb = Pack(std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 16u << 10);
  EXPECT_TRUE(IsDamaged(Unpack(bomb, kMostUnpackedBytes)));
  v1::MutationPayload around;
  around.set_packed(bomb);
  EXPECT_TRUE(IsDamaged(UnpackPayload(around.SerializeAsString())));
  v1::SyncResponse response;
  EXPECT_FALSE(UnpackMessage(bomb, response));
}

TEST(Packing, ABombThatLiesIsRefusedByWhatComesOut) {
  std::string bomb = Pack(std::string(1 << 20, '\0'));
  // Form, frame descriptor, then four bytes of content size: 1 MiB becomes 4 KiB.
  const auto little = [](size_t size) {
    return std::string{static_cast<char>(size), static_cast<char>(size >> 8), static_cast<char>(size >> 16),
                       0};
  };
  const size_t at = bomb.find(little(1 << 20));
  ASSERT_NE(at, std::string::npos);
  bomb.replace(at, 4, little(4096));
  EXPECT_TRUE(IsDamaged(Unpack(bomb, kMostUnpackedBytes)));
}

TEST(Packing, CutAnywhereItDoesNotOpen) {
  const std::string packed = Pack(Page(20).SerializeAsString());
  for (size_t size = 0; size < packed.size(); ++size)
    EXPECT_TRUE(IsDamaged(Unpack(packed.substr(0, size), kMostUnpackedBytes))) << size;
}

TEST(Packing, NoFlippedByteBringsMoreThanIsAllowed) {
  const std::string packed = Pack(Page(20).SerializeAsString());
  for (size_t at = 0; at < packed.size(); ++at) {
    for (const int bit : {1, 16, 128}) {
      std::string spoilt = packed;
      spoilt[at] = static_cast<char>(spoilt[at] ^ bit);
      const auto opened = Unpack(spoilt, 8192);
      EXPECT_LE(opened.value_or("").size(), 8192u);
    }
  }
}

TEST(Packing, AnotherFormIsNotOpenedAndSaysWhichItIs) {
  v1::MutationPayload around;
  around.set_packed(Pack(Payload().SerializeAsString()));
  around.mutable_packed()->front() = 2;
  EXPECT_EQ(PayloadForm(around.SerializeAsString()), 2u);
  EXPECT_TRUE(IsDamaged(UnpackPayload(around.SerializeAsString())));
}

TEST(Packing, APayloadAsLongAsMayBeFitsAndIsGivenBack) {
  const v1::MutationPayload payload = Payload(std::string(kMaxPayloadBytes, 'x'));
  const std::string packed = PackedPayload(payload);
  EXPECT_LT(packed.size(), 500u);
  v1::MutationPayload opened;
  ASSERT_TRUE(ParsePayload(packed, opened));
  EXPECT_EQ(opened.fields(), payload.fields());
}

TEST(Packing, WhatFollowsThePackedPartMakesItNoPackedPayload) {
  const std::string packed = PackedPayload(Payload());
  EXPECT_EQ(PayloadForm(packed), 1u);
  EXPECT_EQ(PayloadForm(packed + "x"), 0u);
  EXPECT_EQ(PayloadForm(packed.substr(0, packed.size() - 1)), 0u);
  EXPECT_EQ(PayloadForm(packed.substr(0, 2)), 0u);
}

TEST(Packing, WhatNoReaderWouldOpenIsSentAsItIs) {
  v1::SyncResponse response = Page(1);
  response.mutable_page()->mutable_entries(0)->set_record(std::string(kMostUnpackedBytes, 'x'));
  PackMessage(response);
  EXPECT_FALSE(response.has_packed());
}

TEST(Packing, AMessageWithinAMessageWithinAMessageIsNone) {
  v1::SyncResponse response = Page(20);
  PackMessage(response);
  ASSERT_TRUE(response.has_packed());
  EXPECT_EQ(Unpacked(response).page().entries_size(), 20);
  v1::SyncResponse twice;
  twice.set_packed(response.packed() + std::string(100, 'x'));
  v1::SyncResponse within;
  EXPECT_FALSE(UnpackMessage(Pack(twice.SerializeAsString()), within));
}

}  // namespace
}  // namespace opgang
