// The same in a story of two tablets and a base.
#ifndef OPGANG_TESTS_AGES_FUTURE_H_
#define OPGANG_TESTS_AGES_FUTURE_H_

#include <string>

#include "core/merge/open_conflicts.h"
#include "tests/ages/future_fields.h"
#include "tests/sync/sync_story.h"

namespace opgang::ages {

inline v1::Citizen FutureCitizen(const std::string& name, const std::string& value) {
  return WithFuture(CitizenCalled(name), value);
}

}  // namespace opgang::ages

#endif  // OPGANG_TESTS_AGES_FUTURE_H_
