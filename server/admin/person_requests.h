// What persons ask of the base that holds their data, and how long there is to answer: a month from receipt (GDPR art. 12(3)),
// counted as Regulation 1182/71 art. 3 does, to the end of the same date a month later, or of that month's last day. Once,
// with reasons given to the person, it may be two months more.
#ifndef OPGANG_SERVER_ADMIN_PERSON_REQUESTS_H_
#define OPGANG_SERVER_ADMIN_PERSON_REQUESTS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "server/store/base_store.h"

namespace opgang {

// The instant at which the answer is late, `months` after the day of receipt in Europe/Copenhagen.
absl::Time DueOfRequest(absl::Time received, int months);

absl::StatusOr<v1::PersonRequest> NotePersonRequest(BaseStore& store,
                                                    const v1::NotePersonRequestRequest& request,
                                                    absl::Time now, Random& random);
// kNotFound; kBadInput where it is settled already, or was extended before.
absl::StatusOr<v1::PersonRequest> SettlePersonRequest(BaseStore& store,
                                                      const v1::SettlePersonRequestRequest& request,
                                                      absl::Time now);
absl::StatusOr<v1::ListPersonRequestsResponse> ListPersonRequests(BaseReader& store, bool open_only,
                                                                  absl::Time now);
// What was asked was done: open requests of that kind are granted. In transactions of its own.
absl::Status SettleBy(BaseStore& store, RecordId citizen, v1::PersonRequestKind kind, std::string_view actor,
                      absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_PERSON_REQUESTS_H_
