// The catalogue is complete: both languages, the same placeholders, every code, every enum value, every
// field, and every id that the sources name.
#include "cli-client/text/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cli-client/completion.h"
#include "cli-client/error_report.h"
#include "cli-client/prompts.h"
#include "cli-client/visit_entry.h"
#include "cli-client/words.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

std::set<std::string> Placeholders(std::string_view text) {
  std::set<std::string> found;
  const std::string all(text);
  const std::regex pattern("\\{([a-z_]+)\\}");
  for (std::sregex_iterator it(all.begin(), all.end(), pattern), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

// Every enum that a record message uses.
std::set<const EnumType*> RecordEnums() {
  std::set<const EnumType*> enums;
  std::vector<const google::protobuf::Descriptor*> open;
  for (const RecordTypeInfo& info : AllRecordTypes()) open.push_back(info.prototype->GetDescriptor());
  while (!open.empty()) {
    const auto* type = open.back();
    open.pop_back();
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->enum_type() != nullptr) enums.insert(type->field(i)->enum_type());
      if (type->field(i)->message_type() != nullptr) open.push_back(type->field(i)->message_type());
    }
  }
  return enums;
}

std::string SourcesOfTheClient() {
  std::stringstream all;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(OPGANG_SOURCE_DIR) + "/cli-client")) {
    if (entry.path().extension() == ".cc" &&
        entry.path().filename().string().find("_texts") == std::string::npos) {
      all << std::ifstream(entry.path()).rdbuf();
    }
  }
  return all.str();
}

TEST(Catalogue, EveryTextIsThereInBothLanguagesWithTheSamePlaceholdersAndOnce) {
  std::set<std::string_view> ids;
  for (const CatalogueEntry& entry : AllTexts()) {
    EXPECT_FALSE(entry.en.empty()) << entry.id;
    EXPECT_FALSE(entry.da.empty()) << entry.id;
    EXPECT_EQ(Placeholders(entry.en), Placeholders(entry.da)) << entry.id;
    EXPECT_TRUE(ids.insert(entry.id).second) << entry.id << " is there twice";
  }
}

TEST(Catalogue, EveryErrorCodeSaysWhatHappenedWhatIsSafeAndWhatToDo) {
  const Texts texts(Language::kEnglish);
  for (int code = 1; code <= static_cast<int>(kLastErrorCode); ++code) {
    const std::string id = "error." + std::string(ErrorCodeName(static_cast<ErrorCode>(code)));
    for (const char* part : {".what", ".safe", ".do"}) EXPECT_TRUE(texts.Find(id + part)) << id << part;
  }
}

TEST(Catalogue, TheDocumentListsEveryErrorWithItsNumberNameAndWords) {
  std::stringstream document;
  document << std::ifstream(std::string(OPGANG_SOURCE_DIR) + "/docs/errors.md").rdbuf();
  const Texts texts(Language::kEnglish);
  for (int code = 1; code <= static_cast<int>(kLastErrorCode); ++code) {
    const std::string name(ErrorCodeName(static_cast<ErrorCode>(code)));
    EXPECT_THAT(document.str(), testing::HasSubstr("| " + std::to_string(code) + " | `" + name + "` | " +
                                                   texts("error." + name + ".what") + " |"));
  }
}

TEST(Catalogue, EveryRefusalCodeHasAReasonAndARemedy) {
  const Texts texts(Language::kDanish);
  for (const EnumValue* value : ChoicesOf(*v1::RefusalCode_descriptor())) {
    EXPECT_TRUE(texts.Find("refusal." + WordOf(*value) + ".reason")) << value->name();
    EXPECT_TRUE(texts.Find("refusal." + WordOf(*value) + ".remedy")) << value->name();
  }
}

TEST(Catalogue, EveryRecordTypeFieldAndEnumValueHasItsWords) {
  const Texts texts(Language::kEnglish);
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    EXPECT_TRUE(texts.Find("type." + std::string(info.name))) << info.name;
    const auto* type = info.prototype->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_TRUE(texts.Find("field." + type->field(i)->name())) << type->field(i)->full_name();
    }
  }
  for (const EnumType* type : RecordEnums()) {
    for (const EnumValue* value : ChoicesOf(*type))
      EXPECT_TRUE(texts.Find("enum." + value->name())) << value->name();
  }
}

TEST(Catalogue, MenuKeysAreUniqueAndAreTheMarkedOnes) {
  for (Language language : {Language::kEnglish, Language::kDanish}) {
    const Texts texts(language);
    for (const EnumType* type : RecordEnums()) {
      std::set<std::string> keys;
      for (const MenuChoice& choice : MenuOf(texts, ChoicesOf(*type), kReservedKeys)) {
        EXPECT_TRUE(keys.insert(choice.key).second) << type->name() << " " << choice.key;
      }
      for (const EnumValue* value : ChoicesOf(*type)) {
        const std::string text = *texts.Find("enum." + value->name());
        const size_t mark = text.find('&');
        if (mark == std::string::npos) continue;
        EXPECT_TRUE(keys.contains(text.substr(mark + 1, 1))) << value->name();
      }
    }
  }
}

TEST(Catalogue, TheWalkKeepsItsOwnKeys) {
  for (Language language : {Language::kEnglish, Language::kDanish}) {
    for (const MenuChoice& choice : MenuOf(Texts(language), DispositionsFor(false), "")) {
      EXPECT_EQ(std::string("ubq?-").find(choice.key), std::string::npos) << choice.label;
    }
  }
}

TEST(Catalogue, EveryIdThatTheSourcesNameIsThere) {
  const Texts texts(Language::kEnglish);
  const std::string sources = SourcesOfTheClient();
  const std::regex pattern(
      "(?:[^a-zA-Z_](?:T|texts|texts_|Bad|Good|Note)\\(|[?:] )(?:context_?, )?(?:\"[a-z]+\", "
      ")?\"([a-z][a-z0-9-]*\\.[a-z0-9.-]*[a-z0-9])\"");
  int count = 0;
  for (std::sregex_iterator it(sources.begin(), sources.end(), pattern), end; it != end; ++it, ++count) {
    EXPECT_TRUE(texts.Find((*it)[1].str())) << (*it)[1];
  }
  EXPECT_GT(count, 200);
}

TEST(Words, ComeFromTheProtosNamesAndBack) {
  EXPECT_EQ(Word(v1::DISPOSITION_NO_ANSWER), "no-answer");
  EXPECT_EQ(Word(v1::FTND_FIRST_CIGARETTE_6_TO_30_MIN), "6-to-30-min");
  EXPECT_EQ(FromWord<v1::Disposition>("no-answer"), v1::DISPOSITION_NO_ANSWER);
  EXPECT_EQ(FromWord<v1::Disposition>("NO_ANSWER"), v1::DISPOSITION_NO_ANSWER);
  EXPECT_EQ(FromWord<v1::Disposition>("flyers"), v1::DISPOSITION_FLYERS_ALL);
  EXPECT_EQ(FromWord<v1::Disposition>("no-a"), std::nullopt) << "no-answer or no-access";
  EXPECT_EQ(FromWord<v1::Disposition>("unspecified"), std::nullopt);
  for (const EnumType* type : RecordEnums()) {
    for (const EnumValue* value : ChoicesOf(*type)) EXPECT_EQ(ValueOfWord(*type, WordOf(*value)), value);
  }
}

TEST(Completion, FoldsAsDanesDo) {
  const std::vector<std::string> streets = {"Aagade 1", "Humlebakken 1", "Humlebakken 20B", "Ågade 3",
                                            "Åvej 2"};
  EXPECT_THAT(Complete("åg", streets).matches, testing::ElementsAre("Aagade 1", "Ågade 3"));
  EXPECT_THAT(Complete("AAG", streets).matches, testing::ElementsAre("Aagade 1", "Ågade 3"));
  EXPECT_EQ(Complete("hum", streets).line, "Humlebakken ");
  EXPECT_EQ(Complete("humlebakken 2", streets).line, "Humlebakken 20B");
  EXPECT_EQ(Complete("xyz", streets).line, "xyz");
  EXPECT_THAT(Matching("humlebakken 1", streets), testing::ElementsAre(1u)) << "the whole wins over a start";
}

}  // namespace
}  // namespace opgang::cli
