// Records as JSON, both ways, by reflection: a new field or record type needs nothing here.
//
// Names are the protos' field names. Beside protobuf's own forms, and more readable than they:
//   an enum      its word                        "disposition": "no-answer"
//   an id        a handle or the UUID's text     "citizen_id": "k7f"
//   a date       "2026-04-04"
//   a stated time  a word for it                 "asked": "Wed 14:30"   (written: "2026-04-01" or "2026-04-01
//   14:30")
#ifndef OPGANG_CLI_CLIENT_RECORD_JSON_H_
#define OPGANG_CLI_CLIENT_RECORD_JSON_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "google/protobuf/message.h"

namespace opgang::cli {

// All set fields, ids as UUID text.
Json ContentJson(const google::protobuf::Message& content);

// Fills `content`, keeping what it already holds. kBadInput names the place and what is accepted there, and
// repeats nothing of the input: an unknown name, a word that is none, a value of another kind.
absl::Status ContentFromJson(const Context& context, const Json& json, google::protobuf::Message& content);

// What a writing command got on stdin: {"inquiry": {...}, "citizen": {...}}, members named by record type.
class JsonInput {
 public:
  // Reads all of stdin. kBadInput: no JSON, no object, a member that is not in `allowed`, over 64 KiB.
  static absl::StatusOr<JsonInput> Read(const Context& context,
                                        std::initializer_list<std::string_view> allowed);

  bool Has(std::string_view name) const { return document_.contains(std::string(name)); }
  // Fills `content` from the member; leaves it as it is where there is none.
  absl::Status Get(const Context& context, std::string_view name, google::protobuf::Message& content) const;

 private:
  explicit JsonInput(Json document) : document_(std::move(document)) {}
  Json document_;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_RECORD_JSON_H_
