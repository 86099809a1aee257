#include "tests/support/off_site.h"

#include <gtest/gtest.h>

#include "server/backup/backup_keys.h"
#include "server/engine/horizon.h"
#include "server/engine/transaction.h"

namespace opgang {

OffSite::OffSite(TestBase& base) : base_(base), directory_(MakeTestDirectory()) {
  EXPECT_EQ(MakeBackupKey(key_file(), SystemRandom()), absl::OkStatus());
  keys_ = ReadBackupSecret(key_file()).value();
  const auto named =
      InTransaction(base_.store(), [&] { return base_.store().PutBackupKey(keys_.public_key); });
  EXPECT_EQ(named, absl::OkStatus());
}

OffSite::~OffSite() { std::filesystem::remove_all(directory_); }

absl::StatusOr<MadeBackup> OffSite::TryBackup(const std::filesystem::path& to) {
  auto reader = base_.store().OpenReader();
  if (!reader.ok()) return reader.status();
  const BackupPlan plan{base_.directory(), base_.keys().storage_key, to, base_.clock().WallNow()};
  auto made = MakeBackup(**reader, plan, SystemRandom());
  if (!made.ok()) return made;
  const auto recorded = InTransaction(base_.store(), [&] { return base_.store().PutBackup(made->entry); });
  EXPECT_EQ(recorded, absl::OkStatus());
  return made;
}

std::filesystem::path OffSite::Backup() {
  const auto file = directory_ / ("backup-" + std::to_string(++files_));
  EXPECT_EQ(TryBackup(file).status(), absl::OkStatus());
  return file;
}

absl::StatusOr<CheckedBackup> OffSite::Check(const std::filesystem::path& file, bool with_storage_key) {
  return CheckBackup(file, keys_, with_storage_key ? base_.keys().storage_key : SecretBytes(), directory_,
                     base_.directory() / "keys");
}

std::string OffSite::ReceiptOf(const std::filesystem::path& file) {
  const auto checked = Check(file);
  EXPECT_EQ(checked.status(), absl::OkStatus());
  return checked.ok() ? checked->receipt : "";
}

absl::StatusOr<BackupEntry> OffSite::Confirm(const std::string& receipt) {
  const auto hash = ReceiptHash(receipt);
  if (!hash.ok()) return hash.status();
  return ConfirmBackup(base_.store(), *hash, "karen", base_.clock().WallNow());
}

RestorePlan OffSite::PlanFor(const std::filesystem::path& file) {
  RestorePlan plan;
  plan.backup = file;
  plan.keys = keys_;
  plan.directory = base_.directory();
  plan.replace = true;
  return plan;
}

absl::StatusOr<RestoredBase> OffSite::Restore(const std::filesystem::path& file, bool older) {
  RestorePlan plan = PlanFor(file);
  plan.older = older;
  base_.Close();
  auto restored = RestoreBase(plan, base_.clock(), SystemRandom());
  base_.Crash();
  return restored;
}

}  // namespace opgang
