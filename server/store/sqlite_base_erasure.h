// Taking a citizen out of base.db: the statements of BaseStore::EraseContents(), each inside its transaction.
#ifndef OPGANG_SERVER_STORE_SQLITE_BASE_ERASURE_H_
#define OPGANG_SERVER_STORE_SQLITE_BASE_ERASURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sqlite/database.h"
#include "server/store/base_store.h"

namespace opgang {

// Whom, when, by whom and why, and the stores that are to confirm it.
absl::Status NoteErasure(sqlite::Database& db, RecordId citizen, const ErasureLine& line, uint64_t rev,
                         const std::vector<StoreId>& stores);
// Every scope in which a record of the citizen stands or once stood, with the record's id.
absl::StatusOr<std::vector<std::pair<Scope, RecordId>>> FeedRowsAbout(sqlite::Database& db, RecordId citizen);
// Leaves of each record its row without content. Their ids.
absl::StatusOr<std::vector<RecordId>> EraseRecords(sqlite::Database& db, RecordId citizen, uint64_t rev);
// Leaves of a mutation its fate, which becomes ERASED, with its place, author and time; it leaves quarantine.
absl::Status EraseMutation(sqlite::Database& db, const std::string& intent_id);
// Referrals and the citizen's key.
absl::Status EraseBeside(sqlite::Database& db, RecordId citizen);
absl::Status NoteErasureHeeded(sqlite::Database& db, ReplicaId replica, RecordId citizen, int64_t at_us);

absl::Status PutPersonRequest(sqlite::Database& db, const v1::PersonRequest& request);
absl::Status PutRetentionPeriod(sqlite::Database& db, const v1::RetentionPeriod& period);

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_SQLITE_BASE_ERASURE_H_
