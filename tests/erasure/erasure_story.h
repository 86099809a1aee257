// A person asks to be erased: two tablets, one base, and what must not be found anywhere afterwards.
#ifndef OPGANG_TESTS_ERASURE_ERASURE_STORY_H_
#define OPGANG_TESTS_ERASURE_ERASURE_STORY_H_

#include <set>
#include <string>

#include "core/sqlite/durable_file.h"
#include "server/engine/erasure.h"
#include "server/engine/transaction.h"
#include "server/store/citizen_keys.h"
#include "server/store/sqlite_base_schema.h"
#include "tests/support/hand_device.h"
#include "tests/support/off_site.h"
#include "tests/sync/sync_story.h"

namespace opgang {

class ErasureStory : public SyncStory {
 protected:
  void SyncBoth() {
    for (int round = 0; round < 2; ++round) {
      amal.SyncWell();
      jonas.SyncWell();
    }
  }
  // What the base holds of a citizen, content and all.
  size_t RecordsAbout(RecordId citizen) { return base.store().RecordsAbout(citizen, 0).value().size(); }
  size_t MutationsAbout(RecordId citizen) {
    return base.store().FootprintOf(citizen).value().counts.mutation_count();
  }
  bool HasKey(RecordId citizen) {
    const auto citizens = base.store().Citizens().value();
    return std::find(citizens.begin(), citizens.end(), citizen) != citizens.end();
  }
  // The key under which everything about the citizen is sealed, as the file holds it now.
  std::string KeyOf(RecordId citizen) {
    base.Close();
    std::string key;
    {
      sqlite::DatabaseOptions options;
      options.path = base.file().string();
      options.application_id = kBaseApplicationId;
      options.migrations = kBaseMigrations;
      const auto db = sqlite::Database::Open(options).value();
      CitizenKeys keys(KeySlots::OpenToRead(base.directory() / "keys" / kKeySlotsFile).value());
      EXPECT_EQ(keys.Load(*db, base.keys().storage_key), absl::OkStatus());
      const auto found = keys.KeyOf(citizen.ToBytes());
      if (found.ok()) key = std::string(found->Reveal());
    }
    EXPECT_EQ(base.Open(), absl::OkStatus());
    return key;
  }
  // Every byte in the base's directory, journals and key files included, as it lies on the disk now.
  std::string BaseBytes() {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(base.directory())) {
      if (entry.is_regular_file()) all += ReadWholeFile(entry.path(), 256 << 20).value_or("");
    }
    return all;
  }
  // Everything in a tablet's queue can still be told apart, and nothing of it be read.
  static void DamageTheQueueOf(TestDevice& device) {
    device.SpoilQueue(
        "UPDATE mutations SET sealed_payload = CAST(x'00000000' || substr(sealed_payload, 5) AS BLOB)");
  }
  std::string VerdictOf(IntentId intent) {
    const auto fate = base.reader().FateOf(intent).value();
    if (!fate.has_value()) return "unknown";
    return fate->verdict.has_erased() ? "erased" : fate->verdict.has_applied() ? "applied" : "other";
  }
};

}  // namespace opgang

#endif  // OPGANG_TESTS_ERASURE_ERASURE_STORY_H_
