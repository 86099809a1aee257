// A coordinator's tablet asks a real base for a report over mutual TLS, and gets the very numbers that the base's own command
// prints; nobody else gets any.
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

class ReportProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    amal_.Join(base_, "amal", "tablet-1");
    karen_.Join(base_, "karen", "office", "coordinator");
    amal_.TakeInquiry("Citizen One");
    amal_.Sync();
  }

  // The last seven days up to today, whatever today is.
  static std::vector<std::string> Question(const std::string& name) {
    const absl::CivilDay today = LocalDay(SystemClock().WallNow());
    return {"report", name, "--from", absl::FormatCivilTime(today - 7), "--to", absl::FormatCivilTime(today)};
  }
  static std::vector<std::string> With(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static Json FigureOf(const Json& report, const std::string& id) {
    for (const Json& figure : report["figures"]) {
      if (figure["id"] == id) return figure;
    }
    return nullptr;
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  Tablet karen_{scratch_ / "karen"};
};

TEST_F(ReportProcessTest, ACoordinatorGetsTheNumbersThatTheBaseItselfPrints) {
  const Json told = karen_.RunJson(Question("response-time"));
  EXPECT_EQ(told["schema"], "opgang/report/1");
  EXPECT_EQ(FigureOf(told, "calendar-days.cases")["value"], 1);
  const Json own = base_.AdminJson(Question("response-time"));
  EXPECT_EQ(own["figures"], told["figures"]);
  const Json rows = karen_.RunJson(With(Question("response-time"), {"--rows", "calendar-days.cases"}));
  ASSERT_EQ(rows["rows"].size(), 1U);
  EXPECT_EQ(rows["rows"][0]["facts"]["channel"], "door");
  EXPECT_EQ(base_.AdminJson(With(Question("response-time"), {"--rows", "calendar-days.cases"}))["rows"],
            rows["rows"]);
}

TEST_F(ReportProcessTest, OnPaperItIsOnePageAndNoNameIsOnIt) {
  for (const char* form : {"--csv", "--html"}) {
    const Outcome ran = karen_.Run(With(Question("response-time"), {form}));
    EXPECT_EQ(ran.exit_code, 0) << ran.Words();
    EXPECT_NE(ran.out.find("calendar-days"), std::string::npos);
    EXPECT_EQ(ran.out.find("Citizen One"), std::string::npos);
  }
}

TEST_F(ReportProcessTest, NobodyElseGetsAny) {
  const Outcome refused = amal_.Run(Question("response-time"));
  EXPECT_EQ(refused.exit_code, static_cast<int>(ErrorCode::kBaseRefused)) << refused.Words();
  EXPECT_EQ(refused.out, "");
}

TEST_F(ReportProcessTest, AnAreaOfOthersAndNoAreaAtAllAreOneAnswer) {
  const Outcome invited =
      base_.Admin({"invite", "--staff", "ida", "--device", "office-2", "--role", "coordinator", "--area",
                   "Elsewhere", "--out", scratch_ / "ida.invitation"});
  ASSERT_EQ(invited.exit_code, 0) << invited.Words();
  const Outcome everything = karen_.Run(Question("response-time"));
  EXPECT_EQ(everything.exit_code, static_cast<int>(ErrorCode::kUsage)) << "not every area is hers";
  const Outcome others = karen_.Run(With(Question("response-time"), {"--area", "Elsewhere"}));
  const Outcome none = karen_.Run(With(Question("response-time"), {"--area", "Nowhere"}));
  EXPECT_EQ(others.exit_code, static_cast<int>(ErrorCode::kNotFound));
  EXPECT_EQ(others.err, none.err);
  EXPECT_EQ(karen_.Run(With(Question("response-time"), {"--area", kArea})).exit_code, 0);
}

TEST_F(ReportProcessTest, AWrongWordIsToldInTheBasesWords) {
  const Outcome ran = karen_.Run(Question("sales"));
  EXPECT_EQ(ran.exit_code, static_cast<int>(ErrorCode::kUsage));
  EXPECT_NE(ran.err.find("response-time"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace opgang
