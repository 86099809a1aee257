// The same person gets registered twice, at a door and at a pharmacy. Likely duplicates are offered to a
// person; only a person joins them (`opgang same-person`). Pure.
#ifndef OPGANG_CLI_CLIENT_LIKELY_DUPLICATES_H_
#define OPGANG_CLI_CLIENT_LIKELY_DUPLICATES_H_

#include <vector>

#include "opgang/view.h"

namespace opgang::cli {

struct LikelyDuplicate {
  RecordId citizen;
  bool name = false;  // what is the same, normalised
  bool telephone = false;
  bool dwelling = false;
  bool birth_year = false;
};

// Citizens with the same telephone, or with two of name, dwelling and birth year the same, or with the same
// name of two words or more. The same dwelling alone says nothing: several people live there. Citizens joined
// already, in either direction, are left out; the most alike come first.
std::vector<LikelyDuplicate> LikelyDuplicatesOf(const View& view, RecordId citizen);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_LIKELY_DUPLICATES_H_
