#include "tests/reports/lives.h"

#include <map>

namespace opgang {
namespace {

absl::CivilDay ToDay(slow::Date date) { return absl::CivilDay(date.year, date.month, date.day); }

const std::map<std::string, v1::Programme> kProgrammes = {{"kom-og-kvit", v1::PROGRAMME_KOM_OG_KVIT},
                                                          {"standard", v1::PROGRAMME_STANDARD}};
const std::map<std::string, v1::CourseStatus> kStatuses = {{"smoke-free", v1::COURSE_STATUS_SMOKE_FREE},
                                                           {"reduced", v1::COURSE_STATUS_REDUCED},
                                                           {"smoking", v1::COURSE_STATUS_SMOKING},
                                                           {"not-known", v1::COURSE_STATUS_NOT_KNOWN}};
const std::map<std::string, v1::FourWeekAnswer> kFourWeeks = {{"not-smoked", v1::FOUR_WEEK_ANSWER_NOT_SMOKED},
                                                              {"smoked", v1::FOUR_WEEK_ANSWER_SMOKED},
                                                              {"declined", v1::FOUR_WEEK_ANSWER_DECLINED}};
using Answer = std::pair<v1::SixMonthAnswer, v1::CigarettesSinceQuit>;
const std::map<std::string, Answer> kHalfYear = {
    {"continuous-0", {v1::SIX_MONTH_ANSWER_CONTINUOUS, v1::CIGARETTES_SINCE_QUIT_NONE}},
    {"continuous-5", {v1::SIX_MONTH_ANSWER_CONTINUOUS, v1::CIGARETTES_SINCE_QUIT_1_TO_5}},
    {"continuous-more", {v1::SIX_MONTH_ANSWER_CONTINUOUS, v1::CIGARETTES_SINCE_QUIT_MORE_THAN_5}},
    {"point", {v1::SIX_MONTH_ANSWER_POINT_ABSTINENT, v1::CIGARETTES_SINCE_QUIT_UNSPECIFIED}},
    {"reduced", {v1::SIX_MONTH_ANSWER_REDUCED, v1::CIGARETTES_SINCE_QUIT_UNSPECIFIED}},
    {"smoking", {v1::SIX_MONTH_ANSWER_SMOKING, v1::CIGARETTES_SINCE_QUIT_UNSPECIFIED}}};
const std::map<std::string, v1::NoAnswerReason> kReasons = {
    {"dead", v1::NO_ANSWER_REASON_DEAD},
    {"moved", v1::NO_ANSWER_REASON_MOVED},
    {"declined", v1::NO_ANSWER_REASON_DECLINED},
    {"not-reached", v1::NO_ANSWER_REASON_NOT_REACHED},
    {"wrong-number", v1::NO_ANSWER_REASON_WRONG_NUMBER}};

// The meetings of the groups, by day; made when the first person comes to them.
class Groups {
 public:
  explicit Groups(Cohort& cohort) : cohort_(cohort) {}

  RecordId On(absl::CivilDay first, int week) {
    auto& group = meetings_[first];
    while (group.size() < 8) {
      const absl::CivilDay day = first + 7 * static_cast<int>(group.size());
      group.push_back(cohort_.Meeting(day, "Group of " + DateOf(first), v1::PROGRAMME_KOM_OG_KVIT));
    }
    return group.at(static_cast<size_t>(week));
  }

 private:
  static std::string DateOf(absl::CivilDay day) { return absl::FormatCivilTime(day); }

  Cohort& cohort_;
  std::map<absl::CivilDay, std::vector<RecordId>> meetings_;
};

void TellWeeks(Cohort& cohort, const Life& life, Groups& groups) {
  const absl::CivilDay first = ToDay(life.first_meeting);
  for (int week = 0; week < 8; ++week) {
    const char tick = life.weeks.at(static_cast<size_t>(week));
    const RecordId meeting = groups.On(first, week);
    const Interval evening =
        At(absl::FromCivil(absl::CivilSecond(first + 7 * week) + 18 * 3600, CopenhagenTime()));
    if (tick == 'x') cohort.TakesPart(evening, meeting);
    if (tick == '-') cohort.IsAbsent(meeting, v1::ABSENCE_NOTICE_NONE, evening);
  }
}

RecordId TellQuitDate(Cohort& cohort, const Life& life) {
  const absl::CivilDay set_on = ToDay(life.first_meeting) + 1;
  RecordId quit = cohort.SetsQuitDate(ToDay(*life.quit), set_on);
  if (life.moved_to) quit = cohort.SetsQuitDate(ToDay(*life.moved_to), set_on + 3, quit);
  return quit;
}

void TellOutcomes(Cohort& cohort, const Life& life, const RecordId& quit) {
  if (life.four_weeks) {
    const absl::CivilDay day = ToDay(life.four_weeks->day);
    cohort.SaysAfterFourWeeks(quit, kFourWeeks.at(life.four_weeks->word), day);
    if (life.four_weeks_ppm) cohort.Blows(*life.four_weeks_ppm, v1::TEST_OCCASION_FOUR_WEEKS, day);
  }
  for (const auto& [day, hour] : life.calls) cohort.IsRungHalfAYearLater(quit, ToDay(day), hour);
  if (life.half_year) {
    const auto& [answer, cigarettes] = kHalfYear.at(life.half_year->word);
    const absl::CivilDay day = ToDay(life.half_year->day);
    cohort.SaysAfterHalfAYear(quit, answer, cigarettes, day);
    if (life.half_year_ppm) cohort.Blows(*life.half_year_ppm, v1::TEST_OCCASION_SIX_MONTHS, day);
  }
  if (life.reason) cohort.GivesNoAnswer(quit, kReasons.at(life.reason->word), ToDay(life.reason->day));
}

void TellNicotine(Cohort& cohort, const Life& life) {
  RecordId before;
  for (const HandedOut& one : life.nicotine) {
    before =
        cohort.IsGivenNicotine(one.weeks, ToDay(one.day), one.corrects_the_one_before ? before : RecordId());
  }
}

void TellLife(Cohort& cohort, const Life& life, Groups& groups) {
  if (life.intake)
    cohort.CompletesIntake(ToDay(*life.intake), kProgrammes.at(life.programme), life.cigarettes);
  TellWeeks(cohort, life, groups);
  if (life.ended)
    cohort.EndsCourse(ToDay(*life.ended), kStatuses.at(life.status), life.completed, life.satisfaction);
  const RecordId quit = life.quit ? TellQuitDate(cohort, life) : RecordId();
  TellOutcomes(cohort, life, quit);
  if (life.consent_taken_back) cohort.TakesBackFollowUpConsent();
  TellNicotine(cohort, life);
}

std::vector<Life> MadeUp() {
  const auto no_end = std::optional<slow::Date>();
  const auto no_quit = std::optional<slow::Date>();
  return {
      {.person = 1,
       .story = "all goes well",
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .four_weeks_ppm = 4,
       .half_year = {{"continuous-0", On(7, 1)}},
       .half_year_ppm = 3,
       .nicotine = {{4, On(1, 7)}, {4, On(2, 4)}}},
      {.person = 2,
       .story = "carbon monoxide of exactly 10, twice",
       .satisfaction = 4,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .four_weeks_ppm = 10,
       .half_year = {{"continuous-0", On(7, 1)}},
       .half_year_ppm = 10,
       .nicotine = {{2, On(1, 7)}, {2, On(3, 10)}}},  // the second after the course
      {.person = 3,
       .story = "exactly three quarters, five cigarettes, 9.9 ppm, 15 a day",
       .cigarettes = 15,
       .weeks = "xxxxxx--",
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .four_weeks_ppm = 9.9,
       .half_year = {{"continuous-5", On(7, 1)}},
       .half_year_ppm = 9.9,
       .nicotine = {{6, On(1, 7)}, {3, On(2, 4)}}},  // nine weeks
      {.person = 4,
       .story = "more than five cigarettes since, 14 a day before",
       .cigarettes = 14,
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(2, 15)}},  // the first possible day
       .half_year = {{"continuous-more", On(6, 21)}},
       .half_year_ppm = 2},
      {.person = 5,
       .story = "smoke-free now, not in between",
       .cigarettes = 10,
       .satisfaction = 3,
       .four_weeks = {{"smoked", On(3, 4)}},
       .half_year = {{"point", On(8, 21)}},
       .half_year_ppm = 1},
      {.person = 6,
       .story = "reduced, then smokes",
       .status = "reduced",
       .satisfaction = 3,
       .four_weeks = {{"smoked", On(2, 20)}},
       .half_year = {{"smoking", On(7, 5)}}},
      {.person = 7,
       .story = "five of eight times, and yet a success",
       .weeks = "x-x-x-xx",
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .four_weeks_ppm = 3,
       .half_year = {{"continuous-0", On(7, 1)}},
       .half_year_ppm = 3},
      {.person = 8,
       .story = "dies in May",
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .four_weeks_ppm = 2,
       .reason = {{"dead", On(5, 1)}}},
      {.person = 9,
       .story = "moves and cannot be traced; no end was noted",
       .weeks = "xxx.....",
       .ended = no_end,
       .reason = {{"moved", On(7, 1)}},
       .nicotine = {{1, On(1, 7)}, {1, On(3, 4)}}},  // day 57
      {.person = 10,
       .story = "takes the consent to be rung back",
       .satisfaction = 4,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .consent_taken_back = true},
      {.person = 11, .story = "gives up", .weeks = "xx------", .status = "smoking", .completed = false},
      {.person = 11,
       .story = "and comes back in autumn",
       .intake = On(8, 25),
       .first_meeting = On(9, 2),
       .ended = On(10, 21),
       .satisfaction = 5,
       .quit = On(9, 16),
       .four_weeks = {{"not-smoked", On(10, 14)}},
       .four_weeks_ppm = 5,
       .half_year = {{"continuous-0", On(3, 1, 2026)}},
       .half_year_ppm = 5},
      {.person = 12,
       .story = "sets no quit date",
       .status = "smoking",
       .satisfaction = 2,
       .quit = no_quit,
       .nicotine = {{8, On(1, 7)}, {1, On(1, 8), true}}},
      {.person = 13,
       .story = "no quit date, and dies",
       .weeks = "xx......",
       .ended = no_end,
       .quit = no_quit,
       .reason = {{"dead", On(2, 20)}}},
      {.person = 14,
       .story = "rung a day before and a day after the window",
       .status = "smoking",
       .calls = {{On(6, 20), 18}, {On(8, 22), 18}}},
      {.person = 15,
       .story = "rung on four days, one in the evening, and not reached",
       .satisfaction = 4,
       .calls = {{On(7, 1), 10}, {On(7, 2), 17}, {On(7, 3), 10}, {On(7, 4), 10}},
       .reason = {{"not-reached", On(7, 4)}}},
      {.person = 16,
       .story = "answers a day outside both windows",
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(3, 5)}},
       .half_year = {{"continuous-0", On(6, 20)}},
       .half_year_ppm = 1},
      {.person = 17,
       .story = "registered with a quit date, never seen again",
       .weeks = "........",
       .ended = no_end,
       .nicotine = {{1, On(1, 7)}}},
      {.person = 18,
       .story = "absent from everything",
       .weeks = "--------",
       .ended = no_end,
       .quit = no_quit},
      {.person = 19,
       .story = "declines at half a year",
       .four_weeks = {{"smoked", On(2, 18)}},
       .reason = {{"declined", On(7, 3)}}},
      {.person = 20,
       .story = "wrong number",
       .status = "reduced",
       .satisfaction = 1,
       .four_weeks = {{"declined", On(2, 20)}},
       .calls = {{On(7, 4), 12}},
       .reason = {{"wrong-number", On(7, 4)}},
       .nicotine = {{2, On(1, 7)}, {0, On(1, 8), true}}},
      {.person = 21,
       .story = "joins in the third week; no breath test",
       .weeks = "..xxxxxx",
       .satisfaction = 4,
       .half_year = {{"continuous-0", On(7, 1)}}},
      {.person = 22,
       .story = "the date was moved by a week, and both windows with it",
       .satisfaction = 5,
       .moved_to = On(1, 28),
       .four_weeks = {{"not-smoked", On(2, 21)}},
       .half_year = {{"continuous-0", On(8, 25)}},
       .half_year_ppm = 6},
      {.person = 23,
       .story = "nobody knows how it ended",
       .area = "Vest",
       .status = "not-known",
       .satisfaction = 5,
       .four_weeks = {{"not-smoked", On(2, 20)}},
       .half_year = {{"smoking", On(7, 1)}}},
      {.person = 24,
       .story = "another programme",
       .area = "Vest",
       .programme = "standard",
       .satisfaction = 4,
       .four_weeks = {{"smoked", On(2, 20)}},
       .half_year = {{"reduced", On(7, 1)}}},
      {.person = 25,
       .story = "came once, without an intake",
       .area = "Vest",
       .intake = std::nullopt,
       .weeks = "x.......",
       .ended = no_end,
       .quit = no_quit},
  };
}

}  // namespace

slow::Date On(int month, int day, int year) { return {year, month, day}; }

const std::vector<Life>& TwentyFiveLives() {
  static const auto* lives = new std::vector<Life>(MadeUp());
  return *lives;
}

void TellTo(Cohort& cohort, const std::vector<Life>& lives) {
  Groups groups(cohort);
  int person = 0;
  for (const Life& life : lives) {
    if (life.person != person) cohort.Person(life.area);
    person = life.person;
    TellLife(cohort, life, groups);
  }
}

}  // namespace opgang
