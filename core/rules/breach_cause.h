// Why a breach of the three-day rule came about, in a person's word (D1: the coordinator is asked for a cause). It
// explains and never excuses: the case stays a breach.
#ifndef OPGANG_CORE_RULES_BREACH_CAUSE_H_
#define OPGANG_CORE_RULES_BREACH_CAUSE_H_

#include <vector>

#include "core/base/ids.h"
#include "core/rules/response_case.h"
#include "opgang/v1/work.pb.h"

namespace opgang {

struct BreachCauseFact {
  RecordId id;
  const v1::BreachCause* cause;  // the caller's, never null
  Interval recorded;
};

// The one that counts for this case: of those about any of its inquiries the one recorded last; nullptr = none.
const BreachCauseFact* CauseOf(const ResponseCase& response_case, const std::vector<BreachCauseFact>& causes);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_BREACH_CAUSE_H_
