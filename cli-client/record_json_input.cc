#include <algorithm>

#include "absl/strings/escaping.h"
#include "cli-client/lookup.h"
#include "cli-client/record_json.h"
#include "cli-client/when.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "google/protobuf/util/json_util.h"

namespace opgang::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxInputBytes = 64 * 1024;

absl::Status Bad(const Context& context, std::string_view id, std::string_view place,
                 std::string_view accepted) {
  return ErrorWithWords(ErrorCode::kBadInput,
                        context.T(id, {{"place", std::string(place)}, {"accepted", std::string(accepted)}}));
}

std::string FieldNames(const Descriptor& type) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i) names += (i > 0 ? ", " : "") + type.field(i)->name();
  return names;
}

const FieldDescriptor* FieldOf(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

// A time that lies ahead; every other stated time is past.
bool IsPlan(const FieldDescriptor& field) {
  return field.name() == "come_back" || field.name() == "start" || field.name() == "told_start";
}

// Rewrites our readable forms into protobuf's own. `place` is made of names that we know, never of the
// input's.
class Rewriter {
 public:
  explicit Rewriter(const Context& context) : context_(context) {}

  absl::Status Object(const Descriptor& type, const std::string& place, Json& json) const {
    if (!json.is_object()) return Bad(context_, "input.not-object", place, FieldNames(type));
    for (auto& [name, value] : json.items()) {
      const FieldDescriptor* field = FieldOf(type, name);
      if (field == nullptr) return Bad(context_, "input.unknown-name", place, FieldNames(type));
      RETURN_IF_ERROR(Field(*field, place + "." + field->name(), value));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Field(const FieldDescriptor& field, const std::string& place, Json& json) const {
    if (!field.is_repeated()) return Value(field, place, json);
    if (!json.is_array()) return Bad(context_, "input.not-list", place, "[...]");
    for (Json& item : json) RETURN_IF_ERROR(Value(field, place, item));
    return absl::OkStatus();
  }

  absl::Status Value(const FieldDescriptor& field, const std::string& place, Json& json) const {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return Enum(*field.enum_type(), place, json);
    if (field.type() == FieldDescriptor::TYPE_BYTES) return Id(place, json);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return absl::OkStatus();
    if (json.is_string() && field.message_type() == v1::LocalDate::descriptor()) return Date(place, json);
    if (json.is_string() && field.message_type() == v1::StatedTime::descriptor())
      return Stated(field, place, json);
    return Object(*field.message_type(), place, json);
  }

  absl::Status Enum(const EnumType& type, const std::string& place, Json& json) const {
    const EnumValue* value = json.is_string() ? ValueOfWord(type, json.get<std::string>()) : nullptr;
    if (value == nullptr) return Bad(context_, "input.not-word", place, WordsOfType(type));
    json = value->name();
    return absl::OkStatus();
  }

  absl::Status Id(const std::string& place, Json& json) const {
    if (!json.is_string()) return Bad(context_, "input.not-id", place, "");
    const std::string text = json.get<std::string>();
    std::string bytes;
    if (auto uuid = UuidFromString(text)) {
      bytes.assign(uuid->begin(), uuid->end());
    } else if (const View* view = context_.ViewIfUnlocked()) {
      ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context_, *view, text));
      bytes = record->id.ToBytes();
    } else {
      return Bad(context_, "input.not-id", place, "");
    }
    json = absl::Base64Escape(bytes);
    return absl::OkStatus();
  }

  absl::Status Date(const std::string& place, Json& json) const {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(json.get<std::string>(), &day)) {
      return Bad(context_, "input.not-date", place, "\"2026-04-01\"");
    }
    json = {{"year", day.year()}, {"month", day.month()}, {"day", day.day()}};
    return absl::OkStatus();
  }

  absl::Status Stated(const FieldDescriptor& field, const std::string& place, Json& json) const {
    v1::StatedTime stated;
    if (IsPlan(field)) {
      ASSIGN_OR_RETURN(stated, FutureWhen(context_, json.get<std::string>()));
    } else {
      ASSIGN_OR_RETURN(auto when, PastWhen(context_, json.get<std::string>(), WhenMatters::kForTheFile));
      if (!when) return Bad(context_, "input.not-date", place, "\"2026-04-01 14:30\"");
      stated = *when;
    }
    const absl::CivilDay day = FromProto(stated.date());
    json = {{"date", {{"year", day.year()}, {"month", day.month()}, {"day", day.day()}}}};
    if (stated.has_minute_of_day()) json["minuteOfDay"] = stated.minute_of_day();
    return absl::OkStatus();
  }

  const Context& context_;
};

}  // namespace

absl::Status ContentFromJson(const Context& context, const Json& json, Message& content) {
  Json rewritten = json;
  const Descriptor& type = *content.GetDescriptor();
  RETURN_IF_ERROR(Rewriter(context).Object(type, type.name(), rewritten));
  // Field by field, so that a value of another kind is told by its place: protobuf's own message would repeat
  // it.
  for (const auto& [name, value] : rewritten.items()) {
    const FieldDescriptor& field = *FieldOf(type, name);
    std::unique_ptr<Message> one(content.New());
    const std::string text = Json{{name, value}}.dump();
    if (!google::protobuf::util::JsonStringToMessage(text, one.get()).ok()) {
      return Bad(context, "input.wrong-kind", type.name() + "." + field.name(), field.type_name());
    }
    content.GetReflection()->ClearField(&content, &field);
    content.MergeFrom(*one);
  }
  return absl::OkStatus();
}

absl::StatusOr<JsonInput> JsonInput::Read(const Context& context,
                                          std::initializer_list<std::string_view> allowed) {
  std::string names;
  for (std::string_view name : allowed) names += (names.empty() ? "" : ", ") + std::string(name);
  const auto text = context.terminal().ReadAllInput(kMaxInputBytes);
  if (!text.ok()) return Bad(context, "input.too-long", "stdin", std::to_string(kMaxInputBytes));
  Json document = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Bad(context, "input.not-json", "stdin", names);
  if (!document.is_object()) return Bad(context, "input.not-object", "stdin", names);
  for (const auto& [name, value] : document.items()) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      return Bad(context, "input.unknown-name", "stdin", names);
    }
  }
  return JsonInput(std::move(document));
}

absl::Status JsonInput::Get(const Context& context, std::string_view name, Message& content) const {
  const auto found = document_.find(std::string(name));
  if (found == document_.end()) return absl::OkStatus();
  return ContentFromJson(context, *found, content);
}

}  // namespace opgang::cli
