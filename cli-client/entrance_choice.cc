#include "cli-client/entrance_choice.h"

#include <set>

#include "cli-client/completion.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr size_t kShownMatches = 12;

absl::Status Left() { return MakeError(ErrorCode::kCancelled, "left at a prompt"); }

absl::StatusOr<const VisibleRecord*> AskEntranceOfHome(const Context& context, const EntranceList& list) {
  for (;;) {
    const LineAnswer answer = AskLine(context, context.T("person.home"), &list.labels);
    if (answer.reply == Answered::kLeft) return Left();
    if (answer.reply == Answered::kSkipped) return nullptr;
    const auto found = FittingEntrances(list, answer.text.Reveal());
    if (found.size() == 1) return found.front();
    ShowFitting(context, list, answer.text.Reveal());
  }
}

absl::Status AskDoorOfHome(const Context& context, DoorTarget& home) {
  const LineAnswer answer =
      AskLineThat(context, context.T("person.home.door"), context.T("usage.door"),
                  [](const std::string& text) { return ParseDoorName(text).has_value(); });
  if (answer.reply == Answered::kLeft) return Left();
  if (answer.reply == Answered::kSkipped) return absl::OkStatus();
  ASSIGN_OR_RETURN(home, TargetAt(context, home.entrance, home.area, answer.text.Reveal(), /*add=*/false));
  return absl::OkStatus();
}

}  // namespace

EntranceList EntrancesOf(const View& view) {
  EntranceList list{view.Entrances(), {}};
  std::multiset<std::string> seen;
  for (const VisibleRecord* record : list.entrances) {
    const auto& place = record->As<v1::Entrance>();
    list.labels.push_back(Shown(place.street() + " " + place.number()));
    seen.insert(list.labels.back());
  }
  for (size_t i = 0; i < list.labels.size(); ++i) {
    if (seen.count(list.labels[i]) > 1)
      list.labels[i] += ", " + Shown(list.entrances[i]->As<v1::Entrance>().town());
  }
  return list;
}

std::vector<const VisibleRecord*> FittingEntrances(const EntranceList& list, std::string_view typed) {
  std::vector<const VisibleRecord*> fitting;
  for (const size_t i : Matching(typed, list.labels)) fitting.push_back(list.entrances[i]);
  return fitting;
}

void ShowFitting(const Context& context, const EntranceList& list, std::string_view typed) {
  const std::vector<size_t> found = Matching(typed, list.labels);
  context.Hint(context.T(found.empty() ? "at.none" : "at.several"));
  for (size_t i = 0; i < found.size() && i < kShownMatches; ++i) context.Hint("  " + list.labels[found[i]]);
  if (found.size() > kShownMatches) context.Hint("  …");
}

absl::StatusOr<std::optional<DoorTarget>> AskHome(const Context& context, const View& view) {
  ASSIGN_OR_RETURN(const VisibleRecord* entrance, AskEntranceOfHome(context, EntrancesOf(view)));
  if (entrance == nullptr) return std::nullopt;
  DoorTarget home;
  home.entrance = entrance->id;
  home.area = AreaOf(*entrance);
  RETURN_IF_ERROR(AskDoorOfHome(context, home));
  return home;
}

}  // namespace opgang::cli
