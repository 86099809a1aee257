#include "server/import/dwelling_csv.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/status_macros.h"
#include "core/csv/csv_reader.h"
#include "core/places/danish_address.h"
#include "core/places/danish_text.h"
#include "core/records/registry.h"
#include "core/records/validation.h"

namespace opgang {
namespace {

using Part = AddressPart;

// Why one row is not taken: its line and column name are added where they are known.
struct Trouble {
  RowRefusal reason;
  std::optional<Part> part;
  std::string why;
};

// One row's values by part: empty where the file has no such column.
using Values = std::array<std::string, kAddressPartCount>;

const std::string& ValueOf(const Values& values, Part part) { return values[static_cast<size_t>(part)]; }

std::string_view FormOf(Part part) {
  switch (part) {
    case Part::kRegisterId: return "not a UUID";
    case Part::kStreet: return "not a street name of 1 to 80 characters";
    case Part::kNumber: return "not a house number (1-999, with one letter at most)";
    case Part::kFloor: return "not a floor (k9-k2, kl, st, 1-99)";
    case Part::kDoor: return "not a door (tv, mf, th, 1-9999, or up to four letters and digits)";
    case Part::kPostcode: return "not a postcode of four digits";
    case Part::kStatus:
    case Part::kTown:
    case Part::kOrganisation:
    case Part::kArea: return "not a line of text";
  }
  return {};
}

std::optional<std::string> NormalizeRegisterId(std::string_view text) {
  const std::optional<Uuid> uuid = UuidFromString(text);
  if (!uuid) return std::nullopt;
  return UuidToString(*uuid);
}

using Normalizer = std::optional<std::string> (*)(std::string_view);

Normalizer NormalizerOf(Part part) {
  switch (part) {
    case Part::kRegisterId: return NormalizeRegisterId;
    case Part::kStreet: return NormalizeStreet;
    case Part::kNumber: return NormalizeHouseNumber;
    case Part::kFloor: return NormalizeFloor;
    case Part::kDoor: return NormalizeDoor;
    case Part::kPostcode: return NormalizePostcode;
    case Part::kStatus:
    case Part::kTown:
    case Part::kOrganisation:
    case Part::kArea: return CleanLine;
  }
  return nullptr;
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// An address needs these wherever the file has the column at all.
bool MayBeEmpty(Part part) {
  return part != Part::kStreet && part != Part::kNumber && part != Part::kPostcode && part != Part::kStatus;
}

std::optional<Trouble> NormalizeValue(Part part, std::string& value) {
  if (IsBlank(value)) {
    value.clear();
    if (MayBeEmpty(part)) return std::nullopt;
    return Trouble{RowRefusal::kMissing, part, "empty"};
  }
  std::optional<std::string> normal = NormalizerOf(part)(value);
  if (!normal) return Trouble{RowRefusal::kBadForm, part, std::string(FormOf(part))};
  value = *std::move(normal);
  return std::nullopt;
}

std::optional<Trouble> CheckStatus(const DwellingMapping& mapping, const std::string& status) {
  if (mapping.accepted_statuses.contains(status)) return std::nullopt;
  const auto refused = mapping.refused_statuses.find(status);
  if (refused == mapping.refused_statuses.end()) {
    return Trouble{RowRefusal::kStatusUnknown, Part::kStatus, "a status that the mapping does not know"};
  }
  return Trouble{RowRefusal::kStatusRefused, Part::kStatus, absl::StrCat("the address is ", refused->second)};
}

v1::DwellingRow MakeRow(const Values& values, int32_t line) {
  v1::DwellingRow row;
  row.set_line(line);
  row.set_area(ValueOf(values, Part::kArea));
  v1::Entrance& entrance = *row.mutable_entrance();
  entrance.set_street(ValueOf(values, Part::kStreet));
  entrance.set_number(ValueOf(values, Part::kNumber));
  entrance.set_postcode(ValueOf(values, Part::kPostcode));
  entrance.set_town(ValueOf(values, Part::kTown));
  entrance.set_organisation(ValueOf(values, Part::kOrganisation));
  entrance.set_status(v1::PLACE_STATUS_ACTIVE);
  entrance.set_source(v1::PLACE_SOURCE_REGISTER);
  v1::Dwelling& dwelling = *row.mutable_dwelling();
  dwelling.set_floor(ValueOf(values, Part::kFloor));
  dwelling.set_door(ValueOf(values, Part::kDoor));
  dwelling.set_register_id(ValueOf(values, Part::kRegisterId));
  dwelling.set_status(v1::PLACE_STATUS_ACTIVE);
  dwelling.set_source(v1::PLACE_SOURCE_REGISTER);
  return row;
}

// The part that an entrance's field came from.
Part PartOfEntranceField(uint32_t field) {
  switch (field) {
    case v1::Entrance::kNumberFieldNumber: return Part::kNumber;
    case v1::Entrance::kPostcodeFieldNumber: return Part::kPostcode;
    case v1::Entrance::kTownFieldNumber: return Part::kTown;
    case v1::Entrance::kOrganisationFieldNumber: return Part::kOrganisation;
    default: return Part::kStreet;
  }
}

// The limits that every record has, whoever writes it. A dwelling's values are bounded by their normal forms.
std::optional<Trouble> CheckLimits(const v1::DwellingRow& row) {
  const std::optional<Refusal> refusal = ValidateContent(RecordTypeOf<v1::Entrance>(), row.entrance(), {});
  if (refusal) {
    const bool too_long = refusal->code == v1::REFUSAL_CODE_TOO_LONG;
    const bool cpr = refusal->code == v1::REFUSAL_CODE_CPR_IN_TEXT;
    return Trouble{too_long ? RowRefusal::kTooLong : RowRefusal::kBadForm,
                   PartOfEntranceField(refusal->field),
                   too_long ? "too long" : (cpr ? "holds a number like a CPR number" : "not a line of text")};
  }
  constexpr size_t kMaxAreaChars = 80;
  if (Decode(row.area())->size() > kMaxAreaChars)
    return Trouble{RowRefusal::kTooLong, Part::kArea, "too long"};
  return std::nullopt;
}

// Entrances and dwellings by what names them, in whatever spelling.
std::string EntranceKey(const v1::Entrance& e) {
  return absl::StrCat(SearchKey(e.street()), "\n", e.number(), "\n", e.postcode());
}

std::string DwellingKey(const v1::DwellingRow& row) {
  return absl::StrCat(EntranceKey(row.entrance()), "\n", row.dwelling().floor(), "\n", row.dwelling().door());
}

class Reader {
 public:
  Reader(const DwellingMapping& mapping, const DwellingFileOptions& options)
      : mapping_(mapping), options_(options) {}

  absl::Status AddRow(const CsvRow& row) {
    if (!has_header_) return AddHeader(row);
    ++row_count_;
    const std::optional<Trouble> trouble = Accept(row);
    if (trouble) Refuse(row.line, *trouble);
    if (file_.rows.size() <= kMaxDwellingRows) return absl::OkStatus();
    return MakeError(ErrorCode::kBadInput,
                     absl::StrCat("more than ", kMaxDwellingRows, " dwellings in one file"));
  }

  absl::StatusOr<DwellingFile> Finish() && {
    if (row_count_ == 0) return MakeError(ErrorCode::kBadInput, "the file holds no rows under its header");
    return std::move(file_);
  }

 private:
  absl::Status AddHeader(const CsvRow& row) {
    std::vector<WantedColumn> wanted;
    for (size_t i = 0; i < kAddressPartCount; ++i) {
      const auto part = static_cast<Part>(i);
      if (!mapping_.ColumnOf(part)) continue;
      wanted.push_back({*mapping_.ColumnOf(part), !mapping_.optional.contains(part)});
      parts_.push_back(part);
    }
    ASSIGN_OR_RETURN(positions_, FindColumns(row, wanted));
    width_ = row.fields.size();
    has_header_ = true;
    return absl::OkStatus();
  }

  // Values by part, normalised. The status comes first: what else is odd about a closed address is nobody's
  // work.
  std::optional<Trouble> ReadValues(const CsvRow& row, Values& values) const {
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (positions_[i]) values[static_cast<size_t>(parts_[i])] = row.fields[*positions_[i]];
    }
    std::optional<Trouble> trouble = ReadStatus(values);
    for (size_t i = 0; i < parts_.size() && !trouble; ++i) {
      if (positions_[i]) trouble = NormalizeValue(parts_[i], values[static_cast<size_t>(parts_[i])]);
    }
    return trouble;
  }

  std::optional<Trouble> ReadStatus(Values& values) const {
    if (!mapping_.ColumnOf(Part::kStatus)) return std::nullopt;
    std::optional<Trouble> trouble =
        NormalizeValue(Part::kStatus, values[static_cast<size_t>(Part::kStatus)]);
    return trouble ? trouble : CheckStatus(mapping_, ValueOf(values, Part::kStatus));
  }

  std::optional<Trouble> Accept(const CsvRow& row) {
    if (row.fields.size() != width_) {
      return Trouble{RowRefusal::kColumnCount,
                     {},
                     absl::StrCat(row.fields.size(), " fields where the header has ", width_)};
    }
    Values values;
    std::optional<Trouble> trouble = ReadValues(row, values);
    if (trouble) return trouble;
    v1::DwellingRow made = MakeRow(values, row.line);
    AssignArea(made);
    trouble = CheckLimits(made);
    if (!trouble) trouble = CheckArea(made);
    if (!trouble) trouble = CheckDuplicate(made);
    if (trouble) return trouble;
    Keep(std::move(made));
    return std::nullopt;
  }

  // What the file names wins over the table.
  void AssignArea(v1::DwellingRow& row) const {
    v1::Entrance& entrance = *row.mutable_entrance();
    if (options_.entrance_areas == nullptr) return;
    const EntranceArea* entry =
        options_.entrance_areas->Find(entrance.street(), entrance.number(), entrance.postcode());
    if (entry == nullptr) return;
    if (row.area().empty()) row.set_area(entry->area);
    if (entrance.organisation().empty()) entrance.set_organisation(entry->organisation);
  }

  std::optional<Trouble> CheckArea(const v1::DwellingRow& row) const {
    if (row.area().empty() && options_.default_area.empty()) {
      return Trouble{RowRefusal::kNoArea, {}, "neither the row nor the table of entrances names an area"};
    }
    const auto first = entrances_.find(EntranceKey(row.entrance()));
    if (first == entrances_.end() || AreaOf(file_.rows[first->second]) == AreaOf(row)) return std::nullopt;
    return Trouble{
        RowRefusal::kAreaConflict, Part::kArea,
        absl::StrCat("line ", file_.rows[first->second].line(), " has the entrance in another area")};
  }

  const std::string& AreaOf(const v1::DwellingRow& row) const {
    return row.area().empty() ? options_.default_area : row.area();
  }

  std::optional<Trouble> CheckDuplicate(const v1::DwellingRow& row) const {
    const std::string& id = row.dwelling().register_id();
    if (!id.empty() && register_ids_.contains(id)) {
      return Trouble{RowRefusal::kDuplicate, Part::kRegisterId, "the same register id stands further up"};
    }
    const auto first = dwellings_.find(DwellingKey(row));
    if (first == dwellings_.end()) return std::nullopt;
    return Trouble{
        RowRefusal::kDuplicate, {}, absl::StrCat("the same address stands on line ", first->second)};
  }

  // Writes the entrance as its first row did; what differs in organisation is the dwelling's own.
  void Keep(v1::DwellingRow row) {
    const auto [first, is_new] = entrances_.emplace(EntranceKey(row.entrance()), file_.rows.size());
    if (!is_new) {
      const v1::Entrance& entrance = file_.rows[first->second].entrance();
      const bool differs = row.entrance().organisation() != entrance.organisation();
      if (differs) row.mutable_dwelling()->set_organisation(row.entrance().organisation());
      *row.mutable_entrance() = entrance;
    }
    dwellings_.emplace(DwellingKey(row), row.line());
    if (!row.dwelling().register_id().empty()) register_ids_.insert(row.dwelling().register_id());
    file_.rows.push_back(std::move(row));
  }

  void Refuse(int32_t line, const Trouble& trouble) {
    const std::string column = trouble.part ? mapping_.ColumnOf(*trouble.part).value_or("") : std::string();
    file_.refused.Add({line, trouble.reason, column, trouble.why});
  }

  const DwellingMapping& mapping_;
  const DwellingFileOptions& options_;
  bool has_header_ = false;
  size_t width_ = 0;
  int64_t row_count_ = 0;
  std::vector<Part> parts_;                              // the mapped ones,
  std::vector<std::optional<size_t>> positions_;         // and where each stands in a row
  absl::flat_hash_map<std::string, size_t> entrances_;   // -> index of the first row
  absl::flat_hash_map<std::string, int32_t> dwellings_;  // -> line
  absl::flat_hash_set<std::string> register_ids_;
  DwellingFile file_;
};

}  // namespace

absl::StatusOr<DwellingFile> ReadDwellings(std::istream& in, const DwellingMapping& mapping,
                                           const DwellingFileOptions& options) {
  Reader reader(mapping, options);
  RETURN_IF_ERROR(ReadCsv(in, [&](const CsvRow& row) { return reader.AddRow(row); }));
  return std::move(reader).Finish();
}

}  // namespace opgang
