#include "cli-client/field_menu.h"

#include <algorithm>

#include "cli-client/error_report.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_view.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kKeys = "123456789abcdefghijklmnoprstuvwxyz";

bool MayBeChosen(const FieldDescriptor& field) { return CanAsk(field) && !field.is_repeated(); }

std::string FieldWithValue(const Context& context, const View& view, const Message& content,
                           const FieldDescriptor& field) {
  const std::string value = ValueWords(context, view, content, field);
  return FieldLabel(context.texts(), field) + (value.empty() ? "" : ": " + value);
}

}  // namespace

absl::StatusOr<const FieldDescriptor*> ChooseField(const Context& context, const View& view,
                                                   const Message& content) {
  std::vector<MenuChoice> menu;
  const auto* descriptor = content.GetDescriptor();
  for (int i = 0; i < descriptor->field_count() && menu.size() < kKeys.size(); ++i) {
    if (!MayBeChosen(*descriptor->field(i))) continue;
    menu.push_back({std::string(1, kKeys[menu.size()]),
                    FieldWithValue(context, view, content, *descriptor->field(i)), i});
  }
  const MenuAnswer answer = AskMenu(context, context.T("correct.choose-field"), menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  return descriptor->field(answer.number);
}

absl::StatusOr<const FieldDescriptor*> NamedField(const Context& context, const Message& content,
                                                  const std::string& name) {
  std::string wanted = name;
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  const auto* descriptor = content.GetDescriptor();
  const FieldDescriptor* field = descriptor->FindFieldByName(wanted);
  if (field != nullptr && MayBeChosen(*field)) return field;
  std::string names;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (!MayBeChosen(*descriptor->field(i))) continue;
    names += (names.empty() ? "" : ", ") + descriptor->field(i)->name();
  }
  return ErrorWithWords(ErrorCode::kUsage, context.T("correct.which-field", {{"fields", names}}));
}

std::string JsonMember(const RecordTypeInfo& type) {
  std::string member(type.name);
  std::replace(member.begin(), member.end(), '-', '_');
  return member;
}

}  // namespace opgang::cli
