// Which entrances belong to which area and organisation: the table that social housing needs, because the
// address register knows neither. A CSV file street;number;area;organisation with an optional column
// postcode.
#ifndef OPGANG_SERVER_IMPORT_ENTRANCE_AREAS_H_
#define OPGANG_SERVER_IMPORT_ENTRANCE_AREAS_H_

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/import/row_refusal.h"

namespace opgang {

struct EntranceArea {
  std::string area;          // display name
  std::string organisation;  // may be empty
};

// A value; look-ups may run on any thread once it is filled.
class EntranceAreas {
 public:
  // Null where the table has no such entrance. `number` and `postcode` normalised; an assignment without a
  // postcode holds for every postcode.
  const EntranceArea* Find(std::string_view street, std::string_view number, std::string_view postcode) const;
  // False where the entrance is in the table already.
  bool Add(std::string_view street, std::string_view number, std::string_view postcode, EntranceArea area);
  size_t size() const { return areas_.size(); }

 private:
  std::map<std::string, EntranceArea> areas_;
};

struct EntranceAreasFile {
  EntranceAreas areas;
  RefusedRows refused;
};

// Error kBadInput: as ReadCsv, or the header lacks a column, or there is no row under it, or too many.
absl::StatusOr<EntranceAreasFile> ReadEntranceAreas(std::istream& in);

}  // namespace opgang

#endif  // OPGANG_SERVER_IMPORT_ENTRANCE_AREAS_H_
