// A record as the base sends it to the device that made it, without what that device holds already (FeedEntry.as_sent_seq).
// Possible where that create was also the last to change it. Left out: `fields`, which the create's payload says in the same bytes; `created.intent_id`, which its envelope says; and
// `last_changed`, which is as `created`.
#ifndef OPGANG_CORE_RECORDS_AS_SENT_H_
#define OPGANG_CORE_RECORDS_AS_SENT_H_

#include <optional>
#include <string>
#include <string_view>

namespace opgang {

// The create that a record is: its fields, and its intent id (16 bytes).
struct SentCreate {
  std::string_view fields;
  std::string_view intent_id;
};

// `record`, a serialized v1::Record, without what `sent` says. nullopt: it is something else, or PutBack() would not give these
// very bytes.
std::optional<std::string> LeaveOut(std::string_view record, const SentCreate& sent);

// The whole record again. nullopt: `rest` is no Record.
std::optional<std::string> PutBack(std::string_view rest, const SentCreate& sent);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_AS_SENT_H_
