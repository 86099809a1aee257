// Streams: chunks open in their order, whole, with the right key, or not at all.
#include "core/sealing/stream_sealing.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/error.h"

namespace opgang {
namespace {

class StreamSealingTest : public testing::Test {
 protected:
  StreamSealingTest() {
    StreamSealer sealer(keys_.public_key, SystemRandom());
    header_ = sealer.header();
    for (const char* word : {"one", "two", ""}) chunks_.push_back(sealer.Seal(word, ChunkPlace::kWithin));
    chunks_.push_back(sealer.Seal("last", ChunkPlace::kLast));
  }
  // What opens of these chunks, and whether the stream was whole.
  std::pair<std::vector<std::string>, bool> Open(const std::vector<std::string>& chunks) {
    auto opener = StreamOpener::Begin(keys_, header_);
    EXPECT_TRUE(opener.ok());
    std::vector<std::string> opened;
    for (const std::string& chunk : chunks) {
      auto plain = opener->Open(chunk);
      if (!plain.ok()) return {opened, false};
      opened.push_back(*std::move(plain));
    }
    return {opened, opener->whole()};
  }

  const BoxKeyPair keys_ = MakeBoxKeyPair(SystemRandom());
  std::string header_;
  std::vector<std::string> chunks_;
};

TEST_F(StreamSealingTest, OpensChunkByChunkToWhatWasSealed) {
  const auto [opened, whole] = Open(chunks_);
  EXPECT_EQ(opened, (std::vector<std::string>{"one", "two", "", "last"}));
  EXPECT_TRUE(whole);
}

TEST_F(StreamSealingTest, ChunkThatIsDroppedSwappedDoubledOrMissingAtTheEndIsNoticed) {
  EXPECT_EQ(Open({chunks_[0], chunks_[2]}).first.size(), 1u);
  EXPECT_EQ(Open({chunks_[1], chunks_[0]}).first.size(), 0u);
  EXPECT_EQ(Open({chunks_[0], chunks_[0]}).first.size(), 1u);
  EXPECT_FALSE(Open({chunks_[0], chunks_[1], chunks_[2]}).second);
  EXPECT_EQ(Open({chunks_[0], chunks_[1], chunks_[2], chunks_[3], chunks_[3]}).first.size(), 4u);
}

TEST_F(StreamSealingTest, AnyFlippedByteOfHeaderOrChunkIsNoticed) {
  for (size_t i = 0; i < header_.size(); ++i) {
    std::string flipped = header_;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    auto opener = StreamOpener::Begin(keys_, flipped);
    EXPECT_TRUE(!opener.ok() || !opener->Open(chunks_[0]).ok()) << i;
  }
  for (size_t i = 0; i < chunks_[0].size(); ++i) {
    std::vector<std::string> chunks = chunks_;
    chunks[0][i] = static_cast<char>(chunks[0][i] ^ 1);
    EXPECT_TRUE(Open(chunks).first.empty()) << i;
  }
}

TEST_F(StreamSealingTest, AnotherKeyIsToldFromDamage) {
  const auto other = StreamOpener::Begin(MakeBoxKeyPair(SystemRandom()), header_);
  EXPECT_EQ(GetErrorCode(other.status()), ErrorCode::kBadInput);
  const auto cut = StreamOpener::Begin(keys_, header_.substr(1));
  EXPECT_EQ(GetErrorCode(cut.status()), ErrorCode::kDamaged);
}

TEST_F(StreamSealingTest, AfterAnErrorNothingMoreOpens) {
  auto opener = StreamOpener::Begin(keys_, header_);
  EXPECT_FALSE(opener->Open(chunks_[1]).ok());
  EXPECT_FALSE(opener->Open(chunks_[0]).ok());
}

}  // namespace
}  // namespace opgang
