// What is seen of a create's content before the writer has it, and when the writer goes by that.
#include "tests/base/base_story.h"

namespace opgang {
namespace {

class SoundBeforehandTest : public BaseStory {
 protected:
  // Somebody met at the door, on this day of April 2026; the first is today.
  Draft MetOn(int day) {
    v1::Contact contact;
    contact.set_place(v1::CONTACT_PLACE_DOOR);
    auto& date = *contact.mutable_happened()->mutable_date();
    date.set_year(2026), date.set_month(4), date.set_day(day);
    return amal.Create(contact, area);
  }
  std::string Commit(const std::vector<Submission>& group) {
    const auto outcome = base.committer().Commit(group);
    return outcome.ok() ? Word(outcome->verdicts.at(0).at(0)) : "nothing";
  }
  static std::optional<absl::CivilDay>& SoundFrom(std::vector<Submission>& group) {
    return group.at(0).mutations.at(0).sound_from;
  }
  static constexpr absl::CivilDay kToday{2026, 4, 1};
};

TEST_F(SoundBeforehandTest, ACreateIsSoundFromTheDayOnWhichItWasCaptured) {
  auto today = amal.Open({amal.Seal(MetOn(1))});
  EXPECT_EQ(SoundFrom(today), kToday);
  EXPECT_EQ(Commit(today), "applied");
  auto tomorrow = amal.Open({amal.Seal(MetOn(2))});
  EXPECT_EQ(SoundFrom(tomorrow), std::nullopt);
  EXPECT_EQ(Commit(tomorrow), "REFUSAL_CODE_AFTER_RECORDING");
}

TEST_F(SoundBeforehandTest, APatchIsNotLookedAtForItTellsAPartOnly) {
  const Draft met = MetOn(1);
  ASSERT_EQ(Word(amal.Commit(met)), "applied");
  v1::Contact place;
  place.set_place(v1::CONTACT_PLACE_DOOR);
  auto patch = amal.Open({amal.Seal(amal.Patch(met, place, {met.intent()}))});
  EXPECT_EQ(SoundFrom(patch), std::nullopt);
  EXPECT_EQ(Commit(patch), "applied");
}

TEST_F(SoundBeforehandTest, TheWriterLooksAnewWhereItKnowsAnEarlierDay) {
  auto group = amal.Open({amal.Seal(MetOn(2))});
  SoundFrom(group) = kToday + 1;
  EXPECT_EQ(Commit(group), "REFUSAL_CODE_AFTER_RECORDING");
}

TEST_F(SoundBeforehandTest, TheWriterGoesByWhatWasSeenOfTheSameContent) {
  auto group = amal.Open({amal.Seal(MetOn(2))});
  SoundFrom(group) = kToday;
  EXPECT_EQ(Commit(group), "applied") << "seen once";
}

TEST_F(SoundBeforehandTest, TheWriterLooksAnewWhereTheRecordBecomesAnother) {
  const Draft met = MetOn(1);
  clock.Advance(absl::Minutes(1));  // what is said later stands
  const Draft change = MetOn(2);
  v1::Contact later;
  ASSERT_TRUE(later.ParseFromString(change.payload.fields()));
  later.clear_place();
  ASSERT_EQ(Word(jonas.Commit(jonas.Patch(met, later, {}))), "applied")
      << "a part, for its create has not come yet";
  auto group = amal.Open({amal.Seal(met)});
  EXPECT_EQ(SoundFrom(group), kToday);
  EXPECT_EQ(Commit(group), "REFUSAL_CODE_AFTER_RECORDING");
}

}  // namespace
}  // namespace opgang
