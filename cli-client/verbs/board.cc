// opgang board: the response board. All open cases, how many are in which state, and the devices that are
// silent;
// --watch stays connected and draws it again when something changes.
#include <CLI/CLI.hpp>
#include <limits>
#include <map>
#include <memory>

#include "cli-client/backup_notice.h"
#include "cli-client/dates.h"
#include "cli-client/device_list.h"
#include "cli-client/due_list.h"
#include "cli-client/layout.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr absl::Duration kBasePatience = absl::Seconds(2);
constexpr absl::Duration kDevicesStayFresh = absl::Minutes(1);
constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

struct BoardArgs {
  bool watch = false;
  int seconds = 0;  // 0 = until Ctrl-C
};

using Devices = absl::StatusOr<v1::ListDevicesResponse>;

std::map<std::string, int> CountByState(const std::vector<CaseLine>& cases) {
  std::map<std::string, int> counts;
  for (const CaseLine& line : cases) ++counts[std::string(CaseStateName(line.response_case.state))];
  return counts;
}

std::string CountWords(const Context& context, const std::map<std::string, int>& counts) {
  std::vector<std::string> parts;
  for (CaseState state : {CaseState::kOverdue, CaseState::kDueSoon, CaseState::kOpen, CaseState::kMet,
                          CaseState::kMetLate, CaseState::kClosed, CaseState::kUndecidable}) {
    const std::string name(CaseStateName(state));
    const auto found = counts.find(name);
    if (found != counts.end())
      parts.push_back(context.T("state." + name) + " " + std::to_string(found->second));
  }
  return JoinParts(parts, " | ");
}

std::vector<CaseLine> OnlyOpen(std::vector<CaseLine> cases) {
  std::erase_if(cases, [](const CaseLine& line) { return !line.response_case.open(); });
  return cases;
}

// The base's word of now where it answers, else of the last sync.
v1::BackupStatus BackupStatusOf(const Context& context, const Devices& devices) {
  return devices.ok() ? devices->backup() : context.store().backup_status();
}

void SayBoard(const Context& context, const View& view, const Devices& devices) {
  if (context.options().json) return;  // nothing is said
  const std::string now = MomentWords(context.texts(), context.Now(), context.Today());
  context.Say(Inked(context.T("board.header", {{"now", now}}), Ink::kBold, context.options().color));
  std::vector<CaseLine> cases = view.Cases(context.Now(), /*open_only=*/false);
  const std::string counts = CountWords(context, CountByState(cases));
  if (!counts.empty()) context.Say(counts);
  SayCases(context, view, OnlyOpen(std::move(cases)));
  SaySilentDevices(context, devices);
  SayBackupNotice(context, BackupStatusOf(context, devices));
  context.Say(UnsentWords(context));
}

Json BoardJson(const Context& context, const View& view, const Devices& devices) {
  Json document = JsonDocument("board");
  document["now"] = JsonTime(context.Now());
  std::vector<CaseLine> cases = view.Cases(context.Now(), /*open_only=*/false);
  document["counts"] = CountByState(cases);
  document["cases"] = CasesJson(context, view, OnlyOpen(std::move(cases)));
  document["devices"] = DevicesJson(devices);
  document["backup"] = BackupJson(BackupStatusOf(context, devices));
  const auto last = context.store().last_sync();
  document["last_sync"] = last ? JsonTime(*last) : Json(nullptr);
  document["queue"] = UnsentJson(context);
  return document;
}

// Draws the board at every change, until the time is over or the person has seen enough.
class LiveBoard : public SyncObserver {
 public:
  LiveBoard(Context& context, int seconds) : context_(context), devices_(AskDevices()) {
    if (seconds > 0) end_us_ = NowUs() + int64_t{seconds} * 1000000;
  }

  void OnChanged() override { stale_ = true; }
  // Pages come in bursts: one drawing for all of them.
  bool KeepGoing() override {
    if (stale_) Draw();
    return !context_.terminal().Interrupted() && NowUs() < end_us_;
  }
  void Draw() {
    stale_ = false;
    if (context_.Now() - asked_ > kDevicesStayFresh) devices_ = AskDevices();
    const View* view = context_.ViewIfUnlocked();
    if (view == nullptr) return;
    if (context_.terminal().HasScreen() && !context_.options().json) context_.terminal().Out(kClearScreen);
    const OneMoment now(context_);
    SayBoard(context_, *view, devices_);
    context_.EmitMade([&] { return BoardJson(context_, *view, devices_); }, /*in_one_line=*/true);
  }

 private:
  int64_t NowUs() { return context_.device().options().clock->Read().boottime_us(); }
  Devices AskDevices() {
    asked_ = context_.Now();
    return context_.wiring().list_devices(context_.store(), kBasePatience);
  }

  Context& context_;
  absl::Time asked_;
  Devices devices_;
  int64_t end_us_ = std::numeric_limits<int64_t>::max();
  bool stale_ = true;
};

absl::Status WatchBoard(Context& context, const BoardArgs& args) {
  LiveBoard board(context, args.seconds);
  SyncOptions options;
  options.live = true;
  options.observer = &board;
  board.Draw();
  const absl::StatusOr<SyncResult> result = context.wiring().sync(context.store(), options);
  // Ending is the person's wish, not a failure.
  if (!result.ok() && GetErrorCode(result.status()) == ErrorCode::kCancelled) return absl::OkStatus();
  return result.status();
}

absl::Status RunBoard(Context& context, const BoardArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  if (args.watch) return WatchBoard(context, args);
  const Devices devices = context.wiring().list_devices(context.store(), kBasePatience);
  const OneMoment now(context);
  SayBoard(context, *view, devices);
  context.EmitMade([&] { return BoardJson(context, *view, devices); });
  return absl::OkStatus();
}

}  // namespace

void AddBoard(VerbTable& verbs) {
  auto args = std::make_shared<BoardArgs>();
  CLI::App* verb = verbs.Add("board", [args](Context& context) { return RunBoard(context, *args); });
  verb->add_flag("--watch", args->watch, verbs.T("help.board.watch"));
  verb->add_option("--for", args->seconds, verbs.T("help.board.for"));
}

}  // namespace opgang::cli
