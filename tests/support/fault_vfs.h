// A SQLite VFS over the default one that fails on demand: the disk is full, or cannot be written, from the
// n-th change on. Registered once under kName; one dial for the process.
#ifndef OPGANG_TESTS_SUPPORT_FAULT_VFS_H_
#define OPGANG_TESTS_SUPPORT_FAULT_VFS_H_

namespace opgang {

class FaultVfs {
 public:
  static constexpr char kName[] = "opgang-fault";
  static void Register();

  // The next `changes` writes, truncations and syncs go well; every one after them fails with `sqlite_code`
  // (SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_READONLY).
  static void FailAfter(int changes, int sqlite_code);
  // The next `ios` reads, writes, truncations and syncs go well, the one after them fails as what it is, and whatever
  // comes later goes well again.
  static void FailOnce(int ios);
  static void Heal();
  // Whether something has failed since FailAfter() or FailOnce().
  static bool failed();
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_FAULT_VFS_H_
