// Asking for one field of any record, by its kind: a menu for an enum, a number, a date, a text. The
// question's words are "ask.<record type>.<field>" in the catalogue, else the field's label.
#ifndef OPGANG_CLI_CLIENT_RECORD_FORM_H_
#define OPGANG_CLI_CLIENT_RECORD_FORM_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/prompts.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace opgang::cli {

// Whether AskField knows how to ask for it: no ids, no lists of messages but products.
bool CanAsk(const google::protobuf::FieldDescriptor& field);

// Sets the field in `content` where an answer was given; of a list, one item. Numbers and dates are asked
// again until they are such; the range is validation's.
Answered AskField(const Context& context, const RecordTypeInfo& type,
                  const google::protobuf::FieldDescriptor& field, google::protobuf::Message& content);

// "ask.intake.motivation", else the field's label.
std::string QuestionWords(const Context& context, const RecordTypeInfo& type,
                          const google::protobuf::FieldDescriptor& field);

bool IsAnswered(const google::protobuf::Message& content, const google::protobuf::FieldDescriptor& field);

// A record that grows answer by answer and is durable after each: created with the first, patched by every
// further one.
class GrowingRecord {
 public:
  // `content` holds what is known so far, ids included; `id` is set where the record exists already.
  GrowingRecord(Context& context, std::optional<AreaId> area, const google::protobuf::Message& content,
                std::optional<RecordId> id);

  // Asks for the field and saves the answer; asks again where the answer is refused, with field, reason and
  // remedy. A list is asked item by item, each saved, until one is skipped.
  absl::StatusOr<Answered> Ask(const google::protobuf::FieldDescriptor& field);
  // Saves what `content()` now holds in that field.
  absl::Status Keep(const google::protobuf::FieldDescriptor& field);

  google::protobuf::Message& content() { return *content_; }
  const RecordTypeInfo& type() const { return type_; }
  std::optional<RecordId> id() const { return id_; }

 private:
  absl::StatusOr<Answered> AskOnce(const google::protobuf::FieldDescriptor& field);

  Context& context_;
  const RecordTypeInfo& type_;
  std::optional<AreaId> area_;
  std::unique_ptr<google::protobuf::Message> content_;
  std::optional<RecordId> id_;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_RECORD_FORM_H_
