#include "cli-client/record_view.h"

#include "cli-client/dates.h"
#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/record_json.h"
#include "cli-client/scores.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/merge/open_conflicts.h"
#include "fmt/format.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string IdWords(const Context& context, const View& view, const std::string& bytes) {
  const auto id = RecordId::FromBytes(bytes);
  if (!id) return {};
  const VisibleRecord* record = view.Find(*id);
  for (const GrantInfo& grant : context.store().grants()) {
    if (record == nullptr && grant.scope == AreaScope(AreaId(id->uuid()))) return Shown(grant.display_name);
  }
  if (record == nullptr) return context.T("show.not-here");
  return view.HandleOf(*id) + " (" + RecordLabel(context, view, *record) + ")";
}

std::string MessageWords(const Context& context, const Message& message) {
  const absl::CivilDay today = context.Today();
  if (message.GetDescriptor() == v1::LocalDate::descriptor()) {
    return DayWords(context.texts(), FromProto(static_cast<const v1::LocalDate&>(message)), today);
  }
  if (message.GetDescriptor() == v1::StatedTime::descriptor()) {
    return StatedWords(context.texts(), static_cast<const v1::StatedTime&>(message), today);
  }
  if (message.GetDescriptor() == v1::ProductUse::descriptor()) {
    const auto& use = static_cast<const v1::ProductUse&>(message);
    return fmt::format("{} {:g}", Label(context.texts(), use.product()), use.daily_amount());
  }
  return message.GetDescriptor()->name();
}

std::string EnumWords(const Context& context, const EnumType& type, int number) {
  const EnumValue* value = type.FindValueByNumber(number);
  return value == nullptr ? std::to_string(number) : LabelOf(context.texts(), *value);
}

std::string RepeatedWords(const Context& context, const Message& content, const FieldDescriptor& field) {
  const Reflection& reflection = *content.GetReflection();
  std::vector<std::string> words;
  for (int i = 0; i < reflection.FieldSize(content, &field); ++i) {
    words.push_back(
        field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM
            ? EnumWords(context, *field.enum_type(), reflection.GetRepeatedEnumValue(content, &field, i))
            : MessageWords(context, reflection.GetRepeatedMessage(content, &field, i)));
  }
  return JoinParts(words, ", ");
}

// The value as it would stand in a record of its own.
std::unique_ptr<Message> AlternativeContent(const VisibleRecord& record, const OpenValue& value) {
  std::unique_ptr<Message> content(record.type->prototype->New());
  if (!content->ParsePartialFromString(value.bytes)) content->Clear();
  return content;
}

SideValue Side(const Context& context, const View& view, const Message& content, const FieldDescriptor& field,
               const std::string& author) {
  SideValue side;
  side.words = ValueWords(context, view, content, field);
  if (side.words.empty()) side.words = context.T("show.cleared");
  side.author = Shown(author);
  const Json json = ContentJson(content);
  side.json = {{"value", json.contains(field.name()) ? json[field.name()] : Json(nullptr)},
               {"author", author}};
  return side;
}

std::string SideBySideWords(const Context& context, const std::vector<SideValue>& sides) {
  std::vector<std::string> values;
  for (const SideValue& side : sides) {
    values.push_back(side.author.empty()
                         ? side.words
                         : context.T("show.by", {{"value", side.words}, {"author", side.author}}));
  }
  return context.T("show.side-by-side",
                   {{"count", std::to_string(sides.size())}, {"values", JoinParts(values, "; ")}});
}

std::string OriginWords(const Context& context, const VisibleRecord& record) {
  const v1::Provenance& created = record.record->created();
  const std::string author = created.author().empty() ? context.store().info().staff_code : created.author();
  return context.T("show.origin",
                   {{"author", Shown(author)},
                    {"when", HappenedWords(context.texts(), nullptr, record.recorded, context.Today())}});
}

std::string FieldLine(const Context& context, const View& view, const VisibleRecord& record,
                      const FieldDescriptor& field) {
  const std::vector<SideValue> sides = SideValuesOf(context, view, record, field);
  const std::string words =
      sides.empty() ? ValueWords(context, view, record.content(), field) : SideBySideWords(context, sides);
  return words.empty() ? words : FieldLabel(context.texts(), field) + ": " + words;
}

}  // namespace

std::string ValueWords(const Context& context, const View& view, const Message& content,
                       const FieldDescriptor& field) {
  const Reflection& reflection = *content.GetReflection();
  if (field.is_repeated()) return RepeatedWords(context, content, field);
  if (!reflection.HasField(content, &field)) return {};
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWords(context, *field.enum_type(), reflection.GetEnumValue(content, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return context.T(reflection.GetBool(content, &field) ? "show.yes" : "show.no");
    case FieldDescriptor::CPPTYPE_INT32: return std::to_string(reflection.GetInt32(content, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE: return fmt::format("{:g}", reflection.GetDouble(content, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageWords(context, reflection.GetMessage(content, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = reflection.GetString(content, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? IdWords(context, view, text) : Shown(text);
    }
    default: return {};
  }
}

std::vector<SideValue> SideValuesOf(const Context& context, const View& view, const VisibleRecord& record,
                                    const FieldDescriptor& field) {
  std::vector<SideValue> sides;
  for (const OpenConflict& conflict : OpenConflictsOf(*record.record)) {
    if (conflict.field != static_cast<uint32_t>(field.number())) continue;
    for (const OpenValue& value : conflict.values) {
      sides.push_back(
          Side(context, view, *AlternativeContent(record, value), field, value.provenance.author()));
    }
  }
  return sides;
}

std::vector<std::string> RecordLines(const Context& context, const View& view, const VisibleRecord& record) {
  std::vector<std::string> lines;
  const auto* descriptor = record.content().GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string line = FieldLine(context, view, record, *descriptor->field(i));
    if (!line.empty()) lines.push_back(line);
  }
  if (record.type->type == RecordType::kClinicalIntake) {
    lines.push_back(ClinicalScoreWords(context.texts(), record.As<v1::ClinicalIntake>()));
  }
  if (record.type->type == RecordType::kIntake) {
    const std::string scores = IntakeScoreWords(context.texts(), record.As<v1::Intake>());
    if (!scores.empty()) lines.push_back(scores);
  }
  lines.push_back(OriginWords(context, record));
  if (record.unsent) lines.push_back(context.T("show.unsent"));
  if (record.needs_attention) lines.push_back(context.T("show.attention"));
  if (DeleteIsDisputed(*record.record)) lines.push_back(context.T("show.deleted-by-somebody"));
  return lines;
}

Json RecordJson(const Context& context, const View& view, const VisibleRecord& record) {
  Json json = {
      {"handle", view.HandleOf(record.id)},
      {"id", record.id.ToString()},
      {"type", record.type->name},
      {"content", ContentJson(record.content())},
      {"author", record.record->created().author()},
      {"recorded",
       {{"earliest", JsonTime(record.recorded.earliest)}, {"latest", JsonTime(record.recorded.latest)}}},
      {"unsent", record.unsent},
      {"needs_attention", record.needs_attention}};
  const auto* descriptor = record.content().GetDescriptor();
  Json sides = Json::object();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    for (const SideValue& side : SideValuesOf(context, view, record, *descriptor->field(i))) {
      sides[descriptor->field(i)->name()].push_back(side.json);
    }
  }
  if (!sides.empty()) json["side_by_side"] = std::move(sides);
  return json;
}

}  // namespace opgang::cli
