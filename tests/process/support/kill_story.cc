#include "tests/process/support/kill_story.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace opgang {
namespace {

constexpr const char* kPoints[] = {"sync-before",  "sync-after",      "write-before",  "write-half",
                                   "write-after",  "rename-before",   "rename-after",  "unlink-before",
                                   "unlink-after", "truncate-before", "truncate-after"};

}  // namespace

int KillStory::Stride(int otherwise) {
  const char* given = std::getenv("OPGANG_KILL_STRIDE");
  return given == nullptr ? otherwise : std::stoi(given);
}

Environment KillStory::KillAt(const std::string& point, int number) {
  return {{"LD_PRELOAD", OPGANG_KILL_POINTS_LIBRARY},
          {"OPGANG_TEST_KILL_AT", point + " " + std::to_string(number)}};
}

bool KillStory::WasKilled(const Outcome& outcome) {
  EXPECT_TRUE(outcome.signal == SIGKILL || outcome.exit_code == 0) << outcome.Words();
  return outcome.signal == SIGKILL;
}

void KillStory::AtEveryCall(int stride, const std::function<bool(const std::string&, int)>& story) {
  for (const char* point : kPoints) {
    int kills = 0;
    for (int number = 1; story(point, number) && !HasFatalFailure(); number += stride) ++kills;
    std::cout << point << ": " << kills << " kills" << std::endl;
    kills_ += kills;
  }
  std::cout << kills_ << " kills" << std::endl;
}

bool KillStory::BaseKilledWhile(const std::string& point, int number, const std::vector<Command>& acts) {
  const std::filesystem::path armed = scratch_ / "armed";
  Environment environment = KillAt(point, number);
  environment["OPGANG_TEST_KILL_ARMED"] = armed.string();
  base_.Stop();
  base_.Start(environment);
  WriteFile(armed, "");
  std::vector<std::unique_ptr<Process>> acting;
  for (const Command& act : acts) acting.push_back(std::make_unique<Process>(act));
  const auto all_ended = [&] {
    return std::all_of(acting.begin(), acting.end(), [](const auto& one) {
      return one->WaitFor(std::chrono::milliseconds(5)).has_value();
    });
  };
  while (!all_ended() && !base_.Died()) {
  }
  const bool killed = WasKilled(base_.Died() ? base_.Reap() : base_.Stop());
  std::filesystem::remove(armed);
  for (size_t i = 0; i < acts.size(); ++i) {
    if (acts[i].words[0] == OPGANGD_PROGRAM)
      acting[i]->Wait();  // beside a base that is gone it opens the files itself
  }
  base_.Start();
  last_acts_.clear();
  for (const auto& one : acting) last_acts_.push_back(one->Wait());
  return killed;
}

void KillStory::ExpectSoundBase() const { EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array()); }

}  // namespace opgang
