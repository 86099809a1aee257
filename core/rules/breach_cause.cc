#include "core/rules/breach_cause.h"

#include <algorithm>
#include <tuple>

namespace opgang {

const BreachCauseFact* CauseOf(const ResponseCase& response_case,
                               const std::vector<BreachCauseFact>& causes) {
  const auto when = [](const BreachCauseFact& fact) { return std::tuple(fact.recorded.earliest, fact.id); };
  const BreachCauseFact* last = nullptr;
  for (const BreachCauseFact& fact : causes) {
    const auto inquiry = RecordId::FromBytes(fact.cause->inquiry_id());
    const auto& own = response_case.inquiries;
    if (!inquiry || std::find(own.begin(), own.end(), *inquiry) == own.end()) continue;
    if (last == nullptr || when(*last) < when(fact)) last = &fact;
  }
  return last;
}

}  // namespace opgang
