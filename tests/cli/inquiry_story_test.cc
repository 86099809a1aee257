// A citizen asks: the pace, the consent, the day that was meant, duplicates, the steps until the case ends.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

using InquiryStory = CliTest;

TEST_F(InquiryStory, NameTelephoneAndOneKeyOfConsentAreSavedInOnePiece) {
  Begin();
  const std::string name = "Amina", telephone = "20304050";
  const Ran ran = Run({"inquiry", "--door", "2th"}, name + "\n" + telephone + "\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.keystrokes, static_cast<int>(name.size() + 1 + telephone.size() + 1 + 1))
      << "what is typed, and y";
  EXPECT_EQ(ran.out, "Inquiry saved: in a group by Sat 4 Apr. Unsent: 3.\n");
  auto store = OpenUnlocked();
  const View& view = ViewOf(*store);
  ASSERT_EQ(view.OfType(RecordType::kConsent).size(), 1u);
  const auto& consent = view.OfType(RecordType::kConsent)[0]->As<v1::Consent>();
  EXPECT_EQ(consent.purpose(), v1::CONSENT_PURPOSE_CONTACT);
  EXPECT_EQ(consent.form(), v1::CONSENT_FORM_ORAL);
  const auto items = store->Outbox();
  ASSERT_TRUE(items.ok());
  EXPECT_EQ(items->size(), 3u);
}

TEST_F(InquiryStory, IfTheCitizenSaysNoWhatWasTypedIsDroppedAndTheDoorStays) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "not-interested"}).exit, 0);
  const Ran ran = Run({"inquiry", "--door", "2th"}, "Amina\n20304050\nny");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("Nothing about the citizen was kept"));
  EXPECT_EQ(Unsent(), 1u);
  EXPECT_THAT(AllBytes(), Not(HasSubstr("Amina")));
}

TEST_F(InquiryStory, FridaysWordToTheCaretakerIsTypedOnMonday) {
  Begin();
  Later(absl::Hours(24 * 5));  // Monday 6 April
  const Ran ran = Run({"inquiry", "--channel", "caretaker", "--when", "fri"}, "Amina\n20304050\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("Does the referrer say that the citizen agreed"));
  EXPECT_THAT(ran.out, HasSubstr("in a group by Mon 6 Apr"));
  const Json one = RunJson({"due"})["cases"][0];
  EXPECT_EQ(one["asked"]["earliest"], "2026-04-03");
  EXPECT_EQ(one["state"], "due-soon");
}

TEST_F(InquiryStory, ADayAndAnHourAreUnderstood) {
  Begin();
  Later(absl::Hours(24));
  ASSERT_EQ(Run({"inquiry", "--door", "2th", "--when", "Wed 14:30"}, "\n20304050\ny").exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"][0]["in_a_group_by"]["latest"], "2026-04-04");
}

TEST_F(InquiryStory, AfterAReflashedClockTheDayIsAskedFor) {
  Begin();
  clock_.Reboot();
  clock_.SetWall(absl::FromCivil(absl::CivilDay(2026, 4, 3), CopenhagenTime()) + absl::Hours(9));
  const Ran ran = Run({"inquiry", "--door", "2th"}, "2Amina\n\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("[2] yesterday, Thu 2 Apr"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["asked"]["earliest"], "2026-04-02");
}

TEST_F(InquiryStory, WithAnUncertainDayAndNobodyToAskOnlyADateCounts) {
  Begin();
  clock_.Reboot();
  const std::vector<std::string> words = {"inquiry", "--door", "2th", "--consent", "--when"};
  auto with = [&](const std::string& when) {
    auto arguments = words;
    arguments.push_back(when);
    return RunPiped(arguments);
  };
  const Ran relative = with("fri");
  EXPECT_EQ(relative.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(relative.err, HasSubstr("2026-04-01"));
  EXPECT_EQ(Unsent(), 0u);
  EXPECT_EQ(with("2026-04-01").exit, 0);
}

TEST_F(InquiryStory, WithoutAWayBackOneIsAskedFor) {
  Begin();
  const Ran ran = Run({"inquiry", "--channel", "laundry"}, "Amina\n\n17\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  auto store = OpenUnlocked();
  EXPECT_EQ(ViewOf(*store).OfType(RecordType::kInquiry)[0]->As<v1::Inquiry>().slip_number(), "17");
}

TEST_F(InquiryStory, MoreCanBeNotedBeforeTheConsent) {
  Begin();
  const Ran ran = Run({"inquiry", "--door", "2th"},
                      "Amina\n\nm"
                      "so\ny1980\n"          // language, interpreter, birth year
                      "after 16\nt\n\n\n\n"  // safe hours, telephone, referrer, place, slip, note
                      "y");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  const Json one = RunJson({"due"})["cases"][0];
  EXPECT_EQ(one["language"], "so");
  EXPECT_EQ(one["interpreter_needed"], true);
  EXPECT_EQ(one["safe_hours"], "after 16");
}

TEST_F(InquiryStory, WhoIsMetInTheLaundryCanSayWhereHomeIs) {
  Begin();
  const Ran ran = Run({"inquiry", "--channel", "laundry"},
                      "Amina\n20304050\nm"
                      "nowhere 7\nhumle\t\n"  // no such entrance; then completed
                      "2th\n"
                      "\n\n\n\n\n\n\n\n"  // language ... note
                      "y");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_THAT(ran.err, HasSubstr("No entrance here is called that."));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["home"], "Humlebakken 20B, 2. th");
}

TEST_F(InquiryStory, AHomeMayBeAnEntranceWithoutADoor) {
  Begin();
  ASSERT_EQ(Run({"inquiry", "--channel", "laundry"}, "Amina\n20304050\nmhumle\t\n\n\n\n\n\n\n\n\n\ny").exit,
            0);
  EXPECT_EQ(RunJson({"due"})["cases"][0]["home"], "Humlebakken 20B");
}

TEST_F(InquiryStory, ACivilRegistrationNumberInANoteIsRefusedAndNothingIsSaved) {
  Begin();
  const Ran ran = Run({"inquiry", "--door", "2th"}, "Amina\n\nm\n\n\n\n\n\n\n010180-1234\ny");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(ran.err, HasSubstr("civil registration number"));
  EXPECT_THAT(ran.err, Not(HasSubstr("010180-1234")));
  EXPECT_EQ(Unsent(), 0u);
}

TEST_F(InquiryStory, ALikelyDuplicateIsOfferedAndOnlyAPersonJoinsIt) {
  Begin();
  SaveInquiryAt("2th", "Amina Ali", "20304050");
  const Ran ran = Run({"inquiry", "--channel", "pharmacy"}, "amina  ali\n+45 20 30 40 50\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("Perhaps the same person"));
  EXPECT_THAT(ran.err, HasSubstr("name, telephone"));
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 2u);
  const std::string one = CitizenHandle(0), other = CitizenHandle(1);
  EXPECT_EQ(Run({"same-person", one, other}).exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u);
  EXPECT_EQ(Run({"same-person", one, other, "--take-back"}).exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 2u);
  EXPECT_EQ(Run({"same-person", one, one}).exit, static_cast<int>(ErrorCode::kUsage));
}

TEST_F(InquiryStory, ASecondInquiryOfAKnownCitizenNeedsNoSecondConsent) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const Ran ran = RunPiped({"inquiry", "--citizen", CitizenHandle(), "--channel", "telephone"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const Json cases = RunJson({"due"})["cases"];
  ASSERT_EQ(cases.size(), 1u) << "it joins the open case";
  EXPECT_EQ(cases[0]["inquiries"], 2);
}

TEST_F(InquiryStory, SomebodyUnderEighteenIsKeptAndTheCoordinatorIsNamed) {
  Begin();
  const Ran ran = RunPiped({"inquiry", "--door", "2th", "--json-input"},
                           R"({"citizen": {"name": "Ida", "birth_year": 2010}, "consent": {}})");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("Under 18"));
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u);
}

TEST_F(InquiryStory, AReplyIsAStepAndTakingPartEndsTheCase) {
  Begin();
  const std::string handle = SaveInquiryAt("2th", "Amina", "20304050");
  ASSERT_EQ(Run({"reply", handle, "not-reached", "--way", "telephone"}).exit, 0);
  Json one = RunJson({"due"})["cases"][0];
  EXPECT_EQ(one["state"], "open");
  EXPECT_EQ(one["last_step"]["outcome"], "not-reached");
  const Ran took = Run({"took-part", handle, "group-meeting"}, "Fælleshuset\n");
  EXPECT_EQ(took.exit, 0) << took.err;
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 0u);
  EXPECT_EQ(RunJson({"due", "--all"})["cases"][0]["state"], "met");
  SaveInquiryAt("1th", "Jonas");
  EXPECT_EQ(Run({"took-part", CaseHandle(), "individual-first"}, "\n").exit, 0)
      << "Enter takes the last room";
}

TEST_F(InquiryStory, ClosingNeedsAReasonAndItsDetail) {
  Begin();
  const std::string handle = SaveInquiryAt("2th", "Amina");
  EXPECT_EQ(RunPiped({"close", handle}).exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"close", handle, "not-reached"}).exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_EQ(RunPiped({"close", handle, "not-reached", "--attempts", "3"}).exit, 0);
  const Json one = RunJson({"due", "--all"})["cases"][0];
  EXPECT_EQ(one["state"], "closed");
  EXPECT_EQ(one["closing_reason"], "not-reached");
}

TEST_F(InquiryStory, CorrectingTheAskedDayNeedsAReasonAndMovesTheDueDate) {
  Begin();
  const std::string handle = SaveInquiryAt("2th", "Amina");
  EXPECT_EQ(RunPiped({"correct", handle, "--asked", "tue"}).exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"correct", handle, "--asked", "tue", "--reason", "wrong-day-typed"}).exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"][0]["in_a_group_by"]["latest"], "2026-04-03");
}

TEST_F(InquiryStory, ACitizensFieldIsCorrectedAtThePrompt) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  const std::string citizen = CitizenHandle();
  const Ran ran = Run({"correct", citizen, "--field", "name"}, "Amina Ali\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(RunJson({"show", citizen})["record"]["content"]["name"], "Amina Ali");
}

TEST_F(InquiryStory, TwoValuesOfTwoWorkersAreShownAndOneKeySettlesThem) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string citizen = CitizenHandle();
  ASSERT_EQ(Run({"sync"}).exit, 0);
  v1::Citizen theirs;
  theirs.set_telephone("60708090");
  const RecordId id = *[&] {
    auto store = OpenUnlocked();
    return std::optional((*ViewOf(*store).ByHandle(citizen))->id);
  }();
  base_.PatchAsOther(id, theirs, {v1::Citizen::kTelephoneFieldNumber}, /*having_seen=*/false);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const Ran shown = Run({"show", citizen});
  EXPECT_THAT(shown.out, HasSubstr("telephone: 2 values: 60708090 by jonas; 20304050 by amal"));
  EXPECT_EQ(Run({"correct", citizen, "--field", "telephone"}, "2").exit, 0);
  const Json after = RunJson({"show", citizen})["record"];
  EXPECT_EQ(after["content"]["telephone"], "20304050");
  EXPECT_FALSE(after.contains("side_by_side"));
}

TEST_F(InquiryStory, AnAnonymousDropInCarriesNoNote) {
  Begin();
  EXPECT_EQ(Run({"contact", "--place", "mobile-unit", "--topic", "smoking", "--topic", "diet"}).exit, 0);
  EXPECT_EQ(Run({"contact", "--place", "mobile-unit", "--note"}, "\n").exit,
            static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(Run({"contact"}, "ls\n").exit, 0) << "one key for the place, one for a topic, Enter";
  auto store = OpenUnlocked();
  const auto contacts = ViewOf(*store).OfType(RecordType::kContact);
  ASSERT_EQ(contacts.size(), 2u);
  EXPECT_EQ(contacts[0]->As<v1::Contact>().topics_size(), 2);
  EXPECT_TRUE(contacts[0]->subject.empty());
}

TEST_F(InquiryStory, AConversationWithSomebodyNewKeepsNameAndConsentTogether) {
  Begin();
  EXPECT_EQ(Run({"contact", "--new", "--place", "grocer", "--topic", "smoking"}, "Amina\n20304050\ny").exit,
            0);
  EXPECT_EQ(Unsent(), 3u);
  EXPECT_EQ(Run({"contact", "--new", "--place", "grocer", "--topic", "smoking"}, "Jonas\n\nn").exit,
            static_cast<int>(ErrorCode::kCancelled));
  EXPECT_EQ(Unsent(), 3u);
}

TEST_F(InquiryStory, FindingIsByWordsFromThePromptNeverFromTheCommandLine) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  const Ran found = Run({"find"}, "amin\n");
  EXPECT_EQ(found.exit, 0);
  EXPECT_THAT(found.out, HasSubstr("Amina, Humlebakken 20B, 2. th"));
  EXPECT_THAT(RunPiped({"find"}, "20304050\n").out, HasSubstr("Amina"));
  EXPECT_THAT(RunPiped({"find"}, "nobody\n").out, HasSubstr("Nothing found"));
  const Ran argument = Run({"find", "Amina"});
  EXPECT_EQ(argument.exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_THAT(argument.err, Not(HasSubstr("Amina")));
}

}  // namespace
}  // namespace opgang::cli
