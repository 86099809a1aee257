// Asking: one key from a menu, a line, a number, yes or no. Only where Context::MayPrompt() says so.
#ifndef OPGANG_CLI_CLIENT_PROMPTS_H_
#define OPGANG_CLI_CLIENT_PROMPTS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/words.h"
#include "core/base/sensitive.h"

namespace opgang::cli {

// What a person may do beside answering.
enum class Answered { kGiven, kSkipped, kLeft };

// Kept by every menu: q leaves, Enter skips, ? explains, - is "would rather not say".
inline constexpr std::string_view kReservedKeys = "q?-";

// A menu of keys. `Enter` gives kSkipped where `may_skip`, else it asks again. q and Ctrl-C give kLeft.
struct MenuAnswer {
  Answered reply = Answered::kLeft;
  int number = 0;
};
MenuAnswer AskMenu(const Context& context, std::string_view question, const std::vector<MenuChoice>& menu,
                   bool may_skip);
// The same for all values of an enum: "-" chooses its "would rather not say", where it has one.
MenuAnswer AskEnum(const Context& context, std::string_view question, const EnumType& type, bool may_skip);

// A menu drawn in as many lines as it needs: "[n] no answer  [c] come back".
std::string DrawMenu(const std::vector<MenuChoice>& menu, int width);

// One line, trimmed. An empty one is kSkipped.
struct LineAnswer {
  Answered reply = Answered::kLeft;
  Sensitive<std::string> text;  // a name, a note, a number to ring: for the record, and for no message
};
LineAnswer AskLine(const Context& context, std::string_view question,
                   const std::vector<std::string>* candidates = nullptr);
// Asks again, with `problem`, until `fits` or the person skips or leaves.
LineAnswer AskLineThat(const Context& context, std::string_view question, std::string_view problem,
                       const std::function<bool(const std::string&)>& fits);

// y or n (the language's letters); nullopt: left.
std::optional<bool> AskYesNo(const Context& context, std::string_view question);

// A number as people type it: "7", "7.5", "7,5". nullopt where it is none.
std::optional<double> ParseNumber(std::string_view text);

// The value of an option whose word may be missing: parses `word`; asks with a menu where it is empty and a
// person is there; else kUsage naming `option` and its words.
template <typename E>
absl::StatusOr<E> WordOrAsk(const Context& context, std::string_view word, std::string_view question,
                            std::string_view option);
absl::StatusOr<int> WordOrAskNumber(const Context& context, std::string_view word, std::string_view question,
                                    std::string_view option, const EnumType& type);

std::string Trimmed(std::string_view text);

template <typename E>
absl::StatusOr<E> WordOrAsk(const Context& context, std::string_view word, std::string_view question,
                            std::string_view option) {
  auto number = WordOrAskNumber(context, word, question, option, *google::protobuf::GetEnumDescriptor<E>());
  if (!number.ok()) return number.status();
  return static_cast<E>(*number);
}

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_PROMPTS_H_
