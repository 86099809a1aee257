// Everything that the base holds about a citizen, for the citizen (GDPR art. 15, 20): records with their whole past and who
// wrote what, what was refused and waits, referrals, and who used it. Joined duplicates go along: they are the same person.
//
// Staff are named by their codes, devices by their labels: who stands behind a code the municipality tells, if it is asked.
#ifndef OPGANG_SERVER_ADMIN_EXPORT_CITIZEN_H_
#define OPGANG_SERVER_ADMIN_EXPORT_CITIZEN_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/caller.h"
#include "server/store/base_store.h"

namespace opgang {

// Noted in the audit, durably, before it is handed out; open requests for access are settled with it. Holds personal data: for
// a file that only its reader may open, never for a log.
//
// What the caller does not read is left out and counted (`withheld`): nobody reads health data by handing it out. Then no
// request is settled; the base's own user hands out the whole. kNotFound; kBaseRefused: CheckWhollyInSight().
absl::StatusOr<v1::ExportCitizenResponse> ExportCitizen(BaseStore& store,
                                                        const v1::ExportCitizenRequest& request,
                                                        absl::Time now,
                                                        const Caller& caller = {.local = true});

// A document of ours ("opgangd/export/1") as one page that needs nothing else.
std::string ExportAsHtml(const std::string& json);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_EXPORT_CITIZEN_H_
