// A register's file as it comes: any bytes give rows, refused rows with their line, or one clear error. Part 1: the mapping
// (empty: the plain one); part 2: the file.
#include <sstream>

#include "server/import/dwelling_csv.h"
#include "server/import/dwelling_mapping.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

constexpr char kPlain[] =
    "[columns]\nstreet = \"street\"\nnumber = \"number\"\nfloor = \"floor\"\ndoor = \"door\"\n"
    "postcode = \"postcode\"\ntown = \"town\"\norganisation = \"organisation\"\narea = \"area\"\n";

void TryFile(Parts parts) {
  const std::string mapping_text = parts.Next().value_or("");
  const auto mapping = ParseDwellingMapping(mapping_text.empty() ? kPlain : mapping_text);
  Require(mapping.ok() || !mapping_text.empty(), "the plain mapping is one");
  if (!mapping.ok()) return;
  std::istringstream file(parts.Next().value_or(""));
  const auto read = ReadDwellings(file, *mapping, {});
  if (!read.ok()) Require(!read.status().message().empty(), "an error says what is wrong");
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  opgang::fuzz::TryFile({data, size});
  return 0;
}
