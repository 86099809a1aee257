// opgang attend: who came to a meeting, without a network. On a terminal one key a person, then walk-ins by name or
// handle; else --came, --absent and --excused with handles. Presence is a participation: it ends the response case.
// Each tick is durable when it is made.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

#include "cli-client/error_report.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

enum Tick { kCame = 1, kAbsent, kExcused };

struct AttendArgs {
  std::string meeting;
  std::vector<std::string> came;
  std::vector<std::string> absent;
  std::vector<std::string> excused;
};

std::string_view AttendanceWord(Attendance attendance) {
  switch (attendance) {
    case Attendance::kExpected: return "expected";
    case Attendance::kCame: return "came";
    case Attendance::kAbsent: return "absent";
  }
  return "expected";
}

// Copies of what the view holds: it changes with every tick.
struct Evening {
  RecordId id;
  v1::Meeting meeting;
  std::string venue;
  bool individual = false;
};

bool IsIndividual(const View& view, const VisibleRecord* group) {
  if (group == nullptr) return false;
  const auto id = RecordId::FromBytes(group->As<v1::Group>().programme_id());
  const VisibleRecord* programme = id ? view.Find(*id) : nullptr;
  return programme != nullptr && programme->type->type == RecordType::kGroupProgramme &&
         programme->As<v1::GroupProgramme>().kind() == v1::PROGRAMME_INDIVIDUAL;
}

Evening EveningOf(const Context& context, const View& view, const MeetingLine& line) {
  Evening evening{line.meeting->id, line.meeting->As<v1::Meeting>()};
  const bool known = line.venue != nullptr;
  evening.venue = known ? line.venue->As<v1::Venue>().name() : context.T("attend.some-room");
  evening.individual = IsIndividual(view, line.group);
  return evening;
}

v1::Participation Presence(const Evening& evening) {
  v1::Participation presence;
  presence.set_kind(evening.individual ? v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST
                                       : v1::PARTICIPATION_KIND_GROUP_MEETING);
  presence.set_place(evening.venue);
  presence.set_meeting_id(evening.id.ToBytes());
  *presence.mutable_happened() = evening.meeting.start();
  return presence;
}

v1::Absence NotThere(const Evening& evening, Tick tick) {
  v1::Absence absence;
  absence.set_meeting_id(evening.id.ToBytes());
  absence.set_notice(tick == kExcused ? v1::ABSENCE_NOTICE_EXCUSED : v1::ABSENCE_NOTICE_NONE);
  *absence.mutable_happened() = evening.meeting.start();
  return absence;
}

absl::StatusOr<RecordId> SaveTick(Context& context, const Evening& evening, RecordId citizen,
                                  std::optional<AreaId> area, Tick tick) {
  Bundle bundle = context.NewBundle();
  RecordId made;
  if (tick == kCame) {
    v1::Participation presence = Presence(evening);
    presence.set_citizen_id(citizen.ToBytes());
    made = bundle.Create(presence, area);
  } else {
    v1::Absence absence = NotThere(evening, tick);
    absence.set_citizen_id(citizen.ToBytes());
    made = bundle.Create(absence, area);
  }
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  return made;
}

// Whoever leads the group may be granted no area: what he notes then stands in the group.
bool LeadsGroupOf(const Context& context, const Evening& evening) {
  const auto group = RecordId::FromBytes(evening.meeting.group_id());
  return std::ranges::any_of(context.store().grants(), [&](const GrantInfo& grant) {
    return group && grant.scope == GroupScope(*group);
  });
}

// Somebody who is not on the device: a name is enough, or none.
absl::StatusOr<RecordId> SaveNewcomer(Context& context, const Evening& evening, const std::string& name) {
  const auto area = AreaHere(context);
  if (!area.ok() && !LeadsGroupOf(context, evening)) return area.status();
  const RecordId group = RecordId::FromBytes(evening.meeting.group_id()).value_or(RecordId());
  Bundle bundle = context.NewBundle();
  const auto create = [&](const google::protobuf::Message& content) {
    return area.ok() ? bundle.Create(content, *area) : bundle.CreateInGroup(content, group);
  };
  v1::Citizen citizen;
  citizen.set_name(name);
  v1::Participation presence = Presence(evening);
  presence.set_citizen_id(create(citizen).ToBytes());
  const RecordId made = create(presence);
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  return made;
}

std::optional<AreaId> AreaOfCitizen(const View& view, RecordId citizen) {
  const VisibleRecord* record = view.Find(citizen);
  return record == nullptr ? std::nullopt : AreaOf(*record);
}

// --- From options. ---

// A citizen who has no tick yet; who was not expected can have come, and cannot have been missed.
absl::StatusOr<RecordId> Tickable(const Context& context, const View& view, const GroupFacts& facts,
                                  const MeetingLine& line, const std::string& handle, Tick tick) {
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, view, handle));
  if (facts.AttendanceOf(citizen->id, line.meeting->id) != Attendance::kExpected) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("attend.ticked-already", {{"handle", handle}}));
  }
  const std::vector<AttendanceLine> list = facts.ListOf(line);
  const bool expected =
      std::ranges::any_of(list, [&](const AttendanceLine& one) { return one.citizen == citizen->id; });
  if (tick != kCame && !expected) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("attend.not-expected", {{"handle", handle}}));
  }
  return citizen->id;
}

// Everything that was named is looked at before anything is saved.
absl::Status TickNamed(Context& context, const View& view, const GroupFacts& facts, const MeetingLine& line,
                       const AttendArgs& args, const Evening& evening, std::vector<RecordId>& made) {
  std::map<RecordId, Tick> ticks;
  for (const auto& [handles, tick] :
       {std::pair(&args.came, kCame), std::pair(&args.absent, kAbsent), std::pair(&args.excused, kExcused)}) {
    for (const std::string& handle : *handles) {
      ASSIGN_OR_RETURN(const RecordId citizen, Tickable(context, view, facts, line, handle, tick));
      if (!ticks.emplace(citizen, tick).second) {
        return ErrorWithWords(ErrorCode::kBadInput, context.T("attend.named-twice", {{"handle", handle}}));
      }
    }
  }
  std::vector<std::pair<RecordId, std::optional<AreaId>>> areas;
  for (const auto& [citizen, tick] : ticks) areas.emplace_back(citizen, AreaOfCitizen(view, citizen));
  for (const auto& [citizen, area] : areas) {
    ASSIGN_OR_RETURN(const RecordId id, SaveTick(context, evening, citizen, area, ticks.at(citizen)));
    made.push_back(id);
  }
  return absl::OkStatus();
}

// --- On a terminal. ---

std::vector<MenuChoice> TickMenu(const Context& context) {
  return {{context.T("attend.key.came"), context.T("attend.came"), kCame},
          {context.T("attend.key.absent"), context.T("attend.absent"), kAbsent},
          {context.T("attend.key.excused"), context.T("attend.excused"), kExcused}};
}

// False: the person left.
absl::StatusOr<bool> AskList(Context& context, const std::vector<AttendanceLine>& list,
                             const Evening& evening, std::vector<RecordId>& made) {
  for (const AttendanceLine& line : list) {
    if (line.attendance != Attendance::kExpected) continue;
    const View* view = context.ViewIfUnlocked();
    const std::string who = CitizenLabel(context, view->Find(line.citizen));
    const MenuAnswer answer = AskMenu(context, who, TickMenu(context), /*may_skip=*/true);
    if (answer.reply == Answered::kLeft) return false;
    if (answer.reply == Answered::kSkipped) continue;
    const auto area = AreaOfCitizen(*view, line.citizen);
    ASSIGN_OR_RETURN(const RecordId id,
                     SaveTick(context, evening, line.citizen, area, static_cast<Tick>(answer.number)));
    made.push_back(id);
  }
  return true;
}

// A handle of somebody who is here already, else the name of somebody new.
absl::Status TakeWalkIn(Context& context, const std::string& typed, const Evening& evening,
                        std::vector<RecordId>& made) {
  const View* view = context.ViewIfUnlocked();
  const auto known = IsHandle(typed)
                         ? CitizenOf(context, *view, typed)
                         : absl::StatusOr<const VisibleRecord*>(MakeError(ErrorCode::kNotFound, "no handle"));
  if (!known.ok()) {
    ASSIGN_OR_RETURN(const RecordId id, SaveNewcomer(context, evening, typed));
    made.push_back(id);
    return absl::OkStatus();
  }
  if (GroupFacts(*view).AttendanceOf((*known)->id, evening.id) != Attendance::kExpected) {
    context.Hint(context.T("attend.ticked-already", {{"handle", typed}}));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const RecordId id, SaveTick(context, evening, (*known)->id, AreaOf(**known), kCame));
  made.push_back(id);
  return absl::OkStatus();
}

absl::Status AskWalkIns(Context& context, const Evening& evening, std::vector<RecordId>& made) {
  for (;;) {
    const LineAnswer answer = AskLine(context, context.T("attend.walk-in"));
    if (answer.reply != Answered::kGiven) return absl::OkStatus();
    const absl::Status taken = TakeWalkIn(context, answer.text.Reveal(), evening, made);
    if (taken.ok()) continue;
    if (GetErrorCode(taken) != ErrorCode::kRefused) return taken;
    ReportStatus(context, taken);
  }
}

// --- The list. ---

Json ListJson(const Context& context, const View& view, const GroupFacts& facts, const MeetingLine& line) {
  Json document = JsonDocument("attendance");
  document["meeting"] = MeetingJson(view, line);
  document["citizens"] = Json::array();
  for (const AttendanceLine& one : facts.ListOf(line)) {
    const VisibleRecord* citizen = view.Find(one.citizen);
    document["citizens"].push_back({{"handle", view.HandleOf(one.citizen)},
                                    {"name", citizen == nullptr ? "" : citizen->As<v1::Citizen>().name()},
                                    {"attendance", AttendanceWord(one.attendance)},
                                    {"has_seat", one.has_seat}});
  }
  document["queue"] = UnsentJson(context);
  return document;
}

void SayList(const Context& context, const View& view, const GroupFacts& facts, const MeetingLine& line) {
  const std::vector<AttendanceLine> list = facts.ListOf(line);
  context.Say(MeetingWords(context, line));
  for (const AttendanceLine& one : list) {
    const std::string state = context.T("attend.state." + std::string(AttendanceWord(one.attendance)));
    context.Say(CutTo("  " + PadTo(view.HandleOf(one.citizen), 5) + " " + PadTo(state, 9) + " " +
                          CitizenLabel(context, view.Find(one.citizen)),
                      context.terminal().Width()));
  }
  if (list.empty()) context.Say("  " + context.T("attend.nobody-expected"));
}

absl::Status TellList(Context& context, RecordId meeting) {
  const View* view = context.ViewIfUnlocked();
  const GroupFacts facts(*view);
  const MeetingLine& line = *facts.FindMeeting(meeting);
  SayList(context, *view, facts, line);
  context.Emit(ListJson(context, *view, facts, line));
  return absl::OkStatus();
}

absl::Status RunAttend(Context& context, const AttendArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  const GroupFacts facts(*view);
  ASSIGN_OR_RETURN(const MeetingLine* line, MeetingOfHandle(context, *view, facts, args.meeting));
  const Evening evening = EveningOf(context, *view, *line);
  const bool named = !args.came.empty() || !args.absent.empty() || !args.excused.empty();
  if (!named && !context.MayPrompt()) return TellList(context, evening.id);
  // Told before the first key is pressed, and not after the last.
  if (const auto refusal = RefuseAttendance(v1::Absence::kMeetingIdFieldNumber, evening.meeting,
                                            {context.Now(), context.Now()})) {
    return RefusalError(*refusal, RecordType::kAbsence);
  }
  std::vector<RecordId> made;
  if (named) {
    RETURN_IF_ERROR(TickNamed(context, *view, facts, *line, args, evening, made));
  } else {
    ASSIGN_OR_RETURN(const bool stayed, AskList(context, facts.ListOf(*line), evening, made));
    if (stayed) RETURN_IF_ERROR(AskWalkIns(context, evening, made));
  }
  TellSaved(context, made, context.T("attend.saved", {{"count", std::to_string(made.size())}}));
  return absl::OkStatus();
}

}  // namespace

void AddAttend(VerbTable& verbs) {
  auto args = std::make_shared<AttendArgs>();
  CLI::App* verb = verbs.Add("attend", [args](Context& context) { return RunAttend(context, *args); });
  verb->add_option("meeting", args->meeting, verbs.T("help.attend.meeting"))->required();
  verb->add_option("--came", args->came, verbs.T("help.attend.came"));
  verb->add_option("--absent", args->absent, verbs.T("help.attend.absent"));
  verb->add_option("--excused", args->excused, verbs.T("help.attend.excused"));
}

}  // namespace opgang::cli
