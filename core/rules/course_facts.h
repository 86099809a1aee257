// The facts of a course from records of any kind: one way for device and base.
#ifndef OPGANG_CORE_RULES_COURSE_FACTS_H_
#define OPGANG_CORE_RULES_COURSE_FACTS_H_

#include "core/records/registry.h"
#include "core/rules/course.h"
#include "google/protobuf/message.h"

namespace opgang {

// Whether records of that type say something of a course.
bool IsOfCourse(RecordType type);

// Adds what a living record says; nothing where its type is none of a course. `content` is kept by pointer and of the type
// that `type` names.
void TakeInto(CourseFacts& facts, RecordType type, const RecordId& id,
              const google::protobuf::Message& content, const Interval& recorded);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_COURSE_FACTS_H_
