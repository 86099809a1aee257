// The outside ledger: what was captured, told by those who saved it and not by any store. The checks hold the
// stores against it.
#ifndef OPGANG_TESTS_SIMULATION_LEDGER_H_
#define OPGANG_TESTS_SIMULATION_LEDGER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang::simulation {

struct Captured {
  int number = 0;  // in the order of capture, from 1: what logs call it
  IntentId intent;
  RecordId record;
  RecordId subject;  // the citizen that it is about, once a tablet's queue has told
  uint32_t type = 0;
  v1::MutationAction action = v1::MUTATION_ACTION_UNSPECIFIED;
  Scope scope;  // of a create
  std::set<uint32_t> fields;
  std::map<uint32_t, std::set<std::string>> saw;  // of a patch: what stood on the author's screen
  bool rewritten = false;                         // by undo or fix: the ledger does not know what it holds
  int tablet = 0;
  int life = 0;                 // of the tablet: rises when an image is put back
  absl::Time at;                // true time
  int save = 0;                 // mutations of one save appear together
  bool came_back = false;       // its save was told as failed: nobody knows when it was
  bool damaged = false;         // its row was flipped on the tablet that captured it
  bool copy_destroyed = false;  // a tablet that held it was overwritten
};

class Ledger {
 public:
  Captured& Add(Captured captured) {
    captured.number = static_cast<int>(entries_.size()) + 1;
    index_[captured.intent] = entries_.size();
    entries_.push_back(std::move(captured));
    return entries_.back();
  }
  Captured* Find(IntentId intent) {
    const auto found = index_.find(intent);
    return found == index_.end() ? nullptr : &entries_[found->second];
  }
  std::vector<Captured>& entries() { return entries_; }
  int NextSave() { return ++saves_; }

  // Records that somebody deleted, undid or fixed: what stands of them is not the ledger's to say.
  std::set<RecordId> murky;

 private:
  std::vector<Captured> entries_;
  std::map<IntentId, size_t> index_;
  int saves_ = 0;
};

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_LEDGER_H_
