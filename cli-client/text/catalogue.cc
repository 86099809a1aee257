#include "cli-client/text/catalogue.h"

#include <cstdio>
#include <cstdlib>
#include <unordered_map>

namespace opgang::cli {
namespace {

std::vector<CatalogueEntry> CollectTexts() {
  std::vector<CatalogueEntry> all;
  for (auto table :
       {GeneralTexts(), HelpTexts(), DoorTexts(), CitizenTexts(), IntakeTexts(), CaseTexts(), StoreTexts(),
        FieldTexts(), ChoiceTexts(), AnswerTexts(), ErrorTexts(), RefusalTexts(), ConflictTexts(),
        GroupTexts(), ExplainTexts(), CourseTexts(), WorkTexts(), AdminTexts()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

const CatalogueEntry* FindEntry(std::string_view id) {
  static const auto* by_id = [] {
    auto* map = new std::unordered_map<std::string_view, const CatalogueEntry*>;
    for (const CatalogueEntry& entry : AllTexts()) map->emplace(entry.id, &entry);
    return map;
  }();
  auto found = by_id->find(id);
  return found == by_id->end() ? nullptr : found->second;
}

std::string Fill(std::string_view text, std::initializer_list<TextArg> args) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = text.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    filled.append(text.substr(0, open));
    const std::string_view name = text.substr(open + 1, close - open - 1);
    for (const auto& [key, value] : args) {
      if (key == name) filled.append(value);
    }
    text.remove_prefix(close + 1);
  }
  return filled.append(text);
}

}  // namespace

const std::vector<CatalogueEntry>& AllTexts() {
  static const auto* all = new std::vector<CatalogueEntry>(CollectTexts());
  return *all;
}

std::optional<Language> LanguageFromName(std::string_view name) {
  const std::string_view tag = name.substr(0, 2);
  if (tag == "da") return Language::kDanish;
  if (tag == "en" || name == "C" || name == "POSIX" || name.starts_with("C.")) return Language::kEnglish;
  return std::nullopt;
}

std::string Texts::operator()(std::string_view id, std::initializer_list<TextArg> args) const {
  const CatalogueEntry* entry = FindEntry(id);
  if (entry == nullptr) {
    std::fprintf(stderr, "opgang: the catalogue has no text '%.*s'\n", static_cast<int>(id.size()),
                 id.data());
    std::abort();
  }
  return Fill(language_ == Language::kDanish ? entry->da : entry->en, args);
}

std::optional<std::string> Texts::Find(std::string_view id) const {
  const CatalogueEntry* entry = FindEntry(id);
  if (entry == nullptr) return std::nullopt;
  return std::string(language_ == Language::kDanish ? entry->da : entry->en);
}

}  // namespace opgang::cli
