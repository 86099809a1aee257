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
  bool all = false;
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
  if (result.revoked) return context.T("sync.revoked");
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
  document["revoked"] = result.revoked;
  document["open_conflicts"] = OpenConflictsJson(context);
  document["queue"] = UnsentJson(context);
  document["backup"] = BackupJson(context.store().backup_status());
  return document;
}

// One store of those on this device, locked: whoever holds the tablet hands its work in.
std::string HandInOne(Context& context, Store& store, Json& document) {
  SyncOptions options;
  const auto result = context.wiring().sync(store, options);
  const uint32_t unsent = store.outbox_counts().unsent;
  document["unsent"] = unsent;
  document["sent"] = result.ok() ? Json(result->sent) : Json(nullptr);
  if (!result.ok())
    return context.T("sync.all.failed",
                     {{"why", std::string(ErrorCodeName(GetErrorCode(result.status())))}}) +
           "; " + context.T("sync.all.waiting", {{"count", std::to_string(unsent)}});
  return context.T("sync.sent",
                   {{"sent", std::to_string(result->sent)}, {"stored", std::to_string(result->applied)}});
}

absl::Status RunSyncAll(Context& context) {
  ASSIGN_OR_RETURN(const std::vector<StoreInfo> stores, context.device().Stores());
  Json document = JsonDocument("sync-all");
  document["stores"] = Json::array();
  absl::Status worst;
  for (const StoreInfo& info : stores) {
    Json one = {{"staff", info.staff_code}, {"device", info.device_label}};
    auto store = context.device().OpenStore(info.id);
    const std::string words =
        store.ok() ? HandInOne(context, **store, one)
                   : context.T("sync.all.failed",
                               {{"why", std::string(ErrorCodeName(GetErrorCode(store.status())))}});
    context.Say(context.T(
        "sync.all.line",
        {{"staff", Shown(info.staff_code)}, {"device", Shown(info.device_label)}, {"words", words}}));
    const bool done = store.ok() && !one["sent"].is_null();
    if (!done) worst.Update(MakeError(ErrorCode::kTryLater, "not everybody's work was handed in"));
    document["stores"].push_back(std::move(one));
  }
  context.Emit(document);
  return worst;
}

absl::Status RunSync(Context& context, const SyncArgs& args) {
  if (args.all && (args.hand_in || args.explain))
    return ErrorWithWords(ErrorCode::kUsage, context.T("sync.all.alone"));
  if (args.all) return RunSyncAll(context);
  RETURN_IF_ERROR(context.OpenStore().status());
  const absl::Status unlocked = args.hand_in ? absl::OkStatus() : UnlockIfWanted(context);
  const bool asks_the_base = !unlocked.ok() && GetErrorCode(unlocked) == ErrorCode::kLeaseOver;
  if (!asks_the_base) RETURN_IF_ERROR(unlocked);
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
  if (asks_the_base && context.store().unlocked()) context.Say(context.T("sync.lease-renewed"));
  SayResult(context, *result);
  Json document = ResultJson(context, *result);
  if (args.explain) document["explanation"] = ExplanationJson(context, progress.decisions());
  context.Emit(document);
  if (asks_the_base && !context.store().unlocked() && !result->revoked)
    return MakeError(ErrorCode::kWrongPassphrase, "the base did not renew the lease");
  if (result->refused > 0) return MakeError(ErrorCode::kNeedsAttention, "the base refused something");
  return absl::OkStatus();
}

}  // namespace

void AddSync(VerbTable& verbs) {
  auto args = std::make_shared<SyncArgs>();
  CLI::App* verb = verbs.Add("sync", [args](Context& context) { return RunSync(context, *args); });
  verb->add_flag("--hand-in", args->hand_in, verbs.T("help.sync.hand-in"));
  verb->add_flag("--all", args->all, verbs.T("help.sync.all"));
  verb->add_flag("--explain", args->explain, verbs.T("help.sync.explain"));
}

}  // namespace opgang::cli
