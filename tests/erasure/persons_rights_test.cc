// What a coordinator does for a person who asks: erase, hand out, keep the clock; and what a run-out period does by itself.
#include <nlohmann/json.hpp>

#include "server/admin/erase_citizen.h"
#include "server/admin/export_citizen.h"
#include "server/admin/person_requests.h"
#include "server/admin/retention.h"
#include "server/admin/uses.h"
#include "tests/erasure/erasure_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class PersonsRights : public ErasureStory {
 protected:
  PersonsRights() { base.Invite("karen", "coordinator", {"Testlund"}); }
  absl::StatusOr<v1::EraseCitizenResponse> Erase(const std::string& citizen, bool apply,
                                                 v1::DuplicateChoice duplicates = {}) {
    v1::EraseCitizenRequest request;
    request.set_citizen(citizen);
    request.set_actor("karen");
    request.set_apply(apply);
    request.set_duplicates(duplicates);
    std::set<Scope> touched;
    auto response = EraseCitizenAsAsked(base.store(), base.committer(), request, clock.WallNow(), touched);
    base.Announce(touched);
    return response;
  }
  void Join(RecordId one, RecordId other) {
    Bundle bundle = amal.NewBundle();
    for (const auto& [citizen, joined] : {std::pair(one, other), std::pair(other, one)}) {
      v1::SamePerson same;
      same.set_citizen_id(citizen.ToBytes());
      same.set_other_citizen_id(joined.ToBytes());
      same.set_joined(true);
      bundle.Create(same, base.Area("Testlund"));
    }
    amal.Save(bundle);
  }
  RecordId Consents(RecordId citizen) {
    Bundle bundle = amal.NewBundle();
    v1::Consent consent;
    consent.set_citizen_id(citizen.ToBytes());
    consent.set_purpose(v1::CONSENT_PURPOSE_TAKING_PART);
    consent.set_form(v1::CONSENT_FORM_ORAL);
    const RecordId id = bundle.Create(consent, base.Area("Testlund"));
    amal.Save(bundle);
    return id;
  }
  void Withdraws(RecordId consent) {
    Bundle bundle = amal.NewBundle();
    v1::Consent withdrawn;
    withdrawn.mutable_withdrawn()->mutable_date()->set_year(2026);
    withdrawn.mutable_withdrawn()->mutable_date()->set_month(4);
    withdrawn.mutable_withdrawn()->mutable_date()->set_day(1);
    bundle.Patch(consent, withdrawn, {v1::Consent::kWithdrawnFieldNumber});
    amal.Save(bundle);
  }
  void Keep(v1::RetentionKind kind, uint32_t days) {
    v1::SetRetentionRequest request;
    request.set_kind(kind);
    request.set_days(days);
    request.set_actor("karen");
    ASSERT_EQ(SetRetention(base.store(), request, clock.WallNow()), absl::OkStatus());
  }
  std::vector<RecordId> Run(bool apply) {
    v1::RunRetentionRequest request;
    request.set_actor("karen");
    request.set_apply(apply);
    std::set<Scope> touched;
    const auto ran = RunRetention(base.store(), base.committer(), request, clock.WallNow(), touched);
    EXPECT_EQ(ran.status(), absl::OkStatus());
    std::vector<RecordId> due;
    for (const auto& line : ran->due()) due.push_back(*RecordId::FromBytes(line.citizen_id()));
    return due;
  }
  v1::PersonRequest Ask(RecordId citizen, v1::PersonRequestKind kind) {
    v1::NotePersonRequestRequest request;
    request.set_citizen(citizen.ToString());
    request.set_kind(kind);
    request.set_actor("karen");
    return NotePersonRequest(base.store(), request, clock.WallNow(), SystemRandom()).value();
  }
  std::vector<v1::PersonRequest> Requests(bool open_only = true) {
    const auto listed = ListPersonRequests(base.store(), open_only, clock.WallNow()).value();
    return {listed.requests().begin(), listed.requests().end()};
  }
  nlohmann::json ExportOf(RecordId citizen) {
    v1::ExportCitizenRequest request;
    request.set_citizen(citizen.ToString());
    request.set_actor("karen");
    const auto exported = ExportCitizen(base.store(), request, clock.WallNow());
    EXPECT_EQ(exported.status(), absl::OkStatus());
    html = exported->html();
    return nlohmann::json::parse(exported->json());
  }
  static std::string Day(absl::Time time) {
    return absl::FormatTime("%Y-%m-%d %H:%M", time, CopenhagenTime());
  }
  static absl::Time At(int year, int month, int day, int hour) {
    return absl::FromCivil(absl::CivilSecond(year, month, day, hour, 0, 0), CopenhagenTime());
  }

  std::string html;
};

TEST_F(PersonsRights, DryRunCountsAndChangesNothingAndTheRunDoesWhatItCounted) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  const auto would = Erase(amina.citizen.ToString(), /*apply=*/false).value();
  EXPECT_FALSE(would.applied());
  EXPECT_EQ(would.counts().record_count(), 2u);
  EXPECT_EQ(would.counts().mutation_count(), 2u);
  EXPECT_THAT(would.reach(), SizeIs(2));
  EXPECT_EQ(RecordsAbout(amina.citizen), 2u);
  EXPECT_FALSE(base.store().has_erasures());
  const auto done = Erase(amina.citizen.ToString(), /*apply=*/true).value();
  EXPECT_TRUE(done.applied());
  EXPECT_EQ(done.counts().record_count(), 2u);
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(Erase(amina.citizen.ToString(), true)->counts().record_count(), 0u) << "again: nothing is left";
  EXPECT_THAT(ListErasures(base.store(), /*open_only=*/true)->erasures(), SizeIs(1));
  SyncBoth();
  EXPECT_THAT(ListErasures(base.store(), /*open_only=*/true)->erasures(), IsEmpty());
  EXPECT_THAT(ListErasures(base.store(), /*open_only=*/false)->erasures(), SizeIs(1));
}

TEST_F(PersonsRights, CitizenIsNamedByIdOrByTheHandleOfTheTabletsAndNeverByName) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  EXPECT_EQ(CitizenNamed(base.store(), amina.citizen.ToString()).value(), amina.citizen);
  const std::string handle = amal.view().HandleOf(amina.citizen);
  EXPECT_EQ(CitizenNamed(base.store(), handle).value(), amina.citizen) << handle;
  EXPECT_EQ(GetErrorCode(CitizenNamed(base.store(), "Amina Hansen").status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(CitizenNamed(base.store(), "00000000").status()), ErrorCode::kNotFound);
  EXPECT_EQ(GetErrorCode(CitizenNamed(base.store(), amina.inquiry.ToString()).status()),
            ErrorCode::kNotFound);
}

TEST_F(PersonsRights, JoinedDuplicatesAreNamedAndSomebodySaysWhetherTheyGoAlong) {
  const RecordId amina = amal.SaveCitizen("Amina"), twice = amal.SaveCitizen("Amina H.");
  Join(amina, twice);
  amal.SyncWell();
  const auto would = Erase(amina.ToString(), false).value();
  EXPECT_THAT(would.joined_ids(), ElementsAre(twice.ToBytes()));
  EXPECT_EQ(GetErrorCode(Erase(amina.ToString(), true).status()), ErrorCode::kBadInput);
  EXPECT_EQ(RecordsAbout(amina), 2u);
  EXPECT_TRUE(Erase(amina.ToString(), true, v1::DUPLICATE_CHOICE_LEAVE).ok());
  EXPECT_EQ(RecordsAbout(amina), 0u);
  EXPECT_EQ(RecordsAbout(twice), 2u);
}

TEST_F(PersonsRights, JoinedDuplicatesGoAlongWhereSomebodySaysSo) {
  const RecordId amina = amal.SaveCitizen("Amina"), twice = amal.SaveCitizen("Amina H.");
  Join(amina, twice);
  amal.SyncWell();
  EXPECT_EQ(Erase(amina.ToString(), true, v1::DUPLICATE_CHOICE_TAKE_ALONG)->citizen_ids_size(), 2);
  EXPECT_EQ(RecordsAbout(amina) + RecordsAbout(twice), 0u);
}

TEST_F(PersonsRights, SomebodyTheBaseKnowsDecides) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  v1::EraseCitizenRequest request;
  request.set_citizen(amina.ToString());
  request.set_apply(true);
  std::set<Scope> touched;
  for (const char* actor : {"", "nobody"}) {
    request.set_actor(actor);
    const auto refused =
        EraseCitizenAsAsked(base.store(), base.committer(), request, clock.WallNow(), touched);
    EXPECT_EQ(GetErrorCode(refused.status()), ErrorCode::kBadInput);
  }
  EXPECT_EQ(RecordsAbout(amina), 1u);
}

TEST_F(PersonsRights, ExportHoldsEverythingAboutHerAndNothingOfOthersAndSaysWhoUsedIt) {
  const SavedInquirer amina = amal.SaveInquirer("Amina <b>");
  const RecordId twice = amal.SaveCitizen("A. Hansen");
  amal.SaveCitizen("Bent Nabo");
  Join(amina.citizen, twice);
  SyncBoth();
  jonas.Rename(amina.citizen, "Amina Hansen");
  SyncBoth();
  HandDevice hand(base, clock, "bodil", "outreach", {"Testlund"});
  v1::Consent refused;
  refused.set_citizen_id(amina.citizen.ToBytes());
  refused.set_wording_version("wording-that-was-refused");
  ASSERT_TRUE(hand.Commit(hand.Create(refused, AreaScope(base.Area("Testlund")))).has_quarantined());
  ASSERT_EQ(NoteLook(base.store(), "karen", "history", amina.citizen, clock.WallNow()), absl::OkStatus());
  const nlohmann::json document = ExportOf(amina.citizen);
  const std::string text = document.dump();
  EXPECT_EQ(document["citizens"].size(), 2u);
  EXPECT_EQ(document["records"].size(), 5u) << "two citizens, an inquiry, and the join, said of each";
  for (const char* part :
       {"Amina Hansen", "Amina <b>", "A. Hansen", "20304050", "wording-that-was-refused", "jonas",
        "AUDIT_ACTION_LOOKED_AT", "AUDIT_ACTION_EXPORTED", "AUDIT_ACTION_DELIVERED"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("Bent")));
  EXPECT_THAT(html, HasSubstr("Amina &lt;b&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("Amina <b>")));
  EXPECT_THAT(html, Not(HasSubstr("http"))) << "it needs nothing else";
  EXPECT_THAT(html, Not(HasSubstr(">citizen_id<"))) << "ids tell a person nothing";
  EXPECT_THAT(html, Not(HasSubstr("CONSENT_"))) << "and words are words";
}

TEST_F(PersonsRights, ExportSaysTheAddressInWordsAndTheDeedsToo) {
  v1::Entrance entrance;
  entrance.set_street("Humlebakken");
  entrance.set_number("20B");
  entrance.set_postcode("9220");
  entrance.set_town("Aalborg Øst");
  Bundle bundle = amal.NewBundle();
  v1::Citizen citizen;
  citizen.set_name("Amina");
  citizen.set_entrance_id(bundle.Create(entrance, base.Area("Testlund")).ToBytes());
  const RecordId amina = bundle.Create(citizen, base.Area("Testlund"));
  amal.Save(bundle);
  SyncBoth();
  EXPECT_EQ(ExportOf(amina)["records"][0]["address"], "Humlebakken 20B, 9220 Aalborg Øst");
  EXPECT_THAT(html, HasSubstr(">Humlebakken 20B, 9220 Aalborg Øst<"));
  EXPECT_THAT(html, HasSubstr(">exported<"));
  EXPECT_THAT(html, Not(HasSubstr("AUDIT_")));
}

TEST_F(PersonsRights, ErasedCitizenCannotBeExported) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.Erase(amina);
  v1::ExportCitizenRequest request;
  request.set_citizen(amina.ToString());
  request.set_actor("karen");
  EXPECT_EQ(GetErrorCode(ExportCitizen(base.store(), request, clock.WallNow()).status()),
            ErrorCode::kNotFound);
}

TEST_F(PersonsRights, RequestIsDueAtTheEndOfTheSameDateAMonthLaterOrOfThatMonthsLastDay) {
  EXPECT_EQ(Day(DueOfRequest(At(2026, 4, 1, 12), 1)), "2026-05-02 00:00") << "to the end of 1 May";
  EXPECT_EQ(Day(DueOfRequest(At(2026, 1, 31, 23), 1)), "2026-03-01 00:00");
  EXPECT_EQ(Day(DueOfRequest(At(2028, 1, 30, 1), 1)), "2028-03-01 00:00") << "29 February 2028";
  EXPECT_EQ(Day(DueOfRequest(At(2026, 12, 31, 12), 1)), "2027-02-01 00:00");
  EXPECT_EQ(Day(DueOfRequest(At(2026, 4, 1, 0), 3)), "2026-07-02 00:00");
}

TEST_F(PersonsRights, RequestHasItsClockUntilItIsSettledAndIsExtendedOnce) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const v1::PersonRequest asked = Ask(amina, v1::PERSON_REQUEST_KIND_RECTIFICATION);
  clock.Advance(absl::FromUnixMicros(asked.due_us()) - absl::Microseconds(1) - clock.WallNow());
  EXPECT_FALSE(Requests().at(0).overdue());
  clock.Advance(absl::Microseconds(1));
  EXPECT_TRUE(Requests().at(0).overdue());
  v1::SettlePersonRequestRequest extend;
  extend.set_request_id(asked.request_id());
  extend.set_actor("karen");
  extend.set_extend(true);
  ASSERT_TRUE(SettlePersonRequest(base.store(), extend, clock.WallNow()).ok());
  EXPECT_FALSE(Requests().at(0).overdue());
  EXPECT_EQ(GetErrorCode(SettlePersonRequest(base.store(), extend, clock.WallNow()).status()),
            ErrorCode::kBadInput);
  extend.set_extend(false);
  extend.set_outcome(v1::PERSON_REQUEST_OUTCOME_REFUSED);
  ASSERT_TRUE(SettlePersonRequest(base.store(), extend, clock.WallNow()).ok());
  EXPECT_THAT(Requests(), IsEmpty());
  EXPECT_EQ(Requests(/*open_only=*/false).at(0).settled_by(), "karen");
}

TEST_F(PersonsRights, ErasingAndExportingSettleWhatWasAskedFor) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  Ask(amina, v1::PERSON_REQUEST_KIND_ACCESS);
  Ask(amina, v1::PERSON_REQUEST_KIND_ERASURE);
  ExportOf(amina);
  ASSERT_THAT(Requests(), SizeIs(1));
  EXPECT_EQ(Requests()[0].kind(), v1::PERSON_REQUEST_KIND_ERASURE);
  ASSERT_TRUE(Erase(amina.ToString(), true).ok());
  EXPECT_THAT(Requests(), IsEmpty());
}

TEST_F(PersonsRights, NobodyGoesWhileNoPeriodWasSetAndThenWhoIsOverItGoesAndNoOther) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  clock.Advance(absl::Hours(24 * 10));
  const RecordId bent = amal.SaveCitizen("Bent");
  amal.SyncWell();
  clock.Advance(absl::Hours(24 * 20));
  EXPECT_THAT(Run(/*apply=*/true), IsEmpty());
  Keep(v1::RETENTION_KIND_NEVER_TOOK_PART, 25);
  EXPECT_THAT(Run(/*apply=*/false), ElementsAre(amina));
  EXPECT_EQ(RecordsAbout(amina), 1u);
  EXPECT_THAT(Run(/*apply=*/true), ElementsAre(amina));
  EXPECT_EQ(RecordsAbout(amina), 0u);
  EXPECT_EQ(RecordsAbout(bent), 1u);
  EXPECT_EQ(base.store().Erasures()->at(0).reason(), v1::ERASURE_REASON_RETENTION);
}

TEST_F(PersonsRights, WhoWaitsToBeInvitedIsNotOverAnyPeriod) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  amal.SyncWell();
  Keep(v1::RETENTION_KIND_NEVER_TOOK_PART, 1);
  clock.Advance(absl::Hours(24 * 40));
  EXPECT_THAT(Run(/*apply=*/false), IsEmpty());
}

TEST_F(PersonsRights, WithdrawnConsentsEndInAnErasureWhenNoOtherStands) {
  const RecordId amina = amal.SaveCitizen("Amina");
  const RecordId first = Consents(amina), second = Consents(amina);
  amal.SyncWell();
  Keep(v1::RETENTION_KIND_CONSENT_WITHDRAWN, 0);
  Withdraws(first);
  amal.SyncWell();
  EXPECT_THAT(Run(/*apply=*/false), IsEmpty()) << "another consent stands";
  Withdraws(second);
  amal.SyncWell();
  EXPECT_THAT(Run(/*apply=*/true), ElementsAre(amina));
  EXPECT_EQ(RecordsAbout(amina), 0u);
  EXPECT_EQ(base.store().Erasures()->at(0).reason(), v1::ERASURE_REASON_CONSENT_WITHDRAWN);
}

}  // namespace
}  // namespace opgang
