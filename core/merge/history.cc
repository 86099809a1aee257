#include "core/merge/history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/merge/standing.h"

namespace opgang {
namespace {

// What a mutation gives to each field that it touches.
std::map<uint32_t, std::string> Written(const v1::MutationPayload& payload) {
  if (payload.action() == v1::MUTATION_ACTION_DELETE) return {{kWholeRecord, ""}};
  const auto fields = SplitFields(payload.fields());
  if (!fields.ok()) return {};
  if (payload.action() == v1::MUTATION_ACTION_CREATE) return *fields;
  std::map<uint32_t, std::string> written;
  for (const v1::FieldEdit& edit : payload.edits()) {
    const auto bytes = fields->find(edit.field());
    written[edit.field()] = bytes == fields->end() ? "" : bytes->second;
    if (edit.field() == kWholeRecord) written[edit.field()] = kKept;
  }
  return written;
}

bool Names(const LoggedChange& change, uint32_t field, const HistoryValue& value) {
  const auto& replaces = value.provenance.replaces();
  return std::any_of(
      change.payload.edits().begin(), change.payload.edits().end(), [&](const v1::FieldEdit& edit) {
        if (edit.field() != field) return false;
        return std::any_of(edit.seen_versions().begin(), edit.seen_versions().end(),
                           [&](const std::string& version) {
                             return version == value.provenance.intent_id() ||
                                    std::find(replaces.begin(), replaces.end(), version) != replaces.end();
                           });
      });
}

class History {
 public:
  History(const std::vector<LoggedChange>& changes, OpenRecord open)
      : changes_(changes), open_(std::move(open)) {}

  std::vector<HistoryValue> Values() {
    for (size_t i = 0; i < changes_.size(); ++i) {
      for (auto& [field, bytes] : Written(changes_[i].payload)) Add(i, field, std::move(bytes));
    }
    for (const auto& [field, bytes] : open_.fields) fields_[field];
    for (const auto& [field, state] : open_.states) fields_[field];
    std::vector<HistoryValue> all;
    for (auto& [field, values] : fields_) {
      AddUnlogged(field, values);
      std::move(values.begin(), values.end(), std::back_inserter(all));
    }
    return all;
  }

 private:
  void Add(size_t position, uint32_t field, std::string bytes) {
    HistoryValue value{field, std::move(bytes), changes_[position].provenance, ValueFate::kCameLate, {}};
    if (const auto fate = FateOfStanding(field, value.provenance.intent_id())) {
      value.fate = *fate;
    } else {
      FindSuccessor(position, value);
    }
    fields_[field].push_back(std::move(value));
  }

  // nullopt: it does not stand.
  std::optional<ValueFate> FateOfStanding(uint32_t field, const std::string& version) const {
    const std::vector<StandingValue> standing = ReadStanding(open_, field).values;
    for (const StandingValue& value : standing) {
      if (value.version() != version) continue;
      if (field == kWholeRecord && value.bytes.empty())
        return open_.record.deleted() ? ValueFate::kStands : ValueFate::kStandsBeside;
      const bool front = value.bytes == standing.front().bytes;
      return front ? ValueFate::kStands : ValueFate::kStandsBeside;
    }
    return std::nullopt;
  }

  void FindSuccessor(size_t position, HistoryValue& value) const {
    for (size_t i = 0; i < changes_.size(); ++i) {
      if (i == position || !Names(changes_[i], value.field, value)) continue;
      value.replaced_by = changes_[i].provenance;
      value.fate = i < position ? ValueFate::kCameLate : ValueFate::kReplaced;
      return;
    }
  }

  // Written by somebody whose mutation is not among the changes.
  void AddUnlogged(uint32_t field, std::vector<HistoryValue>& values) const {
    for (const StandingValue& value : ReadStanding(open_, field).values) {
      const bool logged = std::any_of(values.begin(), values.end(), [&](const HistoryValue& known) {
        return known.provenance.intent_id() == value.version();
      });
      if (logged) continue;
      values.push_back({field, value.bytes, value.provenance, *FateOfStanding(field, value.version()), {}});
    }
  }

  const std::vector<LoggedChange>& changes_;
  const OpenRecord open_;
  std::map<uint32_t, std::vector<HistoryValue>> fields_;
};

}  // namespace

std::vector<HistoryValue> HistoryOf(const std::vector<LoggedChange>& changes, const v1::Record& record) {
  auto open = OpenForMerge(&record);
  if (!open.ok()) return {};
  return History(changes, *std::move(open)).Values();
}

}  // namespace opgang
