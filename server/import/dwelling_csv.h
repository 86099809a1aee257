// Dwelling files: CSV text into rows that the base can import. What varies between registers is in the
// mapping; what varies between rows is refused row by row, so that one bad line costs one dwelling and is
// named.
//
// The rows that come out are normalised (core/places/danish_address.h), sound (core/records/validation.h) and
// agree with each other: no address twice, one entrance written one way and in one area, the entrance's
// organisation that of its first row (a dwelling names its own only where it differs). Nothing here touches a
// store.
#ifndef OPGANG_SERVER_IMPORT_DWELLING_CSV_H_
#define OPGANG_SERVER_IMPORT_DWELLING_CSV_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "opgang/v1/admin.pb.h"
#include "server/import/dwelling_mapping.h"
#include "server/import/entrance_areas.h"
#include "server/import/row_refusal.h"

namespace opgang {

struct DwellingFileOptions {
  // For rows that name no area themselves; also fills in an organisation that a row leaves empty. Null = no
  // table.
  const EntranceAreas* entrance_areas = nullptr;
  // Display name of the area of every row that has none after that: such a row's `area` stays empty, which
  // the import reads as "the request's area". Empty = such rows are refused: right for a register that lists
  // other housing too.
  std::string default_area;
};

struct DwellingFile {
  std::vector<v1::DwellingRow> rows;  // in file order; entrance_id of each dwelling is the base's to fill in
  RefusedRows refused;
};

// Holds the accepted rows and one row of text: at most kMaxDwellingRows are accepted.
// Error kBadInput: as ReadCsv (core/csv/csv_reader.h); columns of the mapping are missing, all named; no
// row under the header (importing nothing would close every address); more than kMaxDwellingRows.
inline constexpr size_t kMaxDwellingRows = 500'000;
absl::StatusOr<DwellingFile> ReadDwellings(std::istream& in, const DwellingMapping& mapping,
                                           const DwellingFileOptions& options);

}  // namespace opgang

#endif  // OPGANG_SERVER_IMPORT_DWELLING_CSV_H_
