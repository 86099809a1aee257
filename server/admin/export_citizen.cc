#include "server/admin/export_citizen.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/registry.h"
#include "core/reports/html.h"
#include "google/protobuf/util/json_util.h"
#include "server/admin/conflicts.h"
#include "server/admin/erase_citizen.h"
#include "server/admin/person_requests.h"
#include "server/admin/quarantine_view.h"
#include "server/engine/open_case.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kMostAuditLines = 1'000'000;

std::string TimeText(int64_t at_us) {
  if (at_us == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(at_us), CopenhagenTime());
}

std::string IdText(std::string_view bytes) {
  const auto id = RecordId::FromBytes(bytes);
  return id.has_value() ? id->ToString() : "";
}

std::string TypeName(uint32_t type) {
  const RecordTypeInfo* info = FindRecordType(type);
  return info == nullptr ? "type " + std::to_string(type) : std::string(info->name);
}

std::string FieldName(uint32_t type, uint32_t field) {
  const RecordTypeInfo* info = FindRecordType(type);
  if (info == nullptr || field == 0) return field == 0 ? "record" : std::to_string(field);
  const auto* descriptor = info->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(field));
  return descriptor == nullptr ? std::to_string(field) : descriptor->name();
}

// What this build does not know the name of stands there by its bytes: nothing is left out.
Json ContentOf(const StoredRecord& record) {
  const RecordTypeInfo* info = FindRecordType(record.type);
  Json bytes = {{"bytes", Json::binary({record.record.fields().begin(), record.record.fields().end()})}};
  if (info == nullptr) return bytes;
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const bool read = content->ParseFromString(record.record.fields()) &&
                    google::protobuf::util::MessageToJsonString(*content, &text, options).ok();
  return read ? Json::parse(text, nullptr, /*allow_exceptions=*/false) : bytes;
}

// The address of the entrance that the record names, in words; empty where it names none.
absl::StatusOr<std::string> AddressIn(BaseReader& store, const StoredRecord& record) {
  const RecordTypeInfo* info = FindRecordType(record.type);
  const auto* field =
      info == nullptr ? nullptr : info->prototype->GetDescriptor()->FindFieldByName("entrance_id");
  if (field == nullptr) return "";
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  if (!content->ParseFromString(record.record.fields())) return "";
  const auto id = RecordId::FromBytes(content->GetReflection()->GetString(*content, field));
  if (!id.has_value()) return "";
  ASSIGN_OR_RETURN(const auto stored, store.FindRecord(*id));
  v1::Entrance entrance;
  if (!stored.has_value() || !entrance.ParseFromString(stored->record.fields())) return "";
  return entrance.street() + " " + entrance.number() + ", " + entrance.postcode() + " " + entrance.town();
}

absl::StatusOr<Json> RecordJson(BaseStore& store, const StoredRecord& record) {
  Json past = Json::array();
  ASSIGN_OR_RETURN(const auto history, RecordHistory(store, record.id));
  for (const v1::HistoryItem& item : history.items()) {
    past.push_back({{"field", FieldName(record.type, item.field())},
                    {"value", item.value().content()},
                    {"written_by", item.value().provenance().author()},
                    {"device", item.value().provenance().device()},
                    {"received", TimeText(item.value().provenance().received_us())},
                    {"stands", item.fate() == v1::VALUE_FATE_STANDS},
                    {"replaced_by", item.replaced_by_author()}});
  }
  ASSIGN_OR_RETURN(const std::string address, AddressIn(store, record));
  return Json{{"id", record.id.ToString()},
              {"type", TypeName(record.type)},
              {"deleted", record.record.deleted()},
              {"created_by", record.record.created().author()},
              {"created", TimeText(record.record.created().received_us())},
              {"address", address},
              {"content", ContentOf(record)},
              {"past", std::move(past)}};
}

// Those who are the same person, as far as they are the caller's; the others count as withheld.
absl::StatusOr<std::set<RecordId>> PersonsInSight(BaseStore& store, const Caller& caller, RecordId citizen,
                                                  int& withheld) {
  ASSIGN_OR_RETURN(const std::set<RecordId> persons, SamePersons(store, citizen));
  std::set<RecordId> in_sight;
  for (const RecordId& person : persons) {
    ASSIGN_OR_RETURN(const bool his, IsWhollyInSight(store, caller, person));
    if (his) in_sight.insert(person);
    withheld += his ? 0 : 1;
  }
  return in_sight;
}

absl::StatusOr<Json> RecordsJson(BaseStore& store, const Caller& caller, const std::set<RecordId>& persons,
                                 int& withheld) {
  Json records = Json::array();
  for (const RecordId& person : persons) {
    ASSIGN_OR_RETURN(const auto about, store.RecordsAbout(person, /*type=*/0));
    for (const StoredRecord& record : about) {
      if (!CheckRecordInSight(store, caller, record.id).ok()) {
        ++withheld;
        continue;
      }
      ASSIGN_OR_RETURN(Json json, RecordJson(store, record));
      records.push_back(std::move(json));
    }
  }
  return records;
}

absl::StatusOr<Json> RefusedJson(BaseReader& store, const Caller& caller, const std::set<RecordId>& persons,
                                 int& withheld) {
  Json refused = Json::array();
  ASSIGN_OR_RETURN(const auto items, store.Quarantine(std::nullopt));
  for (const QuarantinedMutation& item : items) {
    if (!persons.contains(item.mutation.subject)) continue;
    if (!IsInSight(caller, item)) {
      ++withheld;
      continue;
    }
    ASSIGN_OR_RETURN(const v1::QuarantineItem shown, ToItem(store, item));
    refused.push_back({{"type", TypeName(item.record_type)},
                       {"why", v1::RefusalCode_Name(shown.code())},
                       {"written_by", shown.author()},
                       {"received", TimeText(shown.received_us())},
                       {"content", shown.content()}});
  }
  return refused;
}

// Devices were given whole scopes: one line for each person, scope holder and day. Looks, exports: one line each.
absl::StatusOr<Json> UsesJson(BaseReader& store, const std::set<RecordId>& persons) {
  std::set<std::string> scopes;
  for (const RecordId& person : persons) {
    ASSIGN_OR_RETURN(const ErasureFootprint footprint, store.FootprintOf(person));
    for (const Scope& scope : footprint.scopes) scopes.insert(scope.ToKey());
  }
  v1::ListAuditRequest request;
  request.set_most(kMostAuditLines);
  ASSIGN_OR_RETURN(const auto listed, store.AuditLines(request, std::nullopt));
  std::map<std::pair<std::string, std::string>, int> sessions;  // day, who
  Json uses = Json::array();
  for (const v1::AuditLine& line : listed.lines()) {
    const v1::AuditNote& note = line.note();
    const auto subject = RecordId::FromBytes(line.person().subject_id());
    if (subject.has_value() && persons.contains(*subject)) {
      const v1::DeviceUseTime& used = note.used();
      uses.push_back({{"when", TimeText(note.has_used() ? used.first_us() : note.at_us())},
                      {"who", note.actor()},
                      {"what", v1::AuditAction_Name(note.action())},
                      {"how", note.detail()},
                      {"times", std::max(line.look_count(), used.use_count())}});
    }
    for (const v1::ScopeId& id : note.scopes()) {
      const auto scope = Scope::FromProto(id);
      if (!scope.has_value() || !scopes.contains(scope->ToKey())) continue;
      ++sessions[{TimeText(note.at_us()).substr(0, 10), note.actor()}];
      break;
    }
  }
  for (const auto& [whose, count] : sessions) {
    uses.push_back({{"when", whose.first},
                    {"who", whose.second},
                    {"what", v1::AuditAction_Name(v1::AUDIT_ACTION_DELIVERED)},
                    {"how", "the area in which the records stand was fetched to a device"},
                    {"times", count}});
  }
  return uses;
}

absl::Status NoteExport(BaseStore& store, const std::set<RecordId>& persons, const std::string& actor,
                        absl::Time now) {
  return InTransaction(store, [&]() -> absl::Status {
    for (const RecordId& person : persons) {
      AuditUse use;
      use.note.set_at_us(absl::ToUnixMicros(now));
      use.note.set_actor(actor);
      use.note.set_action(v1::AUDIT_ACTION_EXPORTED);
      use.person.emplace();
      use.person->set_subject_id(person.ToBytes());
      RETURN_IF_ERROR(store.AuditUsed(use));
    }
    return absl::OkStatus();
  });
}

absl::Status SettleAccess(BaseStore& store, const std::set<RecordId>& persons, const std::string& actor,
                          absl::Time now) {
  for (const RecordId& person : persons)
    RETURN_IF_ERROR(SettleBy(store, person, v1::PERSON_REQUEST_KIND_ACCESS, actor, now));
  return absl::OkStatus();
}

std::string Cell(const Json& value) {
  return "<td>" + HtmlEscaped(value.is_string() ? value.get<std::string>() : value.dump()) + "</td>";
}

// One table: the columns in the order named.
std::string TableOf(const Json& rows, const std::vector<const char*>& columns) {
  std::string html = "<table><tr>";
  for (const char* column : columns) html += "<th>" + HtmlEscaped(column) + "</th>";
  html += "</tr>\n";
  for (const Json& row : rows) {
    html += "<tr>";
    for (const char* column : columns) html += Cell(row.value(column, Json("")));
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

// nullptr: this build does not know it.
const google::protobuf::FieldDescriptor* FieldOf(const std::string& type, const std::string& field) {
  const auto info = std::ranges::find(AllRecordTypes(), type, &RecordTypeInfo::name);
  return info == AllRecordTypes().end() ? nullptr : info->prototype->GetDescriptor()->FindFieldByName(field);
}

// An id tells the person nothing; it stands in the JSON.
bool IsId(const google::protobuf::FieldDescriptor* field) {
  return field != nullptr && field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES;
}

// CONSENT_FORM_ORAL is oral.
std::string PlainEnum(const google::protobuf::EnumDescriptor* type, std::string text) {
  std::string prefix = type->value(0)->name();
  prefix.resize(prefix.size() - std::min(prefix.size(), std::string_view("UNSPECIFIED").size()));
  if (!text.starts_with(prefix)) return text;
  text.erase(0, prefix.size());
  for (char& c : text) c = c == '_' ? ' ' : absl::ascii_tolower(c);
  return text;
}

// `name: "Amina"` is Amina.
std::string Plain(const google::protobuf::FieldDescriptor* field, std::string text) {
  if (field == nullptr) return text;
  const std::string label = field->name() + ": ";
  if (text.starts_with(label)) text.erase(0, label.size());
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    std::string unescaped;
    if (absl::CUnescape(text.substr(1, text.size() - 2), &unescaped)) return unescaped;
  }
  return field->enum_type() == nullptr ? text : PlainEnum(field->enum_type(), std::move(text));
}

Json PlainPast(const std::string& type, const Json& past) {
  Json shown = Json::array();
  for (Json item : past) {
    const auto* field = FieldOf(type, item.value("field", ""));
    if (IsId(field)) continue;
    item["value"] = Plain(field, item.value("value", ""));
    shown.push_back(std::move(item));
  }
  return shown;
}

// Rows whose `member` is the name of an enum's value.
Json WithPlain(Json rows, const char* member, const google::protobuf::EnumDescriptor* type) {
  for (Json& row : rows) row[member] = PlainEnum(type, row.value(member, ""));
  return rows;
}

std::string RecordHtml(const Json& record) {
  const std::string type = record.value("type", "");
  std::string html = "<h2>" + HtmlEscaped(type) + "</h2><p class=\"note\">" +
                     HtmlEscaped(record.value("created", "")) + ", " +
                     HtmlEscaped(record.value("created_by", "")) +
                     (record.value("deleted", false) ? " (slettet / deleted)" : "") + "</p>\n<table>";
  if (const std::string address = record.value("address", ""); !address.empty())
    html += "<tr><th>adresse / address</th>" + Cell(address) + "</tr>\n";
  for (const auto& [name, value] : record.at("content").items()) {
    const auto* field = FieldOf(type, name);
    if (IsId(field)) continue;
    const Json plain = value.is_string() ? Json(Plain(field, value.get<std::string>())) : value;
    html += "<tr><th>" + HtmlEscaped(name) + "</th>" + Cell(plain) + "</tr>\n";
  }
  html += "</table>\n<details open><summary>Historik / The past</summary>";
  html += TableOf(PlainPast(type, record.at("past")),
                  {"field", "value", "written_by", "device", "received", "replaced_by"});
  return html + "</details>\n";
}

constexpr char kStyle[] =
    "body{font:14px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}"
    "h1{font-size:1.4em}h2{font-size:1.1em;border-bottom:1px solid #999;margin-top:1.6em}"
    "table{border-collapse:collapse;margin:.4em 0 1em}th,td{padding:.15em .6em;border-bottom:1px solid #ddd;"
    "text-align:left;vertical-align:top;white-space:pre-wrap}p.note{color:#444}";

}  // namespace

std::string ExportAsHtml(const std::string& json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return "";
  std::string html =
      "<!doctype html><html lang=\"da\"><head><meta charset=\"utf-8\"><title>Indsigt</title><style>";
  html += kStyle;
  html +=
      "</style></head><body><h1>Hvad der er noteret om dig / What is noted about you</h1><p class=\"note\">" +
      HtmlEscaped(document.value("made", "")) + "</p>\n";
  if (const int withheld = document.value("withheld", 0); withheld > 0)
    html += "<p>Udeladt her / Left out here: " + std::to_string(withheld) + "</p>\n";
  for (const Json& record : document.at("records")) html += RecordHtml(record);
  html += "<h1>Afvist og ikke behandlet / Refused, and waiting for somebody</h1>";
  html += TableOf(WithPlain(document.at("refused"), "why", v1::RefusalCode_descriptor()),
                  {"type", "why", "written_by", "received", "content"});
  html += "<h1>Hvem der har brugt det / Who used it</h1>";
  html += TableOf(WithPlain(document.at("used_by"), "what", v1::AuditAction_descriptor()),
                  {"when", "who", "what", "how", "times"});
  return html + "</body></html>\n";
}

absl::StatusOr<v1::ExportCitizenResponse> ExportCitizen(BaseStore& store,
                                                        const v1::ExportCitizenRequest& request,
                                                        absl::Time now, const Caller& caller) {
  ASSIGN_OR_RETURN(const StaffMember staff, PersonWhoDecides(store, request.actor()));
  ASSIGN_OR_RETURN(const RecordId citizen, CitizenNamed(store, request.citizen(), caller));
  if (store.IsErased(citizen)) return MakeError(ErrorCode::kNotFound, "that citizen has been erased");
  RETURN_IF_ERROR(CheckWhollyInSight(store, caller, citizen));
  int withheld = 0;
  ASSIGN_OR_RETURN(const std::set<RecordId> persons, PersonsInSight(store, caller, citizen, withheld));
  RETURN_IF_ERROR(NoteExport(store, persons, staff.staff_code, now));
  Json document = {{"schema", "opgangd/export/1"}, {"made", TimeText(absl::ToUnixMicros(now))}};
  v1::ExportCitizenResponse response;
  for (const RecordId& person : persons) {
    response.add_citizen_ids(person.ToBytes());
    document["citizens"].push_back(IdText(person.ToBytes()));
  }
  ASSIGN_OR_RETURN(document["records"], RecordsJson(store, caller, persons, withheld));
  ASSIGN_OR_RETURN(document["refused"], RefusedJson(store, caller, persons, withheld));
  ASSIGN_OR_RETURN(document["used_by"], UsesJson(store, persons));
  document["withheld"] = withheld;
  if (withheld == 0) RETURN_IF_ERROR(SettleAccess(store, persons, staff.staff_code, now));
  response.set_json(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  response.set_html(ExportAsHtml(response.json()));
  return response;
}

}  // namespace opgang
