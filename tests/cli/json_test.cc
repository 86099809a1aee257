// JSON for programs: every document names its schema, as docs/json.md lists them, and input says where it is
// wrong without repeating it.
#include <fstream>

#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class JsonDocuments : public CliTest {
 protected:
  // A citizen's case, and a visit that the base has refused.
  void BeginWithWork() {
    Begin();
    SaveInquiryAt("2th", "Amina", "20304050");
    ASSERT_EQ(Run({"door", "1th", "vacant"}).exit, 0);
    base_.refuse = [](const v1::MutationEnvelope&, const google::protobuf::Message& content) {
      return dynamic_cast<const v1::Visit*>(&content) == nullptr
                 ? std::nullopt
                 : std::optional(Refusal{v1::REFUSAL_CODE_OUT_OF_RANGE, 5});
    };
    ASSERT_EQ(RunPiped({"sync"}).exit, static_cast<int>(ErrorCode::kNeedsAttention));
  }
  std::string DocumentedSchemas() {
    std::ifstream file(std::string(OPGANG_SOURCE_DIR) + "/docs/json.md");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

TEST_F(JsonDocuments, EveryReadingCommandNamesItsSchemaAndTheSchemaIsDocumented) {
  BeginWithWork();
  const std::string citizen = CitizenHandle();
  const std::string number = std::to_string(RunJson({"outbox"})["items"][0]["number"].get<int>());
  const std::map<std::string, std::vector<std::string>> commands = {
      {"opgang/at/1", {"at"}},
      {"opgang/entrance/1", {"door"}},
      {"opgang/due/1", {"due"}},
      {"opgang/board/1", {"board"}},
      {"opgang/show/1", {"show", citizen}},
      {"opgang/status/1", {"status"}},
      {"opgang/outbox/1", {"outbox"}},
      {"opgang/outbox-item/1", {"outbox", "show", number}},
      {"opgang/doctor/1", {"doctor"}},
      {"opgang/sync/1", {"sync"}},
      {"opgang/lock/1", {"lock"}}};
  const std::string documented = DocumentedSchemas();
  for (const auto& [schema, command] : commands) {
    if (schema == "opgang/lock/1") continue;
    EXPECT_EQ(RunJson(command)["schema"], schema);
    EXPECT_THAT(documented, HasSubstr("`" + schema + "`"));
  }
  const Ran found = RunPiped({"find", "--json"}, "amina\n");
  EXPECT_EQ(found.json()["schema"], "opgang/find/1");
  EXPECT_EQ(RunJson({"lock"})["schema"], "opgang/lock/1");
}

TEST_F(JsonDocuments, AnErrorIsADocumentWithItsCodeAndTheExitCodeSaysTheSame) {
  const Ran ran = RunPiped({"due", "--json"});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kNotEnrolled));
  EXPECT_EQ(ran.json()["schema"], "opgang/error/1");
  EXPECT_EQ(ran.json()["code"], "not-enrolled");
  EXPECT_EQ(ran.json()["exit"], ran.exit);
  EXPECT_EQ(ran.err, "");
}

TEST_F(JsonDocuments, ASyncThatWasRefusedSomethingIsOneDocumentAndExit22) {
  BeginWithWork();
  ASSERT_EQ(Run({"door", "1tv", "vacant"}).exit, 0);
  const Ran ran = RunPiped({"sync", "--json"});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kNeedsAttention));
  EXPECT_EQ(ran.json()["refused"], 1);
}

TEST_F(JsonDocuments, ASaveTellsItsRecordsAndTheQueue) {
  Begin();
  const Ran ran = RunPiped({"door", "2th", "no-answer", "--json"});
  EXPECT_EQ(ran.json()["schema"], "opgang/saved/1");
  EXPECT_EQ(ran.json()["records"][0]["type"], "visit");
  EXPECT_EQ(ran.json()["queue"]["unsent"], 1);
}

TEST_F(JsonDocuments, InputTakesWordsDatesAndHandles) {
  Begin();
  const Ran ran = RunPiped(
      {"door", "--json-input"},
      R"({"visit": {"floor": "2", "door": "th", "disposition": "come-back", "come_back": "thu 17:00"}})");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  SaveInquiryAt("1th", "Amina");
  const std::string citizen = CitizenHandle();
  EXPECT_EQ(RunPiped({"reply", citizen, "--json-input"},
                     R"({"reply": {"way": "telephone", "outcome": "reached", "happened": "2026-04-01"}})")
                .exit,
            0);
  const Ran joined = RunPiped({"correct", citizen, "--json-input"}, R"({"citizen": {"birth_year": 1980}})");
  EXPECT_EQ(joined.exit, 0) << joined.err;
  EXPECT_EQ(RunJson({"show", citizen})["record"]["content"]["birth_year"], 1980);
}

TEST_F(JsonDocuments, WrongInputIsToldByPlaceAndNeverRepeated) {
  Begin();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Amina", "not JSON"},
      {R"(["Amina"])", "an object is wanted"},
      {R"({"Amina": {}})", "a name that is not known"},
      {R"({"citizen": {"Amina": 1}, "consent": {}})", "Citizen: a name that is not known"},
      {R"({"citizen": {"birth_year": "Amina"}, "consent": {}})",
       "Citizen.birth_year: a value of another kind"},
      {R"({"inquiry": {"channel": "Amina"}, "consent": {}})", "Inquiry.channel: not one of its words"},
      {R"({"inquiry": {"asked": "Amina"}, "consent": {}})", "not understood"},
      {R"({"citizen": {"dwelling_id": "Amina Ali"}, "consent": {}})", "handle"},
      {"{\"citizen\": {\"name\": \"Amina\xff\"}}", "not JSON"}};
  for (const auto& [input, told] : cases) {
    const Ran ran = RunPiped({"inquiry", "--door", "2th", "--json-input"}, input);
    EXPECT_NE(ran.exit, 0) << input;
    EXPECT_THAT(ran.err, HasSubstr(told)) << input;
    EXPECT_THAT(ran.err, Not(HasSubstr("Amina"))) << input;
  }
  EXPECT_EQ(Unsent(), 0u);
}

TEST_F(JsonDocuments, ThreeMegabytesAreRefusedBeforeTheyAreRead) {
  Begin();
  const Ran ran = RunPiped({"inquiry", "--door", "2th", "--json-input"}, std::string(3 << 20, 'x'));
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_EQ(Unsent(), 0u);
}

TEST_F(JsonDocuments, WithoutConsentNobodyIsNoted) {
  Begin();
  const Ran ran = RunPiped({"inquiry", "--door", "2th", "--json-input"}, R"({"citizen": {"name": "Amina"}})");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(Unsent(), 0u);
}

}  // namespace
}  // namespace opgang::cli
