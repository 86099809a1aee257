#include "core/csv/csv_reader.h"

#include <fstream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Result {
  absl::Status status;
  std::vector<std::string> rows;  // "line: a|b"
};

Result ReadStream(std::istream& in) {
  Result result;
  result.status = ReadCsv(in, [&](const CsvRow& row) {
    result.rows.push_back(std::to_string(row.line) + ": " + absl::StrJoin(row.fields, "|"));
    return absl::OkStatus();
  });
  return result;
}

Result Read(const std::string& text) {
  std::istringstream in(text);
  return ReadStream(in);
}

void ExpectRows(const std::string& text, const std::vector<std::string>& rows) {
  const Result result = Read(text);
  EXPECT_TRUE(result.status.ok()) << result.status.ToString();
  EXPECT_EQ(result.rows, rows);
}

void ExpectBadInput(const Result& result, const std::string& words) {
  ASSERT_FALSE(result.status.ok()) << words;
  EXPECT_EQ(GetErrorCode(result.status), ErrorCode::kBadInput);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr(words));
}

TEST(CsvReaderTest, CommaOrSemicolonIsSeenInTheHeader) {
  ExpectRows("a,b\n1;2,3\n", {"1: a|b", "2: 1;2|3"});
  ExpectRows("a;b\n1,2;3\n", {"1: a|b", "2: 1,2|3"});
  ExpectRows("only\n1,2\n", {"1: only", "2: 1,2"});
}

TEST(CsvReaderTest, EveryLineEndEndsALine) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string e = end;
    ExpectRows("a;b" + e + "1;2" + e + e + "3;4" + e, {"1: a|b", "2: 1|2", "4: 3|4"});
    ExpectRows("a;b" + e + "1;2", {"1: a|b", "2: 1|2"});
  }
}

TEST(CsvReaderTest, AByteOrderMarkIsNoPartOfTheFirstName) {
  ExpectRows(
      "\xEF\xBB\xBF"
      "a;b\n1;2\n",
      {"1: a|b", "2: 1|2"});
  ExpectRows("\xEF\xBB\xBF\"a\";b\n", {"1: a|b"});
}

TEST(CsvReaderTest, QuotesKeepDelimitersQuotesAndLineBreaks) {
  ExpectRows("a;b\n\"x;y\";\"say \"\"hej\"\"\"\n\"two\nlines\";2\n3;4\n",
             {"1: a|b", "2: x;y|say \"hej\"", "3: two\nlines|2", "5: 3|4"});
}

TEST(CsvReaderTest, EmptyFieldsAreFieldsAndSpacesAroundUnquotedOnesAreNot) {
  ExpectRows("a;b;c\n;;\n x ; y;\" z \"\n", {"1: a|b|c", "2: ||", "3: x|y| z "});
}

TEST(CsvReaderTest, BlankLinesAreCountedAndAreNoRows) {
  ExpectRows("\n  \na;b\n\n\t\n1;2\n\n", {"3: a|b", "6: 1|2"});
}

TEST(CsvReaderTest, AnEmptyFileIsRefused) {
  ExpectBadInput(Read(""), "empty");
  ExpectBadInput(Read("\n \n\r\n"), "empty");
  ExpectBadInput(Read("\xEF\xBB\xBF"), "empty");
}

TEST(CsvReaderTest, BytesThatAreNoTextAreRefusedWithTheirLine) {
  ExpectBadInput(Read("a;b\nK\xE6rvej;2\n"), "line 2: not UTF-8");
  ExpectBadInput(Read(std::string("a;b\n1;2\n3\0;4\n", 13)), "line 3: a NUL byte");
  ExpectBadInput(Read(std::string("\xFF\xFE"
                                  "a\0;\0b\0",
                                  8)),
                 "UTF-16");
}

TEST(CsvReaderTest, AQuoteInTheWrongPlaceIsRefusedWithItsLine) {
  ExpectBadInput(Read("a;b\n1;2\nx\"y;2\n"), "line 3: a quote stands where none may");
  ExpectBadInput(Read("a;b\n\"x\"y;2\n"), "line 2: a quote stands where none may");
}

TEST(CsvReaderTest, AQuoteThatIsNeverClosedNamesTheLineWhereItBegan) {
  ExpectBadInput(Read("a;b\n1;2\n\"x;2\n3;4\n5;6\n"), "a quote in the row that begins here is never closed");
  ExpectBadInput(Read("a;b\n1;2\n\"x;2\n3;4\n5;6\n"), "line 3");
}

TEST(CsvReaderTest, TheLastRowNeedsNoLineEndAndAnErrorOfTheCallerEndsTheReading) {
  std::istringstream in("a\n1\n2\n3\n");
  int calls = 0;
  const absl::Status status = ReadCsv(in, [&](const CsvRow& row) {
    ++calls;
    return row.line == 2 ? MakeError(ErrorCode::kCancelled, "enough") : absl::OkStatus();
  });
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kCancelled);
  EXPECT_EQ(calls, 2);
}

TEST(CsvReaderTest, ARowOf64KiBIsReadAndALongerOneIsRefused) {
  const std::string field(kMaxCsvRowBytes - 3, 'x');
  EXPECT_TRUE(Read("a;b\n" + field + ";y\n").status.ok());
  ExpectBadInput(Read("a;b\n" + field + "x;y\n"), "line 2: the row that begins here is longer than 64 KiB");
  ExpectBadInput(Read("a;b\n1;\"" + std::string(kMaxCsvRowBytes, '\n') + "\n"), "line 2");
}

// A stream that makes its bytes as they are read, and counts them: 200 MB that lie nowhere.
class Endless : public std::streambuf {
 public:
  Endless(std::string header, std::string piece, int64_t bytes)
      : header_(std::move(header)), piece_(std::move(piece)), left_(bytes) {}
  int64_t served() const { return served_; }

 private:
  int_type underflow() override {
    std::string& next = served_ == 0 ? header_ : piece_;
    if (left_ <= 0) return traits_type::eof();
    setg(next.data(), next.data(), next.data() + next.size());
    served_ += static_cast<int64_t>(next.size());
    left_ -= static_cast<int64_t>(next.size());
    return traits_type::to_int_type(next[0]);
  }

  std::string header_;
  std::string piece_;
  int64_t left_;
  int64_t served_ = 0;
};

constexpr int64_t kTwoHundredMegabytes = 200'000'000;

TEST(CsvReaderTest, TwoHundredMegabytesOfGarbageAreGivenUpAfterOneRow) {
  for (const std::string& piece : {std::string(4096, 'x'), std::string(4096, '\xFF'), std::string(4096, '\0'),
                                   std::string("\"") + std::string(4095, 'q')}) {
    Endless garbage("a;b\n", piece, kTwoHundredMegabytes);
    std::istream in(&garbage);
    EXPECT_EQ(GetErrorCode(ReadStream(in).status), ErrorCode::kBadInput);
    EXPECT_LT(garbage.served(), 100'000);
  }
}

TEST(CsvReaderTest, BlankLinesWithoutEndAreReadInOneLinesMemory) {
  Endless blank("a;b\n", std::string(4096, '\n'), 2'000'000);
  std::istream in(&blank);
  const Result result = ReadStream(in);
  EXPECT_TRUE(result.status.ok());
  EXPECT_THAT(result.rows, ElementsAre("1: a|b"));
}

TEST(CsvReaderTest, ADirectoryOrAMissingFileCannotBeRead) {
  std::ifstream directory(OPGANG_EXAMPLES);
  ExpectBadInput(ReadStream(directory), "cannot be read");
  std::ifstream missing(OPGANG_EXAMPLES "/no-such-file");
  ExpectBadInput(ReadStream(missing), "cannot be read");
}

TEST(FindColumnsTest, NamesAreFoundInAnyOrderAndCase) {
  const CsvRow header{1, {"Area", "D\xC3\x98R", "street ", "do\xCC\x88r"}};
  const auto found = FindColumns(header, {{"street"}, {"dør"}, {"floor", false}});
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(*found, ElementsAre(2u, 1u, std::nullopt));
}

TEST(FindColumnsTest, EveryMissingColumnIsNamed) {
  const auto found = FindColumns({1, {"a"}}, {{"street"}, {"a"}, {"number"}, {"floor", false}});
  EXPECT_EQ(GetErrorCode(found.status()), ErrorCode::kBadInput);
  EXPECT_THAT(std::string(found.status().message()), HasSubstr("missing columns: street, number"));
}

TEST(FindColumnsTest, AColumnThatStandsTwiceIsNotGuessed) {
  const auto found = FindColumns({1, {"street", "Street"}}, {{"street"}});
  EXPECT_EQ(GetErrorCode(found.status()), ErrorCode::kBadInput);
  EXPECT_TRUE(FindColumns({1, {"street", "x", "x"}}, {{"street"}}).ok());
}

}  // namespace
}  // namespace opgang
