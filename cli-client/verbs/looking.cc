// Looking: opgang due (who must be in a group by when), opgang find (by words, from a prompt), opgang show
// (one record in full).
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/conflict_view.h"
#include "cli-client/dates.h"
#include "cli-client/due_list.h"
#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_view.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr size_t kMaxHits = 20;

struct DueArgs {
  bool all = false;
};

absl::Status RunDue(Context& context, const DueArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  const OneMoment now(context);
  const std::vector<CaseLine> cases = view->Cases(context.Now(), /*open_only=*/!args.all);
  SayCases(context, *view, cases);
  context.Say(context.T("due.policy",
                        {{"policy", std::string(DuePolicyName(context.store().rule_settings().policy))}}) +
              " " + UnsentWords(context));
  context.EmitMade([&] {
    Json document = JsonDocument("due");
    document["now"] = JsonTime(context.Now());
    document["policy"] = DuePolicyName(context.store().rule_settings().policy);
    document["cases"] = CasesJson(context, *view, cases);
    document["queue"] = UnsentJson(context);
    return document;
  });
  return absl::OkStatus();
}

absl::StatusOr<std::string> SearchWords(const Context& context) {
  std::string words;
  if (context.MayPrompt()) {
    words = AskLine(context, context.T("find.prompt")).text.Reveal();
  } else if (!context.terminal().CanPrompt()) {
    words = Trimmed(context.terminal().NextInputLine().value_or(""));
  }
  if (words.empty()) return ErrorWithWords(ErrorCode::kUsage, context.T("find.nothing"));
  return words;
}

std::string HitLine(const Context& context, const View& view, const SearchHit& hit) {
  const std::string line = PadTo(view.HandleOf(hit.record->id), 5) + " " +
                           PadTo(TypeLabel(context.texts(), *hit.record->type), 10) + " " +
                           RecordLabel(context, view, *hit.record);
  return CutTo(line, context.terminal().Width());
}

absl::Status RunFind(Context& context) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const std::string words, SearchWords(context));
  const std::vector<SearchHit> hits = view->Search(words, kMaxHits);
  RETURN_IF_ERROR(context.NoteFound(hits));
  Json document = JsonDocument("find");
  document["hits"] = Json::array();
  for (const SearchHit& hit : hits) {
    context.Say(HitLine(context, *view, hit));
    document["hits"].push_back({{"handle", view->HandleOf(hit.record->id)},
                                {"type", hit.record->type->name},
                                {"label", RecordLabel(context, *view, *hit.record)},
                                {"by", hit.by}});
  }
  if (hits.empty()) context.Say(context.T("find.none"));
  context.Emit(document);
  return absl::OkStatus();
}

void SayRecord(const Context& context, const View& view, const VisibleRecord& record) {
  const bool color = context.options().color;
  const std::string head = view.HandleOf(record.id) + "  " + TypeLabel(context.texts(), *record.type);
  context.Say(Inked(head, Ink::kBold, color));
  for (const std::string& line : RecordLines(context, view, record)) {
    for (const std::string& part : Wrap("  " + line, context.terminal().Width(), 4)) context.Say(part);
  }
}

// Under a citizen: the cases, then everything else about the person, oldest first.
void SayAboutCitizen(const Context& context, const View& view, RecordId citizen) {
  const GroupFacts facts(view);
  for (const CaseLine& line : view.CasesOfCitizen(citizen, context.Now())) {
    for (const std::string& text : CaseLines(context, view, facts, line, context.terminal().Width()))
      context.Say(text);
  }
  for (const VisibleRecord* record : view.About(citizen)) {
    if (record->id != citizen) SayRecord(context, view, *record);
  }
}

Json AboutJson(const Context& context, const View& view, RecordId citizen) {
  Json about = Json::array();
  for (const VisibleRecord* record : view.About(citizen)) {
    if (record->id != citizen) about.push_back(RecordJson(context, view, *record));
  }
  return about;
}

// What the device knows of the record's past.
absl::Status SayHistory(Context& context, const View& view, const VisibleRecord& record, Json& document) {
  ASSIGN_OR_RETURN(const auto history, context.store().History(record.id));
  context.Say(context.T("history.head"));
  document["history"] = Json::array();
  for (const HistoryValue& value : history) {
    const std::string line = "  " + HistoryLine(context, view, record, value);
    for (const std::string& part : Wrap(line, context.terminal().Width(), 4)) context.Say(part);
    document["history"].push_back(HistoryJson(record, value));
  }
  return absl::OkStatus();
}

struct ShowArgs {
  std::string handle;
  bool history = false;
};

absl::Status RunShow(Context& context, const ShowArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, *view, args.handle));
  const bool is_citizen = record->type->type == RecordType::kCitizen;
  SayRecord(context, *view, *record);
  if (is_citizen) SayAboutCitizen(context, *view, record->id);
  Json document = JsonDocument("show");
  document["record"] = RecordJson(context, *view, *record);
  if (is_citizen) {
    document["cases"] = CasesJson(context, *view, view->CasesOfCitizen(record->id, context.Now()));
    document["about"] = AboutJson(context, *view, record->id);
  }
  if (args.history) RETURN_IF_ERROR(SayHistory(context, *view, *record, document));
  context.Emit(document);
  return absl::OkStatus();
}

}  // namespace

void AddDue(VerbTable& verbs) {
  auto args = std::make_shared<DueArgs>();
  CLI::App* verb = verbs.Add("due", [args](Context& context) { return RunDue(context, *args); });
  verb->add_flag("--all", args->all, verbs.T("help.due.all"));
}

void AddFind(VerbTable& verbs) { verbs.Add("find", RunFind); }

void AddShow(VerbTable& verbs) {
  auto args = std::make_shared<ShowArgs>();
  CLI::App* verb = verbs.Add("show", [args](Context& context) { return RunShow(context, *args); });
  verb->add_option("handle", args->handle, verbs.T("help.argument.handle"))->required();
  verb->add_flag("--history", args->history, verbs.T("help.show.history"));
}

}  // namespace opgang::cli
