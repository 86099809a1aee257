// opgang sync: hand in what is unsent, fetch what changed. The number of unsent records that it prints is the
// queue's, and nothing is called done while something was refused.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "cli-client/backup_notice.h"
#include "cli-client/conflict_view.h"
#include "cli-client/layout.h"
#include "cli-client/saving.h"
#include "cli-client/sync_explanation.h"
#include "cli-client/unlocking.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr int kBarColumns = 20;

struct SyncArgs {
  bool hand_in = false;
  bool explain = false;
};

// A bar that is drawn again on a terminal; plain lines, one for each stage, elsewhere.
class ProgressLines : public SyncObserver {
 public:
  ProgressLines(Context& context, bool explains) : context_(context), explains_(explains) {}

  void OnProgress(const SyncProgress& progress) override {
    if (context_.options().json) return;
    const std::string words = Words(progress);
    if (context_.terminal().HasScreen()) {
      context_.terminal().Err("\r" + PadTo(Bar(progress) + " " + words, context_.terminal().Width() - 1));
      drawn_ = true;
    } else if (StageOf(progress) != stage_ && words != told_) {
      stage_ = StageOf(progress);
      told_ = words;
      context_.terminal().Err(words + "\n");
    }
  }
  bool WantsDecisions() const override { return explains_; }
  void OnDecision(const SyncDecision& decision) override { decisions_.push_back(decision); }
  const std::vector<SyncDecision>& decisions() const { return decisions_; }
  bool KeepGoing() override { return !context_.terminal().Interrupted(); }
  void End() {
    if (drawn_) context_.terminal().Err("\n");
  }

 private:
  std::string Words(const SyncProgress& p) const {
    return context_.T("sync.progress", {{"answered", std::to_string(p.answered)},
                                        {"to_send", std::to_string(p.to_send)},
                                        {"received", std::to_string(p.received)}});
  }
  static std::string Bar(const SyncProgress& p) {
    const uint32_t all = p.to_send + p.scopes_total;
    const uint32_t done = p.answered + p.scopes_current;
    const int filled = all == 0 ? 0 : static_cast<int>(kBarColumns * std::min(done, all) / all);
    return "[" + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "]";
  }
  // Greeted, everything handed in, each scope current.
  static uint32_t StageOf(const SyncProgress& p) {
    if (p.scopes_total == 0 && p.answered == 0) return 1;
    return 2 + (p.answered >= p.to_send ? 1 : 0) + 2 * p.scopes_current;
  }

  Context& context_;
  const bool explains_;
  std::vector<SyncDecision> decisions_;
  uint32_t stage_ = 0;
  std::string told_;
  bool drawn_ = false;
};

std::string ReceivedWords(const Context& context, const SyncResult& result) {
  if (!result.read) return context.T("sync.not-read");
  return context.T("sync.received", {{"received", std::to_string(result.received)}});
}

void SayResult(const Context& context, const SyncResult& result) {
  const uint32_t stored = result.applied;
  context.Say(
      context.T("sync.sent", {{"sent", std::to_string(result.sent)}, {"stored", std::to_string(stored)}}) +
      " " + ReceivedWords(context, result));
  if (result.refused > 0) {
    context.Say(context.T("sync.refused", {{"count", std::to_string(result.refused)}}));
  }
  if (result.side_by_side > 0) {
    context.Say(context.T("sync.side-by-side", {{"count", std::to_string(result.side_by_side)}}));
  }
  if (result.repaired > 0) {
    context.Say(context.T("sync.repaired", {{"count", std::to_string(result.repaired)}}));
  }
  if (result.differing > 0) {
    context.Say(context.T("sync.differing", {{"count", std::to_string(result.differing)}}));
  }
  if (const std::string open = OpenConflictsWords(context); !open.empty()) context.Say(open);
  context.Say(UnsentWords(context));
  SayBackupNotice(context, context.store().backup_status());
}

Json ResultJson(const Context& context, const SyncResult& result) {
  Json document = JsonDocument("sync");
  document["sent"] = result.sent;
  document["stored"] = result.applied;
  document["refused"] = result.refused;
  document["side_by_side"] = result.side_by_side;
  document["received"] = result.received;
  document["repaired"] = result.repaired;
  document["differing"] = result.differing;
  document["read"] = result.read;
  document["open_conflicts"] = OpenConflictsJson(context);
  document["queue"] = UnsentJson(context);
  document["backup"] = BackupJson(context.store().backup_status());
  return document;
}

absl::Status RunSync(Context& context, const SyncArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  if (!args.hand_in) RETURN_IF_ERROR(UnlockIfWanted(context));
  ProgressLines progress(context, args.explain);
  SyncOptions options;
  options.observer = &progress;
  const absl::StatusOr<SyncResult> result = context.wiring().sync(context.store(), options);
  progress.End();
  if (args.explain) SayExplanation(context, progress.decisions());  // of a sync that was cut off too
  if (!result.ok()) {
    context.Hint(UnsentWords(context));
    return result.status();
  }
  SayResult(context, *result);
  Json document = ResultJson(context, *result);
  if (args.explain) document["explanation"] = ExplanationJson(context, progress.decisions());
  context.Emit(document);
  if (result->refused > 0) return MakeError(ErrorCode::kNeedsAttention, "the base refused something");
  return absl::OkStatus();
}

}  // namespace

void AddSync(VerbTable& verbs) {
  auto args = std::make_shared<SyncArgs>();
  CLI::App* verb = verbs.Add("sync", [args](Context& context) { return RunSync(context, *args); });
  verb->add_flag("--hand-in", args->hand_in, verbs.T("help.sync.hand-in"));
  verb->add_flag("--explain", args->explain, verbs.T("help.sync.explain"));
}

}  // namespace opgang::cli
