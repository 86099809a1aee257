// Choosing a field of a record to change.
#ifndef OPGANG_CLI_CLIENT_FIELD_MENU_H_
#define OPGANG_CLI_CLIENT_FIELD_MENU_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace opgang::cli {

// A menu of the fields with what they hold. kCancelled: left.
absl::StatusOr<const google::protobuf::FieldDescriptor*> ChooseField(
    const Context& context, const View& view, const google::protobuf::Message& content);
// By the proto's name, '-' for '_'. kUsage with the names there are.
absl::StatusOr<const google::protobuf::FieldDescriptor*> NamedField(const Context& context,
                                                                    const google::protobuf::Message& content,
                                                                    const std::string& name);

// The member that a record of this type has in JSON input: "clinical_intake".
std::string JsonMember(const RecordTypeInfo& type);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_FIELD_MENU_H_
