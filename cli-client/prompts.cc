#include "cli-client/prompts.h"

#include <charconv>
#include <utility>

#include "cli-client/layout.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

constexpr std::string_view kRatherNotSay = "WOULD_RATHER_NOT_SAY";

const MenuChoice* ChoiceOfKey(const std::vector<MenuChoice>& menu, const std::string& key) {
  for (const MenuChoice& choice : menu) {
    if (choice.key == key) return &choice;
  }
  return nullptr;
}

void Line(const Context& context, std::string_view text) { context.terminal().Err(std::string(text) + "\n"); }

}  // namespace

std::string Trimmed(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1));
}

std::string DrawMenu(const std::vector<MenuChoice>& menu, int width) {
  std::string drawn;
  int column = 0;
  for (const MenuChoice& choice : menu) {
    const std::string item = "[" + choice.key + "] " + choice.label;
    const int size = DisplayWidth(item);
    if (column > 0 && column + 2 + size > width) {
      drawn += "\n";
      column = 0;
    }
    if (column > 0) drawn += "  ";
    column += (column > 0 ? 2 : 0) + size;
    drawn += item;
  }
  return drawn;
}

MenuAnswer AskMenu(const Context& context, std::string_view question, const std::vector<MenuChoice>& menu,
                   bool may_skip) {
  const std::string drawn = DrawMenu(menu, context.terminal().Width()) + "\n";
  const std::string keys = context.T(may_skip ? "prompt.menu.skippable" : "prompt.menu.required");
  std::string shown =
      std::string(question) + "\n" + drawn + Inked(keys, Ink::kDim, context.options().color) + "\n";
  for (;;) {
    const Key key = context.terminal().ReadKey(std::exchange(shown, {}));
    if (key.kind == Key::Kind::kEnd || (key.kind == Key::Kind::kCharacter && key.text == "q")) return {};
    if (key.kind == Key::Kind::kEnter && may_skip) return {Answered::kSkipped, 0};
    if (key.kind != Key::Kind::kCharacter) continue;
    if (const MenuChoice* choice = ChoiceOfKey(menu, key.text)) {
      Line(context, "> " + choice->label);
      return {Answered::kGiven, choice->number};
    }
    if (key.text == "?") shown = drawn;
  }
}

MenuAnswer AskEnum(const Context& context, std::string_view question, const EnumType& type, bool may_skip) {
  const std::vector<const EnumValue*> values = ChoicesOf(type);
  std::vector<MenuChoice> menu = MenuOf(context.texts(), values, kReservedKeys);
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::string_view(values[i]->name()).ends_with(kRatherNotSay)) menu[i].key = "-";
  }
  return AskMenu(context, question, menu, may_skip);
}

LineAnswer AskLine(const Context& context, std::string_view question,
                   const std::vector<std::string>* candidates) {
  auto line = context.terminal().ReadLine({std::string(question) + " ", candidates});
  if (!line) return {};
  std::string text = Trimmed(*line);
  if (text.empty()) return {Answered::kSkipped, {}};
  return {Answered::kGiven, Sensitive(std::move(text))};
}

LineAnswer AskLineThat(const Context& context, std::string_view question, std::string_view problem,
                       const std::function<bool(const std::string&)>& fits) {
  for (;;) {
    LineAnswer answer = AskLine(context, question);
    if (answer.reply != Answered::kGiven || fits(answer.text.Reveal())) return answer;
    Line(context, problem);
  }
}

std::optional<bool> AskYesNo(const Context& context, std::string_view question) {
  const std::string yes = context.T("prompt.yes.key");
  const std::string no = context.T("prompt.no.key");
  const MenuAnswer answer =
      AskMenu(context, question, {{yes, context.T("prompt.yes"), 1}, {no, context.T("prompt.no"), 0}},
              /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return std::nullopt;
  return answer.number == 1;
}

std::optional<double> ParseNumber(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (c == ',') c = '.';
  }
  double number = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  return number;
}

absl::StatusOr<int> WordOrAskNumber(const Context& context, std::string_view word, std::string_view question,
                                    std::string_view option, const EnumType& type) {
  if (word.empty() && context.MayPrompt()) {
    const MenuAnswer answer = AskEnum(context, question, type, /*may_skip=*/false);
    if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "left at a prompt");
    return answer.number;
  }
  if (const EnumValue* value = word.empty() ? nullptr : ValueOfWord(type, word)) return value->number();
  return ErrorWithWords(ErrorCode::kUsage, context.T("usage.one-of", {{"option", std::string(option)},
                                                                      {"words", WordsOfType(type)}}));
}

}  // namespace opgang::cli
