#include "cli-client/record_form.h"

#include <cmath>
#include <limits>

#include "cli-client/error_report.h"
#include "cli-client/words.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/rules/stated_time.h"
#include "opgang/v1/intake.pb.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsProducts(const FieldDescriptor& field) {
  return field.is_repeated() && field.message_type() == v1::ProductUse::descriptor();
}

Answered AskEnumField(const Context& context, const std::string& question, const FieldDescriptor& field,
                      Message& content) {
  const MenuAnswer answer = AskEnum(context, question, *field.enum_type(), /*may_skip=*/true);
  if (answer.reply == Answered::kGiven)
    content.GetReflection()->SetEnumValue(&content, &field, answer.number);
  return answer.reply;
}

// "-" skips as Enter does: a person who would rather not say is not pressed.
LineAnswer AskTyped(const Context& context, const std::string& question, const std::string& problem,
                    const std::function<bool(const std::string&)>& fits) {
  LineAnswer answer = AskLineThat(context, question, problem, [&](const std::string& text) {
    return text == "-" || text == "q" || fits(text);
  });
  if (answer.text.Reveal() == "-") answer.reply = Answered::kSkipped;
  if (answer.text.Reveal() == "q") answer.reply = Answered::kLeft;
  return answer;
}

bool FitsNumber(const FieldDescriptor& field, const std::string& text) {
  const auto number = ParseNumber(text);
  if (!number || !std::isfinite(*number)) return false;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) return true;
  return *number == std::floor(*number) && std::abs(*number) <= std::numeric_limits<int>::max();
}

Answered AskNumberField(const Context& context, const std::string& question, const FieldDescriptor& field,
                        Message& content) {
  const LineAnswer answer = AskTyped(context, question, context.T("form.number.problem"),
                                     [&](const std::string& text) { return FitsNumber(field, text); });
  if (answer.reply != Answered::kGiven) return answer.reply;
  const double number = *ParseNumber(answer.text.Reveal());
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    content.GetReflection()->SetDouble(&content, &field, number);
  } else {
    content.GetReflection()->SetInt32(&content, &field, static_cast<int>(number));
  }
  return answer.reply;
}

absl::StatusOr<v1::StatedTime> AnyDay(const std::string& word, absl::CivilDay today) {
  auto future = ParseFutureWord(word, today);
  return future.ok() ? future : ParsePastWord(word, today);
}

Answered AskDateField(const Context& context, const std::string& question, const FieldDescriptor& field,
                      Message& content) {
  const absl::CivilDay today = context.Today();
  const LineAnswer answer = AskTyped(context, question, context.T("when.not-understood"),
                                     [&](const std::string& text) { return AnyDay(text, today).ok(); });
  if (answer.reply != Answered::kGiven) return answer.reply;
  const v1::StatedTime stated = *AnyDay(answer.text.Reveal(), today);
  Message* value = content.GetReflection()->MutableMessage(&content, &field);
  if (field.message_type() == v1::LocalDate::descriptor()) {
    value->CopyFrom(stated.date());
  } else {
    value->CopyFrom(stated);
  }
  return answer.reply;
}

Answered AskTextField(const Context& context, const std::string& question, const FieldDescriptor& field,
                      Message& content) {
  const LineAnswer answer = AskLine(context, question);
  if (answer.reply == Answered::kGiven)
    content.GetReflection()->SetString(&content, &field, answer.text.Reveal());
  return answer.reply;
}

Answered AskBoolField(const Context& context, const std::string& question, const FieldDescriptor& field,
                      Message& content) {
  const auto yes = AskYesNo(context, question);
  if (!yes) return Answered::kLeft;
  content.GetReflection()->SetBool(&content, &field, *yes);
  return Answered::kGiven;
}

void SetAmount(v1::Intake& intake, v1::Product product, double amount) {
  for (v1::ProductUse& use : *intake.mutable_products()) {
    if (use.product() == product) return use.set_daily_amount(amount);
  }
  v1::ProductUse* use = intake.add_products();
  use->set_product(product);
  use->set_daily_amount(amount);
}

// A product's key, then its daily amount.
Answered AskProduct(const Context& context, const std::string& question, v1::Intake& intake) {
  const MenuAnswer product = AskEnum(context, question, *v1::Product_descriptor(), /*may_skip=*/true);
  if (product.reply != Answered::kGiven) return product.reply;
  const std::string label = Label(context.texts(), static_cast<v1::Product>(product.number));
  const LineAnswer amount =
      AskTyped(context, context.T("form.amount", {{"product", label}}), context.T("form.number.problem"),
               [](const std::string& text) { return ParseNumber(text).has_value(); });
  if (amount.reply != Answered::kGiven) return amount.reply;
  SetAmount(intake, static_cast<v1::Product>(product.number), *ParseNumber(amount.text.Reveal()));
  return Answered::kGiven;
}

}  // namespace

bool CanAsk(const FieldDescriptor& field) {
  if (IsProducts(field)) return true;
  if (field.is_repeated() || field.type() == FieldDescriptor::TYPE_BYTES) return false;
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
  return field.message_type() == v1::LocalDate::descriptor() ||
         field.message_type() == v1::StatedTime::descriptor();
}

std::string QuestionWords(const Context& context, const RecordTypeInfo& type, const FieldDescriptor& field) {
  const std::string id = "ask." + std::string(type.name) + "." + field.name();
  return context.texts().Find(id).value_or(FieldLabel(context.texts(), field) + ":");
}

bool IsAnswered(const Message& content, const FieldDescriptor& field) {
  if (field.is_repeated()) return content.GetReflection()->FieldSize(content, &field) > 0;
  return content.GetReflection()->HasField(content, &field);
}

Answered AskField(const Context& context, const RecordTypeInfo& type, const FieldDescriptor& field,
                  Message& content) {
  const std::string question = QuestionWords(context, type, field);
  if (IsProducts(field)) return AskProduct(context, question, static_cast<v1::Intake&>(content));
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: return AskEnumField(context, question, field, content);
    case FieldDescriptor::CPPTYPE_BOOL: return AskBoolField(context, question, field, content);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_DOUBLE: return AskNumberField(context, question, field, content);
    case FieldDescriptor::CPPTYPE_MESSAGE: return AskDateField(context, question, field, content);
    default: return AskTextField(context, question, field, content);
  }
}

GrowingRecord::GrowingRecord(Context& context, std::optional<AreaId> area, const Message& content,
                             std::optional<RecordId> id)
    : context_(context), type_(RecordTypeOfMessage(content)), area_(area), content_(content.New()), id_(id) {
  content_->CopyFrom(content);
}

absl::Status GrowingRecord::Keep(const FieldDescriptor& field) {
  Bundle bundle = context_.NewBundle();
  RecordId created;
  if (id_) {
    bundle.Patch(*id_, *content_, {static_cast<uint32_t>(field.number())});
  } else {
    created = bundle.Create(*content_, area_);
  }
  RETURN_IF_ERROR(context_.store().Save(bundle).status());
  if (!id_) id_ = created;
  return absl::OkStatus();
}

absl::StatusOr<Answered> GrowingRecord::AskOnce(const FieldDescriptor& field) {
  for (;;) {
    std::unique_ptr<Message> before(content_->New());
    before->CopyFrom(*content_);
    const Answered answered = AskField(context_, type_, field, *content_);
    if (answered != Answered::kGiven) return answered;
    const absl::Status kept = Keep(field);
    if (kept.ok()) return answered;
    content_->CopyFrom(*before);
    if (GetErrorCode(kept) != ErrorCode::kRefused) return kept;
    ReportStatus(context_, kept);
  }
}

absl::StatusOr<Answered> GrowingRecord::Ask(const FieldDescriptor& field) {
  Answered so_far = Answered::kSkipped;
  for (;;) {
    ASSIGN_OR_RETURN(const Answered answered, AskOnce(field));
    if (answered == Answered::kLeft) return answered;
    if (answered == Answered::kSkipped) return so_far;
    if (!field.is_repeated()) return answered;
    so_far = answered;
  }
}

}  // namespace opgang::cli
