// Reports of the base, for coordinators: computed there, from what it holds now (docs/reports.md). core/reports/render.h
// writes them.
#ifndef OPGANG_REPORTS_H_
#define OPGANG_REPORTS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/store.h"
#include "opgang/v1/report.pb.h"

namespace opgang {

// The store is unlocked (kLocked): whoever asks shows that the passphrase is known, as for every reading. Errors as Sync()'s;
// kBaseRefused where the role may not ask, kTryLater where the store has to sync first, kUsage and kNotFound with the
// base's words for what is wrong with the request. Blocks for at most `timeout`.
absl::StatusOr<v1::Report> RunReport(const Store& store, const v1::RunReportRequest& request,
                                     absl::Duration timeout);

}  // namespace opgang

#endif  // OPGANG_REPORTS_H_
