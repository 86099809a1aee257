// A worker with a tablet in a stairwell: real commands, run in process against a real store in a temporary
// home, with a tiny base behind them and a clock to turn. The entrance is Humlebakken 20B: st. tv, st. th, 1.
// tv, 1. th, 2. tv, 2. th.
#ifndef OPGANG_TESTS_CLI_CLI_TEST_BASE_H_
#define OPGANG_TESTS_CLI_CLI_TEST_BASE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cli-client/app.h"
#include "tests/cli/scripted_terminal.h"
#include "tests/device/device_test_base.h"

namespace opgang::cli {

// What one command did.
struct Ran {
  int exit = 0;
  std::string out;
  std::string err;
  int keystrokes = 0;
  bool starved = false;
  Json json() const { return Json::parse(out); }
};

class CliTest : public DeviceTest {
 protected:
  CliTest();

  // Enrols with `role`, fetches the entrance from the base and stands in it.
  void Begin(const std::string& role = "outreach");
  EnrollInput Invite(const std::string& role);

  // Runs a command with what is typed at its prompts. Nothing typed and `piped` set: stdin is no terminal.
  Ran Run(const std::vector<std::string>& arguments, const std::string& typed = {});
  Ran RunPiped(const std::vector<std::string>& arguments, const std::string& input = {});
  // On a terminal that can be drawn on.
  Ran RunOnScreen(const std::vector<std::string>& arguments);
  // The same with --json, parsed.
  Json RunJson(std::vector<std::string> arguments);

  // No line is wider than 80 columns.
  static void ExpectFits(const std::string& screen);

  // `opgang sync` against the tiny base; refuses what `base_.refuse` says. The observer, which may be null, hears of
  // progress as in a real session: before the greeting, after it, when all is answered, when all is current.
  SyncResult SyncWithBase(Store& store, SyncObserver* observer = nullptr);

  // An inquiry from behind a door of the entrance; returns the case's handle.
  std::string SaveInquiryAt(const std::string& door, const std::string& name,
                            const std::string& telephone = "");
  // The handle of the only open case, or of the n-th.
  std::string CaseHandle(size_t n = 0);
  std::string CitizenHandle(size_t n = 0);

  // Time passes, longer than a round: the worker types the passphrase again.
  void Later(absl::Duration by);

  uint32_t Unsent() { return Open()->outbox_counts().unsent; }
  std::vector<std::string> DispositionsSaved();

  RecordId entrance_;
  std::map<std::string, std::string> environment_;
  absl::Status sync_failure_;
  std::vector<SyncDecision> also_decided_;  // told by the next sync, after its own
  absl::StatusOr<v1::ListDevicesResponse> devices_ = MakeError(ErrorCode::kNoBase, "no base");
  std::function<void(Store&, const SyncOptions&)> during_live_;

 private:
  Ran RunWith(ScriptedTerminal& terminal, const std::vector<std::string>& arguments);
  Wiring MakeWiring(ScriptedTerminal& terminal);
  void FurnishBase();
};

}  // namespace opgang::cli

#endif  // OPGANG_TESTS_CLI_CLI_TEST_BASE_H_
