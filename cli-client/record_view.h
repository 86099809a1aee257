// A record in full, field by field, by reflection: labels and words from the catalogue, and values that stand
// side by side, each with who said it.
#ifndef OPGANG_CLI_CLIENT_RECORD_VIEW_H_
#define OPGANG_CLI_CLIENT_RECORD_VIEW_H_

#include <string>
#include <vector>

#include "cli-client/context.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace opgang::cli {

// One field's value in words; ids as handles, or addresses where they name a place.
std::string ValueWords(const Context& context, const View& view, const google::protobuf::Message& content,
                       const google::protobuf::FieldDescriptor& field);

// One value of a field that several people wrote.
struct SideValue {
  std::string words;
  std::string author;
  Json json;
};
// Empty where the field has one value only. The one that stands comes first.
std::vector<SideValue> SideValuesOf(const Context& context, const View& view, const VisibleRecord& record,
                                    const google::protobuf::FieldDescriptor& field);

// "telephone: 20304050"; where values stand side by side: "two values: … by amal; … by jonas".
std::vector<std::string> RecordLines(const Context& context, const View& view, const VisibleRecord& record);
Json RecordJson(const Context& context, const View& view, const VisibleRecord& record);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_RECORD_VIEW_H_
