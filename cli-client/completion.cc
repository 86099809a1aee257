#include "cli-client/completion.h"

#include <algorithm>

#include "cli-client/layout.h"
#include "core/places/danish_address.h"

namespace opgang::cli {
namespace {

enum class Fit { kWhole, kStart, kWordStart };

bool Fits(const std::string& key, const std::string& typed, Fit fit) {
  switch (fit) {
    case Fit::kWhole: return key == typed;
    case Fit::kStart: return key.starts_with(typed);
    case Fit::kWordStart: return (" " + key).find(" " + typed) != std::string::npos;
  }
  return false;
}

std::vector<size_t> WithFit(const std::string& typed, const std::vector<std::string>& candidates, Fit fit) {
  std::vector<size_t> found;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (Fits(SearchKey(candidates[i]), typed, fit)) found.push_back(i);
  }
  return found;
}

std::vector<size_t> FirstFitting(std::string_view typed, const std::vector<std::string>& candidates,
                                 std::initializer_list<Fit> fits) {
  const std::string key = SearchKey(typed);
  for (Fit fit : fits) {
    std::vector<size_t> found = WithFit(key, candidates, fit);
    if (!found.empty()) return found;
  }
  return {};
}

// What all of `texts` start with, ending at a whole character.
std::string CommonStart(const std::vector<std::string>& texts) {
  size_t at = 0;
  while (at < texts[0].size()) {
    const std::string_view next = FirstCharacter(std::string_view(texts[0]).substr(at));
    const bool shared = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return text.size() >= at && std::string_view(text).substr(at).starts_with(next);
    });
    if (!shared) break;
    at += next.size();
  }
  return texts[0].substr(0, at);
}

}  // namespace

Completion Complete(std::string_view typed, const std::vector<std::string>& candidates) {
  Completion completion{std::string(typed), {}};
  for (size_t i : FirstFitting(typed, candidates, {Fit::kStart, Fit::kWordStart})) {
    completion.matches.push_back(candidates[i]);
  }
  if (completion.matches.empty()) return completion;
  const std::string common = CommonStart(completion.matches);
  if (SearchKey(common).size() >= SearchKey(typed).size()) completion.line = common;
  return completion;
}

std::vector<size_t> Matching(std::string_view typed, const std::vector<std::string>& candidates) {
  return FirstFitting(typed, candidates, {Fit::kWhole, Fit::kStart, Fit::kWordStart});
}

}  // namespace opgang::cli
