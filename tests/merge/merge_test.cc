#include "core/merge/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "opgang/v1/citizen.pb.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr uint32_t kName = v1::Citizen::kNameFieldNumber;
constexpr uint32_t kTelephone = v1::Citizen::kTelephoneFieldNumber;

// The story of one citizen's record: people write, each having seen what the test says.
class MergeTest : public ::testing::Test {
 protected:
  static std::string Version(char letter) { return std::string(16, letter); }

  static v1::Provenance By(char letter) {
    v1::Provenance provenance;
    provenance.set_intent_id(Version(letter));
    provenance.set_author("amal");
    return provenance;
  }

  MergeResult Apply(const v1::MutationPayload& payload, char letter) {
    auto result = Merge(known_ ? &record_ : nullptr, payload, By(letter));
    EXPECT_TRUE(result.ok());
    record_ = result->record;
    known_ = true;
    return *result;
  }

  MergeResult Create(char letter, const v1::Citizen& citizen) {
    v1::MutationPayload payload;
    payload.set_action(v1::MUTATION_ACTION_CREATE);
    payload.set_fields(citizen.SerializeAsString());
    return Apply(payload, letter);
  }

  MergeResult Patch(char letter, uint32_t field, const v1::Citizen& values, const std::string& seen) {
    v1::MutationPayload payload;
    payload.set_action(v1::MUTATION_ACTION_PATCH);
    payload.set_fields(values.SerializeAsString());
    v1::FieldEdit& edit = *payload.add_edits();
    edit.set_field(field);
    for (char s : seen) edit.add_seen_versions(Version(s));
    return Apply(payload, letter);
  }

  static v1::Citizen Telephone(const std::string& number) {
    v1::Citizen citizen;
    citizen.set_telephone(number);
    return citizen;
  }
  static v1::Citizen Name(const std::string& name) {
    v1::Citizen citizen;
    citizen.set_name(name);
    return citizen;
  }

  v1::Citizen Content() const {
    v1::Citizen citizen;
    EXPECT_TRUE(citizen.ParseFromString(record_.fields()));
    return citizen;
  }

  std::vector<std::string> AlternativeTelephones() const {
    std::vector<std::string> numbers;
    for (const auto& state : record_.field_states()) {
      for (const auto& other : state.alternatives()) {
        v1::Citizen citizen;
        EXPECT_TRUE(citizen.ParseFromString(other.field_bytes()));
        numbers.push_back(citizen.telephone());
      }
    }
    return numbers;
  }

  v1::Record record_;
  bool known_ = false;
};

// What is new takes a shorter way than what is merged into an empty record, to the same bytes.
TEST_F(MergeTest, CreateOfWhatIsUnknownIsTheCreateOfAnEmptyRecord) {
  v1::Provenance provenance = By('a');
  provenance.set_device("tablet-7");
  provenance.set_received_us(5);
  provenance.add_replaces(Version('r'));
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_replaces_intent_id(Version('r'));
  const std::string name = Name("Amina").SerializeAsString();
  const std::string telephone = Telephone("20304050").SerializeAsString();
  for (const std::string& fields :
       {std::string(), name + telephone, telephone + name, name + telephone + name}) {
    payload.set_fields(fields);
    const v1::Record empty;
    const auto merged = Merge(&empty, payload, provenance);
    const auto created = Merge(nullptr, payload, provenance);
    ASSERT_TRUE(merged.ok() && created.ok());
    EXPECT_EQ(created->record.SerializeAsString(), merged->record.SerializeAsString());
    EXPECT_THAT(created->conflict_fields, IsEmpty());
    EXPECT_TRUE(created->merged.empty() && merged->merged.empty());
  }
  payload.set_fields("\x0b");  // the beginning of a group
  EXPECT_FALSE(Merge(nullptr, payload, provenance).ok());
}

TEST_F(MergeTest, EditThatSawTheValueReplacesIt) {
  Create('a', Telephone("11111111"));
  const MergeResult result = Patch('b', kTelephone, Telephone("22222222"), "a");
  EXPECT_EQ(Content().telephone(), "22222222");
  EXPECT_THAT(result.conflict_fields, IsEmpty());
  EXPECT_THAT(AlternativeTelephones(), IsEmpty());
}

TEST_F(MergeTest, EditsOfDifferentFieldsNeverClash) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  EXPECT_THAT(Patch('c', kName, Name("Amina"), "").conflict_fields, IsEmpty());
  EXPECT_EQ(Content().name(), "Amina");
  EXPECT_EQ(Content().telephone(), "22222222");
}

TEST_F(MergeTest, EditOnTwoDevicesThenSyncKeepsBothPhoneNumbers) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  const MergeResult result = Patch('c', kTelephone, Telephone("33333333"), "a");
  EXPECT_THAT(result.conflict_fields, ElementsAre(kTelephone));
  EXPECT_EQ(Content().telephone(), "33333333");
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("22222222"));
}

TEST_F(MergeTest, ThreeConcurrentEditsAreAllKeptInTheSameOrderWhoeverComesFirst) {
  Create('a', Telephone("11111111"));
  Patch('d', kTelephone, Telephone("44444444"), "a");
  Patch('c', kTelephone, Telephone("33333333"), "a");
  Patch('b', kTelephone, Telephone("22222222"), "a");
  EXPECT_EQ(Content().telephone(), "44444444");
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("33333333", "22222222"));
}

TEST_F(MergeTest, SomeoneWhoSawBothSettlesThem) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  Patch('c', kTelephone, Telephone("33333333"), "a");
  EXPECT_THAT(Patch('d', kTelephone, Telephone("33333333"), "bc").conflict_fields, IsEmpty());
  EXPECT_EQ(Content().telephone(), "33333333");
  EXPECT_THAT(AlternativeTelephones(), IsEmpty());
}

TEST_F(MergeTest, SomeoneWhoSawOnlyTheAlternativeReplacesOnlyThat) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  Patch('c', kTelephone, Telephone("33333333"), "a");
  Patch('d', kTelephone, Telephone("44444444"), "c");
  EXPECT_EQ(Content().telephone(), "44444444");
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("22222222"));
}

TEST_F(MergeTest, SomeoneWhoSawOnlyTheFrontStepsInFrontOfTheUnseen) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  Patch('c', kTelephone, Telephone("33333333"), "a");
  Patch('d', kTelephone, Telephone("44444444"), "b");
  EXPECT_EQ(Content().telephone(), "44444444");
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("33333333"));
}

TEST_F(MergeTest, SameValueFromTwoPeopleIsNoConflict) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, Telephone("22222222"), "a");
  EXPECT_THAT(Patch('c', kTelephone, Telephone("22222222"), "a").conflict_fields, IsEmpty());
  EXPECT_THAT(AlternativeTelephones(), IsEmpty());
}

TEST_F(MergeTest, FieldSetByTwoWhoSawItEmptyKeepsBoth) {
  Create('a', Name("Amina"));
  Patch('b', kTelephone, Telephone("22222222"), "");
  EXPECT_THAT(Patch('c', kTelephone, Telephone("33333333"), "").conflict_fields, ElementsAre(kTelephone));
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("22222222"));
}

TEST_F(MergeTest, ClearedFieldIsAValueToo) {
  Create('a', Telephone("11111111"));
  Patch('b', kTelephone, v1::Citizen(), "a");
  EXPECT_FALSE(Content().has_birth_year());
  EXPECT_EQ(Content().telephone(), "");
  EXPECT_THAT(Patch('c', kTelephone, Telephone("33333333"), "a").conflict_fields, ElementsAre(kTelephone));
}

TEST_F(MergeTest, FieldThatThisVersionDoesNotKnowSurvivesAnEdit) {
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_fields(Telephone("11111111").SerializeAsString() + "\xba\x3e\x03xyz");
  Apply(payload, 'a');
  Patch('b', kTelephone, Telephone("22222222"), "a");
  EXPECT_THAT(record_.fields(), ::testing::HasSubstr("\xba\x3e\x03xyz"));
}

TEST_F(MergeTest, EditBeforeItsCreateStandsWhenTheCreateArrives) {
  Patch('b', kTelephone, Telephone("22222222"), "a");
  v1::Citizen citizen = Telephone("11111111");
  citizen.set_name("Amina");
  EXPECT_THAT(Create('a', citizen).conflict_fields, IsEmpty());
  EXPECT_EQ(Content().telephone(), "22222222");
  EXPECT_EQ(Content().name(), "Amina");
  EXPECT_EQ(record_.created().intent_id(), Version('a'));
}

TEST_F(MergeTest, RecordMadeTwiceLosesNobodysValue) {
  Create('a', Telephone("11111111"));
  EXPECT_THAT(Create('b', Telephone("22222222")).conflict_fields, ElementsAre(kTelephone));
  EXPECT_EQ(record_.created().intent_id(), Version('a'));
  EXPECT_EQ(Content().telephone(), "22222222");
  EXPECT_THAT(AlternativeTelephones(), ElementsAre("11111111"));
}

TEST_F(MergeTest, VersionsAreThoseThatStand) {
  Create('a', Telephone("11111111"));
  EXPECT_THAT(VersionsOf(record_, kTelephone), ElementsAre(*IntentId::FromBytes(Version('a'))));
  EXPECT_THAT(VersionsOf(record_, kName), IsEmpty());
  Patch('b', kTelephone, Telephone("22222222"), "");
  EXPECT_THAT(VersionsOf(record_, kTelephone),
              UnorderedElementsAre(*IntentId::FromBytes(Version('a')), *IntentId::FromBytes(Version('b'))));
}

TEST_F(MergeTest, GarbageIsAnErrorAndNoRecord) {
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_fields("\xff\xff\xff");
  EXPECT_FALSE(Merge(nullptr, payload, By('a')).ok());
}

}  // namespace
}  // namespace opgang
