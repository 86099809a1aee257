// Two areas: Amal and Jonas work in Testlund, Mona in Nabolund, Nina the nurse and Sami in both.
#ifndef OPGANG_TESTS_SYNC_TWO_AREAS_H_
#define OPGANG_TESTS_SYNC_TWO_AREAS_H_

#include <string>
#include <vector>

#include "tests/sync/sync_story.h"

namespace opgang {

struct TwoAreas : Neighbourhood {
  AreaId testlund = base.Area("Testlund");
  AreaId nabolund = base.Area("Nabolund");
  TestDevice mona{base, clock, "mona", "outreach", {"Nabolund"}};
  TestDevice sami{base, clock, "sami", "outreach", {"Testlund", "Nabolund"}};
  TestDevice nina{base, clock, "nina", "health", {"Testlund", "Nabolund"}};

  static SaveReceipt MoveTo(TestDevice& device, RecordId citizen, AreaId area) {
    v1::Citizen values;
    values.set_area_id(area.ToBytes());
    Bundle bundle = device.NewBundle();
    bundle.Patch(citizen, values,
                 {v1::Citizen::kAreaIdFieldNumber, v1::Citizen::kEntranceIdFieldNumber,
                  v1::Citizen::kDwellingIdFieldNumber});
    return device.Save(bundle);
  }
  static RecordId Note(TestDevice& device, RecordId citizen, const std::string& words,
                       std::optional<AreaId> area = std::nullopt) {
    v1::Contact contact;
    contact.set_citizen_id(citizen.ToBytes());
    contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
    contact.set_note(words);
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(contact, area);
    device.Save(bundle);
    return id;
  }
  static RecordId Close(TestDevice& device, RecordId citizen) {
    v1::Closing closing;
    closing.set_citizen_id(citizen.ToBytes());
    closing.set_reason(v1::CLOSING_REASON_WITHDRAWN);
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(closing);
    device.Save(bundle);
    return id;
  }
  RecordId ClinicalOf(RecordId citizen) {
    v1::Intake intake;
    intake.set_citizen_id(citizen.ToBytes());
    intake.set_status(v1::INTAKE_STATUS_DRAFT);
    Bundle bundle = nina.NewBundle();
    const RecordId intake_id = bundle.Create(intake);
    v1::ClinicalIntake clinical;
    clinical.set_citizen_id(citizen.ToBytes());
    clinical.set_intake_id(intake_id.ToBytes());
    clinical.set_carbon_monoxide_ppm(12);
    const RecordId id = bundle.Create(clinical);
    nina.Save(bundle);
    return id;
  }
  std::vector<Scope> PlaceOf(RecordId record) { return base.store().ScopesOf(record).value(); }
  uint64_t RevOf(RecordId record) { return base.store().FindRecord(record).value()->rev; }
  void SyncAll() {
    for (int round = 0; round < 2; ++round) {
      for (TestDevice* device : {&amal, &jonas, &mona, &sami, &nina}) device->SyncWell();
    }
  }
  void ExpectAllAgree() {
    ExpectSameRecords(base, {&amal, &jonas, &mona, &sami, &nina});
    EXPECT_TRUE(base.Check().problems.empty());
  }
  static bool Sees(TestDevice& device, RecordId record) { return device.view().Find(record) != nullptr; }
};

class TwoAreasStory : public testing::Test, protected TwoAreas {};

}  // namespace opgang

#endif  // OPGANG_TESTS_SYNC_TWO_AREAS_H_
