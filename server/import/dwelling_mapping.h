// Which column of a dwelling file is which part of an address: a small TOML file, so that a register that
// renames its columns costs no program. examples/mappings/ has two, and says what each key means.
//
//   [columns]            # part = "header name"; parts: see AddressPart
//   street = "vejnavn"
//   optional = ["area"]  # parts whose column may be missing
//   [status.accepted]    # only with a `status` column: value = "what it means"
//   1 = "final"
//   [status.refused]     # every other value is refused as unknown
//   2 = "closed"
#ifndef OPGANG_SERVER_IMPORT_DWELLING_MAPPING_H_
#define OPGANG_SERVER_IMPORT_DWELLING_MAPPING_H_

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace opgang {

enum class AddressPart {
  kRegisterId,  // the dwelling's UUID in the address register
  kStatus,
  kStreet,  // required in every mapping
  kNumber,  // required in every mapping
  kFloor,
  kDoor,
  kPostcode,
  kTown,
  kOrganisation,
  kArea,
};
inline constexpr size_t kAddressPartCount = 10;

// "register_id": the key in the mapping file.
std::string_view AddressPartName(AddressPart part);

struct DwellingMapping {
  // Header names. A part without one is in no column: its value is empty.
  std::array<std::optional<std::string>, kAddressPartCount> columns;
  std::set<AddressPart> optional;
  std::map<std::string, std::string> accepted_statuses;  // value -> meaning
  std::map<std::string, std::string> refused_statuses;   // value -> meaning

  const std::optional<std::string>& ColumnOf(AddressPart part) const {
    return columns[static_cast<size_t>(part)];
  }
};

// Error kBadInput: no TOML, an unknown key, no street or number, a status column without accepted values.
absl::StatusOr<DwellingMapping> ParseDwellingMapping(std::string_view toml);

}  // namespace opgang

#endif  // OPGANG_SERVER_IMPORT_DWELLING_MAPPING_H_
