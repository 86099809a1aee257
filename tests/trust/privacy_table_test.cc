#include "tests/trust/privacy_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace opgang {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string FileAt(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(PrivacyTableTest, EveryFieldOfEveryRecordTypeSaysWhatItIs) { EXPECT_THAT(Unsaid(), IsEmpty()); }

TEST(PrivacyTableTest, TheFileIsWhatTheProtosAndTheRolesSay) {
  EXPECT_EQ(FileAt(std::string(OPGANG_SOURCE_DIR) + "/docs/privacy.md"), PrivacyDocument())
      << "build/bin/privacy_table > docs/privacy.md";
}

TEST(PrivacyTableTest, APartnerReadsNoPersonAndOnlyHealthReadsTheClinicalPart) {
  const std::string document = PrivacyDocument();
  EXPECT_THAT(document, HasSubstr("## citizen\n\nTO_ANSWER · TASK · kept AFTER_THE_PERSON  \n"
                                  "read by outreach, health, instructor, coordinator; *group*  \n"));
  EXPECT_THAT(document, HasSubstr("## clinical-intake\n\nTO_TREAT · TASK · kept AFTER_THE_PERSON  \n"
                                  "read by health  \n"));
}

}  // namespace
}  // namespace opgang
