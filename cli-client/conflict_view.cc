#include "cli-client/conflict_view.h"

#include <memory>

#include "cli-client/dates.h"
#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/record_json.h"
#include "cli-client/record_view.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const VisibleRecord& record, uint32_t field) {
  return record.type->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(field));
}

std::unique_ptr<Message> ContentOf(const VisibleRecord& record, const std::string& bytes) {
  std::unique_ptr<Message> content(record.type->prototype->New());
  if (!content->ParsePartialFromString(bytes)) content->Clear();
  return content;
}

Interval RecordedOf(const v1::Provenance& provenance) {
  return {absl::FromUnixMicros(provenance.recorded().earliest_us()),
          absl::FromUnixMicros(provenance.recorded().latest_us())};
}

Json TimeOrNull(int64_t us) { return us == 0 ? Json(nullptr) : JsonTime(absl::FromUnixMicros(us)); }

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json WhoJson(const v1::Provenance& provenance) {
  return {{"author", TextOrNull(provenance.author())},
          {"device", TextOrNull(provenance.device())},
          {"recorded",
           {{"earliest", TimeOrNull(provenance.recorded().earliest_us())},
            {"latest", TimeOrNull(provenance.recorded().latest_us())}}},
          {"received", TimeOrNull(provenance.received_us())}};
}

Json ValueJson(const VisibleRecord& record, uint32_t field, const std::string& bytes) {
  if (field == kWholeRecord) return bytes.empty() ? "delete" : "keep";
  const FieldDescriptor* descriptor = FieldOf(record, field);
  const Json content = ContentJson(*ContentOf(record, bytes));
  if (descriptor == nullptr || !content.contains(descriptor->name())) return nullptr;
  return content[descriptor->name()];
}

std::string FateId(ValueFate fate) {
  switch (fate) {
    case ValueFate::kStands: return "stands";
    case ValueFate::kStandsBeside: return "stands-beside";
    case ValueFate::kReplaced: return "replaced";
    case ValueFate::kCameLate: return "came-late";
  }
  return {};
}

std::string FateWords(const Context& context, const HistoryValue& value) {
  switch (value.fate) {
    case ValueFate::kStands: return context.T("history.stands");
    case ValueFate::kStandsBeside: return context.T("history.stands-beside");
    case ValueFate::kReplaced:
      return context.T("history.replaced", {{"who", Shown(value.replaced_by.author())}});
    case ValueFate::kCameLate:
      return value.replaced_by.author().empty()
                 ? context.T("history.no-longer")
                 : context.T("history.came-late", {{"who", Shown(value.replaced_by.author())}});
  }
  return {};
}

}  // namespace

std::string OpenConflictsWords(const Context& context) {
  const size_t count = context.store().CountOpenConflicts().value_or(0);
  return count == 0 ? "" : context.T("conflicts.open", {{"count", std::to_string(count)}});
}

Json OpenConflictsJson(const Context& context) {
  const auto count = context.store().CountOpenConflicts();
  return count.ok() ? Json(*count) : Json(nullptr);
}

std::string ConflictLabel(const Context& context, const VisibleRecord& record, uint32_t field) {
  const FieldDescriptor* descriptor = FieldOf(record, field);
  if (descriptor != nullptr) return FieldLabel(context.texts(), *descriptor);
  return field == kWholeRecord ? context.T("conflicts.whole-record") : std::to_string(field);
}

std::string ConflictFieldName(const VisibleRecord& record, uint32_t field) {
  const FieldDescriptor* descriptor = FieldOf(record, field);
  if (descriptor != nullptr) return descriptor->name();
  return field == kWholeRecord ? "record" : std::to_string(field);
}

std::string WhoWords(const Context& context, const v1::Provenance& provenance) {
  const std::string author =
      provenance.author().empty() ? context.T("conflicts.somebody") : Shown(provenance.author());
  std::string who = author;
  if (!provenance.device().empty())
    who = context.T("conflicts.on-device", {{"author", author}, {"device", Shown(provenance.device())}});
  if (!provenance.has_recorded()) return who;
  return who + ", " + HappenedWords(context.texts(), nullptr, RecordedOf(provenance), context.Today());
}

std::string FieldValueWords(const Context& context, const View& view, const VisibleRecord& record,
                            uint32_t field, const std::string& bytes) {
  if (field == kWholeRecord) return context.T(bytes.empty() ? "conflicts.delete" : "conflicts.keep");
  const FieldDescriptor* descriptor = FieldOf(record, field);
  if (descriptor == nullptr) return context.T("conflicts.newer-field");
  const std::string words = ValueWords(context, view, *ContentOf(record, bytes), *descriptor);
  return words.empty() ? context.T("show.cleared") : words;
}

std::vector<std::string> ConflictLines(const Context& context, const View& view, const VisibleRecord& record,
                                       const OpenConflict& conflict) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < conflict.values.size(); ++i) {
    const OpenValue& value = conflict.values[i];
    std::vector<std::string> who = {WhoWords(context, value.provenance)};
    for (const v1::Provenance& other : value.same) who.push_back(WhoWords(context, other));
    lines.push_back(std::to_string(i + 1) + "  " +
                    FieldValueWords(context, view, record, conflict.field, value.bytes) + "  (" +
                    JoinParts(who, "; ") + ")");
  }
  return lines;
}

Json ConflictJson(const VisibleRecord& record, const OpenConflict& conflict) {
  Json json = {{"field", ConflictFieldName(record, conflict.field)},
               {"field_number", conflict.field},
               {"values", Json::array()}};
  for (size_t i = 0; i < conflict.values.size(); ++i) {
    const OpenValue& value = conflict.values[i];
    Json one = WhoJson(value.provenance);
    one["number"] = i + 1;
    one["value"] = ValueJson(record, conflict.field, value.bytes);
    one["in_front"] = i == 0;
    one["same"] = Json::array();
    for (const v1::Provenance& other : value.same) one["same"].push_back(WhoJson(other));
    json["values"].push_back(std::move(one));
  }
  return json;
}

std::string HistoryLine(const Context& context, const View& view, const VisibleRecord& record,
                        const HistoryValue& value) {
  return ConflictLabel(context, record, value.field) + ": " +
         FieldValueWords(context, view, record, value.field, value.bytes) + "  (" +
         WhoWords(context, value.provenance) + "; " + FateWords(context, value) + ")";
}

Json HistoryJson(const VisibleRecord& record, const HistoryValue& value) {
  Json json = WhoJson(value.provenance);
  json["field"] = ConflictFieldName(record, value.field);
  json["value"] = ValueJson(record, value.field, value.bytes);
  json["fate"] = FateId(value.fate);
  json["replaced_by"] = TextOrNull(value.replaced_by.author());
  return json;
}

}  // namespace opgang::cli
