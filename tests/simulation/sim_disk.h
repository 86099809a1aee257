// A machine's disk in memory, behind a SQLite VFS (kVfs): what was written and not synced can be lost or torn
// at a power cut, and the n-th change can fail. A disk owns every path below its directory.
//
// Three ways to end: a process that is killed leaves all it wrote; a power cut leaves what was synced and, of
// the rest, any part in sectors of 512 bytes; a disk that dies at its n-th change is cut then and there. After
// each of them every open file fails for ever, as those of a dead process: close them and open anew.
#ifndef OPGANG_TESTS_SIMULATION_SIM_DISK_H_
#define OPGANG_TESTS_SIMULATION_SIM_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/prng.h"

namespace opgang::simulation {

inline constexpr char kVfs[] = "opgang-sim";

struct SimFile;

class SimDisk {
 public:
  // Registers the VFS where that was not done yet. `directory` is no other disk's parent.
  explicit SimDisk(std::string directory);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // The next `changes` writes, truncations and syncs go well; the `times` after them fail with `sqlite_code`.
  void FailAfter(int changes, int sqlite_code, int times);
  // The power goes at the change after the next `changes`.
  void DieAfter(int changes);
  void Heal();
  // The power went; only PowerCut() or Kill() brings the disk back.
  bool dead() const { return dead_; }
  // The code with which a change failed by FailAfter() since it was last asked; 0: none.
  int TakeFailed();

  void Kill();
  // What becomes of each unsynced write is drawn from `prng`. How many were lost in part or whole.
  int PowerCut(Prng& prng);

  // Counts everything that changes: whoever looks at the files looks again where it has moved.
  uint64_t changes() const { return changes_; }

  using Image = std::map<std::string, std::string>;  // name below the directory -> content
  // As a copy of the running machine's disk would be, unsynced writes included.
  Image Copy() const;
  // Replaces everything. As after Kill() no open file works any more.
  void Restore(const Image& image);
  // Flips bytes that are there already. False: no such file, or too short.
  bool Flip(const std::string& name, uint64_t at);

  const std::string& directory() const { return directory_; }

 private:
  friend struct DiskAccess;
  int Change();

  const std::string directory_;
  std::map<std::string, std::shared_ptr<SimFile>> files_;  // by name below the directory
  uint64_t life_ = 1;                                      // files of a former one fail
  uint64_t changes_ = 0;
  int changes_left_ = -1;  // -1: nothing will fail
  int code_ = 0;           // 0: the power goes
  int times_ = 0;
  bool dead_ = false;
  int failed_ = 0;
};

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_SIM_DISK_H_
