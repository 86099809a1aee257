// opgang groups: the offer, as everybody reads it and coordinators and instructors write it. list, show, add (a venue, a
// programme, a group), lead (who leads it), meeting (one evening, or one each week), move, cancel, import.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/group_import.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr int kMaxWeeks = 52;

struct GroupArgs {
  std::string handle;
  std::string what;   // of add: venue, programme, group
  std::string start;  // "thu 17:00"
  std::string venue;
  std::string staff;
  int minutes = 0;
  int weeks = 1;
};

// What the base would refuse is refused while the worker looks at the screen.
absl::Status MayPlan(const Context& context) {
  const RecordTypeInfo& type = RecordTypeOf<v1::Group>();
  if (MayWrite(context.store().info().role, type)) return absl::OkStatus();
  return RefusalError({v1::REFUSAL_CODE_NOT_PERMITTED, 0}, type.type);
}

// --- Looking. ---

const MeetingLine* NextMeeting(const GroupFacts& facts, RecordId group, absl::Time now) {
  for (const MeetingLine* line : facts.MeetingsOf(group)) {
    const bool planned = line->meeting->As<v1::Meeting>().state() == v1::MEETING_STATE_PLANNED;
    if (planned && line->start > now) return line;
  }
  return nullptr;
}

Json GroupJson(const View& view, const VisibleRecord& record, const MeetingLine* next) {
  const auto& group = record.As<v1::Group>();
  Json json = {{"handle", view.HandleOf(record.id)},
               {"name", group.name()},
               {"language", group.language()},
               {"instructor", group.instructor()},
               {"capacity", group.capacity()}};
  json["capacity_meaning"] = group.capacity() == 0 ? Json(nullptr) : Json(Word(group.capacity_meaning()));
  json["rolling_entry"] = group.rolling_entry();
  json["next_meeting"] = next == nullptr ? Json(nullptr) : MeetingJson(view, *next);
  return json;
}

void SayMeeting(const Context& context, const View& view, const MeetingLine& line, bool with_group) {
  const std::string handle = "  " + PadTo(view.HandleOf(line.meeting->id), 5) + " ";
  std::string words = MeetingWords(context, line);
  if (!with_group) {
    MeetingLine bare = line;
    bare.group = nullptr;
    words = MeetingWords(context, bare);
  }
  const std::string text = handle + words + "; " + ChairWords(context, line);
  for (const std::string& part : Wrap(text, context.terminal().Width(), 8)) context.Say(part);
}

std::string GroupLine(const Context& context, const View& view, const VisibleRecord& record) {
  const auto& group = record.As<v1::Group>();
  const auto programme = RecordId::FromBytes(group.programme_id());
  const VisibleRecord* offered = programme ? view.Find(*programme) : nullptr;
  return PadTo(view.HandleOf(record.id), 5) + " " +
         JoinParts({Shown(group.name()), offered == nullptr ? "" : RecordLabel(context, view, *offered),
                    Shown(group.language()), Shown(group.instructor())},
                   ", ");
}

absl::Status RunList(Context& context) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  const GroupFacts facts(*view);
  Json document = JsonDocument("groups");
  document["groups"] = Json::array();
  const auto groups = view->OfType(RecordType::kGroup);
  for (const VisibleRecord* group : groups) {
    const MeetingLine* next = NextMeeting(facts, group->id, context.Now());
    context.Say(CutTo(GroupLine(context, *view, *group), context.terminal().Width()));
    if (next != nullptr) SayMeeting(context, *view, *next, /*with_group=*/false);
    if (next == nullptr) context.Say("  " + context.T("groups.no-meeting-ahead"));
    document["groups"].push_back(GroupJson(*view, *group, next));
  }
  if (groups.empty()) context.Say(context.T("groups.none"));
  context.Emit(document);
  return absl::OkStatus();
}

absl::Status RunShow(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* group, RecordOfType(context, *view, args.handle, RecordType::kGroup));
  const GroupFacts facts(*view);
  context.Say(CutTo(GroupLine(context, *view, *group), context.terminal().Width()));
  Json document = JsonDocument("group");
  document["group"] = GroupJson(*view, *group, NextMeeting(facts, group->id, context.Now()));
  document["meetings"] = Json::array();
  for (const MeetingLine* line : facts.MeetingsOf(group->id)) {
    SayMeeting(context, *view, *line, /*with_group=*/false);
    document["meetings"].push_back(MeetingJson(*view, *line));
  }
  if (document["meetings"].empty()) context.Say("  " + context.T("groups.no-meeting-ahead"));
  context.Emit(document);
  return absl::OkStatus();
}

// --- Writing. ---

// One of the records of a type, by a key: the only one without asking.
absl::StatusOr<std::string> ChooseRecord(const Context& context, const View& view, RecordType type,
                                         std::string_view question, std::string_view none) {
  const auto records = view.OfType(type);
  if (records.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T(none));
  std::vector<std::string> labels;
  for (const VisibleRecord* record : records) labels.push_back(RecordLabel(context, view, *record));
  ASSIGN_OR_RETURN(const size_t chosen, ChooseOne(context, context.T(question), labels));
  return records[chosen]->id.ToBytes();
}

absl::Status AskFields(const Context& context, google::protobuf::Message& content,
                       std::initializer_list<int> fields) {
  for (const int number : fields) {
    const auto* field = content.GetDescriptor()->FindFieldByNumber(number);
    const Answered answered = AskField(context, RecordTypeOfMessage(content), *field, content);
    if (answered == Answered::kLeft) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  }
  return absl::OkStatus();
}

absl::Status AskAbout(const Context& context, const View&, v1::Venue& venue) {
  return AskFields(context, venue, {v1::Venue::kNameFieldNumber});
}

absl::Status AskAbout(const Context& context, const View&, v1::GroupProgramme& programme) {
  using M = v1::GroupProgramme;
  return AskFields(context, programme, {M::kNameFieldNumber, M::kKindFieldNumber, M::kWeeksFieldNumber});
}

absl::Status AskAbout(const Context& context, const View& view, v1::Group& group) {
  using M = v1::Group;
  ASSIGN_OR_RETURN(*group.mutable_programme_id(),
                   ChooseRecord(context, view, RecordType::kGroupProgramme, "groups.which-programme",
                                "groups.no-programme"));
  RETURN_IF_ERROR(AskFields(
      context, group,
      {M::kNameFieldNumber, M::kLanguageFieldNumber, M::kInstructorFieldNumber, M::kCapacityFieldNumber}));
  if (group.capacity() > 0) RETURN_IF_ERROR(AskFields(context, group, {M::kCapacityMeaningFieldNumber}));
  return AskFields(context, group, {M::kRollingEntryFieldNumber});
}

template <typename Message>
absl::Status AddOne(Context& context, const View& view, std::string_view member) {
  Message content;
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
    RETURN_IF_ERROR(input.Get(context, member, content));
  } else if (context.MayPrompt()) {
    RETURN_IF_ERROR(AskAbout(context, view, content));
  } else {
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  }
  Bundle bundle = context.NewBundle();
  bundle.Create(content);
  return SaveAndTell(context, bundle, context.T("groups.added", {{"name", Shown(content.name())}}));
}

absl::Status RunAdd(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  if (args.what == "venue") return AddOne<v1::Venue>(context, *view, "venue");
  if (args.what == "programme") return AddOne<v1::GroupProgramme>(context, *view, "group_programme");
  if (args.what == "group") return AddOne<v1::Group>(context, *view, "group");
  return ErrorWithWords(ErrorCode::kUsage, context.T("groups.add.what"));
}

// The hour is part of the promise.
absl::StatusOr<v1::StatedTime> StartOf(const Context& context, const std::string& word) {
  ASSIGN_OR_RETURN(const v1::StatedTime start, FutureWhen(context, word));
  if (start.has_minute_of_day()) return start;
  return ErrorWithWords(ErrorCode::kBadInput, context.T("groups.hour-wanted"));
}

absl::Status UseVenue(const Context& context, const View& view, const std::string& handle,
                      v1::Meeting& meeting) {
  if (handle.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const VisibleRecord* venue, RecordOfType(context, view, handle, RecordType::kVenue));
  meeting.set_venue_id(venue->id.ToBytes());
  return absl::OkStatus();
}

// A group meets where and as long as it met last, unless it is said.
absl::StatusOr<v1::Meeting> NewMeeting(const Context& context, const View& view, const VisibleRecord& group,
                                       const GroupArgs& args) {
  v1::Meeting meeting;
  const GroupFacts facts(view);
  const auto earlier = facts.MeetingsOf(group.id);
  if (!earlier.empty()) meeting = earlier.back()->meeting->As<v1::Meeting>();
  meeting.set_group_id(group.id.ToBytes());
  meeting.set_state(v1::MEETING_STATE_PLANNED);
  ASSIGN_OR_RETURN(*meeting.mutable_start(), StartOf(context, args.start));
  if (args.minutes != 0) meeting.set_minutes(args.minutes);
  RETURN_IF_ERROR(UseVenue(context, view, args.venue, meeting));
  if (meeting.venue_id().empty()) {
    ASSIGN_OR_RETURN(*meeting.mutable_venue_id(), ChooseRecord(context, view, RecordType::kVenue,
                                                               "groups.which-venue", "groups.no-venue"));
  }
  if (meeting.minutes() == 0) return ErrorWithWords(ErrorCode::kUsage, context.T("groups.minutes-wanted"));
  return meeting;
}

absl::Status RunMeeting(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  if (args.weeks < 1 || args.weeks > kMaxWeeks)
    return ErrorWithWords(ErrorCode::kUsage, context.T("groups.weeks"));
  ASSIGN_OR_RETURN(const VisibleRecord* group, RecordOfType(context, *view, args.handle, RecordType::kGroup));
  ASSIGN_OR_RETURN(v1::Meeting meeting, NewMeeting(context, *view, *group, args));
  const std::string start = MeetingTimeWords(context, meeting);
  const absl::CivilDay first = FromProto(meeting.start().date());
  Bundle bundle = context.NewBundle();
  for (int week = 0; week < args.weeks; ++week) {
    *meeting.mutable_start()->mutable_date() = ToProto(first + 7 * week);
    bundle.Create(meeting);
  }
  return SaveAndTell(
      context, bundle,
      context.T("groups.meetings-saved", {{"count", std::to_string(args.weeks)}, {"first", start}}));
}

// What becomes of a meeting concerns those who were promised a seat in it.
std::string WithPromises(const Context& context, const std::string& words, const MeetingLine& line) {
  const int told = line.promised + line.wishes;
  if (told == 0) return words;
  return words + " " + context.T("groups.promises-broken", {{"count", std::to_string(told)}});
}

absl::Status RunMove(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  const GroupFacts facts(*view);
  ASSIGN_OR_RETURN(const MeetingLine* line, MeetingOfHandle(context, *view, facts, args.handle));
  v1::Meeting moved = line->meeting->As<v1::Meeting>();
  std::vector<uint32_t> fields;
  if (!args.start.empty()) {
    ASSIGN_OR_RETURN(*moved.mutable_start(), StartOf(context, args.start));
    fields.push_back(v1::Meeting::kStartFieldNumber);
  }
  if (!args.venue.empty()) {
    RETURN_IF_ERROR(UseVenue(context, *view, args.venue, moved));
    fields.push_back(v1::Meeting::kVenueIdFieldNumber);
  }
  if (args.minutes != 0) {
    moved.set_minutes(args.minutes);
    fields.push_back(v1::Meeting::kMinutesFieldNumber);
  }
  if (fields.empty()) return ErrorWithWords(ErrorCode::kUsage, context.T("groups.move.nothing"));
  const std::string words =
      WithPromises(context, context.T("groups.moved", {{"start", MeetingTimeWords(context, moved)}}), *line);
  Bundle bundle = context.NewBundle();
  bundle.Patch(line->meeting->id, moved, fields);
  return SaveAndTell(context, bundle, words);
}

absl::Status RunImport(Context& context, const std::string& file) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  return ImportGroups(context, *view, file);
}

// A coordinator's word gives the new leader the group and takes it from the former one, at the base; an instructor's does not.
absl::Status RunLead(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  ASSIGN_OR_RETURN(const VisibleRecord* group, RecordOfType(context, *view, args.handle, RecordType::kGroup));
  v1::Group values;
  values.set_instructor(args.staff);
  Bundle bundle = context.NewBundle();
  bundle.Patch(group->id, values, {v1::Group::kInstructorFieldNumber});
  const bool grants = context.store().info().role == Role::kCoordinator;
  return SaveAndTell(context, bundle,
                     context.T(grants ? "groups.led" : "groups.led-unread", {{"staff", args.staff}}));
}

absl::Status RunCancel(Context& context, const GroupArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  RETURN_IF_ERROR(MayPlan(context));
  const GroupFacts facts(*view);
  ASSIGN_OR_RETURN(const MeetingLine* line, MeetingOfHandle(context, *view, facts, args.handle));
  v1::Meeting cancelled;
  cancelled.set_state(v1::MEETING_STATE_CANCELLED);
  const std::string start = MeetingTimeWords(context, line->meeting->As<v1::Meeting>());
  const std::string words = WithPromises(context, context.T("groups.cancelled", {{"start", start}}), *line);
  Bundle bundle = context.NewBundle();
  bundle.Patch(line->meeting->id, cancelled, {v1::Meeting::kStateFieldNumber});
  return SaveAndTell(context, bundle, words);
}

CLI::App* AddWithHandle(VerbTable& verbs, const std::string& name, const std::shared_ptr<GroupArgs>& args,
                        absl::Status (*run)(Context&, const GroupArgs&)) {
  CLI::App* verb = verbs.Add("groups." + name, [args, run](Context& context) { return run(context, *args); });
  verb->add_option("handle", args->handle, verbs.T("help.argument.handle"))->required();
  return verb;
}

void AddPlace(VerbTable& verbs, CLI::App* verb, const std::shared_ptr<GroupArgs>& args) {
  verb->add_option("--venue", args->venue, verbs.T("help.groups.option.venue"));
  verb->add_option("--minutes", args->minutes, verbs.T("help.groups.option.minutes"));
}

}  // namespace

void AddGroups(VerbTable& verbs) {
  verbs.Add("groups", RunList);
  verbs.Add("groups.list", RunList);
  AddWithHandle(verbs, "show", std::make_shared<GroupArgs>(), RunShow);
  auto add = std::make_shared<GroupArgs>();
  CLI::App* adding = verbs.Add("groups.add", [add](Context& context) { return RunAdd(context, *add); });
  adding->add_option("what", add->what, verbs.T("help.groups.add.what"))->required();
  verbs.TakesJson(adding);
  auto lead = std::make_shared<GroupArgs>();
  CLI::App* leading = AddWithHandle(verbs, "lead", lead, RunLead);
  leading->add_option("staff", lead->staff, verbs.T("help.groups.lead.staff"))->required();
  auto meeting = std::make_shared<GroupArgs>();
  CLI::App* planning = AddWithHandle(verbs, "meeting", meeting, RunMeeting);
  planning->add_option("--at", meeting->start, verbs.T("help.groups.option.at"))->required();
  planning->add_option("--weeks", meeting->weeks, verbs.T("help.groups.option.weeks"));
  AddPlace(verbs, planning, meeting);
  auto move = std::make_shared<GroupArgs>();
  CLI::App* moving = AddWithHandle(verbs, "move", move, RunMove);
  moving->add_option("--at", move->start, verbs.T("help.groups.option.at"));
  AddPlace(verbs, moving, move);
  AddWithHandle(verbs, "cancel", std::make_shared<GroupArgs>(), RunCancel);
  auto file = std::make_shared<std::string>();
  CLI::App* importing =
      verbs.Add("groups.import", [file](Context& context) { return RunImport(context, *file); });
  importing->add_option("file", *file, verbs.T("help.groups.import.file"));
}

}  // namespace opgang::cli
