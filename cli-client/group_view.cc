#include "cli-client/group_view.h"

#include <algorithm>

#include "cli-client/dates.h"
#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

// Keys of a list, in order; q ? and - are the menus' own.
constexpr std::string_view kListKeys = "123456789abcdefghijklmnoprstuvwxyz";

std::string NameOf(const VisibleRecord* group) {
  return group == nullptr ? std::string() : Shown(group->As<v1::Group>().name());
}

std::string VenueOf(const VisibleRecord* venue) {
  return venue == nullptr ? std::string() : Shown(venue->As<v1::Venue>().name());
}

}  // namespace

bool KnowsDirectory(const Context& context) { return context.store().HasGrant(v1::SCOPE_KIND_DIRECTORY); }

std::string MeetingTimeWords(const Context& context, const v1::Meeting& meeting) {
  return StatedWords(context.texts(), meeting.start(), context.Today());
}

std::string MeetingWords(const Context& context, const MeetingLine& line) {
  const auto& meeting = line.meeting->As<v1::Meeting>();
  const bool cancelled = meeting.state() == v1::MEETING_STATE_CANCELLED;
  return JoinParts({MeetingTimeWords(context, meeting), NameOf(line.group), VenueOf(line.venue),
                    cancelled ? context.T("meeting.cancelled") : std::string()},
                   ", ");
}

std::string ChairWords(const Context& context, const MeetingLine& line) {
  const int capacity = line.group == nullptr ? 0 : line.group->As<v1::Group>().capacity();
  const std::string promised = std::to_string(line.promised);
  std::string words =
      capacity == 0
          ? context.T("chairs.promised", {{"count", promised}})
          : context.T("chairs.promised-of", {{"count", promised}, {"capacity", std::to_string(capacity)}});
  if (line.wishes > 0) words += ", " + context.T("chairs.wishes", {{"count", std::to_string(line.wishes)}});
  return words;
}

Json MeetingJson(const View& view, const MeetingLine& line) {
  const auto& meeting = line.meeting->As<v1::Meeting>();
  Json json = {{"handle", view.HandleOf(line.meeting->id)},
               {"start", JsonTime(line.start)},
               {"minutes", meeting.minutes()},
               {"state", Word(meeting.state())},
               {"promised", line.promised},
               {"to_be_confirmed", line.wishes}};
  json["group"] = line.group == nullptr ? Json(nullptr) : Json(view.HandleOf(line.group->id));
  json["group_name"] = line.group == nullptr ? "" : line.group->As<v1::Group>().name();
  json["venue"] = line.venue == nullptr ? "" : line.venue->As<v1::Venue>().name();
  return json;
}

std::string SeatWords(const Context& context, const SeatLine& line) {
  const std::string where =
      line.meeting == nullptr ? context.T("show.not-here") : MeetingWords(context, *line.meeting);
  return context.T("seat.state." + std::string(PromiseStateName(line.state)), {{"meeting", where}});
}

Json SeatJson(const View& view, const SeatLine& line) {
  return {{"handle", view.HandleOf(line.seat->id)},
          {"state", PromiseStateName(line.state)},
          {"meeting", line.meeting == nullptr ? Json(nullptr) : MeetingJson(view, *line.meeting)}};
}

std::string GroupWords(const Context& context, const GroupFacts& facts, const CaseLine& line) {
  if (!line.response_case.open()) return {};
  const absl::Time now = context.Now();
  const auto seat = facts.SeatOfCase(line.response_case.citizen, now);
  if (seat && IsLive(seat->state)) return SeatWords(context, *seat);
  if (!KnowsDirectory(context)) return {};
  const std::string broken = seat ? SeatWords(context, *seat) : std::string();
  const auto last = facts.LastSeatFor(line, now);
  const MeetingLine* meeting = last ? facts.FindMeeting(last->meeting) : nullptr;
  const std::string offer =
      meeting == nullptr ? context.T("case.no-group-in-time")
                         : context.T("case.last-group", {{"meeting", MeetingWords(context, *meeting)}});
  return JoinParts({broken, offer}, "; ");
}

Json CaseGroupJson(const Context& context, const View& view, const GroupFacts& facts, const CaseLine& line) {
  if (!line.response_case.open()) return nullptr;
  const auto seat = facts.SeatOfCase(line.response_case.citizen, context.Now());
  const auto last = facts.LastSeatFor(line, context.Now());
  const MeetingLine* meeting = last ? facts.FindMeeting(last->meeting) : nullptr;
  Json json;
  json["seat"] = seat ? SeatJson(view, *seat) : Json(nullptr);
  json["last_meeting"] = meeting == nullptr ? Json(nullptr) : MeetingJson(view, *meeting);
  json["no_group_in_time"] = KnowsDirectory(context) ? Json(meeting == nullptr) : Json(nullptr);
  return json;
}

absl::StatusOr<const VisibleRecord*> RecordOfType(const Context& context, const View& view,
                                                  std::string_view handle, RecordType type) {
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, view, handle));
  if (record->type->type == type) return record;
  return ErrorWithWords(
      ErrorCode::kNotFound,
      context.T("usage.other-type", {{"type", TypeLabel(context.texts(), *FindRecordType(type))}}));
}

absl::StatusOr<const MeetingLine*> MeetingOfHandle(const Context& context, const View& view,
                                                   const GroupFacts& facts, std::string_view handle) {
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOfType(context, view, handle, RecordType::kMeeting));
  return facts.FindMeeting(record->id);
}

absl::StatusOr<size_t> ChooseOne(const Context& context, std::string_view question,
                                 const std::vector<std::string>& labels) {
  if (labels.size() == 1) return 0;
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-handle"));
  std::vector<MenuChoice> menu;
  for (size_t i = 0; i < std::min(labels.size(), kListKeys.size()); ++i) {
    menu.push_back({std::string(1, kListKeys[i]), labels[i], static_cast<int>(i)});
  }
  const MenuAnswer answer = AskMenu(context, question, menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "left at a list");
  return static_cast<size_t>(answer.number);
}

}  // namespace opgang::cli
