#include "tests/simulation/plan.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "tests/simulation/prng.h"

namespace opgang::simulation {
namespace {

constexpr auto kActs = static_cast<size_t>(Act::kCount);

constexpr std::array<std::string_view, kActs> kNames = {
    "save",  "undo",   "fix",    "withdraw",  "lock",   "unlock",   "sync",    "move",    "cut",
    "stall", "resume", "replay", "forge",     "decide", "import",   "grant",   "time",    "jump",
    "stick", "reboot", "kill",   "power-cut", "fail",   "clone",    "image",   "restore", "relocate",
    "take",  "give",   "damage", "plan",      "book",   "capacity", "reclaim", "erase",   "use"};

// How often each act comes, in a run in which it comes at all. Work and movement come in each.
struct Weight {
  Act act;
  uint32_t weight;
  bool always;
  bool base_too;  // may befall the base
};
constexpr Weight kWeights[] = {
    {Act::kSave, 200, true, false},    {Act::kSync, 110, true, false},   {Act::kMove, 460, true, false},
    {Act::kTime, 50, true, false},     {Act::kUndo, 12, false, false},   {Act::kFix, 10, false, false},
    {Act::kWithdraw, 5, false, false}, {Act::kLock, 12, false, false},   {Act::kUnlock, 24, false, false},
    {Act::kCut, 40, false, false},     {Act::kStall, 6, false, false},   {Act::kResume, 6, false, false},
    {Act::kReplay, 20, false, false},  {Act::kForge, 10, false, false},  {Act::kDecide, 20, false, false},
    {Act::kImport, 8, false, false},   {Act::kGrant, 14, false, false},  {Act::kJump, 14, false, false},
    {Act::kStick, 6, false, false},    {Act::kReboot, 8, false, false},  {Act::kKill, 14, false, true},
    {Act::kPowerCut, 14, false, true}, {Act::kFail, 24, false, true},    {Act::kClone, 5, false, false},
    {Act::kImage, 16, false, true},    {Act::kRestore, 14, false, true}, {Act::kRelocate, 40, false, false},
    {Act::kTake, 10, false, false},    {Act::kGive, 14, false, false},   {Act::kDamage, 10, false, false},
};

// The seed decides which faults a run knows: where everything fails all the time, little is reached.
std::vector<Weight> WeightsOf(Prng& prng) {
  const uint64_t chance = 25 + prng.Below(60);
  std::vector<Weight> weights;
  for (const Weight& weight : kWeights) {
    if (weight.always || prng.Percent(chance)) weights.push_back(weight);
  }
  return weights;
}

const Weight& Choose(const std::vector<Weight>& weights, Prng& prng) {
  uint64_t total = 0;
  for (const Weight& weight : weights) total += weight.weight;
  uint64_t at = prng.Below(total);
  for (const Weight& weight : weights) {
    if (at < weight.weight) return weight;
    at -= weight.weight;
  }
  return weights.back();
}

// In most runs a limited group is planned, and then booked. From a stream of its own, so that what a seed meant before there
// were groups stands in it still.
void AddSeatSteps(Plan& plan) {
  Prng prng(plan.seed * 0x9e3779b97f4a7c15u + 7);
  if (!prng.Percent(60)) return;
  const size_t count = 10 + prng.Below(plan.steps.size() / 3);
  size_t at = prng.Below(plan.steps.size() / 4);
  for (size_t i = 0; i < count; ++i) {
    Step step;
    const uint64_t draw = prng.Below(100);
    step.act = i == 0 || draw < 4 ? Act::kPlan
               : draw < 9         ? Act::kCapacity
               : draw < 12        ? Act::kReclaim
                                  : Act::kBook;
    step.who = static_cast<int>(prng.Below(static_cast<uint64_t>(plan.cast.tablets)));
    step.a = static_cast<uint32_t>(prng.Below(1000));
    step.b = static_cast<uint32_t>(prng.Below(1000000));
    plan.steps.insert(plan.steps.begin() + static_cast<int64_t>(at), step);
    at = std::min(at + 1 + prng.Below(8), plan.steps.size());
  }
}

// In some runs somebody asks to be erased. From a stream of its own, as above.
void AddErasures(Plan& plan) {
  Prng prng(plan.seed * 0x9e3779b97f4a7c15u + 12);
  if (!prng.Percent(30)) return;
  for (uint64_t i = 0, count = 1 + prng.Below(4); i < count; ++i) {
    Step step;
    step.act = Act::kErase;
    step.a = static_cast<uint32_t>(prng.Below(1000));
    const size_t at = plan.steps.size() / 4 + prng.Below(3 * plan.steps.size() / 4);
    plan.steps.insert(plan.steps.begin() + static_cast<int64_t>(at), step);
  }
}

// In half of the runs somebody is seen looking at what a tablet shows. From a stream of its own, as above.
void AddUses(Plan& plan) {
  Prng prng(plan.seed * 0x9e3779b97f4a7c15u + 21);
  if (!prng.Percent(50)) return;
  for (uint64_t i = 0, count = 3 + prng.Below(20); i < count; ++i) {
    Step step;
    step.act = Act::kUse;
    step.who = static_cast<int>(prng.Below(static_cast<uint64_t>(plan.cast.tablets) + 1));
    const size_t at = prng.Below(plan.steps.size() + 1);
    plan.steps.insert(plan.steps.begin() + static_cast<int64_t>(at), step);
  }
}

std::optional<Act> ActNamed(std::string_view name) {
  for (size_t i = 0; i < kActs; ++i) {
    if (kNames[i] == name) return static_cast<Act>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(Act act) { return kNames.at(static_cast<size_t>(act)); }

Plan MakePlan(uint64_t seed) {
  Prng prng(seed * 0x2545f4914f6cdd1du + 1);
  Plan plan;
  plan.seed = seed;
  plan.cast.areas = 1 + static_cast<int>(prng.Below(3));
  plan.cast.staff = 1 + static_cast<int>(prng.Below(4));
  plan.cast.tablets = 1 + static_cast<int>(prng.Below(5));
  const std::vector<Weight> weights = WeightsOf(prng);
  const size_t count = 80 + prng.Below(240);
  while (plan.steps.size() < count) {
    const Weight& weight = Choose(weights, prng);
    Step step;
    step.act = weight.act;
    // Clones come later: steps may name tablets that are not there yet.
    step.who = static_cast<int>(prng.Below(static_cast<uint64_t>(plan.cast.tablets) + 1));
    if (step.who == plan.cast.tablets && prng.Percent(70)) step.who = 0;
    if (weight.base_too && prng.Percent(45)) step.who = kTheBase;
    step.a = static_cast<uint32_t>(prng.Below(1000));
    step.b = static_cast<uint32_t>(prng.Below(1000000));
    plan.steps.push_back(step);
  }
  AddSeatSteps(plan);
  AddErasures(plan);
  AddUses(plan);
  return plan;
}

std::string ToText(const Step& step) {
  std::string text(NameOf(step.act));
  for (const int64_t number : {int64_t{step.who}, int64_t{step.a}, int64_t{step.b}}) {
    text += ' ' + std::to_string(number);
  }
  return text;
}

std::string ToText(const Plan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + "\ncast " + std::to_string(plan.cast.areas) + ' ' +
                     std::to_string(plan.cast.staff) + ' ' + std::to_string(plan.cast.tablets) + '\n';
  for (const Step& step : plan.steps) text += ToText(step) + '\n';
  return text;
}

std::optional<Plan> PlanFromText(std::string_view text) {
  Plan plan;
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "seed") {
      words >> plan.seed;
    } else if (word == "cast") {
      words >> plan.cast.areas >> plan.cast.staff >> plan.cast.tablets;
    } else {
      const auto act = ActNamed(word);
      Step step;
      words >> step.who >> step.a >> step.b;
      if (!act.has_value() || words.fail()) return std::nullopt;
      step.act = *act;
      plan.steps.push_back(step);
    }
    if (words.fail()) return std::nullopt;
  }
  return plan;
}

}  // namespace opgang::simulation
