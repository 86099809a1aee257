// Which meetings a case is offered, and what a promise is worth when the meeting moves.
#include "core/rules/seats.h"

#include <deque>
#include <string>

#include "core/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const AreaId kHere = *AreaId::FromBytes(std::string(16, 'h'));
const AreaId kThere = *AreaId::FromBytes(std::string(16, 't'));

v1::StatedTime At(absl::CivilDay day, int hour, int minute = 0) {
  v1::StatedTime time;
  *time.mutable_date() = ToProto(day);
  time.set_minute_of_day(hour * 60 + minute);
  return time;
}

absl::Time Instant(absl::CivilDay day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilSecond(day) + (hour * 60 + minute) * 60, CopenhagenTime());
}

// Wednesday 1 April 2026, noon; asked today, so due at the end of Saturday the 4th.
class SeatsTest : public ::testing::Test {
 protected:
  static constexpr absl::CivilDay kWed{2026, 4, 1};

  SeatsTest() {
    wish.now = Instant(kWed, 12);
    wish.due = {kWed + 3, kWed + 3};
    wish.language = "da";
    wish.areas = {kHere};
  }

  v1::Group& NewGroup(const std::string& language = "da", bool rolling = true, AreaId area = kHere) {
    v1::Group& group = groups_.emplace_back();
    group.set_language(language);
    group.set_rolling_entry(rolling);
    group.set_area_id(area.ToBytes());
    return group;
  }

  // Called by a letter.
  v1::Meeting& Meets(const v1::Group& group, char name, const v1::StatedTime& start, int promised = 0) {
    v1::Meeting& meeting = meetings_.emplace_back();
    meeting.set_group_id(std::to_string(reinterpret_cast<uintptr_t>(&group)));
    *meeting.mutable_start() = start;
    meeting.set_minutes(120);
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    facts_.push_back({*RecordId::FromBytes(std::string(16, name)), &meeting, &group, promised});
    return meeting;
  }

  SeatChoice Choose() { return ChooseSeats(MeetingsOnOffer(facts_), wish); }
  static std::string Names(const std::vector<SeatOffer>& offers) {
    std::string names;
    for (const SeatOffer& offer : offers) names += offer.meeting.ToBytes()[0];
    return names;
  }
  static std::string Last(const SeatChoice& choice) {
    return choice.last ? Names({*choice.last}) : "no group in time";
  }

  SeatWish wish;

 private:
  std::deque<v1::Group> groups_;
  std::deque<v1::Meeting> meetings_;
  std::vector<MeetingFact> facts_;
};

TEST_F(SeatsTest, MeetingsBeforeTheDueTimeAreOfferedSoonestFirstAndTheLastIsNamed) {
  const v1::Group& group = NewGroup();
  Meets(group, 'b', At(kWed + 3, 17));
  Meets(group, 'a', At(kWed + 1, 17));
  Meets(group, 'z', At(kWed + 8, 17));
  const SeatChoice choice = Choose();
  EXPECT_EQ(Names(choice.in_time), "ab");
  EXPECT_EQ(Last(choice), "b");
  EXPECT_EQ(Names(choice.later), "z");
}

TEST_F(SeatsTest, TheLastMinuteOfTheDueDayMeetsTheRuleAndMidnightDoesNot) {
  const v1::Group& group = NewGroup();
  Meets(group, 'a', At(kWed + 3, 23, 59));
  Meets(group, 'b', At(kWed + 4, 0));
  EXPECT_EQ(Names(Choose().in_time), "a");
  EXPECT_EQ(Names(Choose().later), "b");
}

TEST_F(SeatsTest, WhatHasBegunIsOfferedToNobody) {
  const v1::Group& group = NewGroup();
  Meets(group, 'a', At(kWed, 12));
  Meets(group, 'b', At(kWed, 12, 1));
  EXPECT_EQ(Names(Choose().in_time), "b");
}

TEST_F(SeatsTest, OfAnUncertainDueTimeTheEarliestCounts) {
  const v1::Group& group = NewGroup();
  wish.due = {kWed + 2, kWed + 4};
  Meets(group, 'a', At(kWed + 2, 17));
  Meets(group, 'b', At(kWed + 3, 17));
  EXPECT_EQ(Last(Choose()), "a");
  EXPECT_EQ(Names(Choose().later), "b");
}

TEST_F(SeatsTest, NoMeetingIsNoGroupInTime) {
  EXPECT_EQ(Last(Choose()), "no group in time");
  Meets(NewGroup(), 'a', At(kWed + 9, 17));
  EXPECT_EQ(Last(Choose()), "no group in time");
}

TEST_F(SeatsTest, ACancelledMeetingIsNotOfferedAndMakesNobodyLate) {
  const v1::Group& group = NewGroup();
  Meets(group, 'a', At(kWed + 1, 17));
  Meets(group, 'b', At(kWed + 2, 17)).set_state(v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(Last(Choose()), "a");
}

TEST_F(SeatsTest, AGroupInAnotherLanguageIsOfferedWithAnInterpreterOnly) {
  Meets(NewGroup("da"), 'a', At(kWed + 1, 17));
  Meets(NewGroup("so-DJ"), 'b', At(kWed + 2, 17));
  Meets(NewGroup(""), 'c', At(kWed + 3, 17));
  wish.language = "so";
  EXPECT_EQ(Names(Choose().in_time), "bc");
  wish.interpreter = true;
  EXPECT_EQ(Names(Choose().in_time), "abc");
  EXPECT_TRUE(Choose().in_time[0].needs_interpreter);
  EXPECT_FALSE(Choose().in_time[1].needs_interpreter);
  wish.language = "";
  EXPECT_EQ(Names(Choose().in_time), "abc");
}

TEST_F(SeatsTest, TheOwnAreaComesFirstAndDecidesWhichIsTheLast) {
  Meets(NewGroup("da", true, kThere), 'x', At(kWed + 1, 10));
  Meets(NewGroup("da", true, kThere), 'y', At(kWed + 3, 10));
  EXPECT_EQ(Last(Choose()), "y");
  Meets(NewGroup("da", true, kHere), 'a', At(kWed + 2, 10));
  EXPECT_EQ(Names(Choose().in_time), "axy");
  EXPECT_EQ(Last(Choose()), "a");
}

TEST_F(SeatsTest, WithoutRollingEntryOneBeginsAtTheFirstMeetingThatTakesPlace) {
  const v1::Group& group = NewGroup("da", /*rolling=*/false);
  v1::Meeting& first = Meets(group, 'a', At(kWed - 7, 17));
  Meets(group, 'b', At(kWed + 1, 17));
  Meets(group, 'c', At(kWed + 2, 17));
  EXPECT_THAT(Choose().in_time, IsEmpty());
  first.set_state(v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(Names(Choose().in_time), "b");
}

TEST_F(SeatsTest, AFullLimitedGroupComesLastAndIsNeverHidden) {
  v1::Group& limited = NewGroup();
  limited.set_capacity(2);
  limited.set_capacity_meaning(v1::CAPACITY_MEANING_LIMIT);
  Meets(limited, 'a', At(kWed + 1, 17), /*promised=*/2);
  EXPECT_EQ(Names(Choose().in_time), "a");
  EXPECT_TRUE(Choose().in_time[0].full);
  Meets(limited, 'b', At(kWed + 2, 17), /*promised=*/1);
  EXPECT_EQ(Names(Choose().in_time), "ba");
  EXPECT_EQ(Last(Choose()), "b");
}

TEST_F(SeatsTest, AdviceFillsNoGroup) {
  v1::Group group;
  group.set_capacity(2);
  group.set_capacity_meaning(v1::CAPACITY_MEANING_ADVICE);
  EXPECT_FALSE(IsFull(group, 9));
  EXPECT_TRUE(MayPromise(group));
  group.set_capacity_meaning(v1::CAPACITY_MEANING_LIMIT);
  EXPECT_FALSE(IsFull(group, 1));
  EXPECT_TRUE(IsFull(group, 2));
  EXPECT_FALSE(MayPromise(group));
}

TEST(MeetingTimeTest, OnTheNightWhenTheClockGoesBackTheEarlierReadingCounts) {
  v1::Meeting meeting;
  *meeting.mutable_start() = At(absl::CivilDay(2026, 10, 25), 2, 30);
  meeting.set_minutes(60);
  EXPECT_EQ(MeetingStart(meeting),
            absl::FromCivil(absl::CivilSecond(2026, 10, 25, 0, 30), absl::UTCTimeZone()));
  EXPECT_EQ(MeetingEnd(meeting) - MeetingStart(meeting), absl::Hours(1));
}

class PromiseTest : public ::testing::Test {
 protected:
  PromiseTest() {
    *meeting.mutable_start() = At(absl::CivilDay(2026, 4, 2), 17);
    meeting.set_venue_id(std::string(16, 'v'));
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    seat.set_state(v1::SEAT_STATE_PROMISED);
    *seat.mutable_told_start() = meeting.start();
    seat.set_told_venue_id(meeting.venue_id());
  }
  std::string State() { return std::string(PromiseStateName(StateOfSeat(seat, &meeting))); }

  v1::Meeting meeting;
  v1::Seat seat;
};

TEST_F(PromiseTest, StandsAsLongAsTheMeetingIsAsItWasTold) {
  EXPECT_EQ(State(), "stands");
  seat.set_state(v1::SEAT_STATE_TO_BE_CONFIRMED);
  EXPECT_EQ(State(), "to-be-confirmed");
  EXPECT_EQ(PromiseStateName(StateOfSeat(seat, nullptr)), "to-be-confirmed");
}

TEST_F(PromiseTest, IsBrokenByAnotherMinuteAnotherVenueOrNoMeetingAtAll) {
  meeting.mutable_start()->set_minute_of_day(17 * 60 + 30);
  EXPECT_EQ(State(), "moved");
  *seat.mutable_told_start() = meeting.start();
  EXPECT_EQ(State(), "stands");
  meeting.set_venue_id(std::string(16, 'w'));
  EXPECT_EQ(State(), "moved");
  seat.clear_told_venue_id();
  EXPECT_EQ(State(), "stands") << "nothing was said of a room";
  meeting.set_state(v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(State(), "meeting-cancelled");
  seat.set_state(v1::SEAT_STATE_CANCELLED);
  EXPECT_EQ(State(), "cancelled");
}

TEST_F(PromiseTest, ASeatIsRefusedOnceTheMeetingHasCertainlyBegun) {
  const absl::Time start = MeetingStart(meeting);
  const absl::Duration us = absl::Microseconds(1);
  EXPECT_EQ(RefuseSeat(seat, meeting, {start - us, start - us}), std::nullopt);
  EXPECT_EQ(RefuseSeat(seat, meeting, {start - us, start + absl::Hours(9)}), std::nullopt)
      << "it is not known";
  EXPECT_EQ(RefuseSeat(seat, meeting, {start, start})->code, v1::REFUSAL_CODE_MEETING_BEGUN);
  seat.set_state(v1::SEAT_STATE_CANCELLED);
  EXPECT_EQ(RefuseSeat(seat, meeting, {start, start}), std::nullopt) << "taking it back is always possible";
}

TEST_F(PromiseTest, NobodyAttendsACancelledMeetingOrOneThatLiesAhead) {
  const absl::Time start = MeetingStart(meeting);
  const auto refused = [&](absl::Time earliest, absl::Time latest) {
    return RefuseAttendance(2, meeting, {earliest, latest});
  };
  EXPECT_EQ(refused(start - absl::Hours(1), start - absl::Hours(1)), std::nullopt);
  const absl::Time too_early = start - absl::Hours(1) - absl::Microseconds(1);
  EXPECT_EQ(*refused(too_early, too_early), (Refusal{v1::REFUSAL_CODE_MEETING_AHEAD, 2}));
  EXPECT_EQ(refused(too_early, absl::InfiniteFuture()), std::nullopt) << "it is not known";
  meeting.set_state(v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(refused(start, start)->code, v1::REFUSAL_CODE_MEETING_CANCELLED);
  EXPECT_EQ(RefuseSeat(seat, meeting, {too_early, too_early})->code, v1::REFUSAL_CODE_MEETING_CANCELLED);
}

}  // namespace
}  // namespace opgang
