#include "cli-client/door_facts.h"

#include <algorithm>

#include "cli-client/dates.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

bool MeansWholeEntrance(std::string_view words) { return words == "all" || words == "alle"; }

absl::Status ConfirmAdding(const Context& context, const DoorTarget& target) {
  const std::string door = FormatDoor(target.door);
  if (!context.MayPrompt()) {
    return ErrorWithWords(ErrorCode::kNotFound, context.T("door.not-in-register", {{"door", door}}));
  }
  const auto yes = AskYesNo(context, context.T("door.add.question", {{"door", door}}));
  return yes.value_or(false) ? absl::OkStatus() : MakeError(ErrorCode::kCancelled, "door not added");
}

absl::Status FindDwelling(const Context& context, const View& view, bool add, DoorTarget& target) {
  const VisibleRecord* dwelling = view.FindDwelling(target.entrance, target.door);
  if (dwelling != nullptr) {
    target.dwelling = dwelling->id;
    return absl::OkStatus();
  }
  if (!add) RETURN_IF_ERROR(ConfirmAdding(context, target));
  target.to_be_added = true;
  return absl::OkStatus();
}

// Visits come newest first.
void ReadVisits(const std::vector<const VisibleRecord*>& visits, absl::CivilDay today, DoorFacts& facts) {
  if (visits.empty()) return;
  facts.last_visit = visits.front();
  const auto& last = visits.front()->As<v1::Visit>();
  if (last.has_come_back()) facts.come_back = last.come_back();
  for (const VisibleRecord* record : visits) {
    const auto& visit = record->As<v1::Visit>();
    if (facts.language.empty()) facts.language = visit.language();
    if (facts.do_not_call_until || !visit.has_do_not_call_until()) continue;
    const absl::CivilDay until = FromProto(visit.do_not_call_until());
    if (until >= today) facts.do_not_call_until = until;
  }
}

const v1::StatedTime* HappenedOf(const v1::Visit& visit) {
  return visit.has_happened() ? &visit.happened() : nullptr;
}

std::string LastVisitWords(const Context& context, const DoorFacts& facts) {
  if (facts.last_visit == nullptr) return context.T("door.facts.never");
  const auto& visit = facts.last_visit->As<v1::Visit>();
  const absl::CivilDay day = HappenedOn(HappenedOf(visit), facts.last_visit->recorded);
  return Label(context.texts(), visit.disposition()) + " " +
         RecentDayWords(context.texts(), day, context.Today());
}

std::string CasesWords(const Context& context, const View& view, const DoorFacts& facts) {
  if (facts.open_cases.empty()) return {};
  std::string handles;
  for (RecordId id : facts.open_cases) handles += (handles.empty() ? "" : " ") + view.HandleOf(id);
  return context.T("door.facts.open", {{"handles", handles}});
}

}  // namespace

absl::StatusOr<DoorTarget> TargetOf(const Context& context, std::string_view words, bool add) {
  ASSIGN_OR_RETURN(const RecordId entrance, EntranceHere(context));
  const std::optional<AreaId> area = context.store().current_area();
  if (!MeansWholeEntrance(words)) return TargetAt(context, entrance, area, words, add);
  DoorTarget target;
  target.entrance = entrance;
  target.area = area;
  target.whole = true;
  return target;
}

absl::StatusOr<DoorTarget> TargetAt(const Context& context, RecordId entrance, std::optional<AreaId> area,
                                    std::string_view words, bool add) {
  DoorTarget target;
  target.entrance = entrance;
  target.area = area;
  const auto door = ParseDoorName(words);
  if (!door) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.door"));
  target.door = *door;
  if (const View* view = context.ViewIfUnlocked()) RETURN_IF_ERROR(FindDwelling(context, *view, add, target));
  return target;
}

RecordId DwellingFor(const DoorTarget& target, Bundle& bundle) {
  if (!target.to_be_added) return target.dwelling;
  v1::Dwelling dwelling;
  dwelling.set_entrance_id(target.entrance.ToBytes());
  dwelling.set_floor(target.door.floor);
  dwelling.set_door(target.door.door);
  dwelling.set_status(v1::PLACE_STATUS_ACTIVE);
  dwelling.set_source(v1::PLACE_SOURCE_ADDED_AT_DOOR);
  return bundle.Create(dwelling, target.area);
}

std::string TargetLabel(const Context& context, const DoorTarget& target) {
  const View* view = context.ViewIfUnlocked();
  const std::string entrance = view == nullptr ? std::string() : EntranceLabel(*view, target.entrance);
  return JoinParts({entrance, target.whole ? context.T("door.whole") : FormatDoor(target.door)}, ", ");
}

DoorFacts FactsOf(const View& view, RecordId entrance, const DoorName& door, absl::Time now) {
  DoorFacts facts;
  ReadVisits(view.VisitsTo(entrance, door), LocalDay(now), facts);
  for (const VisibleRecord* citizen : view.CitizensAt(entrance, door)) {
    for (const CaseLine& line : view.CasesOfCitizen(citizen->id, now)) {
      const RecordId id = line.response_case.id;
      const bool known =
          std::find(facts.open_cases.begin(), facts.open_cases.end(), id) != facts.open_cases.end();
      if (line.response_case.open() && !known) facts.open_cases.push_back(id);
    }
  }
  const VisibleRecord* dwelling = view.FindDwelling(entrance, door);
  facts.added_at_door =
      dwelling != nullptr && dwelling->As<v1::Dwelling>().source() == v1::PLACE_SOURCE_ADDED_AT_DOOR;
  return facts;
}

std::string FactsWords(const Context& context, const View& view, const DoorFacts& facts) {
  const absl::CivilDay today = context.Today();
  const bool color = context.options().color;
  std::vector<std::string> parts;
  if (facts.do_not_call_until) {
    const std::string until = DayWords(context.texts(), *facts.do_not_call_until, today);
    parts.push_back(Inked(context.T("door.facts.do-not-call", {{"day", until}}), Ink::kAlarm, color));
  }
  parts.push_back(LastVisitWords(context, facts));
  if (facts.come_back) {
    const std::string when = StatedWords(context.texts(), *facts.come_back, today);
    parts.push_back(context.T("door.facts.come-back", {{"when", when}}));
  }
  if (!facts.language.empty())
    parts.push_back(context.T("citizen.speaks", {{"language", Shown(facts.language)}}));
  parts.push_back(CasesWords(context, view, facts));
  if (facts.added_at_door) parts.push_back(context.T("door.facts.added"));
  return JoinParts(parts, " | ");
}

Json FactsJson(const View& view, const DoorFacts& facts) {
  Json json = Json::object();
  if (facts.last_visit != nullptr) {
    const auto& visit = facts.last_visit->As<v1::Visit>();
    json["last_visit"] = {{"disposition", Word(visit.disposition())},
                          {"date", JsonDate(HappenedOn(HappenedOf(visit), facts.last_visit->recorded))},
                          {"handle", view.HandleOf(facts.last_visit->id)}};
  }
  if (facts.do_not_call_until) json["do_not_call_until"] = JsonDate(*facts.do_not_call_until);
  if (!facts.language.empty()) json["language"] = facts.language;
  json["open_cases"] = Json::array();
  for (RecordId id : facts.open_cases) json["open_cases"].push_back(view.HandleOf(id));
  json["added_at_door"] = facts.added_at_door;
  return json;
}

}  // namespace opgang::cli
