#include "server/import/dwelling_mapping.h"

#include <toml++/toml.h>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr std::array<std::string_view, kAddressPartCount> kPartNames = {
    "register_id", "status", "street", "number", "floor", "door", "postcode", "town", "organisation", "area"};

absl::Status BadMapping(std::string_view what) {
  return MakeError(ErrorCode::kBadInput, absl::StrCat("mapping file: ", std::string(what)));
}

std::optional<AddressPart> PartFromName(std::string_view name) {
  for (size_t i = 0; i < kPartNames.size(); ++i) {
    if (kPartNames[i] == name) return static_cast<AddressPart>(i);
  }
  return std::nullopt;
}

absl::Status ReadOptional(const toml::node& node, DwellingMapping& mapping) {
  const toml::array* names = node.as_array();
  if (names == nullptr) return BadMapping("columns.optional is no list");
  for (const toml::node& name : *names) {
    const std::optional<AddressPart> part = PartFromName(name.value_or(std::string()));
    if (!part) return BadMapping("columns.optional names an unknown part");
    mapping.optional.insert(*part);
  }
  return absl::OkStatus();
}

absl::Status ReadColumns(const toml::table& columns, DwellingMapping& mapping) {
  for (const auto& [key, node] : columns) {
    if (key == "optional") {
      RETURN_IF_ERROR(ReadOptional(node, mapping));
      continue;
    }
    const std::optional<AddressPart> part = PartFromName(key.str());
    const std::optional<std::string> header = node.value<std::string>();
    if (!part)
      return BadMapping(absl::StrCat("columns.", std::string(key.str()), " is no part of an address"));
    if (!header || header->empty()) {
      return BadMapping(absl::StrCat("columns.", std::string(key.str()), " names no column"));
    }
    mapping.columns[static_cast<size_t>(*part)] = *header;
  }
  return absl::OkStatus();
}

absl::Status ReadStatuses(const toml::node& node, std::map<std::string, std::string>& statuses) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return BadMapping("status.accepted and status.refused are tables");
  for (const auto& [value, meaning] : *table) {
    const std::optional<std::string> words = meaning.value<std::string>();
    if (!words) return BadMapping("a status value has no meaning in words");
    statuses.emplace(value.str(), *words);
  }
  return absl::OkStatus();
}

absl::Status ReadStatus(const toml::table& status, DwellingMapping& mapping) {
  for (const auto& [key, node] : status) {
    const bool accepted = key == "accepted";
    if (!accepted && key != "refused") return BadMapping("[status] knows \"accepted\" and \"refused\" only");
    RETURN_IF_ERROR(ReadStatuses(node, accepted ? mapping.accepted_statuses : mapping.refused_statuses));
  }
  return absl::OkStatus();
}

absl::Status ReadTables(const toml::table& file, DwellingMapping& mapping) {
  for (const auto& [key, node] : file) {
    const toml::table* table = node.as_table();
    if (table != nullptr && key == "columns") {
      RETURN_IF_ERROR(ReadColumns(*table, mapping));
    } else if (table != nullptr && key == "status") {
      RETURN_IF_ERROR(ReadStatus(*table, mapping));
    } else {
      return BadMapping("only the tables [columns] and [status] are known");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckWhole(const DwellingMapping& mapping) {
  const bool has_entrance = mapping.ColumnOf(AddressPart::kStreet) && mapping.ColumnOf(AddressPart::kNumber);
  if (!has_entrance) return BadMapping("columns.street and columns.number are required");
  const bool has_status = mapping.ColumnOf(AddressPart::kStatus).has_value();
  if (has_status == mapping.accepted_statuses.empty()) {
    return BadMapping("columns.status and [status.accepted] belong together");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view AddressPartName(AddressPart part) { return kPartNames.at(static_cast<size_t>(part)); }

absl::StatusOr<DwellingMapping> ParseDwellingMapping(std::string_view toml) {
  DwellingMapping mapping;
  try {
    RETURN_IF_ERROR(ReadTables(toml::parse(toml), mapping));
  } catch (const toml::parse_error& error) {
    return BadMapping(absl::StrCat("line ", error.source().begin.line, " is no TOML"));
  }
  RETURN_IF_ERROR(CheckWhole(mapping));
  return mapping;
}

}  // namespace opgang
