// Canaries: no text of any record lies in clear in any file of the device, whatever was done to it.
#include <set>

#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fields whose form leaves no room for a canary; what they hold here is no longer than a few letters or is
// checked as a number below.
const std::set<std::string>& FormBound() {
  static const auto* fields =
      new std::set<std::string>{"number",   "postcode",         "register_id", "floor",       "door",
                                "language", "wording_language", "telephone",   "slip_number", "instructor"};
  return *fields;
}

class NoPlaintextTest : public DeviceTest {
 protected:
  NoPlaintextTest() { Enroll(); }

  // Writes a canary of its own into every free text field.
  void Mark(Message& message) {
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (field->type() != FieldDescriptor::TYPE_STRING || FormBound().contains(field->name())) continue;
      const std::string canary = "Kanarie " + descriptor->name() + " " + field->name();
      message.GetReflection()->SetString(&message, field, canary);
      canaries_.insert(canary);
      marked_.insert(descriptor->name() + "." + field->name());
    }
  }
  template <typename T>
  T Marked(T message) {
    Mark(message);
    return message;
  }
  void ExpectNoCanary(const std::string& moment) {
    const std::string bytes = AllBytes();
    for (const std::string& canary : canaries_) {
      EXPECT_EQ(bytes.find(canary), std::string::npos) << moment << ": " << canary;
    }
  }

  std::set<std::string> canaries_ = {"20304050", "Slip 4711", "Gl. Testlund", kPassphrase};
  std::set<std::string> marked_;
};

TEST_F(NoPlaintextTest, EveryTextFieldOfEveryTypeSavedSyncedRefusedFixedAndUndone) {
  auto store = OpenUnlocked();
  v1::Grant directory = base_.grants[0];
  directory.mutable_scope()->set_kind(v1::SCOPE_KIND_DIRECTORY);
  base_.grants.push_back(directory);
  Greet(*store);
  v1::Entrance entrance = Marked(v1::Entrance());
  entrance.set_number("20B");
  entrance.set_postcode("9220");
  Bundle places = NewBundle();
  const RecordId entrance_id = places.Create(entrance);
  v1::Dwelling dwelling = Marked(v1::Dwelling());
  dwelling.set_entrance_id(entrance_id.ToBytes());
  places.Create(dwelling);
  v1::Visit visit = Marked(v1::Visit());
  visit.set_entrance_id(entrance_id.ToBytes());
  visit.set_disposition(v1::DISPOSITION_NO_ANSWER);
  places.Create(visit);
  Save(*store, places);

  Bundle person = NewBundle();
  v1::Citizen citizen = Marked(v1::Citizen());
  citizen.set_telephone("20304050");
  const RecordId citizen_id = person.Create(citizen);
  const auto about = [&](auto message) {
    message.set_citizen_id(citizen_id.ToBytes());
    return Marked(message);
  };
  v1::Consent consent = about(v1::Consent());
  consent.set_purpose(v1::CONSENT_PURPOSE_CONTACT);
  consent.set_form(v1::CONSENT_FORM_ORAL);
  person.Create(consent);
  v1::Contact contact = about(v1::Contact());
  contact.set_place(v1::CONTACT_PLACE_DOOR);
  person.Create(contact);
  v1::Inquiry inquiry = about(v1::Inquiry());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  inquiry.set_slip_number("Slip 4711");
  person.Create(inquiry);
  v1::Closing closing = about(v1::Closing());
  closing.set_reason(v1::CLOSING_REASON_WITHDRAWN);
  person.Create(closing);
  v1::Reply reply = about(v1::Reply());
  reply.set_way(v1::CONTACT_WAY_TELEPHONE);
  reply.set_outcome(v1::REPLY_OUTCOME_REACHED);
  person.Create(reply);
  v1::Intake intake = about(v1::Intake());
  intake.set_status(v1::INTAKE_STATUS_DRAFT);
  person.Create(intake);
  person.Create(about(v1::ClinicalIntake()));
  v1::Participation participation = about(v1::Participation());
  participation.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
  person.Create(participation);
  v1::SamePerson same = about(v1::SamePerson());
  same.set_other_citizen_id(entrance_id.ToBytes());
  person.Create(same);
  v1::FollowUp follow_up = about(v1::FollowUp());
  follow_up.set_absence_id(entrance_id.ToBytes());
  follow_up.set_outcome(v1::FOLLOW_UP_OUTCOME_COMES_AGAIN);
  person.Create(follow_up);
  v1::CarbonMonoxideTest test = about(v1::CarbonMonoxideTest());
  test.set_occasion(v1::TEST_OCCASION_SESSION);
  test.set_ppm(3);
  person.Create(test);
  v1::QuitDate quit = about(v1::QuitDate());
  quit.mutable_date()->set_year(2026);
  quit.mutable_date()->set_month(4);
  quit.mutable_date()->set_day(1);
  const std::string quit_id = person.Create(quit).ToBytes();
  v1::FollowUpCall call = about(v1::FollowUpCall());
  call.set_quit_date_id(quit_id);
  call.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
  person.Create(call);
  v1::SixMonthStatus half_year = about(v1::SixMonthStatus());
  half_year.set_reason(v1::NO_ANSWER_REASON_DECLINED);
  person.Create(half_year);
  v1::CourseEnd end = about(v1::CourseEnd());
  end.set_status(v1::COURSE_STATUS_NOT_KNOWN);
  end.set_completed(v1::ANSWER_NO);
  person.Create(end);
  v1::Claim claim = about(v1::Claim());
  claim.set_task_id(entrance_id.ToBytes());
  claim.set_holder("karen");  // a code, and no free text
  person.Create(claim);
  v1::BreachCause cause = about(v1::BreachCause());
  cause.set_inquiry_id(entrance_id.ToBytes());
  cause.set_cause(v1::CAUSE_OF_BREACH_OTHER);
  person.Create(cause);
  const SaveReceipt receipt = Save(*store, person);

  Bundle plan = NewBundle();
  plan.Create(Marked(v1::Venue()));
  v1::GroupProgramme programme = Marked(v1::GroupProgramme());
  programme.set_kind(v1::PROGRAMME_KOM_OG_KVIT);
  const RecordId programme_id = plan.Create(programme);
  v1::Group group = Marked(v1::Group());
  group.set_programme_id(programme_id.ToBytes());
  plan.Create(group);
  Save(*store, plan);
  ExpectNoCanary("saved, store open");

  for (const RecordTypeInfo& type : AllRecordTypes()) {
    const auto* descriptor = type.prototype->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      if (descriptor->field(i)->type() != FieldDescriptor::TYPE_STRING) continue;
      const std::string name = descriptor->name() + "." + descriptor->field(i)->name();
      EXPECT_TRUE(marked_.contains(name) || FormBound().contains(descriptor->field(i)->name()))
          << name << ": give it a canary above";
    }
  }

  base_.refuse = [](const v1::MutationEnvelope& envelope, const Message&) -> std::optional<Refusal> {
    if (envelope.record_type() != v1::RecordBody::kCitizen) return std::nullopt;
    return Refusal{v1::REFUSAL_CODE_OUT_OF_RANGE, 1};
  };
  Sync(*store);
  ExpectNoCanary("refused in part");
  base_.refuse = nullptr;
  ASSERT_TRUE(store->Fix(receipt.intents[0], citizen).ok());
  Sync(*store);
  ExpectNoCanary("synced");
  Rename(*store, citizen_id, "Kanarie renamed");
  canaries_.insert("Kanarie renamed");
  ASSERT_TRUE(store->UndoLast().ok());
  ExpectNoCanary("undone");
  store.reset();
  ExpectNoCanary("closed");
}

TEST_F(NoPlaintextTest, CanaryInTheClearWouldBeFound) {
  canaries_ = {"amal"};  // the staff code lies in store.pb, in clear
  EXPECT_NE(AllBytes().find("amal"), std::string::npos);
}

}  // namespace
}  // namespace opgang
