#include "cli-client/words.h"

#include <algorithm>
#include <cctype>

#include "cli-client/layout.h"

namespace opgang::cli {
namespace {

// "DISPOSITION_": the unspecified value's name without its last word.
std::string_view PrefixOf(const EnumType& type) {
  const std::string& zero = type.FindValueByNumber(0)->name();
  return std::string_view(zero).substr(0, zero.size() - std::string_view("UNSPECIFIED").size());
}

std::string Folded(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return folded;
}

std::string MarkedLabel(const Texts& texts, const EnumValue& value) {
  if (auto text = texts.Find("enum." + value.name())) return *text;
  std::string word = WordOf(value);
  std::replace(word.begin(), word.end(), '-', ' ');
  return word;
}

// The character after the mark; empty without a mark.
std::string MarkedKey(const std::string& label) {
  const size_t mark = label.find('&');
  if (mark == std::string::npos) return {};
  return std::string(FirstCharacter(std::string_view(label).substr(mark + 1)));
}

std::string WithoutMark(std::string label) {
  label.erase(std::remove(label.begin(), label.end(), '&'), label.end());
  return label;
}

bool Taken(const std::vector<MenuChoice>& menu, std::string_view reserved, std::string_view key) {
  if (reserved.find(key) != std::string_view::npos) return true;
  return std::any_of(menu.begin(), menu.end(), [&](const MenuChoice& c) { return c.key == key; });
}

std::string FreeKey(const std::vector<MenuChoice>& menu, std::string_view reserved, std::string_view label) {
  for (char c : label) {
    const std::string key(1, c);
    if (std::islower(static_cast<unsigned char>(c)) && !Taken(menu, reserved, key)) return key;
  }
  for (char c = '1'; c <= '9'; ++c) {
    if (!Taken(menu, reserved, std::string(1, c))) return std::string(1, c);
  }
  return "0";
}

// "flyers" is enough for "flyers-all".
const EnumValue* OnlyValueStarting(const EnumType& type, std::string_view start) {
  const EnumValue* only = nullptr;
  for (const EnumValue* value : ChoicesOf(type)) {
    if (start.size() < 3 || !WordOf(*value).starts_with(start)) continue;
    if (only != nullptr) return nullptr;
    only = value;
  }
  return only;
}

}  // namespace

std::vector<const EnumValue*> ChoicesOf(const EnumType& type) {
  std::vector<const EnumValue*> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) choices.push_back(type.value(i));
  }
  return choices;
}

std::string WordOf(const EnumValue& value) {
  return Folded(std::string_view(value.name()).substr(PrefixOf(*value.type()).size()));
}

const EnumValue* ValueOfWord(const EnumType& type, std::string_view word) {
  const std::string folded = Folded(word);
  for (const EnumValue* value : ChoicesOf(type)) {
    if (WordOf(*value) == folded || Folded(value->name()) == folded) return value;
  }
  return OnlyValueStarting(type, folded);
}

std::string WordsOfType(const EnumType& type) {
  std::string words;
  for (const EnumValue* value : ChoicesOf(type)) {
    if (!words.empty()) words += ", ";
    words += WordOf(*value);
  }
  return words;
}

std::string LabelOf(const Texts& texts, const EnumValue& value) {
  return WithoutMark(MarkedLabel(texts, value));
}

std::vector<MenuChoice> MenuOf(const Texts& texts, const std::vector<const EnumValue*>& values,
                               std::string_view reserved) {
  std::vector<MenuChoice> menu(values.size());
  // Marked keys first, so that an unmarked label never takes one.
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string label = MarkedLabel(texts, *values[i]);
    const std::string key = MarkedKey(label);
    menu[i].label = WithoutMark(label);
    menu[i].number = values[i]->number();
    if (!key.empty() && !Taken(menu, reserved, key)) menu[i].key = key;
  }
  for (MenuChoice& choice : menu) {
    if (choice.key.empty()) choice.key = FreeKey(menu, reserved, choice.label);
  }
  return menu;
}

}  // namespace opgang::cli
