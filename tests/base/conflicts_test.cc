// Conflicts and histories at the base: what is listed, what settling does, and what the log tells of values that lost.
#include "server/admin/conflicts.h"

#include "core/merge/open_conflicts.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kName = v1::Citizen::kNameFieldNumber;

class ConflictsTest : public BaseStory {
 protected:
  // Amal and Jonas rename the same citizen, unseen by each other.
  void Clash() {
    amal.Commit(citizen);
    clock.Advance(absl::Minutes(1));
    a = amal.Patch(citizen, Called("Amina A."), {citizen.intent()});
    clock.Advance(absl::Minutes(1));
    b = jonas.Patch(citizen, Called("Amina B."), {citizen.intent()});
    jonas.Commit(b);
    amal.Commit(a);
  }

  v1::SettleConflictRequest Request(uint32_t field) {
    v1::SettleConflictRequest request;
    request.set_record_id(citizen.record().ToBytes());
    request.set_field(field);
    request.set_actor("karen");
    return request;
  }
  absl::StatusOr<v1::SettleConflictResponse> Settle(const v1::SettleConflictRequest& request) {
    return SettleConflict(base.store(), base.committer(), request, clock, SystemRandom(), touched);
  }
  size_t Open() {
    return ListConflicts(base.store(), {.local = true, .author = {}}, std::nullopt)->items_size();
  }

  // "Amina A.: replaced by jonas"
  std::vector<std::string> History(uint32_t field) {
    std::vector<std::string> told;
    const auto history = RecordHistory(base.store(), citizen.record());
    for (const auto& item : history->items()) {
      if (item.field() != field) continue;
      told.push_back(item.value().content() + " (" + item.value().provenance().author() + " on " +
                     item.value().provenance().device() + ") " + v1::ValueFate_Name(item.fate()).substr(11) +
                     " " + item.replaced_by_author());
    }
    return told;
  }

  Draft citizen = Citizen("Amina");
  Draft a, b;
  std::set<Scope> touched;
};

class SettlingTest : public ConflictsTest {
 protected:
  SettlingTest() { base.Invite("karen", "coordinator", {"Testlund"}); }
};

TEST_F(ConflictsTest, AreListedWithoutValuesAndShownWithThemAndWhoWroteThem) {
  EXPECT_EQ(Open(), 0u);
  Clash();
  const auto listed = ListConflicts(base.store(), {.local = true, .author = {}}, std::nullopt);
  ASSERT_EQ(listed->items_size(), 1);
  EXPECT_EQ(listed->items(0).values_size(), 0);
  const auto shown = ListConflicts(base.store(), {.local = true, .author = {}}, citizen.record());
  ASSERT_EQ(shown->items(0).values_size(), 2);
  const v1::FieldValue& front = shown->items(0).values(0);
  EXPECT_THAT(front.content(), HasSubstr("Amina B."));
  EXPECT_EQ(front.provenance().author(), "jonas");
  EXPECT_FALSE(front.provenance().device().empty());
  const v1::FieldValue& beside = shown->items(0).values(1);
  EXPECT_EQ(beside.provenance().author(), "amal");
  EXPECT_EQ(beside.provenance().recorded().earliest_us(),
            absl::ToUnixMicros(NoonOfTheFirst() + absl::Minutes(1)));
}

TEST_F(ConflictsTest, FrontThatStoodAloneForLongStillSaysWhoWroteIt) {
  Clash();
  jonas.Commit(jonas.Patch(citizen, Called("Amina C."), {a.intent(), b.intent()}));
  v1::Citizen telephone;
  telephone.set_telephone("20304050");
  amal.Commit(amal.Patch(citizen, telephone, {}));  // the last change is another field's
  EXPECT_EQ(Open(), 0u);
  const Draft late = amal.Patch(citizen, Called("Amina D."), {a.intent(), b.intent()});
  amal.Commit(late);
  const auto shown = ListConflicts(base.store(), {.local = true, .author = {}}, citizen.record());
  std::set<std::string> authors;
  for (const auto& value : shown->items(0).values()) authors.insert(value.provenance().author());
  EXPECT_THAT(authors, ElementsAre("amal", "jonas"));
}

TEST_F(ConflictsTest, RecordWithoutAConflictCarriesNoDevice) {
  amal.Commit(citizen);
  amal.Commit(amal.Patch(citizen, Called("Amina A."), {citizen.intent()}));
  EXPECT_FALSE(Find(citizen)->record.last_changed().author().empty());
  EXPECT_TRUE(Find(citizen)->record.last_changed().device().empty());
  EXPECT_TRUE(Find(citizen)->record.created().device().empty());
}

TEST_F(SettlingTest, TakingOneOfTheValuesEndsTheConflictInThatPersonsName) {
  Clash();
  v1::SettleConflictRequest request = Request(kName);
  request.set_take_version(a.intent().ToBytes());
  const auto settled = Settle(request);
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_TRUE(settled->verdict().has_applied());
  EXPECT_EQ(NameOf(citizen), "Amina A.");
  EXPECT_EQ(Open(), 0u);
  EXPECT_EQ(Find(citizen)->record.last_changed().author(), "karen");
  EXPECT_TRUE(touched.contains(area));
  EXPECT_EQ(GetErrorCode(Settle(request).status()), ErrorCode::kNotFound) << "settled already";
}

TEST_F(SettlingTest, NewValueReplacesBoth) {
  Clash();
  v1::SettleConflictRequest request = Request(kName);
  request.set_new_value(Called("Amina Z.").SerializeAsString());
  ASSERT_TRUE(Settle(request).ok());
  EXPECT_EQ(NameOf(citizen), "Amina Z.");
  EXPECT_EQ(Open(), 0u);
}

TEST_F(SettlingTest, NeedsAPersonAValueThatStandsAndGoodForm) {
  Clash();
  v1::SettleConflictRequest request = Request(kName);
  request.set_take_version(std::string(16, 'x'));
  EXPECT_EQ(GetErrorCode(Settle(request).status()), ErrorCode::kBadInput);
  request.set_take_version(a.intent().ToBytes());
  request.set_actor("nobody");
  EXPECT_EQ(GetErrorCode(Settle(request).status()), ErrorCode::kBadInput);
  request = Request(kName);
  request.set_new_value(Called(std::string(500, 'x')).SerializeAsString());
  EXPECT_EQ(GetErrorCode(Settle(request).status()), ErrorCode::kRefused);
  EXPECT_EQ(Open(), 1u);
  EXPECT_EQ(Quarantined(), 0u) << "a person who sits there is told at once";
}

TEST_F(SettlingTest, DeleteConflictIsKeptOrDeleted) {
  for (const bool remove : {false, true}) {
    citizen = Citizen("Amina");
    amal.Commit(citizen);
    amal.Commit(amal.Patch(citizen, Called("Amina A."), {citizen.intent()}));
    Draft gone = jonas.Patch(citizen, Called("x"), {citizen.intent()});
    gone.payload.set_action(v1::MUTATION_ACTION_DELETE);
    gone.payload.clear_fields();
    EXPECT_THAT(jonas.Commit(gone).applied().conflict_fields(), ElementsAre(kWholeRecord));
    EXPECT_EQ(NameOf(citizen), "Amina A.");
    ASSERT_EQ(Open(), 1u);
    v1::SettleConflictRequest request = Request(kWholeRecord);
    request.set_delete_record(remove);
    ASSERT_TRUE(Settle(request).ok());
    EXPECT_EQ(Open(), 0u);
    EXPECT_EQ(Find(citizen)->record.deleted(), remove);
  }
}

TEST_F(SettlingTest, AskedDateNeedsAReasonHereToo) {
  amal.Commit(citizen);
  const Draft inquiry = InquiryOf(citizen);
  amal.Commit(inquiry);
  const auto asked = [&](HandDevice& device, int day) {
    v1::Inquiry values;
    values.mutable_asked()->mutable_date()->set_year(2026);
    values.mutable_asked()->mutable_date()->set_month(3);
    values.mutable_asked()->mutable_date()->set_day(day);
    values.set_correction_reason(v1::CORRECTION_REASON_WRONG_DAY_TYPED);
    const Draft patch = device.Patch(inquiry, values, {inquiry.intent()});
    device.Commit(patch);
    return patch.intent();
  };
  const IntentId earlier = asked(amal, 30);
  asked(jonas, 31);
  v1::Inquiry front;
  ASSERT_TRUE(front.ParseFromString(Find(inquiry)->record.fields()));
  EXPECT_EQ(front.asked().date().day(), 30) << "whoever came last moves no due time later (I14)";
  v1::SettleConflictRequest request = Request(v1::Inquiry::kAskedFieldNumber);
  request.set_record_id(inquiry.record().ToBytes());
  request.set_take_version(earlier.ToBytes());
  EXPECT_EQ(GetErrorCode(Settle(request).status()), ErrorCode::kRefused);
  request.set_correction_reason(v1::CORRECTION_REASON_CITIZEN_SAID_OTHERWISE);
  EXPECT_TRUE(Settle(request).ok());
  EXPECT_EQ(Open(), 0u);
}

TEST_F(SettlingTest, HistoryTellsEveryValueWhoWroteItWhereAndWhatReplacedIt) {
  Clash();
  v1::SettleConflictRequest request = Request(kName);
  request.set_take_version(b.intent().ToBytes());
  ASSERT_TRUE(Settle(request).ok());
  const auto told = History(kName);
  ASSERT_EQ(told.size(), 4u);
  EXPECT_THAT(told[0], HasSubstr("\"Amina\" (amal on"));
  EXPECT_THAT(told[0], HasSubstr("REPLACED jonas"));
  EXPECT_THAT(told[1], HasSubstr("\"Amina B.\" (jonas on"));
  EXPECT_THAT(told[1], HasSubstr("REPLACED karen"));
  EXPECT_THAT(told[2], HasSubstr("\"Amina A.\" (amal on"));
  EXPECT_THAT(told[2], HasSubstr("REPLACED karen"));
  EXPECT_THAT(told[3], HasSubstr("\"Amina B.\" (karen on ) STANDS"));
  EXPECT_EQ(GetErrorCode(RecordHistory(base.store(), RecordId()).status()), ErrorCode::kNotFound);
}

TEST_F(ConflictsTest, ParentThatArrivesAfterItsChildIsInTheHistoryAndNotBesideIt) {
  amal.Commit(citizen);
  a = amal.Patch(citizen, Called("Amina A."), {citizen.intent()});
  b = jonas.Patch(citizen, Called("Amina B."), {a.intent()});
  jonas.Commit(b);
  EXPECT_EQ(amal.Commit(a).applied().conflict_fields_size(), 0);
  EXPECT_EQ(NameOf(citizen), "Amina B.");
  EXPECT_EQ(Open(), 0u);
  EXPECT_THAT(History(kName).back(), HasSubstr("CAME_LATE jonas"));
}

TEST_F(ConflictsTest, ChainOfOnesOwnEditsLeavesNothingBehindInTheRecord) {
  amal.Commit(citizen);
  a = amal.Patch(citizen, Called("one"), {citizen.intent()});
  b = amal.Patch(citizen, Called("two"), {citizen.intent(), a.intent()});
  amal.Commit(a);
  const size_t size = Find(citizen)->record.ByteSizeLong();
  amal.Commit(b);
  EXPECT_EQ(Find(citizen)->record.ByteSizeLong(), size) << "what was seen has been here, says the log";
}

TEST_F(ConflictsTest, RefusedParentIsAwaitedUntilAPersonReplaysIt) {
  amal.Commit(citizen);
  base.Grant("amal", area, v1::GRANT_MODE_READ);
  a = amal.Patch(citizen, Called("Amina A."), {citizen.intent()});
  EXPECT_EQ(Word(amal.Commit(a)), "REFUSAL_CODE_NOT_PERMITTED");
  b = jonas.Patch(citizen, Called("Amina B."), {citizen.intent(), a.intent()});
  jonas.Commit(b);
  base.Grant("amal", area);
  EXPECT_EQ(Word(base.Replay(a.intent()).value()), "applied");
  EXPECT_EQ(NameOf(citizen), "Amina B.");
  EXPECT_EQ(Open(), 0u);
}

TEST_F(ConflictsTest, PatchThatSawARefusedCreateReplacesTheCorrectedValue) {
  citizen = Citizen(std::string(500, 'x'));
  EXPECT_EQ(Word(amal.Commit(citizen)), "REFUSAL_CODE_TOO_LONG");
  a = amal.Patch(citizen, Called("patched"), {citizen.intent()});
  EXPECT_EQ(Word(amal.Commit(a)), "REFUSAL_CODE_CREATE_QUARANTINED");
  Draft corrected = amal.Create(Called("corrected"), area, citizen.record());
  corrected.payload.set_replaces_intent_id(citizen.intent().ToBytes());
  EXPECT_EQ(Word(amal.Commit(corrected)), "applied");
  EXPECT_EQ(NameOf(citizen), "patched");
  EXPECT_EQ(Open(), 0u);
}

}  // namespace
}  // namespace opgang
