// Counts the cases in which the rule was compared with the slow one of slow_rule.h, over the whole test
// program.
#ifndef OPGANG_TESTS_RULES_CASE_COUNT_H_
#define OPGANG_TESTS_RULES_CASE_COUNT_H_

namespace opgang {

// One more case compared. At the end of a whole run (no filter) the program prints the sum and fails below
// 300.
void CountCompared();

}  // namespace opgang

#endif  // OPGANG_TESTS_RULES_CASE_COUNT_H_
