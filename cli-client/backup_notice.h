// Words about the base's backups: nothing where all is well.
#ifndef OPGANG_CLI_CLIENT_BACKUP_NOTICE_H_
#define OPGANG_CLI_CLIENT_BACKUP_NOTICE_H_

#include "cli-client/context.h"
#include "opgang/v1/sync.pb.h"

namespace opgang::cli {

// Says that the base's backups are overdue, or that it was restored from one that is too old.
void SayBackupNotice(const Context& context, const v1::BackupStatus& status);
Json BackupJson(const v1::BackupStatus& status);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_BACKUP_NOTICE_H_
