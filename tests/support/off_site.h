// The other machine: it holds the offline key, opens backups there, and has them restored. The code that ships, without the
// commands around it.
#ifndef OPGANG_TESTS_SUPPORT_OFF_SITE_H_
#define OPGANG_TESTS_SUPPORT_OFF_SITE_H_

#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "server/backup/make_backup.h"
#include "server/backup/restore_backup.h"
#include "tests/support/test_base.h"

namespace opgang {

class OffSite {
 public:
  // Makes a key and hands its public half to the base.
  explicit OffSite(TestBase& base);
  ~OffSite();

  absl::StatusOr<MadeBackup> TryBackup(const std::filesystem::path& to);
  // A backup as of now, recorded at the base; its file.
  std::filesystem::path Backup();
  // With the base's storage key, unless the machine has none.
  absl::StatusOr<CheckedBackup> Check(const std::filesystem::path& file, bool with_storage_key = true);
  std::string ReceiptOf(const std::filesystem::path& file);
  absl::StatusOr<BackupEntry> Confirm(const std::string& receipt);
  void BackUpAndConfirm() { EXPECT_EQ(Confirm(ReceiptOf(Backup())).status(), absl::OkStatus()); }

  // The base goes, is put back as it was, and comes again: its sessions are cut.
  absl::StatusOr<RestoredBase> Restore(const std::filesystem::path& file, bool older = false);
  RestorePlan PlanFor(const std::filesystem::path& file);

  const std::filesystem::path& directory() const { return directory_; }
  const std::filesystem::path key_file() const { return directory_ / "offline.key"; }

 private:
  TestBase& base_;
  const std::filesystem::path directory_;
  BoxKeyPair keys_;
  int files_ = 0;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_OFF_SITE_H_
