// Between areas: opgang move (a citizen lives in another one now) and opgang receipts (what became of what was handed in
// where nothing may be read).
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli-client/dates.h"
#include "cli-client/door_facts.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr size_t kMostAreas = 9;  // one key each
constexpr int kDoorColumns = 34;

struct MoveArgs {
  std::string citizen;
  std::string area;
  std::string door;
};

// Where the worker may put a citizen who does not live there yet.
std::vector<GrantInfo> AreasToMoveTo(const Context& context, const VisibleRecord& citizen) {
  std::vector<GrantInfo> areas;
  const std::optional<AreaId> home = HomeAreaOf(citizen);
  for (const GrantInfo& grant : context.store().grants()) {
    const bool may_write = grant.scope.kind == v1::SCOPE_KIND_AREA && grant.mode != v1::GRANT_MODE_READ;
    if (may_write && home != AreaId(grant.scope.id)) areas.push_back(grant);
  }
  return areas;
}

absl::StatusOr<GrantInfo> AskArea(const Context& context, const std::vector<GrantInfo>& areas) {
  std::vector<MenuChoice> menu;
  for (size_t i = 0; i < areas.size() && i < kMostAreas; ++i) {
    menu.push_back({std::to_string(i + 1), Shown(areas[i].display_name), static_cast<int>(i)});
  }
  const MenuAnswer answer = AskMenu(context, context.T("move.where"), menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  return areas[static_cast<size_t>(answer.number)];
}

absl::StatusOr<GrantInfo> ChooseArea(const Context& context, const VisibleRecord& citizen,
                                     const std::string& name) {
  const std::vector<GrantInfo> areas = AreasToMoveTo(context, citizen);
  if (areas.empty()) return ErrorWithWords(ErrorCode::kUsage, context.T("move.no-other-area"));
  for (const GrantInfo& area : areas) {
    if (!name.empty() && area.display_name == name) return area;
  }
  if (!name.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("move.no-such-area"));
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("move.name-the-area"));
  return AskArea(context, areas);
}

// The former home is no longer hers. A door names the new one where the worker stands in that area.
absl::Status TakeNewHome(const Context& context, const MoveArgs& args, AreaId area, v1::Citizen& values) {
  values.set_area_id(area.ToBytes());
  if (args.door.empty()) return absl::OkStatus();
  if (context.store().current_area() != area)
    return ErrorWithWords(ErrorCode::kUsage, context.T("move.stand-there"));
  ASSIGN_OR_RETURN(const DoorTarget target, TargetOf(context, args.door, /*add=*/false));
  values.set_entrance_id(target.entrance.ToBytes());
  values.set_dwelling_id(target.dwelling.ToBytes());
  values.set_floor(target.door.floor);
  values.set_door(target.door.door);
  return absl::OkStatus();
}

absl::Status RunMove(Context& context, const MoveArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
  ASSIGN_OR_RETURN(const GrantInfo area, ChooseArea(context, *citizen, args.area));
  v1::Citizen values;
  RETURN_IF_ERROR(TakeNewHome(context, args, AreaId(area.scope.id), values));
  const std::string handle = view->HandleOf(citizen->id);
  const bool may_read = area.mode != v1::GRANT_MODE_WRITE_ONLY;
  using C = v1::Citizen;
  Bundle bundle = context.NewBundle();
  bundle.Patch(citizen->id, values,
               {C::kAreaIdFieldNumber, C::kEntranceIdFieldNumber, C::kDwellingIdFieldNumber,
                C::kFloorFieldNumber, C::kDoorFieldNumber});
  RETURN_IF_ERROR(SaveAndTell(
      context, bundle, context.T("move.saved", {{"citizen", handle}, {"area", Shown(area.display_name)}})));
  if (!may_read) context.Hint(context.T("move.not-yours"));
  return absl::OkStatus();
}

std::string DayOf(const Context& context, absl::Time time) {
  return DayWords(context.texts(), LocalDay(time), context.Today());
}

std::string ReceiptWords(const Context& context, const Receipt& receipt) {
  if (!receipt.received)
    return context.T("receipts.waiting", {{"day", DayOf(context, receipt.recorded.earliest)}});
  const std::string received = DayOf(context, *receipt.received);
  if (!receipt.taken_up) return context.T("receipts.received", {{"day", received}});
  return context.T("receipts.taken-up", {{"day", received}, {"then", DayOf(context, *receipt.taken_up)}});
}

std::string DoorWords(const Context& context, const View& view, const Receipt& receipt) {
  const std::string door =
      JoinParts({EntranceLabel(view, receipt.entrance), Shown(FormatDoor(receipt.door))}, ", ");
  return door.empty() ? context.T("receipts.no-door") : door;
}

Json ReceiptJson(const View& view, const Receipt& receipt) {
  return {{"citizen", receipt.citizen.ToString()},
          {"date", JsonDate(LocalDay(receipt.received.value_or(receipt.recorded.earliest)))},
          {"entrance", EntranceLabel(view, receipt.entrance)},
          {"door", FormatDoor(receipt.door)},
          {"received", receipt.received ? JsonTime(*receipt.received) : Json(nullptr)},
          {"taken_up", receipt.taken_up ? JsonTime(*receipt.taken_up) : Json(nullptr)}};
}

absl::Status RunReceipts(Context& context) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const std::vector<Receipt> receipts, context.store().Receipts());
  Json document = JsonDocument("receipts");
  document["receipts"] = Json::array();
  for (const Receipt& receipt : receipts) {
    const std::string line =
        PadTo(DoorWords(context, *view, receipt), kDoorColumns) + " " + ReceiptWords(context, receipt);
    for (const std::string& part : Wrap(line, context.terminal().Width(), 4)) context.Say(part);
    document["receipts"].push_back(ReceiptJson(*view, receipt));
  }
  if (receipts.empty()) context.Say(context.T("receipts.none"));
  context.Say(UnsentWords(context));
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

}  // namespace

void AddMove(VerbTable& verbs) {
  auto args = std::make_shared<MoveArgs>();
  CLI::App* verb = verbs.Add("move", [args](Context& context) { return RunMove(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("--to", args->area, verbs.T("help.move.to"));
  verb->add_option("--door", args->door, verbs.T("help.move.door"));
}

void AddReceipts(VerbTable& verbs) { verbs.Add("receipts", RunReceipts); }

}  // namespace opgang::cli
