// Mending: opgang undo (the last save), opgang same-person (two citizens are one, or are not after all).
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/lookup.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

absl::Status RunUndo(Context& context) {
  RETURN_IF_ERROR(context.OpenView().status());
  ASSIGN_OR_RETURN(const SaveReceipt receipt, context.store().UndoLast());
  TellSaved(context, {}, context.T("undo.done.count", {{"count", std::to_string(receipt.intents.size())}}));
  return absl::OkStatus();
}

struct SamePersonArgs {
  std::string one;
  std::string other;
  bool take_back = false;
  bool two = false;
};

const VisibleRecord* FindJoin(const View& view, RecordId citizen, RecordId other) {
  for (const VisibleRecord* record : view.OfType(RecordType::kSamePerson)) {
    const auto& same = record->As<v1::SamePerson>();
    if (same.citizen_id() == citizen.ToBytes() && same.other_citizen_id() == other.ToBytes()) return record;
  }
  return nullptr;
}

// One of the two records of a join: set to what it now is, or made.
void PutJoin(const View& view, const VisibleRecord& citizen, const VisibleRecord& other,
             const SamePersonArgs& args, Bundle& bundle) {
  v1::SamePerson same;
  same.set_citizen_id(citizen.id.ToBytes());
  same.set_other_citizen_id(other.id.ToBytes());
  same.set_joined(!args.take_back && !args.two);
  const VisibleRecord* existing = FindJoin(view, citizen.id, other.id);
  if (existing != nullptr) {
    bundle.Patch(existing->id, same, {v1::SamePerson::kJoinedFieldNumber});
  } else if (!args.take_back) {
    bundle.Create(same, AreaOf(citizen));
  }
}

std::string_view JoinWordsId(const SamePersonArgs& args) {
  if (args.two) return "same-person.two";
  return args.take_back ? "same-person.taken-back" : "same-person.joined";
}

absl::Status RunSamePerson(Context& context, const SamePersonArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* one, CitizenOf(context, *view, args.one));
  ASSIGN_OR_RETURN(const VisibleRecord* other, CitizenOf(context, *view, args.other));
  if (one->id == other->id) return ErrorWithWords(ErrorCode::kUsage, context.T("same-person.one"));
  Bundle bundle = context.NewBundle();
  PutJoin(*view, *one, *other, args, bundle);
  PutJoin(*view, *other, *one, args, bundle);
  if (bundle.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("same-person.not-joined"));
  return SaveAndTell(
      context, bundle,
      context.T(JoinWordsId(args), {{"one", view->HandleOf(one->id)}, {"other", view->HandleOf(other->id)}}));
}

}  // namespace

void AddUndo(VerbTable& verbs) { verbs.Add("undo", RunUndo); }

void AddSamePerson(VerbTable& verbs) {
  auto args = std::make_shared<SamePersonArgs>();
  CLI::App* verb =
      verbs.Add("same-person", [args](Context& context) { return RunSamePerson(context, *args); });
  verb->add_option("citizen", args->one, verbs.T("help.argument.citizen"))->required();
  verb->add_option("other", args->other, verbs.T("help.argument.citizen"))->required();
  CLI::Option* take_back =
      verb->add_flag("--take-back", args->take_back, verbs.T("help.same-person.take-back"));
  verb->add_flag("--two", args->two, verbs.T("help.same-person.two"))->excludes(take_back);
}

}  // namespace opgang::cli
