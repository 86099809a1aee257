// The bytes of this release, and what a difference means.
#include "tests/ages/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace opgang::ages {
namespace {

constexpr char kHowToWrite[] =
    "\n  If nothing of this schema was ever released, and the change is meant: build/bin/ages golden, and "
    "look at the"
    "\n  difference before you commit it. Once it was released its bytes lie on devices and in backups: "
    "leave them, raise"
    "\n  kSchemaVersion (core/records/registry.h), and build/bin/ages golden makes a directory of its own "
    "for the new one.";

TEST(GoldenBytes, EveryMessageAndEverySealedFormHasItsBytesStored) {
  const auto stored = StoredGolden(kSchemaVersion);
  for (const Golden& golden : GoldenOfThisBuild()) {
    EXPECT_TRUE(stored.contains(golden.name))
        << golden.name << " is new: no later build can be shown to read it." << kHowToWrite;
  }
}

TEST(GoldenBytes, NothingThatWasStoredHasGone) {
  std::map<std::string, Golden> made;
  for (Golden& golden : GoldenOfThisBuild()) made[golden.name] = golden;
  for (const auto& [name, golden] : StoredGolden(kSchemaVersion)) {
    EXPECT_TRUE(made.contains(name)) << name << " is written no longer: devices in the field still do."
                                     << kHowToWrite;
  }
}

TEST(GoldenBytes, ThisBuildWritesWhatIsStored) {
  const auto stored = StoredGolden(kSchemaVersion);
  for (const Golden& golden : GoldenOfThisBuild()) {
    const auto found = stored.find(golden.name);
    if (found == stored.end()) continue;  // told above
    EXPECT_EQ(Hex(golden.bytes), Hex(found->second.bytes))
        << golden.name << " (" << golden.about << ") comes out otherwise: what reads it elsewhere may not."
        << kHowToWrite;
  }
}

// A message that was released keeps its numbers, types and names; what was sealed still opens.
TEST(GoldenBytes, ThisBuildReadsWhatEverySchemaWrote) {
  const std::vector<uint32_t> schemas = StoredSchemas();
  EXPECT_THAT(schemas, testing::Contains(kSchemaVersion));
  for (const uint32_t schema : schemas) {
    for (const auto& [name, golden] : StoredGolden(schema)) {
      const auto read = ReadGolden(name, golden.bytes);
      EXPECT_EQ(read.value_or(read.status().ToString()), golden.reads)
          << "schema " << schema << ", " << name
          << " reads otherwise: a field changed its number, its type or its name, or a key or format did."
          << kHowToWrite;
    }
  }
}

// A digest that comes out otherwise makes every retry look like other work (I2), and every copy look damaged (I18).
TEST(GoldenBytes, DigestsAreTheSameForEver) {
  for (const uint32_t schema : StoredSchemas()) {
    const auto stored = StoredGolden(schema);
    for (const Golden& golden : GoldenOfThisBuild()) {
      if (!golden.name.starts_with("digest/") || !stored.contains(golden.name)) continue;
      EXPECT_EQ(Hex(golden.bytes), Hex(stored.at(golden.name).bytes))
          << "schema " << schema << ", " << golden.name;
    }
  }
}

TEST(GoldenBytes, EveryRecordTypeIsAmongThem) {
  const auto stored = StoredGolden(kSchemaVersion);
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    EXPECT_TRUE(stored.contains("message/" + info.prototype->GetDescriptor()->name()))
        << info.name << " has no golden bytes." << kHowToWrite;
    EXPECT_TRUE(stored.contains("message/RecordBody." +
                                v1::RecordBody::descriptor()->FindFieldByNumber(info.type)->name()))
        << info.name << " has no golden bytes." << kHowToWrite;
  }
}

}  // namespace
}  // namespace opgang::ages
