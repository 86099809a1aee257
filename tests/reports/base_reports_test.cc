// Reports over what a base holds: read from its records, asked as a person would ask.
#include <algorithm>

#include "core/reports/render.h"
#include "server/report/base_facts.h"
#include "server/report/run_report.h"
#include "tests/base/base_story.h"
#include "tests/reports/cohort.h"

namespace opgang {
namespace {

class BaseReportsTest : public BaseStory {
 protected:
  absl::StatusOr<v1::Report> Ask(const v1::RunReportRequest& request) {
    return RunReport(base.store(), request, base.keys().storage_key, {}, clock.WallNow());
  }
  v1::RunReportRequest April(const std::string& name) {
    v1::RunReportRequest request;
    request.set_name(name);
    *request.mutable_from() = ToProto(absl::CivilDay(2026, 4, 1));
    *request.mutable_to() = ToProto(LocalDay(clock.WallNow()));
    return request;
  }
  v1::Report ThisApril(const std::string& name) { return Ask(April(name)).value(); }

  Draft Asked(const std::string& name) {
    const Draft citizen = Citizen(name);
    const Draft inquiry = InquiryOf(citizen);
    EXPECT_EQ(Words(amal.Commit(amal.Seal({citizen, inquiry}))),
              (std::vector<std::string>{"applied", "applied"}));
    return citizen;
  }
  void TakesPart(const Draft& citizen) {
    v1::Participation came;
    came.set_citizen_id(citizen.envelope.record_id());
    came.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    came.set_place("the common room");
    EXPECT_EQ(Word(amal.Commit(amal.Create(came, area))), "applied");
  }
  Draft Joined(const Draft& one, const Draft& other, bool joined = true) {
    v1::SamePerson same;
    same.set_citizen_id(one.envelope.record_id());
    same.set_other_citizen_id(other.envelope.record_id());
    same.set_joined(joined);
    return amal.Create(same, area);
  }
};

TEST_F(BaseReportsTest, TwoRegistrationsOfOnePersonAreOneCaseOnceTheyAreJoined) {
  const Draft at_the_door = Asked("Citizen One");
  const Draft at_the_pharmacy = Asked("Citizen 1");
  TakesPart(at_the_pharmacy);
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.cases"), "2");
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.met"), "1 of 2");
  amal.Commit(amal.Seal({Joined(at_the_door, at_the_pharmacy), Joined(at_the_pharmacy, at_the_door)}));
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.met"), "1 of 1");
  EXPECT_EQ(Told(ThisApril("recruitment"), "people.first-attendance"), "1 of 1");
  EXPECT_EQ(Told(ThisApril("attendance"), "attendances"), "1");
}

TEST_F(BaseReportsTest, AJoinThatWasTakenBackJoinsNobody) {
  const Draft one = Asked("Citizen One");
  const Draft other = Asked("Citizen 1");
  amal.Commit(amal.Seal({Joined(one, other, false), Joined(other, one, false)}));
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.cases"), "2");
}

TEST_F(BaseReportsTest, AnOverdueCaseIsABreachOnceItsDueDayIsOver) {
  Asked("Citizen One");
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.open"), "1 of 1");
  clock.Advance(absl::Hours(24 * 4));
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.overdue"), "1 of 1");
  EXPECT_EQ(Told(ThisApril("response-time"), "working-days.open"), "1 of 1");
  EXPECT_EQ(Told(ThisApril("response-time"), "calendar-days.by-area.Testlund.breach"), "1 of 1");
}

TEST_F(BaseReportsTest, NoNameNoNoteAndNoIdOfARecordStandsInAnyForm) {
  const Draft citizen = Asked("Citizen One");
  TakesPart(citizen);
  for (const std::string_view name : ReportNames()) {
    const v1::Report report = ThisApril(std::string(name));
    std::string all = report.SerializeAsString() + ReportAsText(report, ReportLanguage::kDanish) +
                      ReportAsCsv(report, ReportLanguage::kDanish) +
                      ReportAsHtml(report, ReportLanguage::kDanish);
    for (const v1::Figure& figure : report.figures())
      all += RowsAsText(report, figure, ReportLanguage::kEnglish);
    EXPECT_EQ(all.find("Citizen One"), std::string::npos) << name;
    EXPECT_EQ(all.find("common room"), std::string::npos) << name;
    EXPECT_EQ(all.find(citizen.envelope.record_id()), std::string::npos) << name;
    EXPECT_EQ(all.find(citizen.record().ToString()), std::string::npos) << name;
  }
  EXPECT_NE(PseudonymOf(base.keys().storage_key, citizen.record()),
            PseudonymOf(DeriveKey(base.keys().storage_key, "other"), citizen.record()));
}

TEST_F(BaseReportsTest, APartnerIsToldNoSmallCellAndNoRow) {
  for (int i = 0; i < 5; ++i) Asked("Citizen");
  TakesPart(Asked("Citizen"));
  v1::RunReportRequest request = April("response-time");
  request.set_for_partner(true);
  const v1::Report report = Ask(request).value();
  EXPECT_EQ(Told(report, "calendar-days.cases"), "6");
  EXPECT_EQ(Told(report, "calendar-days.met"), "* of 6");
  EXPECT_EQ(Told(report, "calendar-days.open"), "* of 6");
  EXPECT_EQ(Told(report, "calendar-days.rate-b"), "* of 6");
  EXPECT_EQ(report.rows_size(), 0);
}

TEST_F(BaseReportsTest, AQuestionThatCannotBeAnsweredSaysWhatCould) {
  const auto refused = [&](const v1::RunReportRequest& request) {
    const absl::Status status = Ask(request).status();
    return std::string(ErrorCodeName(GetErrorCode(status))) + ": " + std::string(status.message());
  };
  using testing::AllOf;
  using testing::HasSubstr;
  using testing::StartsWith;
  v1::RunReportRequest request = April("response-time");
  request.set_name("nothing");
  EXPECT_THAT(refused(request), AllOf(StartsWith("usage: "), HasSubstr("recruitment")));
  request = April("response-time");
  request.set_area("Nowhere");
  EXPECT_THAT(refused(request), AllOf(StartsWith("not-found: "), HasSubstr("Testlund")));
  request = April("response-time");
  request.mutable_from()->set_day(2);
  EXPECT_THAT(refused(request), AllOf(StartsWith("usage: "), HasSubstr("--from lies after --to")));
  request.mutable_to()->set_day(2);
  EXPECT_THAT(refused(request), AllOf(StartsWith("usage: "), HasSubstr("today, 2026-04-01")));
  request.clear_to();
  EXPECT_THAT(refused(request), AllOf(StartsWith("usage: "), HasSubstr("--to 2026-03-31")));
}

}  // namespace
}  // namespace opgang
