// The same person gets registered twice, at a door and at a pharmacy. Likely duplicates are offered to a
// person; only a person joins them, or says that they are two (`opgang same-person`). Pure.
#ifndef OPGANG_LIKELY_DUPLICATES_H_
#define OPGANG_LIKELY_DUPLICATES_H_

#include <vector>

#include "opgang/view.h"

namespace opgang {

struct LikelyDuplicate {
  RecordId citizen;
  bool name = false;  // what is the same, normalised
  bool telephone = false;
  bool dwelling = false;
  bool birth_year = false;
};

// Citizens with the same telephone, or with two of name, dwelling and birth year the same, or with the same
// name of two words or more. The same dwelling alone says nothing: several people live there. Pairs that a person
// has joined or said to be two, in either direction, are left out; the most alike come first.
std::vector<LikelyDuplicate> LikelyDuplicatesOf(const View& view, RecordId citizen);

// A citizen and the most alike of those who were noted before.
struct LikelyPair {
  const VisibleRecord* newer = nullptr;
  LikelyDuplicate older;
};

// At most one for each citizen, oldest first; nobody has said of it whether they are one.
std::vector<LikelyPair> LikelyPairs(const View& view);

}  // namespace opgang

#endif  // OPGANG_LIKELY_DUPLICATES_H_
