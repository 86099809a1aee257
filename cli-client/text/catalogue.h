// The words of the client, in English and Danish: an id on the left, two texts on the right. Codes are
// stored, words stand here. Each *_texts.cc holds one subject's entries.
//
// A text may name placeholders: "Saved: {door}." Enum values have the id "enum." + the proto value's full
// name; an ampersand marks the key that chooses it in a menu ("&no answer" -> n). A test walks the table:
// both languages, the same placeholders, every enum value, every error and refusal code, and every id that
// the sources name.
#ifndef OPGANG_CLI_CLIENT_TEXT_CATALOGUE_H_
#define OPGANG_CLI_CLIENT_TEXT_CATALOGUE_H_

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opgang::cli {

enum class Language { kEnglish, kDanish };

// "da", "da_DK.UTF-8" -> Danish; "en…", "C", "POSIX" -> English; nullopt for others.
std::optional<Language> LanguageFromName(std::string_view name);

struct CatalogueEntry {
  std::string_view id;
  std::string_view en;
  std::string_view da;
};

// Every entry of every table.
const std::vector<CatalogueEntry>& AllTexts();

// One table for each subject.
std::span<const CatalogueEntry> GeneralTexts();
std::span<const CatalogueEntry> HelpTexts();
std::span<const CatalogueEntry> DoorTexts();
std::span<const CatalogueEntry> CitizenTexts();
std::span<const CatalogueEntry> IntakeTexts();
std::span<const CatalogueEntry> CaseTexts();
std::span<const CatalogueEntry> StoreTexts();
std::span<const CatalogueEntry> FieldTexts();
std::span<const CatalogueEntry> ChoiceTexts();
std::span<const CatalogueEntry> AnswerTexts();
std::span<const CatalogueEntry> ErrorTexts();
std::span<const CatalogueEntry> RefusalTexts();
std::span<const CatalogueEntry> ConflictTexts();
std::span<const CatalogueEntry> ExplainTexts();
std::span<const CatalogueEntry> GroupTexts();
std::span<const CatalogueEntry> CourseTexts();
std::span<const CatalogueEntry> WorkTexts();
std::span<const CatalogueEntry> AdminTexts();

using TextArg = std::pair<std::string_view, std::string>;

// The catalogue in one language. A value: copy freely.
class Texts {
 public:
  explicit Texts(Language language) : language_(language) {}
  Language language() const { return language_; }

  // The text with its placeholders filled in. Aborts for an id that the catalogue lacks (a test holds the
  // sources against the catalogue).
  std::string operator()(std::string_view id, std::initializer_list<TextArg> args = {}) const;
  // For ids made of codes at run time: nullopt where there is no such entry.
  std::optional<std::string> Find(std::string_view id) const;

 private:
  Language language_;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_TEXT_CATALOGUE_H_
