#include "core/merge/field_set.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "opgang/v1/citizen.pb.h"
#include "opgang/v1/intake.pb.h"

namespace opgang {
namespace {

TEST(FieldSetTest, SplitThenJoinGivesTheSameBytes) {
  v1::Intake intake;
  intake.set_citizen_id("0123456789abcdef");
  intake.add_products()->set_product(v1::PRODUCT_CIGARETTES);
  intake.add_products()->set_product(v1::PRODUCT_SNUS);
  intake.set_years_smoked(22.5);
  const std::string bytes = intake.SerializeAsString();
  const auto fields = SplitFields(bytes);
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(JoinFields(*fields), bytes);
  EXPECT_EQ(fields->size(), 3u);  // both products are one field
}

TEST(FieldSetTest, FieldsThatNobodyKnowsAreKept) {
  const std::string unknown = "\xba\x3e\x03xyz";  // field 999, three bytes
  v1::Citizen citizen;
  citizen.set_name("Amina");
  const auto fields = SplitFields(unknown + citizen.SerializeAsString());
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(fields->at(999), unknown);
  EXPECT_EQ(JoinFields(*fields), citizen.SerializeAsString() + unknown);
}

TEST(FieldSetTest, OrderedIsWhatSplittingAndJoiningGives) {
  v1::Citizen name, telephone;
  name.set_name("Amina");
  telephone.set_telephone("20304050");
  const std::string first = name.SerializeAsString(), second = telephone.SerializeAsString();
  const std::string unknown = "\xba\x3e\x03xyz";  // field 999
  for (const std::string& bytes :
       {std::string(), first, first + second, second + first, first + second + first, unknown + second,
        first + unknown + first, first + first}) {
    const auto fields = SplitFields(bytes);
    ASSERT_TRUE(fields.ok());
    const auto ordered = OrderFields(bytes);
    ASSERT_TRUE(ordered.ok());
    EXPECT_EQ(*ordered, JoinFields(*fields));
  }
  EXPECT_EQ(GetErrorCode(OrderFields(second + std::string(1, '\0')).status()), ErrorCode::kDamaged);
}

TEST(FieldSetTest, EveryTruncationIsRefusedOrIsAWholeNumberOfFields) {
  v1::Citizen citizen;
  citizen.set_name("Amina Yusuf");
  citizen.set_telephone("20304050");
  const std::string bytes = citizen.SerializeAsString();
  const size_t first_field = 2 + citizen.name().size();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(SplitFields(bytes.substr(0, size)).ok(), size == 0 || size == first_field) << size;
  }
}

TEST(FieldSetTest, GroupsAndZeroTagsAreRefused) {
  const std::string zero_tag(1, '\0');
  for (const std::string& bytes : {std::string("\x0b\x0c"), zero_tag, std::string("\x0c")}) {
    const auto fields = SplitFields(bytes);
    ASSERT_FALSE(fields.ok());
    EXPECT_EQ(GetErrorCode(fields.status()), ErrorCode::kDamaged);
  }
}

}  // namespace
}  // namespace opgang
