// What the tests of kill -9 at named points share: each point in turn, at its first call, its next, ... until the program
// gets through (kill_points.c counts). A stride of 1 takes every call: OPGANG_KILL_STRIDE, scripts/soak.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_KILL_STORY_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_KILL_STORY_H_

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/process.h"

namespace opgang {

class KillStory : public testing::Test {
 protected:
  // OPGANG_KILL_STRIDE, or `otherwise`.
  static int Stride(int otherwise);
  // Preloaded before a program: it dies at the `number`-th call of `point`.
  static Environment KillAt(const std::string& point, int number);
  // Whether it was killed; a program that was not has ended well.
  static bool WasKilled(const Outcome& outcome);

  // `story` takes a point and a number, and says whether something was killed; nothing killed ends the point.
  void AtEveryCall(int stride, const std::function<bool(const std::string&, int)>& story);
  // The base is armed when it is up; `acts` are done beside it, at once. It is killed meanwhile or, at the latest calls, while it
  // stops; in the end it serves again, unharmed. How they ended is in
  // last_acts_.
  bool BaseKilledWhile(const std::string& point, int number, const std::vector<Command>& acts);
  void ExpectSoundBase() const;

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  int kills_ = 0;
  std::vector<Outcome> last_acts_;  // of BaseKilledWhile()
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_KILL_STORY_H_
