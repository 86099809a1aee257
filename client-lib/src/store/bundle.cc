#include "opgang/bundle.h"

#include <utility>

namespace opgang {
namespace {

std::shared_ptr<const google::protobuf::Message> CopyOf(const google::protobuf::Message& message) {
  std::shared_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

}  // namespace

Bundle::Bundle(Clock& clock, Random& random) : clock_(clock), random_(random) {}

RecordId Bundle::Create(const google::protobuf::Message& content, std::optional<AreaId> area) {
  const RecordId record = RecordId::Make(clock_.WallNow(), random_);
  changes_.push_back(
      {Change::Kind::kCreate, record, &RecordTypeOfMessage(content), CopyOf(content), {}, area, {}});
  return record;
}

RecordId Bundle::CreateInGroup(const google::protobuf::Message& content, RecordId group) {
  const RecordId record = Create(content);
  changes_.back().group = group;
  return record;
}

void Bundle::Patch(RecordId record, const google::protobuf::Message& values, std::vector<uint32_t> fields) {
  changes_.push_back({Change::Kind::kPatch,
                      record,
                      &RecordTypeOfMessage(values),
                      CopyOf(values),
                      std::move(fields),
                      {},
                      {}});
}

void Bundle::Delete(RecordId record, const RecordTypeInfo& type) {
  changes_.push_back({Change::Kind::kDelete, record, &type, nullptr, {}, {}, {}});
}

}  // namespace opgang
