// What is read of a record's outline against what is read of the record parsed whole: the second is how a record with own
// work on top is shown, here with work that was settled and so changes nothing.
#include "client-lib/src/store/visible_record.h"

#include "core/records/registry.h"
#include "gtest/gtest.h"
#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

v1::Provenance SaidAt(int64_t received_us) {
  v1::Provenance said;
  said.set_intent_id(std::string(16, 'i'));
  said.set_author("jonas");
  said.set_received_us(received_us);
  return said;
}

v1::Provenance RecordedAt(int64_t earliest_us, int64_t latest_us) {
  v1::Provenance said = SaidAt(latest_us + 5);
  said.mutable_recorded()->set_earliest_us(earliest_us);
  said.mutable_recorded()->set_latest_us(latest_us);
  return said;
}

std::vector<v1::Record> Records() {
  v1::Record plain;
  plain.set_fields(CitizenNamed("Amina").SerializeAsString());
  std::vector<v1::Record> records(7, plain);
  *records[1].mutable_created() = RecordedAt(1'000, 2'000);
  *records[2].mutable_created() = SaidAt(3'000);
  *records[3].mutable_last_changed() = RecordedAt(-7, 4'000);
  *records[4].mutable_created() = SaidAt(-1);
  *records[4].mutable_last_changed() = RecordedAt(5'000, 6'000);
  *records[4].add_field_states()->mutable_provenance() = SaidAt(8'000);
  records[5].set_deleted(true);
  *records[5].mutable_created() = RecordedAt(1, 2);
  *records[6].mutable_created() = RecordedAt(1, 2);  // and of a newer app
  auto& unknown = *records[6].GetReflection()->MutableUnknownFields(&records[6]);
  unknown.AddFixed32(900, 7);
  unknown.AddFixed64(901, 8);
  unknown.AddVarint(902, 9);
  unknown.AddLengthDelimited(903, "ten");
  return records;
}

void ExpectTheSame(const ConfirmedRecord& confirmed, const std::string& where) {
  OwnMutation settled;
  settled.record = confirmed.id;
  settled.settled = true;
  const auto outline = MakeVisible(confirmed, {});
  const auto whole = MakeVisible(confirmed, {&settled});
  ASSERT_EQ(outline.has_value(), whole.has_value()) << where;
  if (!outline) return;
  EXPECT_EQ(outline->id, whole->id) << where;
  EXPECT_EQ(outline->scopes, whole->scopes) << where;
  EXPECT_EQ(outline->content().SerializeAsString(), whole->content().SerializeAsString()) << where;
  EXPECT_EQ(outline->recorded.earliest, whole->recorded.earliest) << where;
  EXPECT_EQ(outline->recorded.latest, whole->recorded.latest) << where;
  EXPECT_EQ(outline->record.has_field_states(), whole->record.has_field_states()) << where;
  EXPECT_EQ(outline->record->SerializeAsString(), whole->record->SerializeAsString()) << where;
}

TEST(VisibleRecordTest, TheOutlineOfARecordSaysWhatTheWholeOneSaysAlsoOfOneThatIsCutShort) {
  const std::vector<v1::Record> records = Records();
  for (size_t i = 0; i < records.size(); ++i) {
    ConfirmedRecord confirmed;
    confirmed.id = RecordId::Make(absl::UnixEpoch(), SystemRandom());
    confirmed.record_type = static_cast<uint32_t>(RecordType::kCitizen);
    confirmed.rev = 1;
    confirmed.scopes = {Scope{v1::SCOPE_KIND_AREA, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")}};
    const std::string bytes = records[i].SerializeAsString();
    confirmed.record = bytes;
    ASSERT_EQ(MakeVisible(confirmed, {}).has_value(), !records[i].deleted());
    for (size_t size = 0; size <= bytes.size(); ++size) {
      confirmed.record = bytes.substr(0, size);
      ExpectTheSame(confirmed, "record " + std::to_string(i) + " of " + std::to_string(size) + " bytes");
    }
  }
}

TEST(VisibleRecordTest, ALengthBeyondTheRecordIsNoRecord) {
  ConfirmedRecord confirmed;
  confirmed.record_type = static_cast<uint32_t>(RecordType::kCitizen);
  confirmed.record =
      "\x0a\xff\xff\xff\xff\x0f"
      "abc";
  EXPECT_FALSE(MakeVisible(confirmed, {}).has_value());
}

}  // namespace
}  // namespace opgang
