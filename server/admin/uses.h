// What a person at the base looked at, noted before it is shown: one entry for a record and an hour (audit_chain.h).
#ifndef OPGANG_SERVER_ADMIN_USES_H_
#define OPGANG_SERVER_ADMIN_USES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/base_store.h"

namespace opgang {

// `actor`: as the request names it; nobody is "unnamed". `how`: a code, "history". In a transaction of its own. A record that
// is not there, or about nobody, is noted by its id.
absl::Status NoteLook(BaseStore& store, const std::string& actor, const std::string& how, RecordId record,
                      absl::Time now);
// The same of refused mutations, which may be no record's.
absl::Status NoteLookAt(BaseStore& store, const std::string& actor,
                        const std::vector<QuarantinedMutation>& refused, absl::Time now);
// A report was run, by its name.
absl::Status NoteReport(BaseStore& store, const std::string& actor, const std::string& name, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_USES_H_
