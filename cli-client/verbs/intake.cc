// opgang intake: the smoking-cessation intake, question by question. Each answer is durable when it is given;
// leaving keeps a draft that the same command continues. Three questions make an intake (products, daily
// amounts, place). The health role is asked the clinical part too, a record of its own.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/dates.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/scores.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/validation.h"

namespace opgang::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

struct IntakeArgs {
  std::string citizen;
  bool again = false;
};

enum GateKey { kComplete = 1 };

const VisibleRecord* Newest(const View& view, RecordId citizen, RecordType type) {
  const VisibleRecord* newest = nullptr;
  for (const VisibleRecord* record : view.About(citizen)) {
    if (record->type->type == type) newest = record;
  }
  return newest;
}

// Questions are the fields that hold answers, in the order of the schema.
std::vector<const FieldDescriptor*> QuestionsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> questions;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (CanAsk(*field) && field->name() != "status") questions.push_back(field);
  }
  return questions;
}

class IntakeTalk {
 public:
  IntakeTalk(Context& context, const VisibleRecord& citizen)
      : context_(context), citizen_(citizen.id), area_(AreaOf(citizen)) {}

  absl::Status Run(bool again);

 private:
  const View& view() const { return *context_.ViewIfUnlocked(); }
  const VisibleRecord* Latest(RecordType type) const { return Newest(view(), citizen_, type); }
  bool AsksClinical() const {
    return MayWrite(context_.store().info().role, RecordTypeOf<v1::ClinicalIntake>());
  }
  GrowingRecord BeginIntake(const VisibleRecord* draft);
  absl::StatusOr<bool> AskRequired(GrowingRecord& record);
  absl::StatusOr<bool> AskRest(GrowingRecord& record);
  absl::StatusOr<bool> AskOpen(GrowingRecord& record);
  absl::Status Complete(GrowingRecord& record);
  absl::Status AskClinical(RecordId intake);
  absl::Status KeepDraft() const;

  Context& context_;
  RecordId citizen_;
  std::optional<AreaId> area_;
};

GrowingRecord IntakeTalk::BeginIntake(const VisibleRecord* draft) {
  if (draft != nullptr) {
    context_.Hint(context_.T("intake.continues", {{"author", Shown(draft->record->created().author())}}));
    return GrowingRecord(context_, area_, draft->content(), draft->id);
  }
  v1::Intake intake;
  intake.set_citizen_id(citizen_.ToBytes());
  intake.set_status(v1::INTAKE_STATUS_DRAFT);
  return GrowingRecord(context_, area_, intake, std::nullopt);
}

// True: answered; false: left.
absl::StatusOr<bool> IntakeTalk::AskRequired(GrowingRecord& record) {
  for (;;) {
    const auto missing = ValidateIntakeComplete(static_cast<const v1::Intake&>(record.content()));
    if (!missing) return true;
    const FieldDescriptor* field =
        v1::Intake::descriptor()->FindFieldByNumber(static_cast<int>(missing->field));
    ASSIGN_OR_RETURN(const Answered answered, record.Ask(*field));
    if (answered == Answered::kLeft) return false;
    if (answered == Answered::kSkipped) context_.Hint(context_.T("intake.required"));
  }
}

// Every question that has no answer yet. False: left.
absl::StatusOr<bool> IntakeTalk::AskOpen(GrowingRecord& record) {
  for (const FieldDescriptor* field : QuestionsOf(*record.content().GetDescriptor())) {
    if (IsAnswered(record.content(), *field)) continue;
    ASSIGN_OR_RETURN(const Answered answered, record.Ask(*field));
    if (answered == Answered::kLeft) return false;
  }
  return true;
}

// After the three: Enter goes on, c completes at once.
absl::StatusOr<bool> IntakeTalk::AskRest(GrowingRecord& record) {
  const MenuAnswer answer =
      AskMenu(context_, context_.T("intake.gate"), {{"c", context_.T("intake.gate.complete"), kComplete}},
              /*may_skip=*/true);
  if (answer.reply == Answered::kLeft) return false;
  if (answer.reply == Answered::kGiven) return true;
  return AskOpen(record);
}

absl::Status IntakeTalk::Complete(GrowingRecord& record) {
  static_cast<v1::Intake&>(record.content()).set_status(v1::INTAKE_STATUS_COMPLETE);
  RETURN_IF_ERROR(record.Keep(*v1::Intake::descriptor()->FindFieldByName("status")));
  TellSaved(context_, {*record.id()},
            context_.T("intake.complete", {{"handle", context_.Handle(*record.id())}}));
  const std::string scores = IntakeScoreWords(context_.texts(), static_cast<v1::Intake&>(record.content()));
  if (!scores.empty()) context_.Hint(scores);
  return absl::OkStatus();
}

absl::Status IntakeTalk::AskClinical(RecordId intake) {
  v1::ClinicalIntake start;
  start.set_citizen_id(citizen_.ToBytes());
  start.set_intake_id(intake.ToBytes());
  std::optional<RecordId> id;
  const VisibleRecord* latest = Latest(RecordType::kClinicalIntake);
  if (latest != nullptr && latest->As<v1::ClinicalIntake>().intake_id() == start.intake_id()) {
    start = latest->As<v1::ClinicalIntake>();
    id = latest->id;
  }
  context_.Hint(context_.T("intake.clinical"));
  GrowingRecord record(context_, area_, start, id);
  ASSIGN_OR_RETURN(const bool finished, AskOpen(record));
  if (!record.id()) return finished ? absl::OkStatus() : KeepDraft();
  context_.Say(ClinicalScoreWords(context_.texts(), static_cast<v1::ClinicalIntake&>(record.content())) +
               " " + UnsentWords(context_));
  return absl::OkStatus();
}

absl::Status IntakeTalk::KeepDraft() const {
  context_.Say(context_.T("intake.left", {{"citizen", context_.Handle(citizen_)}}) + " " +
               UnsentWords(context_));
  return absl::OkStatus();
}

absl::Status IntakeTalk::Run(bool again) {
  const VisibleRecord* latest = Latest(RecordType::kIntake);
  const bool done = latest != nullptr && latest->As<v1::Intake>().status() == v1::INTAKE_STATUS_COMPLETE;
  if (done && !again) {
    if (AsksClinical()) return AskClinical(latest->id);
    return ErrorWithWords(ErrorCode::kUsage,
                          context_.T("intake.exists", {{"handle", context_.Handle(latest->id)}}));
  }
  GrowingRecord record = BeginIntake(done ? nullptr : latest);
  ASSIGN_OR_RETURN(bool answered, AskRequired(record));
  if (!answered) return KeepDraft();
  ASSIGN_OR_RETURN(answered, AskRest(record));
  if (!answered) return KeepDraft();
  RETURN_IF_ERROR(Complete(record));
  return AsksClinical() ? AskClinical(*record.id()) : absl::OkStatus();
}

// {"intake": {...}, "clinical_intake": {...}}: complete where the three answers are there and no status is
// given.
absl::Status SaveFromJson(Context& context, const VisibleRecord& citizen) {
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"intake", "clinical_intake"}));
  v1::Intake intake;
  intake.set_citizen_id(citizen.id.ToBytes());
  RETURN_IF_ERROR(input.Get(context, "intake", intake));
  if (intake.status() == v1::INTAKE_STATUS_UNSPECIFIED) {
    intake.set_status(ValidateIntakeComplete(intake) ? v1::INTAKE_STATUS_DRAFT : v1::INTAKE_STATUS_COMPLETE);
  }
  Bundle bundle = context.NewBundle();
  const RecordId id = bundle.Create(intake, AreaOf(citizen));
  if (input.Has("clinical_intake")) {
    v1::ClinicalIntake clinical;
    clinical.set_citizen_id(citizen.id.ToBytes());
    clinical.set_intake_id(id.ToBytes());
    RETURN_IF_ERROR(input.Get(context, "clinical_intake", clinical));
    bundle.Create(clinical, AreaOf(citizen));
  }
  return SaveAndTell(context, bundle, context.T("intake.saved.json"));
}

absl::Status RunIntake(Context& context, const IntakeArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
  if (context.options().json_input) return SaveFromJson(context, *citizen);
  if (!context.MayPrompt())
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  return IntakeTalk(context, *citizen).Run(args.again);
}

}  // namespace

void AddIntake(VerbTable& verbs) {
  auto args = std::make_shared<IntakeArgs>();
  CLI::App* verb = verbs.Add("intake", [args](Context& context) { return RunIntake(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_flag("--new", args->again, verbs.T("help.intake.new"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
