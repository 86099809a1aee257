// A ledger outside of tablet and base: what was typed, and what a program that ended well said is saved. At the end it is
// compared with what a tablet reads that was never harmed: nothing acknowledged is lost (I1, I4), nothing is there twice
// (I2).
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_LEDGER_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_LEDGER_H_

#include <set>
#include <string>

#include "tests/process/support/base_process.h"
#include "tests/process/support/process.h"
#include "tests/process/support/tablet.h"

namespace opgang {

class Ledger {
 public:
  // `tablet` must have joined `base`. Both outlive the ledger. Takes an inquiry, about whose citizen the entries are.
  Ledger(const BaseProcess& base, const Tablet& tablet, std::string name = "Ledger");

  // Saves the next entry: a contact whose note is in the ledger.
  Command NextSave();
  // What came of it: an entry counts as acknowledged where the program ended well.
  void Note(const Outcome& outcome);

  // Everything acknowledged is at the base once, nothing is there twice, `tablet` shows the same, and the base is
  // sound. The tablet must have synced.
  void Compare(const std::filesystem::path& reader_home) const;
  // The same, where such a tablet is there already; it must have synced as well.
  void CompareWith(const Tablet& reader) const;

  int typed() const { return typed_; }
  int saved() const { return saved_; }

 private:
  const BaseProcess& base_;
  const Tablet& tablet_;
  const std::string name_;     // of the citizen
  const std::string citizen_;  // handle on the tablet
  int typed_ = 0;
  int saved_ = 0;
  std::set<std::string> acknowledged_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_LEDGER_H_
