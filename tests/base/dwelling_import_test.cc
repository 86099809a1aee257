// Importing brings an area in line with a file: again changes nothing, gone is closed, added at a door is
// taken over.
#include "tests/base/base_story.h"

namespace opgang {
namespace {

class DwellingImportTest : public BaseStory {
 protected:
  static v1::DwellingRow Row(const std::string& number, const std::string& floor,
                             const std::string& id = "") {
    v1::DwellingRow row;
    row.mutable_entrance()->set_street("Humlebakken");
    row.mutable_entrance()->set_number(number);
    row.mutable_entrance()->set_postcode("9220");
    row.mutable_dwelling()->set_floor(floor);
    row.mutable_dwelling()->set_door("tv");
    row.mutable_dwelling()->set_register_id(id);
    return row;
  }
  v1::ImportDwellingsResponse Import(const std::vector<v1::DwellingRow>& rows) {
    v1::ImportDwellingsRequest request;
    request.set_area("Testlund");
    for (const auto& row : rows) *request.add_rows() = row;
    return base.Import(request);
  }
  std::vector<v1::Dwelling> Dwellings() {
    std::vector<v1::Dwelling> dwellings;
    const auto records = base.store().RecordsOfType(area, RecordType::kDwelling).value();
    for (const StoredRecord& record : records) {
      EXPECT_TRUE(dwellings.emplace_back().ParseFromString(record.record.fields()));
    }
    return dwellings;
  }
};

TEST_F(DwellingImportTest, ImportedAgainChangesNothing) {
  const std::vector<v1::DwellingRow> rows{Row("1", "1"), Row("1", "2"), Row("2", "1"), Row("1", "1")};
  const auto first = Import(rows);
  EXPECT_EQ(first.entrances_added(), 2);
  EXPECT_EQ(first.dwellings_added(), 3);
  const uint64_t rev = base.store().NewestRev().value();
  const auto again = Import(rows);
  EXPECT_EQ(again.entrances_added() + again.dwellings_added() + again.changed() + again.closed(), 0);
  EXPECT_EQ(again.unchanged(), 5);
  EXPECT_EQ(base.store().NewestRev().value(), rev);
}

TEST_F(DwellingImportTest, DisappearedIsClosedNotDeletedAndComesBackUnderItsId) {
  Import({Row("1", "1"), Row("1", "2")});
  EXPECT_EQ(Import({Row("1", "1")}).closed(), 1);
  EXPECT_EQ(Dwellings().size(), 2u);
  EXPECT_EQ(Import({Row("1", "1")}).closed(), 0);
  const auto back = Import({Row("1", "1"), Row("1", "2")});
  EXPECT_EQ(back.changed(), 1);
  EXPECT_EQ(back.dwellings_added(), 0);
  for (const v1::Dwelling& dwelling : Dwellings()) EXPECT_EQ(dwelling.status(), v1::PLACE_STATUS_ACTIVE);
}

TEST_F(DwellingImportTest, MovedInTheRegisterIsFoundByItsRegisterId) {
  const std::string id = "0a3f50b4-2b1c-32b8-e044-0003ba298018";
  Import({Row("1", "1", id)});
  const auto moved = Import({Row("1", "2", id)});
  EXPECT_EQ(moved.dwellings_added(), 0);
  EXPECT_EQ(moved.changed(), 1);
  EXPECT_EQ(Dwellings().at(0).floor(), "2");
}

TEST_F(DwellingImportTest, AddedAtADoorIsTakenOverAndUntilThenNeverClosed) {
  Import({Row("1", "1")});
  const auto entrances = base.store().RecordsOfType(area, RecordType::kEntrance).value();
  v1::Dwelling at_door;
  at_door.set_entrance_id(entrances.at(0).id.ToBytes());
  at_door.set_floor("9");
  at_door.set_door("tv");
  at_door.set_status(v1::PLACE_STATUS_ACTIVE);
  at_door.set_source(v1::PLACE_SOURCE_ADDED_AT_DOOR);
  ASSERT_EQ(Word(amal.Commit(amal.Create(at_door, area))), "applied");
  EXPECT_EQ(Import({Row("1", "1")}).closed(), 0);
  const auto taken = Import({Row("1", "1"), Row("1", "9")});
  EXPECT_EQ(taken.dwellings_added(), 0);
  EXPECT_EQ(taken.changed(), 1);
  for (const v1::Dwelling& dwelling : Dwellings()) EXPECT_EQ(dwelling.source(), v1::PLACE_SOURCE_REGISTER);
  EXPECT_EQ(Import({Row("1", "1")}).closed(), 1);
}

TEST_F(DwellingImportTest, FileOfOneAreaLeavesTheOtherAlone) {
  Import({Row("1", "1")});
  v1::DwellingRow elsewhere = Row("7", "1");
  elsewhere.set_area("Nabolund");
  EXPECT_EQ(Import({elsewhere}).closed(), 0);
  EXPECT_EQ(Dwellings().size(), 1u);
}

}  // namespace
}  // namespace opgang
