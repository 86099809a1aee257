// The version of a database as its write-ahead log has it, read without SQLite, which would make files beside it and
// play it back.
#ifndef OPGANG_CORE_SQLITE_JOURNAL_VERSION_H_
#define OPGANG_CORE_SQLITE_JOURNAL_VERSION_H_

#include <cstdint>
#include <string>

namespace opgang::sqlite {

// The greatest user_version in any first page that the log at `path` holds under its present header; 0 where it holds
// none, or cannot be read as a log. Says nothing of checksums: whoever finds a newer version here keeps his hands off.
// Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and section 1.3, offset 60.
int64_t VersionInJournal(const std::string& path);

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_JOURNAL_VERSION_H_
