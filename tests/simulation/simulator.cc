#include "tests/simulation/simulator.h"

#include <algorithm>

namespace opgang::simulation {

Outcome RunPlan(const Plan& plan, WorldOptions options) {
  World world(plan, options);
  world.Run();
  return {world.failure(), world.steps_done(), world.log(), world.reached()};
}

// Halves first, single steps last (Zeller's ddmin, without its complements).
Plan Shrink(const Plan& failing, const std::string& check, WorldOptions options, int runs) {
  options.keep_log = false;
  Plan best = failing;
  const auto fails_still = [&](const Plan& plan) {
    if (--runs < 0) return false;
    const Outcome outcome = RunPlan(plan, options);
    return outcome.failure.has_value() && outcome.failure->check == check;
  };
  for (size_t chunk = std::max<size_t>(best.steps.size() / 2, 1); runs > 0;) {
    bool dropped = false;
    for (size_t begin = 0; begin < best.steps.size() && runs > 0;) {
      Plan smaller = best;
      const size_t end = std::min(begin + chunk, smaller.steps.size());
      smaller.steps.erase(smaller.steps.begin() + static_cast<int64_t>(begin),
                          smaller.steps.begin() + static_cast<int64_t>(end));
      if (fails_still(smaller)) {
        best = std::move(smaller);
        dropped = true;
      } else {
        begin = end;
      }
    }
    if (chunk == 1 && !dropped) break;
    if (!dropped) chunk = std::max<size_t>(chunk / 2, 1);
  }
  return best;
}

const std::vector<std::string>& Sometimes() {
  static const auto* names = new std::vector<std::string>{
      "a new replica was made",
      "a bundle was quarantined",
      "a quarantined mutation was replayed",
      "a quarantined mutation was discarded",
      "a replay was refused again",
      "a refused mutation was fixed",
      "a refused mutation was withdrawn",
      "a save was undone",
      "a conflict appeared",
      "a verdict was given twice",
      "a cut between a commit and its Ack",
      "a cut between Ack and Page",
      "a half-open stream",
      "an old stream delivered late",
      "an opened push arrived",
      "a record came back as it was sent",
      "two sessions of one store at once",
      "a tablet gave up on a silent base",
      "a sync tried again after a cut",
      "a scope was reset",
      "a scope was taken",
      "a scope was given",
      "a power cut at a tablet lost unsynced writes",
      "a power cut at the base lost unsynced writes",
      "a tablet's disk failed",
      "the base's disk failed",
      "a tablet's disk was full",
      "the base's disk was full",
      "the base asked to send later",
      "a save failed on a bad disk",
      "a tablet was cloned",
      "a citizen was erased",
      "work was answered ERASED",
      "a copy handed in what it had of its original",
      "a tablet was put back to an old image",
      "the base was put back to an old copy",
      "a moment was known to no better than a day",
      "a wall clock jumped",
      "a wall clock stuck",
      "a tablet was rebooted",
      "a tablet was locked",
      "dwellings were imported",
      "an old Push came again",
      "an id came again with other bytes",
      "the base said ID_REUSED",
      "a hostile message came",
      "a store stood at the base as being there twice",
      "a byte of a copy's row was flipped",
      "a copy lost a row",
      "two rows of a copy were exchanged",
      "a copy forgot in which scope a record stands",
      "a byte of work not handed in was flipped",
      "damaged rows were put right",
      "a citizen moved with everything",
      "an open case stood in two areas",
      "a late note landed where its citizen had gone",
      "an area was taken from a worker",
      "an area was given to a worker",
      "a lost scope was removed and confirmed",
      "what was kept back was told as applied",
      "a referral was received",
      "a limited group was planned",
      "chairs were lent",
      "the last chair of a lease was promised",
      "the base confirmed a wish",
      "a capacity was cut",
      "a lease was reclaimed",
      "a tablet was used",
      "uses were told once each",
  };
  return *names;
}

std::vector<std::string> NeverReached(const std::map<std::string, uint64_t>& reached) {
  std::vector<std::string> missing;
  for (const std::string& name : Sometimes()) {
    if (!reached.contains(name)) missing.push_back(name);
  }
  return missing;
}

}  // namespace opgang::simulation
