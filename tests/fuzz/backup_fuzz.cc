// Backups, receipts and offline keys as people carry them, damaged anywhere: a check ends well or with a clear error, a
// changed file is never taken for whole, what is restored is a sound base, and what is refused leaves nothing behind.
//
// The first part is one byte, what comes then: 0 a sealed backup, 1 the image inside it, sealed anew afterwards; each with
// wounds: four bytes of offset and the bytes that are written there, none to cut it off. 2 a manifest over a whole image.
// 3 a file as it comes. 4 a receipt, typed. 5 a key file.
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/error.h"
#include "core/sqlite/durable_file.h"
#include "server/backup/backup_file.h"
#include "server/backup/backup_keys.h"
#include "server/backup/restore_backup.h"
#include "server/store/sqlite_base_store.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/hand_device.h"
#include "tests/support/off_site.h"
#include "tests/support/test_device.h"

namespace opgang::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMost = 64 << 20;

void WriteBytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// A base with a few records, and a backup of it. Never destroyed.
struct BackupFixture {
  static BackupFixture& Get() {
    static auto* fixture = new BackupFixture;
    return *fixture;
  }

  ManualClock clock{absl::FromUnixSeconds(1'775'037'600)};
  TestBase base{clock};
  OffSite off_site{base};
  BoxKeyPair keys = ReadBackupSecret(off_site.key_file()).value();
  fs::path scratch = MakeTestDirectory();
  OpenedBackup opened;
  std::string whole, image;

  fs::path file() const { return scratch / "tried.backup"; }
  // Seals `bytes` as a base would seal its image; false where no base would.
  bool Reseal(const std::string& bytes, v1::BackupManifest manifest) const {
    manifest.set_image_bytes(bytes.size());
    WriteBytes(scratch / "image", bytes);
    const auto written =
        WriteBackupFile(file(), scratch / "image", manifest, opened.trailer, keys.public_key, SystemRandom());
    return written.ok();
  }

 private:
  BackupFixture() {
    HandDevice amal(base, clock, "amal", "outreach", {"Testlund"});
    const Scope area = AreaScope(base.Area("Testlund"));
    for (const char* name : {"Amina", "Bo", ""}) amal.Commit(amal.Create(CitizenCalled(name), area));
    const fs::path backup = off_site.Backup();
    opened = OpenBackupFile(backup, keys, scratch / "opened").value();
    whole = ReadWholeFile(backup, kMost).value();
    image = ReadWholeFile(scratch / "opened", kMost).value();
  }
};

void RequireWords(const absl::Status& status) {
  Require(status.ok() || !status.message().empty(), "an error says what is wrong");
}

std::string Wounded(std::string bytes, Parts& parts) {
  for (int count = 0; count < 8 && !bytes.empty(); ++count) {
    const auto wound = parts.Next();
    if (!wound || wound->size() < 4) break;
    size_t at = 0;
    for (size_t i = 4; i > 0; --i) at = at << 8 | static_cast<uint8_t>((*wound)[i - 1]);
    at %= bytes.size();
    if (wound->size() == 4) {
      bytes.resize(at);
    } else {
      bytes.replace(at, std::min(wound->size() - 4, bytes.size() - at), wound->substr(4, bytes.size() - at));
    }
  }
  return bytes;
}

// In a directory that holds no base yet.
void TryRestore(BackupFixture& fixture) {
  const fs::path directory = fixture.scratch / "restored";
  fs::remove_all(directory);
  RestorePlan plan;
  plan.backup = fixture.file();
  plan.keys = fixture.keys;
  plan.directory = directory;
  plan.keys_copy = fixture.base.directory() / "keys";
  const auto restored = RestoreBase(plan, fixture.clock, SystemRandom());
  RequireWords(restored.status());
  Require(restored.ok() == fs::exists(directory / "base.db"),
          "what is refused is no base, and the rest is one");
  for (const char* left : {"restore.image", kRestoringMark})
    Require(!fs::exists(directory / left), "nothing is left on the way");
  if (!restored.ok()) return;
  const auto store =
      OpenSqliteBaseStore({directory / "base.db", fixture.base.keys().storage_key, &SystemRandom(), ""});
  Require(store.ok(), "what was restored opens");
  Require(restored->epoch == (*store)->epoch() && restored->epoch != fixture.base.store().epoch(),
          "under a new epoch");
  const auto soundness = (*store)->OpenReader().value()->Check();
  Require(soundness.ok() && soundness->problems.empty(), "and is sound");
}

// Returns whether it passed as a whole backup.
bool TryFile(BackupFixture& fixture) {
  const auto sealed = CheckBackup(fixture.file(), fixture.keys, SecretBytes(), fixture.scratch);
  const auto checked =
      CheckBackup(fixture.file(), fixture.keys, fixture.base.keys().storage_key, fixture.scratch);
  RequireWords(sealed.status());
  RequireWords(checked.status());
  Require(sealed.ok() || !checked.ok(), "with every row opened it is not more whole than without");
  TryRestore(fixture);
  return checked.ok();
}

void TryReceipt(const std::string& typed) {
  const auto hash = ReceiptHash(typed);
  RequireWords(hash.status());
  Require(!hash.ok() || hash->size() == 32, "a hash is a hash");
  const std::string secret = HashOfReceiptSecret(typed);
  Require(ReceiptHash(ReceiptText(secret)).value_or("") == HashOfReceiptSecret(secret),
          "a whole receipt is read");
}

void TryKey(const fs::path& file, const std::string& bytes) {
  WriteBytes(file, bytes);
  const auto secret = ReadBackupSecret(file);
  const auto public_key = ReadBackupPublicKey(file);
  RequireWords(secret.status());
  RequireWords(public_key.status());
  Require(!secret.ok() || !public_key.ok(), "no file is both halves");
}

void TryBackup(Parts parts) {
  BackupFixture& fixture = BackupFixture::Get();
  fs::remove(fixture.file());
  const std::string kind = parts.Next().value_or("");
  switch (kind.empty() ? 0 : kind[0] % 6) {
    case 0: {
      const std::string bytes = Wounded(fixture.whole, parts);
      WriteBytes(fixture.file(), bytes);
      Require(TryFile(fixture) == (bytes == fixture.whole), "whole, and only then");
      return;
    }
    case 1: {
      if (fixture.Reseal(Wounded(fixture.image, parts), fixture.opened.manifest)) TryFile(fixture);
      return;
    }
    case 2: {
      const auto manifest = parts.NextMessage<v1::BackupManifest>().value_or(v1::BackupManifest());
      if (!fixture.Reseal(fixture.image, manifest) || !TryFile(fixture)) return;
      const v1::BackupManifest& true_one = fixture.opened.manifest;
      Require(manifest.epoch() == true_one.epoch() && manifest.rev() == true_one.rev() &&
                  manifest.record_count() == true_one.record_count(),
              "an image is what its manifest says");
      return;
    }
    case 3: {
      WriteBytes(fixture.file(), parts.Next().value_or(""));
      Require(!TryFile(fixture), "whoever has no key makes no backup");
      return;
    }
    case 4: return TryReceipt(parts.Next().value_or(""));
    default: return TryKey(fixture.file(), parts.Next().value_or(""));
  }
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  testing::GTEST_FLAG(throw_on_failure) = true;  // what the test support expects ends the program too
  opgang::fuzz::TryBackup({data, size});
  return 0;
}
