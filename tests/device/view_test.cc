#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class ViewTest : public DeviceTest {
 protected:
  ViewTest() {
    Enroll();
    store_ = OpenUnlocked();
  }

  RecordId AddEntrance(const std::string& street, const std::string& number) {
    v1::Entrance entrance;
    entrance.set_street(street);
    entrance.set_number(number);
    Bundle bundle = NewBundle();
    const RecordId id = bundle.Create(entrance, base_.area());
    Save(*store_, bundle);
    return id;
  }
  RecordId AddDwelling(RecordId entrance, const std::string& floor, const std::string& door,
                       v1::PlaceStatus status = v1::PLACE_STATUS_ACTIVE) {
    v1::Dwelling dwelling;
    dwelling.set_entrance_id(entrance.ToBytes());
    dwelling.set_floor(floor);
    dwelling.set_door(door);
    dwelling.set_status(status);
    Bundle bundle = NewBundle();
    const RecordId id = bundle.Create(dwelling, base_.area());
    Save(*store_, bundle);
    return id;
  }
  RecordId Knock(RecordId entrance, const DoorName& door, v1::Disposition disposition) {
    v1::Visit visit;
    visit.set_entrance_id(entrance.ToBytes());
    visit.set_floor(door.floor);
    visit.set_door(door.door);
    visit.set_disposition(disposition);
    Bundle bundle = NewBundle();
    const RecordId id = bundle.Create(visit, base_.area());
    Save(*store_, bundle);
    clock_.Advance(absl::Minutes(1));
    return id;
  }
  void TakePart(RecordId citizen) {
    v1::Participation participation;
    participation.set_citizen_id(citizen.ToBytes());
    participation.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    participation.set_place("common room");
    Bundle bundle = NewBundle();
    bundle.Create(participation);
    Save(*store_, bundle);
  }
  void Join(RecordId a, RecordId b, bool joined) {
    Bundle bundle = NewBundle();
    for (const auto& [one, other] : {std::pair(a, b), std::pair(b, a)}) {
      v1::SamePerson same;
      same.set_citizen_id(one.ToBytes());
      same.set_other_citizen_id(other.ToBytes());
      same.set_joined(joined);
      bundle.Create(same);
    }
    Save(*store_, bundle);
  }
  std::vector<std::string> DoorsOf(RecordId entrance) {
    std::vector<std::string> doors;
    for (const VisibleRecord* record : view().DwellingsOf(entrance)) {
      doors.push_back(record->As<v1::Dwelling>().floor() + record->As<v1::Dwelling>().door());
    }
    return doors;
  }
  const View& view() { return ViewOf(*store_); }

  // As a program just started says it, which has not opened everything; 0: nothing is due.
  int64_t DueInHello() {
    store_.reset();
    store_ = OpenUnlocked();
    const int64_t told = store_->sync_store().MakeHello()->nearest_due_us();
    int64_t nearest = 0;
    for (const CaseLine& line : view().Cases(store_->Now().best, /*open_only=*/true)) {
      const int64_t due = absl::ToUnixMicros(EndOfLocalDay(line.response_case.due.earliest));
      nearest = nearest == 0 ? due : std::min(nearest, due);
    }
    EXPECT_EQ(told, nearest);
    EXPECT_EQ(store_->sync_store().MakeHello()->nearest_due_us(), nearest);  // from the whole view
    return told;
  }

  std::unique_ptr<Store> store_;
};

TEST_F(ViewTest, EntrancesInDanishOrderAndDoorsInVisitingOrder) {
  AddEntrance("Ørnevej", "1");
  AddEntrance("Humlebakken", "20B");
  const RecordId first = AddEntrance("Humlebakken", "3");
  for (const auto& [floor, door] : {std::pair("1", "th"), std::pair("st", "tv"), std::pair("1", "tv")}) {
    AddDwelling(first, floor, door);
  }
  AddDwelling(first, "2", "tv", v1::PLACE_STATUS_CLOSED);
  std::vector<std::string> entrances;
  for (const VisibleRecord* record : view().Entrances()) {
    entrances.push_back(record->As<v1::Entrance>().street() + " " + record->As<v1::Entrance>().number());
  }
  EXPECT_EQ(entrances, (std::vector<std::string>{"Humlebakken 3", "Humlebakken 20B", "Ørnevej 1"}));
  EXPECT_EQ(DoorsOf(first), (std::vector<std::string>{"sttv", "1tv", "1th"}));
}

TEST_F(ViewTest, VisitsToADoorNewestFirstAndApartFromTheEntrances) {
  const RecordId entrance = AddEntrance("Humlebakken", "3");
  AddDwelling(entrance, "2", "th");
  const RecordId old = Knock(entrance, {"2", "th"}, v1::DISPOSITION_NO_ANSWER);
  const RecordId recent = Knock(entrance, {"2", "th"}, v1::DISPOSITION_INTERESTED);
  const RecordId whole = Knock(entrance, {}, v1::DISPOSITION_FLYERS_ALL);
  const auto visits = view().VisitsTo(entrance, {"2", "th"});
  ASSERT_EQ(visits.size(), 2u);
  EXPECT_EQ(visits[0]->id, recent);
  EXPECT_EQ(visits[1]->id, old);
  const auto of_entrance = view().VisitsTo(entrance, {});
  ASSERT_EQ(of_entrance.size(), 1u);
  EXPECT_EQ(of_entrance[0]->id, whole);
}

TEST_F(ViewTest, CitizenIsFoundAtADoorByNameOrByDwelling) {
  const RecordId entrance = AddEntrance("Humlebakken", "3");
  const RecordId dwelling = AddDwelling(entrance, "2", "th");
  Bundle bundle = NewBundle();
  v1::Citizen by_id = CitizenNamed("Amina");
  by_id.set_entrance_id(entrance.ToBytes());
  by_id.set_dwelling_id(dwelling.ToBytes());
  bundle.Create(by_id, base_.area());
  v1::Citizen by_name = CitizenNamed("Bo");
  by_name.set_entrance_id(entrance.ToBytes());
  by_name.set_floor("2");
  by_name.set_door("th");
  bundle.Create(by_name, base_.area());
  Save(*store_, bundle);
  EXPECT_EQ(view().FindDwelling(entrance, {"2", "th"})->id, dwelling);
  EXPECT_EQ(view().CitizensAt(entrance, {"2", "th"}).size(), 2u);
  EXPECT_TRUE(view().CitizensAt(entrance, {"2", "tv"}).empty());
}

TEST_F(ViewTest, SearchByNameAddressTelephoneSlipAndHandle) {
  const RecordId entrance = AddEntrance("Humlebakken", "20B");
  AddDwelling(entrance, "2", "th");
  const Inquirer amina = SaveInquirer(*store_, "Amina Jensen", "20 30 40 50");
  v1::Inquiry slip = InquiryBy(amina.citizen);
  slip.set_slip_number("Slip 17");
  Bundle bundle = NewBundle();
  const RecordId with_slip = bundle.Create(slip);
  Save(*store_, bundle);

  const auto best = [&](const std::string& words) {
    const auto hits = view().Search(words, 5);
    return hits.empty() ? std::pair(RecordId(), std::string())
                        : std::pair(hits[0].record->id, std::string(hits[0].by));
  };
  EXPECT_EQ(best("amina"), std::pair(amina.citizen, std::string("name")));
  EXPECT_EQ(best("JEN am"), std::pair(amina.citizen, std::string("name")));
  EXPECT_EQ(best("+45 20304050"), std::pair(amina.citizen, std::string("telephone")));
  EXPECT_EQ(best("4050"), std::pair(amina.citizen, std::string("telephone")));
  EXPECT_EQ(best("slip 17"), std::pair(with_slip, std::string("slip")));
  EXPECT_EQ(best("humlebakken 20b"), std::pair(entrance, std::string("address")));
  EXPECT_EQ(best(view().HandleOf(amina.citizen)), std::pair(amina.citizen, std::string("handle")));
  EXPECT_EQ(best("nobody"), std::pair(RecordId(), std::string()));
  EXPECT_EQ(view().Search("humlebakken 20b 2 th", 5).size(), 1u);
  EXPECT_EQ(view().Search("humlebakken", 1).size(), 1u);
}

TEST_F(ViewTest, SearchKnowsARecordThatWasSavedAfterTheFirstSearch) {
  SaveInquirer(*store_, "Amina");
  EXPECT_TRUE(view().Search("bo", 5).empty());
  const Inquirer bo = SaveInquirer(*store_, "Bo");
  ASSERT_EQ(view().Search("bo", 5).size(), 1u);
  Rename(*store_, bo.citizen, "Benjamin");
  EXPECT_TRUE(view().Search("bo", 5).empty());
}

TEST_F(ViewTest, HandlesAreShortUniqueAndForgiving) {
  std::vector<RecordId> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(SaveInquirer(*store_, "Amina").citizen);
  std::set<std::string> handles;
  for (const RecordId& id : ids) {
    std::string handle = view().HandleOf(id);
    EXPECT_GE(handle.size(), 3u);
    EXPECT_TRUE(handles.insert(handle).second);
    EXPECT_EQ(view().ByHandle(handle).value()->id, id);
    for (char& c : handle) c = static_cast<char>(::toupper(c));
    EXPECT_EQ(view().ByHandle(handle).value()->id, id);
  }
  EXPECT_EQ(GetErrorCode(view().ByHandle("k").status()), ErrorCode::kNotFound);
  EXPECT_EQ(GetErrorCode(view().ByHandle("!!!").status()), ErrorCode::kNotFound);
}

TEST_F(ViewTest, DueListIsOrderedByUrgencyAndTakingPartEndsACase) {
  const Inquirer first = SaveInquirer(*store_, "Amina");
  clock_.Advance(absl::Hours(24));
  const Inquirer second = SaveInquirer(*store_, "Bo");
  auto lines = view().Cases(clock_.WallNow(), /*open_only=*/true);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].citizen->id, first.citizen);
  EXPECT_EQ(lines[0].inquiry->id, first.inquiry);
  EXPECT_EQ(lines[0].response_case.due.latest, absl::CivilDay(2026, 4, 4));
  TakePart(first.citizen);
  lines = view().Cases(clock_.WallNow(), true);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].citizen->id, second.citizen);
  EXPECT_EQ(view().Cases(clock_.WallNow(), false).size(), 2u);
}

TEST_F(ViewTest, JoinedPersonsHaveOneCaseAndUnjoiningGivesTwoAgain) {
  const Inquirer at_the_door = SaveInquirer(*store_, "Amina");
  const Inquirer at_the_pharmacy = SaveInquirer(*store_, "A. Jensen");
  EXPECT_EQ(view().Cases(clock_.WallNow(), true).size(), 2u);
  Join(at_the_door.citizen, at_the_pharmacy.citizen, true);
  const auto lines = view().Cases(clock_.WallNow(), true);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].response_case.inquiries.size(), 2u);
  EXPECT_EQ(view().About(at_the_door.citizen).size(), 6u);
  EXPECT_EQ(view().CasesOfCitizen(at_the_pharmacy.citizen, clock_.WallNow()).size(), 1u);
  ASSERT_TRUE(store_->UndoLast().ok());
  EXPECT_EQ(view().Cases(clock_.WallNow(), true).size(), 2u);
}

TEST_F(ViewTest, InquirySavedAfterARebootSpansDatesUntilASyncNarrowsIt) {
  clock_.Reboot();
  clock_.Advance(absl::Hours(48));
  SaveInquirer(*store_, "Amina");
  const auto lines = view().Cases(store_->Now().best, true);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_FALSE(lines[0].response_case.asked.exact());
  EXPECT_EQ(lines[0].response_case.asked.earliest, absl::CivilDay(2026, 4, 1));
  Greet(*store_);
  EXPECT_EQ(view().Cases(clock_.WallNow(), true)[0].response_case.asked,
            (DateSpan{absl::CivilDay(2026, 4, 3), absl::CivilDay(2026, 4, 3)}));
}

TEST_F(ViewTest, AHelloThatOpensCasesAloneSaysWhatTheWholeViewSays) {
  EXPECT_EQ(DueInHello(), 0);
  const Inquirer amina = SaveInquirer(*store_, "Amina");
  clock_.Advance(absl::Hours(24));
  const Inquirer bo = SaveInquirer(*store_, "Bo");
  const int64_t due_to_amina = DueInHello();
  EXPECT_GT(due_to_amina, 0);
  v1::Closing closing;
  closing.set_citizen_id(amina.citizen.ToBytes());
  closing.set_reason(v1::CLOSING_REASON_WITHDRAWN);
  Bundle bundle = NewBundle();
  bundle.Create(closing);
  Save(*store_, bundle);
  EXPECT_GT(DueInHello(), due_to_amina);
  TakePart(bo.citizen);
  EXPECT_EQ(DueInHello(), 0);
  const Inquirer carla = SaveInquirer(*store_, "Carla"), again = SaveInquirer(*store_, "Carla J.");
  TakePart(again.citizen);
  EXPECT_GT(DueInHello(), 0);
  Join(carla.citizen, again.citizen, true);
  EXPECT_EQ(DueInHello(), 0);
}

}  // namespace
}  // namespace opgang
