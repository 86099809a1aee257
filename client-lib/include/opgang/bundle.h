// What a worker is about to save: one or several records that appear together, or not at all (I19).
#ifndef OPGANG_BUNDLE_H_
#define OPGANG_BUNDLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/records/registry.h"
#include "google/protobuf/message.h"

namespace opgang {

class Bundle {
 public:
  // One intended change. `content` holds all fields of a create, the new values of a patch.
  struct Change {
    enum class Kind { kCreate, kPatch, kDelete } kind;
    RecordId record;
    const RecordTypeInfo* type;
    std::shared_ptr<const google::protobuf::Message> content;  // null for a delete
    std::vector<uint32_t> fields;                              // of a patch: the touched field numbers
    std::optional<AreaId> area;     // of a create: where it stands; absent = the store's current area
    std::optional<RecordId> group;  // of a create, instead of an area
  };

  explicit Bundle(Clock& clock = SystemClock(), Random& random = SystemRandom());

  // Returns the new record's id. `content` is a message of RecordBody (Visit, Citizen, ...). A citizen's other
  // records name it by this id in the same bundle.
  RecordId Create(const google::protobuf::Message& content, std::optional<AreaId> area = std::nullopt);
  // The same of somebody whom the leader of a group brings in: the record stands in the group, and the base puts it where
  // the group is held.
  RecordId CreateInGroup(const google::protobuf::Message& content, RecordId group);
  // Sets `fields` (numbers) of `record` to what `values` holds; a field absent from `values` is cleared. Field 0
  // (kWholeRecord): the record is to stay, though somebody deleted it.
  void Patch(RecordId record, const google::protobuf::Message& values, std::vector<uint32_t> fields);
  void Delete(RecordId record, const RecordTypeInfo& type);

  const std::vector<Change>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  Clock& clock_;
  Random& random_;
  std::vector<Change> changes_;
};

}  // namespace opgang

#endif  // OPGANG_BUNDLE_H_
