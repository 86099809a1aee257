// What a coordinator may erase and hand out over the net: whoever stands wholly in his areas, and of her what he may read.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "server/admin/erase_citizen.h"
#include "server/admin/export_citizen.h"
#include "server/admin/person_requests.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::SizeIs;

class Sight : public BaseStory {
 protected:
  Sight() {
    for (const std::string& area_name : {std::string("Testlund"), std::string("Nabolund")}) {
      base.Area(area_name);
      base.GiveArea("amal", area_name);
      base.GiveArea("lise", area_name);
    }
  }
  Caller Karen() {
    Caller caller;
    caller.author = AuthorOf(base.store(), "karen").value();
    return caller;
  }
  Draft Saved(HandDevice& by, const Draft& draft) {
    EXPECT_EQ(Word(by.Commit(draft)), "applied");
    return draft;
  }
  Draft CitizenIn(const std::string& area_name) {
    return Saved(amal, amal.Create(Called("In " + area_name), AreaScope(base.Area(area_name))));
  }
  Draft ConsultedIn(const std::string& area_name) {
    const Draft citizen = CitizenIn(area_name);
    v1::ClinicalIntake intake;
    intake.set_citizen_id(citizen.envelope.record_id());
    intake.set_carbon_monoxide_ppm(12);
    Saved(lise, lise.Create(intake, AreaHealthScope(base.Area(area_name))));
    return citizen;
  }
  // She asked, and moved while her case is open: she stands in both.
  Draft MovedWithAnOpenCase() {
    const Draft citizen = CitizenIn("Testlund");
    Saved(amal, InquiryOf(citizen));
    v1::Citizen moved;
    moved.set_area_id(base.Area("Nabolund").ToBytes());
    Saved(amal, amal.Patch(citizen, moved, {citizen.intent()}));
    return citizen;
  }
  Draft Join(const Draft& one, const Draft& other) {
    v1::SamePerson same;
    same.set_citizen_id(one.envelope.record_id());
    same.set_other_citizen_id(other.envelope.record_id());
    same.set_joined(true);
    return Saved(amal, amal.Create(same, area));
  }
  absl::StatusOr<v1::EraseCitizenResponse> Erase(
      const std::string& citizen, const Caller& caller, bool apply = false,
      v1::DuplicateChoice duplicates = v1::DUPLICATE_CHOICE_UNSPECIFIED) {
    v1::EraseCitizenRequest request;
    request.set_citizen(citizen);
    request.set_actor("karen");
    request.set_apply(apply);
    request.set_duplicates(duplicates);
    std::set<Scope> touched;
    return EraseCitizenAsAsked(base.store(), base.committer(), request, clock.WallNow(), touched, caller);
  }
  absl::StatusOr<nlohmann::json> Export(const Draft& citizen, const Caller& caller) {
    v1::ExportCitizenRequest request;
    request.set_citizen(citizen.record().ToString());
    request.set_actor("karen");
    auto exported = ExportCitizen(base.store(), request, clock.WallNow(), caller);
    if (!exported.ok()) return exported.status();
    return nlohmann::json::parse(exported->json());
  }
  ErrorCode CodeOf(const Draft& citizen, const Caller& caller) {
    const auto would = Erase(citizen.record().ToString(), caller);
    return would.ok() ? ErrorCode{} : GetErrorCode(would.status());
  }
  size_t Noted(v1::AuditAction action, const Draft& citizen) {
    v1::ListAuditRequest request;
    request.set_action(action);
    request.set_by("karen");
    return static_cast<size_t>(base.store().AuditLines(request, citizen.record()).value().lines_size());
  }
  // Ten letters of the id's end, as devices show it.
  static std::string HandleOf(RecordId id) {
    constexpr char kLetters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint64_t tail = 0;
    for (size_t i = 8; i < 16; ++i) tail = (tail << 8) | id.uuid()[i];
    std::string handle;
    for (int shift = 55; shift >= 10; shift -= 5) handle += kLetters[(tail >> shift) & 31];
    return handle;
  }
  static std::string HandleOf(const Draft& citizen) { return HandleOf(citizen.record()); }
  static std::string Told(const absl::Status& status) { return std::string(status.message()); }

  HandDevice karen{base, clock, "karen", "coordinator", {"Testlund"}};
  HandDevice lise{base, clock, "lise", "health", {"Testlund"}};
};

TEST_F(Sight, OneWhoStandsElsewhereIsAnsweredAsOneWhoIsNotThereByIdAndByHandle) {
  const Draft own = CitizenIn("Testlund"), others = CitizenIn("Nabolund");
  const RecordId nobody = RecordId::Make(clock.WallNow(), SystemRandom());
  EXPECT_EQ(CodeOf(own, Karen()), ErrorCode{});
  EXPECT_EQ(Told(Erase(others.record().ToString(), Karen()).status()),
            Told(Erase(nobody.ToString(), Karen()).status()));
  EXPECT_EQ(CodeOf(others, Karen()), ErrorCode::kNotFound);
  EXPECT_EQ(GetErrorCode(Export(others, Karen()).status()), ErrorCode::kNotFound);
  EXPECT_EQ(CitizenNamed(base.store(), HandleOf(others)).value(), others.record());
  EXPECT_EQ(Told(CitizenNamed(base.store(), HandleOf(others), Karen()).status()),
            Told(CitizenNamed(base.store(), HandleOf(nobody), Karen()).status()));
  EXPECT_EQ(CitizenNamed(base.store(), HandleOf(own), Karen()).value(), own.record());
}

TEST_F(Sight, WhoStandsInAnotherAreaAsWellIsNotHisToEraseAndTheMachinesUserDoes) {
  const Draft citizen = MovedWithAnOpenCase();
  EXPECT_EQ(CodeOf(citizen, Karen()), ErrorCode::kBaseRefused);
  EXPECT_EQ(GetErrorCode(Export(citizen, Karen()).status()), ErrorCode::kBaseRefused);
  EXPECT_EQ(CodeOf(citizen, {.local = true}), ErrorCode{});
  base.GiveArea("karen", "Nabolund");
  EXPECT_EQ(CodeOf(citizen, Karen()), ErrorCode{});
}

TEST_F(Sight, ADuplicateElsewhereIsNeitherNamedNorCountedNorTakenAlong) {
  const Draft own = CitizenIn("Testlund"), others = CitizenIn("Nabolund");
  Join(own, others);
  const std::string id = own.record().ToString();
  const auto would = Erase(id, Karen());
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_THAT(would->joined_ids(), SizeIs(0));
  EXPECT_EQ(would->counts().record_count(), 2u) << "she and the joining";
  EXPECT_THAT(Erase(id, {.local = true})->joined_ids(), SizeIs(1));
  EXPECT_EQ(GetErrorCode(Erase(id, Karen(), true, v1::DUPLICATE_CHOICE_TAKE_ALONG).status()),
            ErrorCode::kBaseRefused);
  ASSERT_TRUE(Erase(id, Karen(), true, v1::DUPLICATE_CHOICE_LEAVE)->applied());
  EXPECT_TRUE(base.store().IsErased(own.record()));
  EXPECT_FALSE(base.store().IsErased(others.record()));
}

TEST_F(Sight, WhoHandsOutReadsNoHealthDataByItAndTheRequestStaysOpen) {
  const Draft citizen = ConsultedIn("Testlund");
  v1::NotePersonRequestRequest asked;
  asked.set_citizen(citizen.record().ToString());
  asked.set_kind(v1::PERSON_REQUEST_KIND_ACCESS);
  asked.set_actor("karen");
  ASSERT_TRUE(NotePersonRequest(base.store(), asked, clock.WallNow(), SystemRandom()).ok());
  const auto open = [&] {
    return ListPersonRequests(base.store(), /*open_only=*/true, clock.WallNow())->requests_size();
  };
  const auto part = Export(citizen, Karen()).value();
  EXPECT_EQ(part["records"].size(), 1u);
  EXPECT_EQ(part["withheld"], 1);
  EXPECT_EQ(part.dump().find("carbon_monoxide"), std::string::npos);
  EXPECT_EQ(open(), 1);
  const auto whole = Export(citizen, {.local = true}).value();
  EXPECT_EQ(whole["records"].size(), 2u);
  EXPECT_EQ(whole["withheld"], 0);
  EXPECT_EQ(open(), 0);
}

TEST_F(Sight, WhatWasRefusedElsewhereIsLeftOutToo) {
  const Draft citizen = CitizenIn("Testlund");
  Draft refused = amal.Patch(citizen, Called(std::string(2000, 'x')), {citizen.intent()});
  refused.envelope.clear_scopes();
  *refused.envelope.add_scopes() = AreaScope(base.Area("Nabolund")).ToProto();
  EXPECT_EQ(Word(amal.Commit(refused)), "REFUSAL_CODE_TOO_LONG");
  const auto part = Export(citizen, Karen()).value();
  EXPECT_EQ(part["refused"].size(), 0u);
  EXPECT_EQ(part["withheld"], 1);
  EXPECT_EQ(Export(citizen, {.local = true}).value()["refused"].size(), 1u);
}

TEST_F(Sight, CountingHandingOutAndErasingAreInTheAuditUnderHisName) {
  const Draft citizen = CitizenIn("Testlund");
  ASSERT_TRUE(Erase(citizen.record().ToString(), Karen()).ok());
  EXPECT_EQ(Noted(v1::AUDIT_ACTION_LOOKED_AT, citizen), 1u);
  ASSERT_TRUE(Export(citizen, Karen()).ok());
  EXPECT_EQ(Noted(v1::AUDIT_ACTION_EXPORTED, citizen), 1u);
  ASSERT_TRUE(Erase(citizen.record().ToString(), Karen(), /*apply=*/true)->applied());
  v1::ListAuditRequest request;
  request.set_action(v1::AUDIT_ACTION_ERASED);
  const auto erased = base.store().AuditLines(request, std::nullopt).value();
  ASSERT_EQ(erased.lines_size(), 1);
  EXPECT_EQ(erased.lines(0).note().actor(), "karen");
  EXPECT_EQ(CodeOf(citizen, Karen()), ErrorCode::kNotFound) << "she stands nowhere any more";
}

}  // namespace
}  // namespace opgang
