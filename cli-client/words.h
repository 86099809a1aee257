// Enum values and the words for them, both ways, from the protos' own names: DISPOSITION_NO_ANSWER <->
// "no-answer". A new enum value needs a label in the catalogue and nothing here.
#ifndef OPGANG_CLI_CLIENT_WORDS_H_
#define OPGANG_CLI_CLIENT_WORDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli-client/text/catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace opgang::cli {

using EnumType = google::protobuf::EnumDescriptor;
using EnumValue = google::protobuf::EnumValueDescriptor;

// All values but the unspecified one, in number order.
std::vector<const EnumValue*> ChoicesOf(const EnumType& type);

// "no-answer". The unspecified value gives "unspecified".
std::string WordOf(const EnumValue& value);
// nullptr where no value has that word. Accepts '_' for '-', any case, the proto's own name, and three or
// more letters that begin one word only.
const EnumValue* ValueOfWord(const EnumType& type, std::string_view word);
// Every word of the type, "a, b, c": for help and for errors.
std::string WordsOfType(const EnumType& type);

// The person's words for a value, from the catalogue, without the menu key's mark.
std::string LabelOf(const Texts& texts, const EnumValue& value);

// One line of a menu.
struct MenuChoice {
  std::string key;  // one character, unique in the menu
  std::string label;
  int number = 0;  // the enum's value
};
// Keys come from the marks in the labels; a label whose key is taken gets its first free letter, else a
// digit. Never uses a key in `reserved`.
std::vector<MenuChoice> MenuOf(const Texts& texts, const std::vector<const EnumValue*>& values,
                               std::string_view reserved);

template <typename E>
const EnumValue& ValueOf(E value) {
  return *google::protobuf::GetEnumDescriptor<E>()->FindValueByNumber(value);
}
template <typename E>
std::string Word(E value) {
  return WordOf(ValueOf(value));
}
template <typename E>
std::string Label(const Texts& texts, E value) {
  return LabelOf(texts, ValueOf(value));
}
template <typename E>
std::optional<E> FromWord(std::string_view word) {
  const EnumValue* value = ValueOfWord(*google::protobuf::GetEnumDescriptor<E>(), word);
  if (value == nullptr) return std::nullopt;
  return static_cast<E>(value->number());
}

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_WORDS_H_
