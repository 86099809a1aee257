// What happens in one simulated run: a cast and a list of steps, both drawn from a seed before anything runs, so
// that a step can be left out without changing what the others mean. As text one line each: that is what is
// stored under runs/.
#ifndef OPGANG_TESTS_SIMULATION_PLAN_H_
#define OPGANG_TESTS_SIMULATION_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opgang::simulation {

enum class Act {
  // Work. `who` is a tablet.
  kSave,  // a: what, b: of which record
  kUndo,
  kFix,       // a: which refused mutation
  kWithdraw,  // a: which
  kLock,
  kUnlock,
  // The network.
  kSync,   // a sync begins, if none runs
  kMove,   // a: how many of the tablet's messages move on, b: which
  kCut,    // a: who notices
  kStall,  // the tablet takes no messages from now on
  kResume,
  kReplay,  // a: an old Push comes again, b: as it was or with other bytes
  kForge,   // a: what a hostile client says
  // The base's people.
  kDecide,  // a: which quarantined mutation, b: replay or discard
  kImport,  // a: which file
  kGrant,   // who: a staff member, a: area, b: mode
  // Time.
  kTime,   // a: how much passes
  kJump,   // a: the wall clock is set
  kStick,  // the wall clock stands, or goes on
  kReboot,
  // Machines and disks. `who` -1: the base.
  kKill,      // the process ends: kill -9
  kPowerCut,  // b: what becomes of unsynced writes
  kFail,      // the disk fails after a changes; b: how
  kClone,     // a copy of the tablet's disk begins to work
  kImage,     // the tablet's disk (who -1: the base's) is copied
  kRestore,   // and put back
  // Scopes.
  kRelocate,  // a: which citizen moves, b: to which area
  kTake,      // who: a staff member, a: which area is taken
  kGive,      // and given
  // What the disk does by itself.
  kDamage,  // a: what becomes of b: which row of the tablet's files
  // Limited groups.
  kPlan,      // a: how many chairs, b: when it meets
  kBook,      // a: what, b: of which meeting, or which seat
  kCapacity,  // a: of which group, b: how many chairs from now on
  kReclaim,   // the tablet's leases
  // A coordinator.
  kErase,  // a: which citizen
  kUse,    // somebody looks at what the tablet shows
  kCount,
};
std::string_view NameOf(Act act);

struct Step {
  Act act = Act::kMove;
  int who = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  friend bool operator==(const Step&, const Step&) = default;
};
inline constexpr int kTheBase = -1;

struct Cast {
  int areas = 1;
  int staff = 2;
  int tablets = 2;  // in the beginning: tablet i is staff member i modulo staff
  friend bool operator==(const Cast&, const Cast&) = default;
};
inline constexpr int kMostTablets = 8;

struct Plan {
  uint64_t seed = 0;
  Cast cast;
  std::vector<Step> steps;
};

Plan MakePlan(uint64_t seed);

// "seed 7", "cast 2 3 4", then "move 2 3 17" for each step. Lines that begin with # are left out.
std::string ToText(const Plan& plan);
std::string ToText(const Step& step);
std::optional<Plan> PlanFromText(std::string_view text);

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_PLAN_H_
