#include "server/admin/person_requests.h"

#include <algorithm>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/erase_citizen.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr int kMonths = 1, kMonthsExtended = 3;

absl::Status Write(BaseStore& store, const v1::PersonRequest& request, std::string_view actor,
                   std::string_view action, absl::Time now) {
  return InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutPersonRequest(request));
    return store.Audit(actor, action, request.request_id(), absl::ToUnixMicros(now));
  });
}

absl::StatusOr<v1::PersonRequest> Find(BaseReader& store, const std::string& id) {
  ASSIGN_OR_RETURN(const auto requests, store.PersonRequests());
  for (const v1::PersonRequest& request : requests) {
    if (request.request_id() == id) return request;
  }
  return MakeError(ErrorCode::kNotFound, "no such request");
}

}  // namespace

absl::Time DueOfRequest(absl::Time received, int months) {
  const absl::CivilDay day = LocalDay(received);
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last(absl::CivilDay(month + 1) - 1);
  const absl::CivilDay due = std::min(absl::CivilDay(month.year(), month.month(), 1) + (day.day() - 1), last);
  return absl::FromCivil(due + 1, CopenhagenTime());
}

absl::StatusOr<v1::PersonRequest> NotePersonRequest(BaseStore& store,
                                                    const v1::NotePersonRequestRequest& request,
                                                    absl::Time now, Random& random) {
  RETURN_IF_ERROR(PersonWhoDecides(store, request.actor()).status());
  ASSIGN_OR_RETURN(const RecordId citizen, CitizenNamed(store, request.citizen()));
  const bool known_kind =
      v1::PersonRequestKind_IsValid(request.kind()) && request.kind() != v1::PERSON_REQUEST_KIND_UNSPECIFIED;
  if (!known_kind) return MakeError(ErrorCode::kBadInput, "what did the person ask for?");
  const absl::Time received = request.received_us() == 0 ? now : absl::FromUnixMicros(request.received_us());
  if (received > now) return MakeError(ErrorCode::kBadInput, "received later than now");
  v1::PersonRequest noted;
  noted.set_request_id(IntentId::Make(now, random).ToBytes());
  noted.set_kind(request.kind());
  noted.set_citizen_id(citizen.ToBytes());
  noted.set_received_us(absl::ToUnixMicros(received));
  noted.set_due_us(absl::ToUnixMicros(DueOfRequest(received, kMonths)));
  noted.set_received_by(request.actor());
  noted.set_overdue(absl::FromUnixMicros(noted.due_us()) <= now);
  RETURN_IF_ERROR(Write(store, noted, request.actor(), "request-noted", now));
  return noted;
}

absl::StatusOr<v1::PersonRequest> SettlePersonRequest(BaseStore& store,
                                                      const v1::SettlePersonRequestRequest& request,
                                                      absl::Time now) {
  RETURN_IF_ERROR(PersonWhoDecides(store, request.actor()).status());
  ASSIGN_OR_RETURN(v1::PersonRequest found, Find(store, request.request_id()));
  if (found.settled_us() > 0) return MakeError(ErrorCode::kBadInput, "that request is settled");
  if (request.extend()) {
    if (found.extended()) return MakeError(ErrorCode::kBadInput, "that request was extended before");
    found.set_extended(true);
    const absl::Time received = absl::FromUnixMicros(found.received_us());
    found.set_due_us(absl::ToUnixMicros(DueOfRequest(received, kMonthsExtended)));
    RETURN_IF_ERROR(Write(store, found, request.actor(), "request-extended", now));
    return found;
  }
  const bool known = v1::PersonRequestOutcome_IsValid(request.outcome()) &&
                     request.outcome() != v1::PERSON_REQUEST_OUTCOME_UNSPECIFIED;
  if (!known) return MakeError(ErrorCode::kBadInput, "how was it settled?");
  found.set_outcome(request.outcome());
  found.set_settled_us(absl::ToUnixMicros(now));
  found.set_settled_by(request.actor());
  RETURN_IF_ERROR(Write(store, found, request.actor(), "request-settled", now));
  return found;
}

absl::StatusOr<v1::ListPersonRequestsResponse> ListPersonRequests(BaseReader& store, bool open_only,
                                                                  absl::Time now) {
  v1::ListPersonRequestsResponse response;
  ASSIGN_OR_RETURN(const auto requests, store.PersonRequests());
  for (const v1::PersonRequest& request : requests) {
    const bool open = request.settled_us() == 0;
    if (!open && open_only) continue;
    v1::PersonRequest& line = *response.add_requests();
    line = request;
    line.set_overdue(open && absl::FromUnixMicros(request.due_us()) <= now);
  }
  return response;
}

absl::Status SettleBy(BaseStore& store, RecordId citizen, v1::PersonRequestKind kind, std::string_view actor,
                      absl::Time now) {
  ASSIGN_OR_RETURN(const auto requests, store.PersonRequests());
  for (v1::PersonRequest request : requests) {
    const bool done =
        request.settled_us() == 0 && request.kind() == kind && request.citizen_id() == citizen.ToBytes();
    if (!done) continue;
    request.set_outcome(v1::PERSON_REQUEST_OUTCOME_GRANTED);
    request.set_settled_us(absl::ToUnixMicros(now));
    request.set_settled_by(std::string(actor));
    RETURN_IF_ERROR(Write(store, request, actor, "request-settled", now));
  }
  return absl::OkStatus();
}

}  // namespace opgang
