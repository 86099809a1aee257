// What the records of a course may contain (proto/opgang/v1/course.proto), field by field: the part of validation.cc that
// is about quit dates, hand-outs and outcomes. What only several records together can show stands in
// core/rules/course_refusals.h.
#ifndef OPGANG_CORE_RECORDS_COURSE_CHECKS_H_
#define OPGANG_CORE_RECORDS_COURSE_CHECKS_H_

#include "core/records/field_checks.h"
#include "opgang/v1/course.pb.h"

namespace opgang {

// Each product once; amounts 0..200 a day.
void CheckProductUses(FieldChecks& check, int field,
                      const google::protobuf::RepeatedPtrField<v1::ProductUse>& uses);

void CheckFields(FieldChecks& check, const v1::QuitDate& quit);
void CheckFields(FieldChecks& check, const v1::NicotineHandOut& hand_out);
void CheckFields(FieldChecks& check, const v1::CarbonMonoxideTest& test);
void CheckFields(FieldChecks& check, const v1::CourseEnd& end);
void CheckFields(FieldChecks& check, const v1::FourWeekStatus& status);
void CheckFields(FieldChecks& check, const v1::FollowUpCall& call);
void CheckFields(FieldChecks& check, const v1::SixMonthStatus& status);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_COURSE_CHECKS_H_
