// A made-up next schema, seen from this one: fields, types and values that this build has no name for, in real bytes.
#ifndef OPGANG_TESTS_AGES_FUTURE_FIELDS_H_
#define OPGANG_TESTS_AGES_FUTURE_FIELDS_H_

#include <string>

#include "core/merge/field_set.h"
#include "core/records/known_schema.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "opgang/v1/citizen.pb.h"

namespace opgang::ages {

inline constexpr int kFutureField = 901;  // "preferred_name", say
inline KnownSchema NextSchema() { return {kSchemaVersion + 1, 1000}; }

// As an app of the next schema fills it in.
template <typename T>
T WithFuture(T message, const std::string& value, int field = kFutureField) {
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(field, value);
  return message;
}

inline v1::LocalDate OnTheThird() {
  v1::LocalDate date;
  date.set_year(2026);
  date.set_month(4);
  date.set_day(3);
  return date;
}

// What stands in the future field of these bytes; "(nothing)" where none does.
inline std::string FutureIn(const std::string& fields) {
  const auto split = SplitFields(fields);
  if (!split.ok() || !split->contains(kFutureField)) return "(nothing)";
  v1::Citizen citizen;
  EXPECT_TRUE(citizen.ParseFromString(split->at(kFutureField)));
  return citizen.GetReflection()->GetUnknownFields(citizen).field(0).length_delimited();
}

}  // namespace opgang::ages

#endif  // OPGANG_TESTS_AGES_FUTURE_FIELDS_H_
