// What a reader outside the base's staff is told (partners, councils): cells of 1 to 4 are suppressed, and of the other
// cells those from which a suppressed one could be computed.
//
// Computed, not guessed: every count is a sum over groups of rows that are alike (that the same counts count). A small
// cell is given away where it is a linear combination of told ones. So the counts are told from the greatest on down, and
// each that would complete such a combination, with all that were told before it, is suppressed as well. Shares and
// hours go with the counts they are made of.
//
// What a definition lets nobody publish (Figure.unpublishable) is treated as a small cell.
//
// It does not look at bounds: that two suppressed cells add up to 2, and so are 1 each, is not noticed.
#ifndef OPGANG_CORE_REPORTS_SMALL_CELLS_H_
#define OPGANG_CORE_REPORTS_SMALL_CELLS_H_

#include "opgang/v1/report.pb.h"

namespace opgang {

inline constexpr int64_t kSmallestToldCell = 5;

// The same report without small cells, and without any row.
v1::Report WithoutSmallCells(v1::Report report);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_SMALL_CELLS_H_
