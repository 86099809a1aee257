// A tablet under test: a home directory and the commands that a worker types on it.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_TABLET_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_TABLET_H_

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/process/support/base_process.h"
#include "tests/process/support/process.h"

namespace opgang {

class Tablet {
 public:
  // `home` need not exist; the passphrase lies in a file beside it.
  explicit Tablet(std::filesystem::path home);
  ~Tablet();  // what the kernel's keyring remembers of it is forgotten

  // Stands before every command from now on; e.g. WallClock("@1970-01-02 10:00:00").
  void SetClocks(const Environment& clocks) { clocks_ = clocks; }

  // "opgang --home HOME words...".
  Command CommandOf(const std::vector<std::string>& words, const std::string& input = "") const;
  Outcome Run(const std::vector<std::string>& words, const std::string& input = "") const;
  // The same with --json; fails the test where it fails.
  Json RunJson(const std::vector<std::string>& words, const std::string& input = "") const;
  // With --json-input: `content` is what is saved. Returns the ids of the saved records.
  std::vector<std::string> Save(const std::vector<std::string>& words, const Json& content) const;

  Outcome Enroll(const Invitation& invitation) const;
  // Enrols, syncs and stands at Humlebakken 20B; fails the test where one of them fails.
  void Join(const BaseProcess& base, const std::string& staff, const std::string& device,
            const std::string& role = "outreach");
  void Sync() const;
  void StandAtHumlebakken() const;

  // A citizen with an inquiry; returns the citizen's handle on this tablet.
  std::string TakeInquiry(const std::string& name) const;
  // The handle of the citizen of that name.
  std::string Find(const std::string& name) const;
  // Ids of what this tablet shows about a citizen.
  std::multiset<std::string> RecordsAbout(const std::string& citizen) const;
  // The notes of the contacts with a citizen, as this tablet shows them.
  std::multiset<std::string> NotesAbout(const std::string& citizen) const;
  int Unsent() const;

  const std::filesystem::path& home() const { return home_; }

 private:
  const std::filesystem::path home_;
  const std::filesystem::path passphrase_file_;
  Environment clocks_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_TABLET_H_
