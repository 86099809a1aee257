// Keys that can be destroyed: the file they lie in.
#include "server/store/key_slots.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/error.h"
#include "core/sqlite/durable_file.h"
#include "tests/support/test_base.h"

namespace opgang {
namespace {

class KeySlotsTest : public testing::Test {
 protected:
  ~KeySlotsTest() override { std::filesystem::remove_all(directory); }
  std::unique_ptr<KeySlots> Open() { return KeySlots::Open(file, SystemRandom()).value(); }
  std::string Bytes() { return ReadWholeFile(file).value(); }
  void Write(const std::string& bytes) { std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes; }

  const std::filesystem::path directory = MakeTestDirectory();
  const std::filesystem::path file = directory / kKeySlotsFile;
};

TEST_F(KeySlotsTest, EveryKeyIsThereAgainAndEachIsAnother) {
  std::set<std::string> keys;
  {
    const auto slots = Open();
    ASSERT_EQ(slots->count(), KeySlots::kBatch);
    ASSERT_EQ(slots->Extend(SystemRandom()), absl::OkStatus());
    for (uint32_t i = 0; i < slots->count(); ++i) keys.emplace(slots->Key(i).value().Reveal());
  }
  EXPECT_EQ(keys.size(), 2 * KeySlots::kBatch);
  const auto again = Open();
  for (uint32_t i = 0; i < again->count(); ++i)
    EXPECT_TRUE(keys.contains(std::string(again->Key(i).value().Reveal())));
}

TEST_F(KeySlotsTest, DestroyedKeyIsNowhereInTheFileAndStaysDestroyedAndTheOthersOpen) {
  const std::string lost(Open()->Key(7).value().Reveal());
  const std::string kept(Open()->Key(8).value().Reveal());
  ASSERT_NE(Bytes().find(lost), std::string::npos);
  ASSERT_EQ(Open()->Destroy({7}), absl::OkStatus());
  EXPECT_EQ(Bytes().find(lost), std::string::npos);
  const auto again = Open();
  EXPECT_TRUE(again->IsDestroyed(7));
  EXPECT_EQ(GetErrorCode(again->Key(7).status()), ErrorCode::kNotFound);
  EXPECT_EQ(again->Key(8).value().Reveal(), kept);
  EXPECT_EQ(again->count(), KeySlots::kBatch);
  EXPECT_EQ(again->Destroy({7, 4711}), absl::OkStatus()) << "again, and one that is not there";
}

TEST_F(KeySlotsTest, DamagedSlotIsNeverTakenForADestroyedOne) {
  Open();
  std::string bytes = Bytes();
  for (size_t i = 0; i < 64; ++i) bytes[64 * 4 + i] = '\0';  // slot 3: zeros, as a disk may give them
  bytes[64 * 6] = static_cast<char>(bytes[64 * 6] ^ 1);      // slot 5
  Write(bytes);
  const auto slots = Open();
  for (const uint32_t slot : {3u, 5u}) {
    EXPECT_EQ(GetErrorCode(slots->Key(slot).status()), ErrorCode::kDamaged);
    EXPECT_FALSE(slots->IsDestroyed(slot));
    EXPECT_FALSE(slots->IsFresh(slot));
  }
  EXPECT_TRUE(slots->Key(4).ok());
}

TEST_F(KeySlotsTest, DestroyedSlotThatWasMovedElsewhereIsNoDestroyedSlot) {
  ASSERT_EQ(Open()->Destroy({1}), absl::OkStatus());
  std::string bytes = Bytes();
  bytes.replace(64 * 10, 64, bytes.substr(64 * 2, 64));  // slot 9 made to look as slot 1 does
  Write(bytes);
  EXPECT_FALSE(Open()->IsDestroyed(9));
}

TEST_F(KeySlotsTest, BatchThatAPowerCutLeftHalfWrittenIsWrittenOverByTheNext) {
  Open();
  const std::string whole = Bytes();
  Write(whole + std::string(100, 'x'));
  const auto slots = Open();
  EXPECT_EQ(slots->count(), KeySlots::kBatch + 1) << "the whole slot of it is no key";
  EXPECT_FALSE(slots->IsFresh(KeySlots::kBatch));
  ASSERT_EQ(slots->Extend(SystemRandom()), absl::OkStatus());
  EXPECT_TRUE(Open()->Key(2 * KeySlots::kBatch).ok());
}

TEST_F(KeySlotsTest, TagSaysWhoseASlotIsAndSurvives) {
  const std::string key(Open()->Key(2).value().Reveal());
  ASSERT_EQ(Open()->Tag({{2, "0123456789abcdef"}}), absl::OkStatus());
  const auto slots = Open();
  EXPECT_EQ(slots->Key(2).value().Reveal(), key);
  EXPECT_FALSE(slots->IsFresh(2));
  const std::vector<std::pair<uint32_t, std::string>> expected{{2, "0123456789abcdef"}};
  EXPECT_EQ(slots->Tagged(), expected);
}

TEST_F(KeySlotsTest, NewerOrForeignFileIsRefused) {
  Write("opgang key slots 2\n" + std::string(100, '\0'));
  EXPECT_EQ(GetErrorCode(KeySlots::Open(file, SystemRandom()).status()), ErrorCode::kNewerFile);
  Write("something else");
  EXPECT_EQ(GetErrorCode(KeySlots::Open(file, SystemRandom()).status()), ErrorCode::kDamaged);
  std::filesystem::remove(file);
  EXPECT_EQ(GetErrorCode(KeySlots::OpenToRead(file).status()), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace opgang
