// The intake: three required questions, each answer durable when given, drafts, the clinical part.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class IntakeStory : public CliTest {
 protected:
  std::string BeginWithCitizen(const std::string& role = "outreach") {
    Begin(role);
    SaveInquiryAt("2th", "Amina");
    return CitizenHandle();
  }
  const v1::Intake Latest(Store& store) {
    const auto records = ViewOf(store).OfType(RecordType::kIntake);
    return records.empty() ? v1::Intake() : records.back()->As<v1::Intake>();
  }
  size_t Count(RecordType type) {
    auto store = OpenUnlocked();
    return ViewOf(*store).OfType(type).size();
  }
};

TEST_F(IntakeStory, ThreeAnswersMakeAnIntakeInTenKeys) {
  const std::string citizen = BeginWithCitizen();
  // Cigarettes, 15 a day, no more products; at home; complete now.
  const Ran ran = Run({"intake", citizen}, "c15\n\nhc");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_LE(ran.keystrokes, 10);
  auto store = OpenUnlocked();
  const v1::Intake intake = Latest(*store);
  EXPECT_EQ(intake.status(), v1::INTAKE_STATUS_COMPLETE);
  ASSERT_EQ(intake.products_size(), 1);
  EXPECT_EQ(intake.products(0).daily_amount(), 15);
  EXPECT_EQ(intake.place(), v1::INTAKE_PLACE_HOME);
}

TEST_F(IntakeStory, EachAnswerIsDurableAndLeavingKeepsADraftThatGoesOn) {
  const std::string citizen = BeginWithCitizen();
  const uint32_t before = Unsent();
  const Ran left = Run({"intake", citizen}, "c15\nq");
  EXPECT_EQ(left.exit, 0) << left.err;
  EXPECT_EQ(Unsent(), before + 1);
  EXPECT_THAT(left.out, HasSubstr("opgang intake " + citizen));
  const Ran again = Run({"intake", citizen}, "hc");
  EXPECT_EQ(again.exit, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("Goes on with the draft"));
  EXPECT_EQ(Count(RecordType::kIntake), 1u);
  auto store = OpenUnlocked();
  EXPECT_EQ(Latest(*store).status(), v1::INTAKE_STATUS_COMPLETE);
}

TEST_F(IntakeStory, LeftAfterAnyKeystrokeEveryFinishedAnswerIsThere) {
  Begin();
  const std::string script = "c15\n\nh\n1980\nf";
  for (size_t keys = 0; keys <= script.size(); ++keys) {
    const std::string opened = SaveInquiryAt("2th", "Amina " + std::to_string(keys));
    std::string citizen;
    const Json due = RunJson({"due"});
    for (const Json& one : due["cases"]) {
      if (one["handle"] == opened) citizen = one["citizen"];
    }
    const Ran ran = Run({"intake", citizen}, script.substr(0, keys) + "\x04\x04\x04");
    EXPECT_EQ(ran.exit, 0) << keys << ran.err;
    const Json about = RunJson({"show", citizen})["about"];
    Json intake = Json::object();
    for (const Json& record : about) {
      if (record["type"] == "intake") intake = record["content"];
    }
    EXPECT_EQ(intake.contains("products"), keys >= 4) << keys;
    EXPECT_EQ(intake.contains("place"), keys >= 6) << keys;
    EXPECT_EQ(intake.contains("birth_year"), keys >= 12) << keys;
    EXPECT_EQ(intake.contains("sex"), keys >= 13) << keys;
  }
}

TEST_F(IntakeStory, OptionalQuestionsAreSkippedWithEnterOrRefused) {
  const std::string citizen = BeginWithCitizen();
  const Ran ran = Run({"intake", citizen},
                      "c15\n\nh\n"  // required, then Enter goes on
                      "\n"          // birth year skipped
                      "-"           // sex: would rather not say
                      "e-"          // employed; schooling: would rather not say
                      "20\n\n\n"    // years smoked; attempts and longest stop skipped
                      "n8\n7\n"     // lives with a smoker: no; motivation, confidence
                      "\nk\n");     // quit date skipped; Kom og Kvit; no note
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved) << ran.err;
  auto store = OpenUnlocked();
  const v1::Intake intake = Latest(*store);
  EXPECT_EQ(intake.status(), v1::INTAKE_STATUS_COMPLETE);
  EXPECT_FALSE(intake.has_birth_year());
  EXPECT_EQ(intake.sex(), v1::SEX_WOULD_RATHER_NOT_SAY);
  EXPECT_EQ(intake.schooling(), v1::SCHOOLING_WOULD_RATHER_NOT_SAY);
  EXPECT_EQ(intake.motivation(), 8);
  EXPECT_EQ(intake.programme(), v1::PROGRAMME_KOM_OG_KVIT);
  EXPECT_THAT(ran.err, HasSubstr("Pack-years: 15"));
}

TEST_F(IntakeStory, AnAnswerOutOfRangeIsToldAndAskedAgain) {
  const std::string citizen = BeginWithCitizen();
  const Ran ran = Run({"intake", citizen}, "c900\nc15\n\nhc");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("outside what is possible"));
  auto store = OpenUnlocked();
  EXPECT_EQ(Latest(*store).products(0).daily_amount(), 15);
}

TEST_F(IntakeStory, OutreachIsNotAskedTheClinicalPart) {
  const std::string citizen = BeginWithCitizen();
  EXPECT_THAT(Run({"intake", citizen}, "c15\n\nhc").err, Not(HasSubstr("FTND")));
  EXPECT_EQ(Count(RecordType::kClinicalIntake), 0u);
  EXPECT_EQ(Run({"intake", citizen}).exit, static_cast<int>(ErrorCode::kUsage)) << "it is complete";
}

TEST_F(IntakeStory, TheHealthRoleIsAskedTheClinicalPartAndSeesTheScores) {
  const std::string citizen = BeginWithCitizen("health");
  const Ran ran = Run({"intake", citizen},
                      "c15\n\nhc"
                      "6yf15\ny"  // FTND 1: 6-30 min 2; 2: yes 1; 3: first 1; 4: 15 a day 1; 5: yes 1
                      "n"         // 6: no 0
                      "12\n1\nn"  // carbon monoxide, hours, not pregnant
                      "r\n");     // nicotine replacement, no note
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("FTND 6 of 10, high (table fagerstrom-2012); HSI 3 of 6."));
  EXPECT_EQ(Count(RecordType::kClinicalIntake), 1u);
}

TEST_F(IntakeStory, AMissingItemGivesNoSumNeverZero) {
  const std::string citizen = BeginWithCitizen("health");
  const Ran ran = Run({"intake", citizen}, "c15\n\nhc6yf15\n\x04");
  EXPECT_THAT(ran.out, HasSubstr("FTND incomplete; HSI 3 of 6."));
  const Ran on = Run({"intake", citizen}, "yn\n\n\n\n\n");
  EXPECT_EQ(on.exit, 0) << on.err;
  EXPECT_THAT(on.out, HasSubstr("FTND 6 of 10"));
  EXPECT_EQ(Count(RecordType::kClinicalIntake), 1u);
}

TEST_F(IntakeStory, AnIntakeComesAsJsonToo) {
  const std::string citizen = BeginWithCitizen();
  const Ran ran = RunPiped({"intake", citizen, "--json-input"},
                           R"({"intake": {"products": [{"product": "cigarettes", "daily_amount": 20}],
                               "place": "mobile-unit", "planned_quit_date": "2026-05-01"}})");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  auto store = OpenUnlocked();
  EXPECT_EQ(Latest(*store).status(), v1::INTAKE_STATUS_COMPLETE);
  EXPECT_EQ(Latest(*store).planned_quit_date().month(), 5);
}

}  // namespace
}  // namespace opgang::cli
