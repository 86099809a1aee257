// Response cases in words: by when a citizen must be in a group, what is left, the last step. Never "answer
// by": replying is a step on the way, taking part is what counts (the three-day rule, D1).
#ifndef OPGANG_CLI_CLIENT_DUE_LIST_H_
#define OPGANG_CLI_CLIENT_DUE_LIST_H_

#include <set>
#include <string>
#include <vector>

#include "cli-client/context.h"
#include "core/rules/response_case.h"
#include "opgang/groups.h"

namespace opgang::cli {

// "in a group by Sat 4 Apr, 1 d 3 h left"; "~" before dates that the evidence leaves open.
std::string DueWords(const Context& context, const ResponseCase& response_case);
// "in a group by Sat 4 Apr": for a case that only its dates are known of.
std::string DueDateWords(const Context& context, const DateSpan& due);
// "last step: rang Thu, not reached"; "no step yet".
std::string StepWords(const Context& context, const ResponseCase& response_case);
// What the worker must know before ringing or knocking: language, interpreter, safe hours.
std::string ContactWords(const Context& context, const CaseLine& line);

// "held by karen"; empty where nobody has it in hand.
std::string HeldByWords(const Context& context, const std::set<std::string>& holders);

// One case in two lines of at most `width` columns, handle first:
//   k7f   in a group by Sat 4 Apr, 1 d 3 h left; last step: rang Thu, not reached
//         last group before: Thu 2 Apr 17:00, Thursdays, the common room
//         Amina, Humlebakken 20B, 2. th | speaks so, interpreter | safe: after 16
std::vector<std::string> CaseLines(const Context& context, const View& view, const GroupFacts& facts,
                                   const CaseLine& line, int width);
Json CaseJson(const Context& context, const View& view, const GroupFacts& facts, const CaseLine& line);

// All lines, and the line that says how many.
void SayCases(const Context& context, const View& view, const std::vector<CaseLine>& cases);
Json CasesJson(const Context& context, const View& view, const std::vector<CaseLine>& cases);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_DUE_LIST_H_
