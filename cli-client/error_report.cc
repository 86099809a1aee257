#include "cli-client/error_report.h"

#include <algorithm>

#include "cli-client/layout.h"
#include "cli-client/words.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

struct ErrorWords {
  std::string what;
  std::string safe;
  std::string remedy;
};

ErrorWords WordsOfCode(const Texts& texts, ErrorCode code) {
  const std::string id = "error." + std::string(ErrorCodeName(code));
  return {texts(id + ".what"), texts(id + ".safe"), texts(id + ".do")};
}

// RefusalError() writes "type.field: CODE".
const RecordTypeInfo* RefusedType(const absl::Status& status) {
  const std::string message(status.message());
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (message.starts_with(std::string(info.name) + ".")) return &info;
  }
  return nullptr;
}

ErrorWords WordsOfStatus(const Texts& texts, const absl::Status& status) {
  ErrorWords words = WordsOfCode(texts, GetErrorCode(status));
  if (auto own = WordsOf(status)) {
    words.what = *own;
    words.remedy.clear();
  }
  if (auto refusal = GetRefusal(status)) {
    const RefusalWords told = WordsOf(texts, *refusal, RefusedType(status));
    words.what = told.field.empty() ? told.reason : told.field + ": " + told.reason;
    words.remedy = told.remedy;
  }
  return words;
}

void ReportAsJson(const Context& context, const absl::Status& status, const ErrorWords& words) {
  Json document = JsonDocument("error");
  const ErrorCode code = GetErrorCode(status);
  document["code"] = ErrorCodeName(code);
  document["exit"] = static_cast<int>(code);
  document["what"] = words.what;
  document["safe"] = words.safe;
  document["do"] = words.remedy;
  if (auto refusal = GetRefusal(status)) {
    document["refusal"] = Word(refusal->code);
    document["field_number"] = refusal->field;
  }
  context.Emit(document);
}

void ReportInWords(const Context& context, const ErrorWords& words) {
  const int width = std::min(context.terminal().Width(), 100);
  const std::string lead = "opgang: ";
  bool first = true;
  for (const std::string& text : {words.what, words.safe, words.remedy}) {
    if (text.empty()) continue;
    for (const std::string& line : Wrap((first ? lead : "  ") + text, width, 2)) context.Hint(line);
    first = false;
  }
}

}  // namespace

std::string TypeLabel(const Texts& texts, const RecordTypeInfo& type) {
  return texts.Find("type." + std::string(type.name)).value_or(std::string(type.name));
}

std::string FieldLabel(const Texts& texts, const google::protobuf::FieldDescriptor& field) {
  return texts.Find("field." + field.name()).value_or(field.name());
}

RefusalWords WordsOf(const Texts& texts, const Refusal& refusal, const RecordTypeInfo* type) {
  RefusalWords words;
  const std::string id = "refusal." + Word(refusal.code);
  words.reason = texts.Find(id + ".reason").value_or(texts("refusal.unknown.reason"));
  words.remedy = texts.Find(id + ".remedy").value_or(texts("refusal.unknown.remedy"));
  if (type == nullptr) return words;
  const auto* field = type->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(refusal.field));
  words.field = TypeLabel(texts, *type);
  if (field != nullptr) words.field += ", " + FieldLabel(texts, *field);
  return words;
}

int ReportStatus(const Context& context, const absl::Status& status) {
  if (status.ok()) return 0;
  const ErrorWords words = WordsOfStatus(context.texts(), status);
  if (context.options().json && !context.emitted()) {
    ReportAsJson(context, status, words);
  } else {
    ReportInWords(context, words);
  }
  return static_cast<int>(GetErrorCode(status));
}

}  // namespace opgang::cli
