#include "cli-client/backup_notice.h"

#include "cli-client/dates.h"
#include "cli-client/layout.h"

namespace opgang::cli {
namespace {

void SayWrapped(const Context& context, const std::string& words) {
  for (const std::string& line : Wrap(words, context.terminal().Width(), 2)) context.Say(line);
}

}  // namespace

void SayBackupNotice(const Context& context, const v1::BackupStatus& status) {
  if (status.overdue() && status.horizon_us() == 0) SayWrapped(context, context.T("backup.overdue.never"));
  if (status.overdue() && status.horizon_us() != 0) {
    const absl::Time made = absl::FromUnixMicros(status.horizon_us());
    SayWrapped(context,
               context.T("backup.overdue", {{"when", MomentWords(context.texts(), made, context.Today())}}));
  }
  if (status.restored_too_old()) SayWrapped(context, context.T("backup.too-old"));
}

Json BackupJson(const v1::BackupStatus& status) {
  return {{"durable_horizon", status.durable_horizon()},
          {"horizon_time",
           status.horizon_us() == 0 ? Json(nullptr) : JsonTime(absl::FromUnixMicros(status.horizon_us()))},
          {"overdue", status.overdue()},
          {"restored_too_old", status.restored_too_old()}};
}

}  // namespace opgang::cli
