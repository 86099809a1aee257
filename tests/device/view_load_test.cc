// How long a whole area takes to open: 2,154 dwellings in their entrances and 5,000 records of people. The
// figures are printed; the bound only catches a change of the order of magnitude, because machines differ.
#include <cstdio>

#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

constexpr int kDwellings = 2154;
constexpr int kDoorsAnEntrance = 12;
constexpr int kPeople = 2500;  // each with an inquiry: 5,000 records

class ViewLoadTest : public DeviceTest {
 protected:
  ViewLoadTest() { Enroll(); }

  RecordId NewId() { return RecordId::Make(clock_.WallNow(), SystemRandom()); }
  void FillBase() {
    RecordId entrance;
    for (int i = 0; i < kDwellings; ++i) {
      if (i % kDoorsAnEntrance == 0) {
        v1::Entrance place;
        place.set_street("Testlunden");
        place.set_number(std::to_string(1 + i / kDoorsAnEntrance));
        place.set_organisation("Syntetisk Boligforening");
        entrance = base_.Put(place, NewId());
      }
      v1::Dwelling dwelling;
      dwelling.set_entrance_id(entrance.ToBytes());
      dwelling.set_floor(std::to_string(1 + i % kDoorsAnEntrance / 2));
      dwelling.set_door(i % 2 == 0 ? "tv" : "th");
      base_.Put(dwelling, NewId());
    }
    for (int i = 0; i < kPeople; ++i) {
      const RecordId id = NewId();
      v1::Citizen citizen = CitizenNamed("Borger " + std::to_string(i));
      citizen.set_telephone(std::to_string(20000000 + i));
      base_.Put(citizen, id, id.ToBytes());
      base_.Put(InquiryBy(id), NewId(), id.ToBytes());
    }
  }
  static double Milliseconds(absl::Time since) {
    return absl::ToDoubleMilliseconds(SystemClock().WallNow() - since);
  }
};

TEST_F(ViewLoadTest, WholeAreaOpensWithinAMoment) {
  FillBase();
  {
    auto store = OpenUnlocked();
    Greet(*store);
    const absl::Time begin = SystemClock().WallNow();
    Pull(*store);
    std::printf("first sync of %d records into the store: %.1f ms\n", kDwellings + 180 + 2 * kPeople,
                Milliseconds(begin));
  }
  absl::Time begin = SystemClock().WallNow();
  auto store = Open();
  std::printf("open: %.1f ms\n", Milliseconds(begin));
  begin = SystemClock().WallNow();
  const View& view = ViewOf(*store);
  const double load = Milliseconds(begin);
  std::printf("load view: %.1f ms\n", load);
  begin = SystemClock().WallNow();
  EXPECT_EQ(view.Search("borger 77", 5).size(), 5u);
  std::printf("first search: %.1f ms\n", Milliseconds(begin));
  begin = SystemClock().WallNow();
  EXPECT_EQ(view.Cases(clock_.WallNow(), true).size(), static_cast<size_t>(kPeople));
  std::printf("all cases: %.1f ms\n", Milliseconds(begin));
  begin = SystemClock().WallNow();
  SaveInquirer(*store, "Amina");
  std::printf("save of a bundle with the view open: %.1f ms\n", Milliseconds(begin));
  EXPECT_EQ(view.OfType(RecordType::kDwelling).size(), static_cast<size_t>(kDwellings));
  EXPECT_LT(load, 5000);
}

}  // namespace
}  // namespace opgang
