// opgang nicotine: free nicotine replacement as a ledger; alone the ledger and the weeks that are left. What was wrong is
// corrected by another entry (--corrects), never edited. opgang carbon-monoxide: a breath test. Both for the health role.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/about_citizen.h"
#include "cli-client/course_view.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/prompts.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"

namespace opgang::cli {
namespace {

struct HandOutArgs {
  std::string citizen;
  std::string product;
  std::optional<int> weeks;
  std::optional<int> amount;
  std::optional<double> strength;
  std::string corrects;
  std::string when;
};

absl::Status TellLedger(Context& context, const std::string& handle) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, handle));
  const CourseHistory history = HistoryOf(*view, citizen->id, context.Now());
  const NicotineAllowance allowance =
      AllowanceOn(context.Today(), history.nicotine, ActiveSpans(history.courses));
  for (const std::string& line : LedgerLines(context, *view, history.nicotine)) context.Say(line);
  context.Say(AllowanceWords(context, allowance));
  Json document = JsonDocument("nicotine");
  document["citizen"] = view->HandleOf(citizen->id);
  document["entries"] = LedgerJson(*view, history.nicotine);
  document["weeks_left"] = allowance.weeks;
  document["last_day"] = allowance.last_day ? Json(JsonDate(*allowance.last_day)) : Json(nullptr);
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

absl::Status NameCorrected(const Context& context, const View& view, const VisibleRecord& citizen,
                           const std::string& handle, v1::NicotineHandOut& hand_out) {
  ASSIGN_OR_RETURN(const VisibleRecord* entry,
                   RecordOfType(context, view, handle, RecordType::kNicotineHandOut));
  if (entry->subject != citizen.id)
    return ErrorWithWords(ErrorCode::kBadInput, context.T("nicotine.other-citizen"));
  hand_out = entry->As<v1::NicotineHandOut>();  // what is not said anew stays
  hand_out.set_corrects_id(entry->id.ToBytes());
  return absl::OkStatus();
}

absl::Status FillHandOut(const Context& context, const HandOutArgs& args, v1::NicotineHandOut& hand_out) {
  using M = v1::NicotineHandOut;
  if (!args.product.empty() || hand_out.product() == v1::NICOTINE_PRODUCT_UNSPECIFIED) {
    ASSIGN_OR_RETURN(
        const v1::NicotineProduct product,
        WordOrAsk<v1::NicotineProduct>(context, args.product, context.T("nicotine.product"), "product"));
    hand_out.set_product(product);
  }
  if (args.weeks) hand_out.set_weeks(*args.weeks);
  if (args.amount) hand_out.set_amount(*args.amount);
  if (args.strength) hand_out.set_strength_mg(*args.strength);
  if (hand_out.corrects_id().empty()) {
    RETURN_IF_ERROR(AskMissing(context, hand_out,
                               {M::kStrengthMgFieldNumber, M::kAmountFieldNumber, M::kWeeksFieldNumber}));
  }
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(hand_out, happened);
  return absl::OkStatus();
}

bool IsAboutNicotine(const absl::Status& status) {
  const auto refusal = GetRefusal(status);
  return refusal && (refusal->code == v1::REFUSAL_CODE_NICOTINE_WEEKS ||
                     refusal->code == v1::REFUSAL_CODE_NICOTINE_WINDOW ||
                     refusal->code == v1::REFUSAL_CODE_NOT_PARTICIPATING);
}

// A refusal says besides how many weeks are left.
absl::Status WithWeeksLeft(Context& context, const std::string& handle, absl::Status status) {
  const View* view = IsAboutNicotine(status) ? context.ViewIfUnlocked() : nullptr;
  const auto citizen =
      view == nullptr ? absl::StatusOr<const VisibleRecord*>(nullptr) : CitizenOf(context, *view, handle);
  if (!citizen.ok() || *citizen == nullptr) return status;
  const CourseHistory history = HistoryOf(*view, (*citizen)->id, context.Now());
  const NicotineAllowance allowance =
      AllowanceOn(context.Today(), history.nicotine, ActiveSpans(history.courses));
  context.Hint(AllowanceWords(context, allowance));
  return status;
}

absl::Status RunHandOut(Context& context, const HandOutArgs& args) {
  const bool only_looks = args.product.empty() && !args.weeks && !args.amount && args.corrects.empty() &&
                          !context.options().json_input;
  if (only_looks) return TellLedger(context, args.citizen);
  const absl::Status saved = SaveAbout<v1::NicotineHandOut>(
      context, args.citizen, "nicotine_hand_out", "nicotine.saved",
      [&](const View& view, const VisibleRecord& citizen, v1::NicotineHandOut& hand_out) {
        return args.corrects.empty() ? absl::OkStatus()
                                     : NameCorrected(context, view, citizen, args.corrects, hand_out);
      },
      [&](const View&, const VisibleRecord&, v1::NicotineHandOut& hand_out) {
        return FillHandOut(context, args, hand_out);
      });
  return WithWeeksLeft(context, args.citizen, saved);
}

// --- The breath test. ---

struct TestArgs {
  std::string citizen;
  std::optional<double> ppm;
  std::string occasion;
  std::string monitor;
  std::optional<double> hours;
  std::string when;
};

absl::Status FillTest(const Context& context, const TestArgs& args, v1::CarbonMonoxideTest& test) {
  ASSIGN_OR_RETURN(const v1::TestOccasion occasion,
                   WordOrAsk<v1::TestOccasion>(context, args.occasion, context.T("carbon-monoxide.occasion"),
                                               "--occasion"));
  test.set_occasion(occasion);
  if (args.ppm) test.set_ppm(*args.ppm);
  if (args.hours) test.set_hours_since_last_cigarette(*args.hours);
  test.set_monitor(args.monitor);
  RETURN_IF_ERROR(AskMissing(context, test, {v1::CarbonMonoxideTest::kPpmFieldNumber}));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(test, happened);
  return absl::OkStatus();
}

absl::Status RunTest(Context& context, const TestArgs& args) {
  return SaveAbout<v1::CarbonMonoxideTest>(
      context, args.citizen, "carbon_monoxide_test", "carbon-monoxide.saved",
      [](const View&, const VisibleRecord&, v1::CarbonMonoxideTest&) { return absl::OkStatus(); },
      [&](const View&, const VisibleRecord&, v1::CarbonMonoxideTest& test) {
        return FillTest(context, args, test);
      });
}

}  // namespace

void AddNicotine(VerbTable& verbs) {
  auto args = std::make_shared<HandOutArgs>();
  CLI::App* verb = verbs.Add("nicotine", [args](Context& context) { return RunHandOut(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("product", args->product, verbs.T("help.nicotine.product"));
  verb->add_option("--weeks", args->weeks, verbs.T("help.nicotine.weeks"));
  verb->add_option("--amount", args->amount, verbs.T("help.nicotine.amount"));
  verb->add_option("--strength", args->strength, verbs.T("help.nicotine.strength"));
  verb->add_option("--corrects", args->corrects, verbs.T("help.nicotine.corrects"));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verbs.TakesJson(verb);
}

void AddCarbonMonoxide(VerbTable& verbs) {
  auto args = std::make_shared<TestArgs>();
  CLI::App* verb = verbs.Add("carbon-monoxide", [args](Context& context) { return RunTest(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("ppm", args->ppm, verbs.T("help.carbon-monoxide.ppm"));
  verb->add_option("--occasion", args->occasion, verbs.T("help.carbon-monoxide.occasion"));
  verb->add_option("--monitor", args->monitor, verbs.T("help.carbon-monoxide.monitor"));
  verb->add_option("--hours", args->hours, verbs.T("help.carbon-monoxide.hours"));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
