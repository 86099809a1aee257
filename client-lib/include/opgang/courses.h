// The courses of one citizen as a worker sees them, and what is to be done about them. Computed from the visible records
// and now; nothing of it is stored. A device that may not read the health part knows of no hand-out and of no test.
#ifndef OPGANG_COURSES_H_
#define OPGANG_COURSES_H_

#include "core/rules/course.h"
#include "core/rules/course_refusals.h"
#include "opgang/view.h"

namespace opgang {

// Every meeting that the device knows, with the kind of its group's programme.
CourseMeetings CourseMeetingsOf(const View& view);

// What is known of the citizen and of those joined to it, but for one record. Points into the view: valid until the store's
// next save or sync.
CourseBackground BackgroundOf(const View& view, RecordId citizen, RecordId except = {});

// As of `now`, base time. Points into the view as well.
CourseHistory HistoryOf(const View& view, RecordId citizen, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_COURSES_H_
