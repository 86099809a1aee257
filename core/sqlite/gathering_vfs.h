// SQLite's write-ahead log, written in large pieces. SQLite hands over each page of a commit by two calls, 24 bytes and the page,
// which costs the system three times what the same bytes cost in pieces of 128 KiB (docs/performance.md).
//
// What is written to a log stays in memory until the file is synced, read, cut, measured or closed, until something is written
// elsewhere in it, or until the piece is full. So no commit is complete, for anybody, before all of it was handed over and
// synced: this is for connections with synchronous=FULL, which sync the log before they let others see a commit. An error of
// handing over is told by the call that made it necessary, at the latest by the sync. Other files are the layer's below.
#ifndef OPGANG_CORE_SQLITE_GATHERING_VFS_H_
#define OPGANG_CORE_SQLITE_GATHERING_VFS_H_

#include <string>

namespace opgang::sqlite {

// The name of a VFS that gathers over the one named `below`; empty: over SQLite's default. Made at the first call and kept for
// as long as the process lives. Where `below` is unknown it is returned as it is, so that opening fails and says so. Thread-safe.
std::string GatheringVfs(const std::string& below);

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_GATHERING_VFS_H_
