#include "cli-client/group_import.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/csv/csv_reader.h"
#include "core/rules/stated_time.h"

namespace opgang::cli {
namespace {

constexpr size_t kMaxInputBytes = 1024 * 1024;
constexpr size_t kChangesAtOnce = 60;  // a bundle holds 64

enum Column {
  kGroup,
  kProgramme,
  kDate,
  kTime,
  kMinutes,
  kVenue,
  kKind,
  kLanguage,
  kInstructor,
  kCapacity,
  kMeaning,
  kRolling,
  kColumnCount
};
struct ColumnName {
  const char* en;
  const char* da;
};
constexpr std::array<ColumnName, kColumnCount> kColumns = {{{"group", "hold"},
                                                            {"programme", "forløb"},
                                                            {"date", "dato"},
                                                            {"time", "tid"},
                                                            {"minutes", "minutter"},
                                                            {"venue", "lokale"},
                                                            {"kind", "slags"},
                                                            {"language", "sprog"},
                                                            {"instructor", "underviser"},
                                                            {"capacity", "stole"},
                                                            {"meaning", "betydning"},
                                                            {"rolling", "løbende"}}};

// One row, read. Ids are filled in by the plan.
struct ImportedRow {
  std::string group_name;
  std::string venue_name;
  v1::GroupProgramme programme;
  v1::Group group;
  v1::Meeting meeting;
};

absl::Status BadCell(const Context& context, const CsvRow& row, Column column, std::string_view accepted) {
  return ErrorWithWords(ErrorCode::kBadInput, context.T("import.row", {{"line", std::to_string(row.line)},
                                                                       {"column", kColumns[column].en},
                                                                       {"accepted", context.T(accepted)}}));
}

// The cells of one row by column; a column that is not in the file is empty everywhere.
class RowReader {
 public:
  RowReader(const Context& context, const std::vector<std::optional<size_t>>& positions, const CsvRow& row)
      : context_(context), positions_(positions), row_(row) {}

  absl::StatusOr<ImportedRow> Read() {
    ImportedRow read;
    ASSIGN_OR_RETURN(read.group_name, Name(kGroup));
    ASSIGN_OR_RETURN(read.venue_name, Name(kVenue));
    RETURN_IF_ERROR(ReadProgramme(read.programme));
    RETURN_IF_ERROR(ReadGroup(read.group));
    RETURN_IF_ERROR(ReadMeeting(read.meeting));
    read.group.set_name(read.group_name);
    return read;
  }

 private:
  std::string Cell(Column column) const {
    const std::optional<size_t> at = positions_[column];
    return at && *at < row_.fields.size() ? Trimmed(row_.fields[*at]) : std::string();
  }

  absl::StatusOr<std::string> Name(Column column) const {
    std::string name = Cell(column);
    if (name.empty()) return BadCell(context_, row_, column, "import.accepted.words");
    return name;
  }

  absl::StatusOr<int> Number(Column column) const {
    int number = 0;
    if (absl::SimpleAtoi(Cell(column), &number)) return number;
    return BadCell(context_, row_, column, "import.accepted.number");
  }

  absl::Status ReadProgramme(v1::GroupProgramme& programme) const {
    ASSIGN_OR_RETURN(*programme.mutable_name(), Name(kProgramme));
    const std::string word = Cell(kKind);
    const auto kind = word.empty() ? std::optional(v1::PROGRAMME_KOM_OG_KVIT) : FromWord<v1::Programme>(word);
    if (!kind) return BadCell(context_, row_, kKind, "import.accepted.kind");
    programme.set_kind(*kind);
    return absl::OkStatus();
  }

  absl::Status ReadGroup(v1::Group& group) const {
    group.set_language(Cell(kLanguage));
    group.set_instructor(Cell(kInstructor));
    ASSIGN_OR_RETURN(const bool rolling, YesOrNo(kRolling));
    group.set_rolling_entry(rolling);
    if (Cell(kCapacity).empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const int capacity, Number(kCapacity));
    group.set_capacity(capacity);
    const std::string meaning = Cell(kMeaning);
    if (meaning == "limit" || meaning == "grænse") {
      group.set_capacity_meaning(v1::CAPACITY_MEANING_LIMIT);
    } else if (meaning == "advice" || meaning == "vejledende") {
      group.set_capacity_meaning(v1::CAPACITY_MEANING_ADVICE);
    } else {
      return BadCell(context_, row_, kMeaning, "import.accepted.meaning");
    }
    return absl::OkStatus();
  }

  // Kom & Kvit lets people in at any time, so that is what an empty cell means.
  absl::StatusOr<bool> YesOrNo(Column column) const {
    const std::string word = Cell(column);
    if (word.empty() || word == "yes" || word == "ja") return true;
    if (word == "no" || word == "nej") return false;
    return BadCell(context_, row_, column, "import.accepted.yes-no");
  }

  absl::Status ReadMeeting(v1::Meeting& meeting) const {
    const std::string word = Cell(kDate) + " " + Cell(kTime);
    const absl::CivilDay today = context_.Today();
    auto start = ParseFutureWord(word, today);
    if (!start.ok()) start = ParsePastWord(word, today);
    if (!IsAbsoluteWord(word) || !start.ok() || !start->has_minute_of_day()) {
      return BadCell(context_, row_, kDate, "import.accepted.start");
    }
    *meeting.mutable_start() = *start;
    ASSIGN_OR_RETURN(const int minutes, Number(kMinutes));
    meeting.set_minutes(minutes);
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    return absl::OkStatus();
  }

  const Context& context_;
  const std::vector<std::optional<size_t>>& positions_;
  const CsvRow& row_;
};

// What is there by its name, and what is to be added to it.
class ImportPlan {
 public:
  ImportPlan(Context& context, const View& view) : context_(context) {
    for (const auto* r : view.OfType(RecordType::kVenue)) Know(*r, r->As<v1::Venue>().name());
    for (const auto* r : view.OfType(RecordType::kGroupProgramme))
      Know(*r, r->As<v1::GroupProgramme>().name());
    for (const auto* r : view.OfType(RecordType::kGroup)) Know(*r, r->As<v1::Group>().name());
    for (const auto* r : view.OfType(RecordType::kMeeting)) {
      meetings_.emplace(KeyOf(r->As<v1::Meeting>()), std::pair(r->id, r->As<v1::Meeting>()));
    }
    bundles_.push_back(context.NewBundle());
  }

  void Add(ImportedRow row) {
    v1::Venue venue;
    venue.set_name(row.venue_name);
    row.meeting.set_venue_id(Named(venue, row.venue_name).ToBytes());
    row.group.set_programme_id(Named(row.programme, row.programme.name()).ToBytes());
    row.meeting.set_group_id(Named(row.group, row.group_name).ToBytes());
    const auto [found, is_new] = meetings_.try_emplace(KeyOf(row.meeting));
    if (is_new) {
      found->second = {Create(row.meeting), row.meeting};
    } else {
      Follow(found->second.first, found->second.second, row.meeting);
    }
  }

  absl::Status Save() {
    std::vector<RecordId> made;
    for (const Bundle& bundle : bundles_) {
      if (bundle.empty()) continue;
      RETURN_IF_ERROR(context_.store().Save(bundle).status());
      const std::vector<RecordId> records = RecordsOf(bundle);
      made.insert(made.end(), records.begin(), records.end());
    }
    TellSaved(context_, made,
              context_.T("import.saved", {{"added", std::to_string(added_)},
                                          {"changed", std::to_string(changed_)},
                                          {"known", std::to_string(known_)}}));
    return absl::OkStatus();
  }

 private:
  using MeetingKey = std::tuple<std::string, absl::CivilDay, int>;
  static MeetingKey KeyOf(const v1::Meeting& meeting) {
    return {meeting.group_id(), FromProto(meeting.start().date()), meeting.start().minute_of_day()};
  }

  void Know(const VisibleRecord& record, const std::string& name) {
    named_.emplace(std::pair(record.type->type, name), record.id);
  }

  Bundle& Room() {
    if (bundles_.back().changes().size() >= kChangesAtOnce) bundles_.push_back(context_.NewBundle());
    return bundles_.back();
  }

  RecordId Create(const google::protobuf::Message& content) {
    ++added_;
    return Room().Create(content);
  }

  RecordId Named(const google::protobuf::Message& content, const std::string& name) {
    const auto key = std::pair(RecordTypeOfMessage(content).type, name);
    const auto found = named_.find(key);
    if (found != named_.end()) return found->second;
    return named_[key] = Create(content);
  }

  // Venue and length follow the file.
  void Follow(RecordId id, v1::Meeting& before, const v1::Meeting& now) {
    const bool same = before.venue_id() == now.venue_id() && before.minutes() == now.minutes();
    if (same) {
      ++known_;
      return;
    }
    ++changed_;
    Room().Patch(id, now, {v1::Meeting::kVenueIdFieldNumber, v1::Meeting::kMinutesFieldNumber});
    before = now;
  }

  Context& context_;
  std::map<std::pair<RecordType, std::string>, RecordId> named_;
  std::map<MeetingKey, std::pair<RecordId, v1::Meeting>> meetings_;
  std::vector<Bundle> bundles_;
  int added_ = 0;
  int changed_ = 0;
  int known_ = 0;
};

absl::StatusOr<std::string> TextOf(const Context& context, const std::string& file) {
  if (file.empty()) return context.terminal().ReadAllInput(kMaxInputBytes);
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  text.resize(kMaxInputBytes + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.empty() || text.size() > kMaxInputBytes) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("import.no-file"));
  }
  return text;
}

// The header in English, whichever language it is in.
CsvRow Translated(CsvRow header) {
  for (std::string& field : header.fields) {
    for (const ColumnName& column : kColumns) {
      if (Trimmed(field) == column.da) field = column.en;
    }
  }
  return header;
}

std::vector<WantedColumn> Wanted() {
  std::vector<WantedColumn> wanted;
  for (int column = 0; column < kColumnCount; ++column) {
    wanted.push_back({kColumns[column].en, column <= kVenue});
  }
  return wanted;
}

absl::Status ReadRows(const Context& context, const std::string& text, ImportPlan& plan) {
  std::istringstream in(text);
  std::vector<std::optional<size_t>> positions;
  return ReadCsv(in, [&](const CsvRow& row) -> absl::Status {
    if (positions.empty()) {
      ASSIGN_OR_RETURN(positions, FindColumns(Translated(row), Wanted()));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(ImportedRow read, RowReader(context, positions, row).Read());
    plan.Add(std::move(read));
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status ImportGroups(Context& context, const View& view, const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(context, file));
  ImportPlan plan(context, view);
  const absl::Status read = ReadRows(context, text, plan);
  // The reader's own words name lines and columns, never what stands in them.
  if (!read.ok() && !WordsOf(read)) {
    return ErrorWithWords(ErrorCode::kBadInput,
                          context.T("import.file", {{"problem", std::string(read.message())}}));
  }
  RETURN_IF_ERROR(read);
  return plan.Save();
}

}  // namespace opgang::cli
