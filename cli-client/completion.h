// Completing what a worker types, with Danish folding: "aag" finds "Ågade 3", "humle" finds "Humlebakken 1".
// Pure.
#ifndef OPGANG_CLI_CLIENT_COMPLETION_H_
#define OPGANG_CLI_CLIENT_COMPLETION_H_

#include <string>
#include <string_view>
#include <vector>

namespace opgang::cli {

struct Completion {
  std::string line;                  // what the whole line becomes; `typed` where nothing can be added
  std::vector<std::string> matches;  // candidates that still fit, in their order
};

// Candidates whose search key starts with that of `typed`; else those in which a word starts with it.
Completion Complete(std::string_view typed, const std::vector<std::string>& candidates);

// Indices of the candidates that `typed` names: those equal to it under folding, else those that Complete
// finds.
std::vector<size_t> Matching(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_COMPLETION_H_
