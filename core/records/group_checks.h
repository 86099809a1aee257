// What the records of groups may contain (proto/opgang/v1/group.proto), field by field: the half of validation.cc that
// is about the offer, seats and absences, and about tasks
// (work.proto). What only several records together can show stands in core/rules/seats.h.
#ifndef OPGANG_CORE_RECORDS_GROUP_CHECKS_H_
#define OPGANG_CORE_RECORDS_GROUP_CHECKS_H_

#include "core/records/field_checks.h"
#include "opgang/v1/group.pb.h"
#include "opgang/v1/work.pb.h"

namespace opgang {

void CheckFields(FieldChecks& check, const v1::Venue& venue);
void CheckFields(FieldChecks& check, const v1::GroupProgramme& programme);
void CheckFields(FieldChecks& check, const v1::Group& group);
void CheckFields(FieldChecks& check, const v1::Meeting& meeting);
void CheckFields(FieldChecks& check, const v1::Seat& seat);
void CheckFields(FieldChecks& check, const v1::Absence& absence);
void CheckFields(FieldChecks& check, const v1::FollowUp& follow_up);
void CheckFields(FieldChecks& check, const v1::Claim& claim);
void CheckFields(FieldChecks& check, const v1::BreachCause& cause);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_GROUP_CHECKS_H_
