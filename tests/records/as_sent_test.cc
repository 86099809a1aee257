// What the base leaves out of a record towards its author comes back in the same bytes, or is not left out.
#include "core/records/as_sent.h"

#include <gtest/gtest.h>

#include "opgang/v1/record.pb.h"

namespace opgang {
namespace {

const std::string kIntent(16, 'i');

v1::Record Created(const std::string& fields) {
  v1::Record record;
  record.set_fields(fields);
  v1::Provenance& created = *record.mutable_created();
  created.set_intent_id(kIntent);
  created.set_author("amal");
  created.mutable_recorded()->set_earliest_us(1);
  created.mutable_recorded()->set_latest_us(2);
  created.set_received_us(3);
  *record.mutable_last_changed() = created;
  return record;
}

TEST(AsSent, WhatIsNothingButACreateComesBackInTheSameBytes) {
  for (const std::string& fields : {std::string(), std::string("\x0a\x05"
                                                               "Amina")}) {
    const std::string whole = Created(fields).SerializeAsString();
    const auto rest = LeaveOut(whole, {fields, kIntent});
    ASSERT_TRUE(rest.has_value());
    EXPECT_LT(rest->size() + fields.size() + 16, whole.size());
    EXPECT_EQ(PutBack(*rest, {fields, kIntent}), whole);
  }
}

TEST(AsSent, WhatTheCreateCorrectedStaysInTheRest) {
  v1::Record record = Created("f");
  record.mutable_created()->add_replaces(std::string(16, 'r'));
  *record.mutable_last_changed() = record.created();
  const auto rest = LeaveOut(record.SerializeAsString(), {"f", kIntent});
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(PutBack(*rest, {"f", kIntent}), record.SerializeAsString());
}

TEST(AsSent, AnythingElseIsNotLeftOut) {
  const auto leaves_out = [](const v1::Record& record) {
    return LeaveOut(record.SerializeAsString(), {"f", kIntent}).has_value();
  };
  ASSERT_TRUE(leaves_out(Created("f")));
  EXPECT_FALSE(leaves_out(Created("g"))) << "other fields";
  v1::Record other = Created("f");
  other.mutable_created()->set_intent_id(std::string(16, 'x'));
  EXPECT_FALSE(leaves_out(other)) << "another create";
  v1::Record changed = Created("f");
  changed.mutable_last_changed()->set_intent_id(std::string(16, 'x'));
  EXPECT_FALSE(leaves_out(changed)) << "changed since";
  v1::Record never = Created("f");
  never.clear_last_changed();
  EXPECT_FALSE(leaves_out(never)) << "no word of when it was changed";
  EXPECT_FALSE(LeaveOut("\xff no record", {"f", kIntent}).has_value());
  EXPECT_FALSE(PutBack("\xff no record", {"f", kIntent}).has_value());
}

TEST(AsSent, WhatANewerBaseSaysOfARecordStaysInTheRestOrTheRecordStaysWhole) {
  v1::Record record = Created("f");
  record.GetReflection()->MutableUnknownFields(&record)->AddVarint(40, 7);
  const std::string whole = record.SerializeAsString();
  const auto rest = LeaveOut(whole, {"f", kIntent});
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(PutBack(*rest, {"f", kIntent}), whole);
}

TEST(AsSent, FieldStatesAndDeletionStayToo) {
  v1::Record record = Created("f");
  record.add_field_states()->set_field(2);
  record.set_deleted(true);
  const auto rest = LeaveOut(record.SerializeAsString(), {"f", kIntent});
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(PutBack(*rest, {"f", kIntent}), record.SerializeAsString());
}

}  // namespace
}  // namespace opgang
