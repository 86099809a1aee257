#include "server/import/entrance_areas.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/csv/csv_reader.h"
#include "core/places/danish_address.h"
#include "core/places/danish_text.h"

namespace opgang {
namespace {

constexpr size_t kMaxEntrances = 200'000;
constexpr size_t kMaxNameChars = 80;

enum Column { kStreet, kNumber, kArea, kOrganisation, kPostcode };

const std::vector<WantedColumn>& Columns() {
  static const auto* const columns = new std::vector<WantedColumn>{
      {"street"}, {"number"}, {"area"}, {"organisation"}, {"postcode", /*required=*/false}};
  return *columns;
}

// Upper and lower case, and å and aa, are one street; "\n" stands in no key otherwise.
std::string KeyOf(std::string_view street, std::string_view number, std::string_view postcode) {
  return absl::StrCat(SearchKey(street), "\n", std::string(number), "\n", std::string(postcode));
}

class Reader {
 public:
  absl::Status AddRow(const CsvRow& row) {
    if (positions_.empty()) return AddHeader(row);
    if (row.fields.size() != width_) {
      Refuse(row, RowRefusal::kColumnCount, {}, "more or fewer fields than the header");
      return absl::OkStatus();
    }
    ++row_count_;
    if (file_.areas.size() >= kMaxEntrances)
      return MakeError(ErrorCode::kBadInput, "more than 200,000 entrances");
    AddEntrance(row);
    return absl::OkStatus();
  }

  absl::StatusOr<EntranceAreasFile> Finish() && {
    if (row_count_ == 0) return MakeError(ErrorCode::kBadInput, "the table of entrances holds no rows");
    return std::move(file_);
  }

 private:
  absl::Status AddHeader(const CsvRow& row) {
    ASSIGN_OR_RETURN(positions_, FindColumns(row, Columns()));
    width_ = row.fields.size();
    return absl::OkStatus();
  }

  std::string_view Value(const CsvRow& row, Column column) const {
    const std::optional<size_t> position = positions_[column];
    return position ? std::string_view(row.fields[*position]) : std::string_view();
  }

  void Refuse(const CsvRow& row, RowRefusal reason, std::string_view column, std::string_view why) {
    file_.refused.Add({row.line, reason, std::string(column), std::string(why)});
  }

  void AddEntrance(const CsvRow& row) {
    const std::optional<std::string> street = NormalizeStreet(Value(row, kStreet));
    const std::optional<std::string> number = NormalizeHouseNumber(Value(row, kNumber));
    const std::optional<std::string> area = CleanLine(Value(row, kArea));
    const std::optional<std::string> postcode = NormalizePostcode(Value(row, kPostcode));
    if (!street) return Refuse(row, RowRefusal::kBadForm, "street", "no street name of 1 to 80 characters");
    if (!number) return Refuse(row, RowRefusal::kBadForm, "number", "no house number (1-999, one letter)");
    if (!area || Decode(*area)->size() > kMaxNameChars) {
      return Refuse(row, RowRefusal::kBadForm, "area", "no area name of 1 to 80 characters");
    }
    if (!postcode && !Value(row, kPostcode).empty()) {
      return Refuse(row, RowRefusal::kBadForm, "postcode", "no postcode of four digits");
    }
    EntranceArea entry{*area, CleanLine(Value(row, kOrganisation)).value_or("")};
    if (!file_.areas.Add(*street, *number, postcode.value_or(""), std::move(entry))) {
      Refuse(row, RowRefusal::kDuplicate, {}, "the same entrance stands further up");
    }
  }

  std::vector<std::optional<size_t>> positions_;
  size_t width_ = 0;
  int64_t row_count_ = 0;
  EntranceAreasFile file_;
};

}  // namespace

const EntranceArea* EntranceAreas::Find(std::string_view street, std::string_view number,
                                        std::string_view postcode) const {
  auto found = areas_.find(KeyOf(street, number, postcode));
  if (found == areas_.end()) found = areas_.find(KeyOf(street, number, ""));
  return found == areas_.end() ? nullptr : &found->second;
}

bool EntranceAreas::Add(std::string_view street, std::string_view number, std::string_view postcode,
                        EntranceArea area) {
  return areas_.emplace(KeyOf(street, number, postcode), std::move(area)).second;
}

absl::StatusOr<EntranceAreasFile> ReadEntranceAreas(std::istream& in) {
  Reader reader;
  RETURN_IF_ERROR(ReadCsv(in, [&](const CsvRow& row) { return reader.AddRow(row); }));
  return std::move(reader).Finish();
}

}  // namespace opgang
