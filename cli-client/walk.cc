#include "cli-client/walk.h"

#include "cli-client/door_facts.h"
#include "cli-client/error_report.h"
#include "cli-client/inquiry_entry.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/visit_entry.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

// u undoes, b goes back, and the keys that every menu keeps.
constexpr std::string_view kWalkKeys = "ubq?-";

struct WalkDoor {
  RecordId dwelling;
  DoorName door;
};

class Walk {
 public:
  Walk(Context& context, RecordId entrance)
      : context_(context),
        entrance_(entrance),
        menu_(MenuOf(context.texts(), DispositionsFor(false), kWalkKeys)) {}

  absl::Status Run();

 private:
  enum class Step { kNext, kBack, kStay, kEnd };

  const View& view() const { return *context_.ViewIfUnlocked(); }
  void ReadDoors();
  void DrawHeader() const;
  std::string DoorLine() const;
  absl::StatusOr<Step> AskDoor();
  absl::StatusOr<Step> OnCharacter(const std::string& key);
  absl::StatusOr<Step> Note(v1::Disposition disposition);
  absl::StatusOr<Step> Undo();
  DoorTarget Target() const;
  void Line(std::string_view text) const { context_.terminal().Err(std::string(text) + "\n"); }

  Context& context_;
  RecordId entrance_;
  std::vector<MenuChoice> menu_;
  std::vector<WalkDoor> doors_;
  size_t at_ = 0;
  size_t noted_ = 0;
};

void Walk::ReadDoors() {
  for (const VisibleRecord* record : view().DwellingsOf(entrance_)) {
    const auto& dwelling = record->As<v1::Dwelling>();
    doors_.push_back({record->id, {dwelling.floor(), dwelling.door()}});
  }
}

void Walk::DrawHeader() const {
  const bool color = context_.options().color;
  Line(Inked(context_.T("walk.header", {{"entrance", EntranceLabel(view(), entrance_)},
                                        {"doors", std::to_string(doors_.size())}}),
             Ink::kBold, color));
  Line(DrawMenu(menu_, context_.terminal().Width()));
  Line(context_.T("walk.keys"));
}

std::string Walk::DoorLine() const {
  const DoorName& door = doors_[at_].door;
  const std::string name =
      door.floor.empty() && door.door.empty() ? context_.T("door.only") : FormatDoor(door);
  const std::string facts = FactsWords(context_, view(), FactsOf(view(), entrance_, door, context_.Now()));
  return PadTo(name, 8) + " " + facts + "\n";
}

DoorTarget Walk::Target() const {
  DoorTarget target;
  target.entrance = entrance_;
  target.area = context_.store().current_area();
  target.door = doors_[at_].door;
  target.dwelling = doors_[at_].dwelling;
  return target;
}

absl::StatusOr<Walk::Step> Walk::Note(v1::Disposition disposition) {
  const DoorTarget target = Target();
  const auto saved = SaveVisit(context_, target, disposition, {});
  if (!saved.ok() && GetErrorCode(saved.status()) == ErrorCode::kCancelled) return Step::kStay;
  RETURN_IF_ERROR(saved.status());
  ++noted_;
  Line("  > " + Label(context_.texts(), disposition) + ". " + UnsentWords(context_));
  if (disposition == v1::DISPOSITION_INTERESTED) {
    const absl::Status inquiry = InquiryAtDoor(context_, target);
    if (!inquiry.ok() && GetErrorCode(inquiry) != ErrorCode::kCancelled) ReportStatus(context_, inquiry);
  }
  return Step::kNext;
}

absl::StatusOr<Walk::Step> Walk::Undo() {
  const auto undone = context_.store().UndoLast();
  if (!undone.ok()) {
    ReportStatus(context_, undone.status());
    return Step::kStay;
  }
  if (noted_ > 0) --noted_;
  Line("  > " + context_.T("undo.done") + " " + UnsentWords(context_));
  return Step::kBack;
}

absl::StatusOr<Walk::Step> Walk::OnCharacter(const std::string& key) {
  if (key == "q") return Step::kEnd;
  if (key == "b") return Step::kBack;
  if (key == "u") return Undo();
  for (const MenuChoice& choice : menu_) {
    if (choice.key == key) return Note(static_cast<v1::Disposition>(choice.number));
  }
  DrawHeader();
  return Step::kStay;
}

absl::StatusOr<Walk::Step> Walk::AskDoor() {
  const Key key = context_.terminal().ReadKey(DoorLine());
  switch (key.kind) {
    case Key::Kind::kEnd: return Step::kEnd;
    case Key::Kind::kEnter: return Step::kNext;
    case Key::Kind::kCharacter: return OnCharacter(key.text);
    default: return Step::kStay;
  }
}

absl::Status Walk::Run() {
  ReadDoors();
  DrawHeader();
  while (at_ < doors_.size()) {
    ASSIGN_OR_RETURN(const Step step, AskDoor());
    if (step == Step::kEnd) break;
    if (step == Step::kNext) ++at_;
    if (step == Step::kBack && at_ > 0) --at_;
  }
  context_.Say(context_.T("walk.end", {{"count", std::to_string(noted_)}}) + " " + UnsentWords(context_));
  return absl::OkStatus();
}

}  // namespace

absl::Status WalkEntrance(Context& context) {
  ASSIGN_OR_RETURN(const RecordId entrance, EntranceHere(context));
  return Walk(context, entrance).Run();
}

}  // namespace opgang::cli
