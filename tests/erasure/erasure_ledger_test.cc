// The ledger of erasures: who was erased, by keyed hashes, line by line.
#include "server/store/erasure_ledger.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/error.h"
#include "core/sqlite/durable_file.h"
#include "tests/support/test_base.h"

namespace opgang {
namespace {

class ErasureLedgerTest : public testing::Test {
 protected:
  ~ErasureLedgerTest() override { std::filesystem::remove_all(directory); }
  absl::StatusOr<std::unique_ptr<ErasureLedger>> Open() { return ErasureLedger::Open(file, key); }
  RecordId Somebody() { return RecordId::Make(absl::UnixEpoch(), SystemRandom()); }
  void Erase(RecordId citizen, std::vector<uint32_t> slots = {}) {
    ErasureLine line;
    line.at_us = 1775037600000000;
    line.actor = "karen";
    line.reason = v1::ERASURE_REASON_REQUEST;
    line.slots = std::move(slots);
    ASSERT_EQ(Open().value()->Append(citizen, line), absl::OkStatus());
  }
  std::string Bytes() { return ReadWholeFile(file).value(); }
  void Write(const std::string& bytes) { std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes; }
  ErrorCode Refused() { return GetErrorCode(Open().status()); }

  const std::filesystem::path directory = MakeTestDirectory();
  const std::filesystem::path file = directory / kErasureLedgerFile;
  const SecretBytes key{std::string(32, 'k')};
};

TEST_F(ErasureLedgerTest, HoldsWhoWasErasedAndNobodyElseAcrossProcesses) {
  const RecordId amina = Somebody(), bent = Somebody();
  Erase(amina, {3, 17});
  const auto ledger = Open().value();
  EXPECT_TRUE(ledger->Holds(amina));
  EXPECT_FALSE(ledger->Holds(bent));
  ASSERT_EQ(ledger->lines().size(), 1u);
  EXPECT_EQ(ledger->lines()[0].actor, "karen");
  EXPECT_EQ(ledger->lines()[0].at_us, 1775037600000000);
  EXPECT_EQ(ledger->lines()[0].slots, (std::vector<uint32_t>{3, 17}));
}

TEST_F(ErasureLedgerTest, NamesNobody) {
  const RecordId amina = Somebody();
  Erase(amina);
  EXPECT_EQ(Bytes().find(amina.ToBytes()), std::string::npos);
  EXPECT_EQ(Bytes().find(amina.ToString()), std::string::npos);
  std::filesystem::copy_file(file, directory / "elsewhere");
  const auto other = ErasureLedger::Open(directory / "elsewhere", SecretBytes(std::string(32, 'o')));
  EXPECT_EQ(GetErrorCode(other.status()), ErrorCode::kDamaged) << "another base's";
}

TEST_F(ErasureLedgerTest, LineThatWasChangedTakenOutOrMovedIsNoticed) {
  for (int i = 0; i < 3; ++i) Erase(Somebody());
  const std::string whole = Bytes();
  std::vector<std::string> lines;
  for (size_t at = 0, end = 0; (end = whole.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(whole.substr(at, end - at + 1));
  ASSERT_EQ(lines.size(), 4u);
  std::string changed = whole;
  changed.replace(changed.find("karen"), 5, "jonas");
  Write(changed);
  EXPECT_EQ(Refused(), ErrorCode::kDamaged);
  Write(lines[0] + lines[1] + lines[3]);
  EXPECT_EQ(Refused(), ErrorCode::kDamaged);
  Write(lines[0] + lines[2] + lines[1] + lines[3]);
  EXPECT_EQ(Refused(), ErrorCode::kDamaged);
  Write(whole);
  EXPECT_TRUE(Open().ok());
}

TEST_F(ErasureLedgerTest, LastLineThatAPowerCutToreIsDroppedAndTheNextIsWhole) {
  const RecordId amina = Somebody(), bent = Somebody(), carl = Somebody();
  Erase(amina);
  const size_t before = Bytes().size();
  Erase(bent);
  for (const size_t cut : {before + 1, Bytes().size() - 1}) {
    Write(Bytes().substr(0, cut));
    ASSERT_TRUE(Open().ok());
    EXPECT_FALSE(Open().value()->Holds(bent));
    Erase(carl);
    EXPECT_TRUE(Open().value()->Holds(amina));
    EXPECT_TRUE(Open().value()->Holds(carl));
    EXPECT_EQ(Open().value()->lines().size(), 2u);
  }
}

}  // namespace
}  // namespace opgang
